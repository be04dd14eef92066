"""A catalogue of made-up media, written in bulk: for the tasks that search in it and weigh it."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from dam import wiring
from dam.catalog import fulltext
from dam.catalog.models import Asset, Embedding, Library, MediaFile, Speech, TranscriptRecord, Unit
from dam.ports import Vectors
from dam.types import AssetState, FileState, MediaKind, TranscriptSource, UnitKind
from tests.bench.measure import Report
from tests.bench.task import Settings
from tests.bench.vectors import around

PHOTOS, VIDEOS, SHOTS_A_VIDEO, FRAMES_A_SHOT, RECORDINGS, LINES_A_RECORDING = 10_000, 1_000, 10, 9, 50, 40
_QUICK = 20  # times smaller
_BATCH = 5_000
_SHOT_MS, _LINE_MS = 6_000, 4_000

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "silver")
THINGS = ("car", "boat", "house", "tree", "tower", "bicycle", "bridge", "tent", "lighthouse", "train")
PLACES = ("at sunset", "at night", "by the sea", "in the mountains", "in the city", "in the snow", "in a field")


def captions() -> list[str]:
    """Return 560 texts: what the pictures show, and what is said and asked."""
    return [f"{colour} {thing} {place}" for place, thing, colour in product(PLACES, THINGS, COLOURS)]


def measure(settings: Settings) -> Report:
    """Write 10,000 photos, 10,000 shots with 9 vectors each, and 2,000 spoken lines; nothing is measured."""
    part = _QUICK if settings.quick else 1
    embedder = wiring.embedder()
    texts = captions()
    rng = np.random.default_rng(0)
    library = Library.objects.create(name="bench", root="/bench")
    photos = _assets(library, MediaKind.PHOTO, PHOTOS // part)
    units = _units(photos, UnitKind.PHOTO, 1, length_ms=0)
    videos = _assets(library, MediaKind.VIDEO, VIDEOS // part)
    shots = _units(videos, UnitKind.SHOT, SHOTS_A_VIDEO, length_ms=_SHOT_MS)
    looks = [(unit, 0) for unit in units]
    looks += [(unit, unit.start_ms + 500 * frame) for unit in shots for frame in range(FRAMES_A_SHOT)]
    info = embedder.info
    _embeddings(looks, around(rng, embedder.embed_texts(texts), len(looks)), space=info.space, model=info.name)
    described = (f"{texts[number % len(texts)]} holiday {number}" for number in range(len(units)))
    fulltext.index_units(
        fulltext.TextRow(unit_id=unit.pk, described=text) for unit, text in zip(units, described, strict=True)
    )
    _speech(_assets(library, MediaKind.AUDIO, max(1, RECORDINGS // part)), texts)
    return Report()


def _assets(library: Library, kind: MediaKind, count: int) -> list[Asset]:
    assets = Asset.objects.bulk_create(
        [
            Asset(
                fingerprint=f"{kind.value}-{number}".rjust(64, "0"), size_bytes=1, kind=kind, state=AssetState.READY
            )
            for number in range(count)
        ],
        batch_size=_BATCH,
    )
    paths = [f"{kind.value}/{number // 500:03d}/{number:05d}" for number in range(count)]
    files = [
        MediaFile(library=library, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT)
        for asset, path in zip(assets, paths, strict=True)
    ]
    MediaFile.objects.bulk_create(files, batch_size=_BATCH)
    return assets


def _units(assets: Sequence[Asset], kind: UnitKind, each: int, *, length_ms: int) -> list[Unit]:
    return Unit.objects.bulk_create(
        [
            Unit(asset=asset, kind=kind, position=place, start_ms=place * length_ms, end_ms=(place + 1) * length_ms)
            for asset in assets
            for place in range(each)
        ],
        batch_size=_BATCH,
    )


def _embeddings(looks: Sequence[tuple[Unit, int]], vectors: Vectors, *, space: str, model: str) -> None:
    halves = vectors.astype("<f2")

    def rows(start: int) -> Iterator[Embedding]:
        for (unit, at_ms), half in zip(looks[start : start + _BATCH], halves[start : start + _BATCH], strict=True):
            yield Embedding(unit=unit, space=space, model=model, at_ms=at_ms, vector=half.tobytes())

    for start in range(0, len(looks), _BATCH):
        Embedding.objects.bulk_create(rows(start))


def _speech(assets: Sequence[Asset], texts: Sequence[str]) -> None:
    embedder = wiring.embedder()
    records = TranscriptRecord.objects.bulk_create(
        [TranscriptRecord(asset=asset, source=TranscriptSource.MODEL, model="m", language="en") for asset in assets]
    )
    clips = _units(assets, UnitKind.CLIP, LINES_A_RECORDING, length_ms=_LINE_MS)
    lines = [f"and then we saw the {texts[(7 * number) % len(texts)]}" for number in range(len(clips))]
    Speech.objects.bulk_create(
        [
            Speech(unit=clip, transcript=records[number // LINES_A_RECORDING], text=line, words=_words(clip, line))
            for number, (clip, line) in enumerate(zip(clips, lines, strict=True))
        ],
        batch_size=_BATCH,
    )
    fulltext.index_units(
        fulltext.TextRow(unit_id=clip.pk, spoken=line) for clip, line in zip(clips, lines, strict=True)
    )
    vectors = embedder.embed_texts(lines)
    name = embedder.info.name
    _embeddings([(clip, clip.start_ms) for clip in clips], vectors, space=f"speech:{name}", model=name)


def _words(clip: Unit, line: str) -> list[tuple[str, int, int, float]]:
    return [
        (word, clip.start_ms + 300 * place, clip.start_ms + 300 * place + 250, 0.9)
        for place, word in enumerate(line.split())
    ]
