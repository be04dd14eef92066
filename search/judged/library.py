"""Writes a judged library into an empty catalogue: rows as the pipeline writes them, from drawn scenes and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from dam.catalog import current, fulltext
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Embedding,
    Face,
    Library,
    MediaFile,
    Person,
    Speech,
    Tag,
    TagVerdict,
    TranscriptRecord,
    Unit,
)
from dam.catalog.readers.vectors import UnitVectors
from dam.catalog.writers.described import described_texts
from dam.catalog.writers.tags import insert_scores
from dam.config import config
from dam.ports import Embedder, Vectors
from dam.tagging import tagger
from dam.tagging.own import load_vocabulary
from dam.tagging.vocabulary import tag_model
from dam.types import AssetState, FaceSource, FileState, MediaKind, Stage, TagKind, TranscriptSource, UnitKind
from search.judged.words import Recording, Words

_LINE_MS = 4_000
_FACE = {"x": 0.4, "y": 0.3, "width": 0.2, "height": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLibrary:
    """What was written: the units of the pictures, in their order, and every text with the unit that it is of."""

    pictures: tuple[int, ...]
    texts: list[tuple[str, int]] = field(default_factory=list)


def write_library(pictures: Vectors, words: Words, embedder: Embedder) -> JudgedLibrary:
    """Write pictures, given as their vectors (n, dimensions), and all words; tags them as the worker does.

    The first pictures get what is written in them, the next titles, the next names of files; all of them get tags
    and people in turn. Raises ValueError for fewer pictures than words, EngineError.
    """
    if len(pictures) < len(words.written) + len(words.titled) + len(words.named):
        raise ValueError(f"{len(pictures)} pictures are too few to hold all words")
    root = Library.objects.create(name="judged", root="/judged")
    names = iter(words.named)
    begin = len(words.written) + len(words.titled)
    paths = [
        f"{next(names)}.jpg" if begin <= at < begin + len(words.named) else f"roll_{at // 100:02}/DSC_{at:05}.jpg"
        for at in range(len(pictures))
    ]
    assets = _assets(root, MediaKind.PHOTO, paths)
    units = Unit.objects.bulk_create(Unit(asset=asset, kind=UnitKind.PHOTO, position=0) for asset in assets)
    _embed(units, pictures, space=embedder.info.space, model=embedder.info.name)
    made = JudgedLibrary(pictures=tuple(unit.pk for unit in units))
    made.texts.extend(_describe(units, words))
    made.texts.extend(_tag(units, words))
    made.texts.extend(_name_people(units, words))
    for recording in words.recordings:
        made.texts.extend(_record(root, recording, embedder))
    _tag_by_model(units, pictures, embedder)
    return made


def _assets(root: Library, kind: MediaKind, paths: Sequence[str]) -> list[Asset]:
    assets = Asset.objects.bulk_create(
        Asset(fingerprint=path.rjust(64, "-")[-64:], size_bytes=1, kind=kind, state=AssetState.READY)
        for path in paths
    )
    MediaFile.objects.bulk_create(
        MediaFile(library=root, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT)
        for asset, path in zip(assets, paths, strict=True)
    )
    return assets


def _embed(units: Sequence[Unit], vectors: Vectors, *, space: str, model: str) -> None:
    halves = vectors.astype("<f2")
    Embedding.objects.bulk_create(
        (
            Embedding(unit=unit, space=space, model=model, at_ms=unit.start_ms, vector=half.tobytes())
            for unit, half in zip(units, halves, strict=True)
        ),
        batch_size=500,
    )


def _describe(units: Sequence[Unit], words: Words) -> Iterator[tuple[str, int]]:
    rest = iter(units)
    written = list(zip(words.written, islice(rest, len(words.written)), strict=True))
    titled = list(zip(words.titled, islice(rest, len(words.titled)), strict=True))
    named = list(zip(words.named, islice(rest, len(words.named)), strict=True))
    AssetMetadata.objects.bulk_create(AssetMetadata(asset_id=unit.asset_id, title=title) for title, unit in titled)
    described = described_texts([unit.asset_id for unit in units])
    fulltext.index_units(fulltext.TextRow(unit_id=unit, described=text) for unit, text in described.items())
    fulltext.index_units(fulltext.TextRow(unit_id=unit.pk, written=text) for text, unit in written)
    yield from ((text, unit.pk) for text, unit in (*written, *titled, *named))


def _tag(units: Sequence[Unit], words: Words) -> Iterator[tuple[str, int]]:
    at = iter(units)
    for key, count in words.tagged.items():
        above, _, name = key.partition("/")
        parent, _ = Tag.objects.get_or_create(
            key=above, defaults={"name": above, "kind": TagKind.PICTURE, "own": True}
        )
        tag = Tag.objects.create(key=key, name=name, parent=parent, kind=TagKind.PICTURE, own=True)
        shown = list(islice(at, count))
        TagVerdict.objects.bulk_create(TagVerdict(unit=unit, tag=tag, accepted=True) for unit in shown)
        yield from ((key, unit.pk) for unit in shown)


def _name_people(units: Sequence[Unit], words: Words) -> Iterator[tuple[str, int]]:
    at = iter(reversed(units))
    for name, count in words.people.items():
        person = Person.objects.create(name=name)
        shown = list(islice(at, count))
        Face.objects.bulk_create(
            Face(unit=unit, person=person, source=FaceSource.PERSON, model="", **_FACE) for unit in shown
        )
        yield from ((name, unit.pk) for unit in shown)


def _record(root: Library, recording: Recording, embedder: Embedder) -> Iterator[tuple[str, int]]:
    (asset,) = _assets(root, MediaKind.AUDIO, [recording.name])
    units = Unit.objects.bulk_create(
        Unit(asset=asset, kind=UnitKind.CLIP, position=at + 1, start_ms=at * _LINE_MS, end_ms=(at + 1) * _LINE_MS)
        for at in range(len(recording.lines))
    )
    transcript = TranscriptRecord.objects.create(asset=asset, source=TranscriptSource.MODEL, model="judged")
    lines = list(zip(units, recording.lines, strict=True))
    Speech.objects.bulk_create(Speech(unit=unit, transcript=transcript, text=line) for unit, line in lines)
    fulltext.index_units(fulltext.TextRow(unit_id=unit.pk, spoken=line) for unit, line in lines)
    vectors = embedder.embed_texts(recording.lines)
    _embed(units, vectors, space=f"speech:{embedder.info.name}", model=embedder.info.name)
    return ((line, unit.pk) for unit, line in lines)


def _tag_by_model(units: Sequence[Unit], vectors: Vectors, embedder: Embedder) -> None:
    """Tag the pictures as the worker would: wrong tags disturb answers, too."""
    tagger.forget()  # what it knows of an earlier catalogue
    vocabulary = load_vocabulary()
    info, folder = embedder.info, config().places.data / "tag-vectors"
    made = tagger.tagger_for(info.name, vocabulary, embedder=lambda: embedder, info=info, folder=folder)
    behind = tagger.backgrounds_of(made, folder=folder, digest=vocabulary.digest)
    rows = UnitVectors(
        unit_ids=np.array([unit.pk for unit in units]), at_ms=np.zeros(len(units), dtype=np.int64), vectors=vectors
    )
    model = tag_model(info.name, vocabulary)
    insert_scores(made.tags(rows, behind), model=model)
    current.choose({Stage.TAG: model})
