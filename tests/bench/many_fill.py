"""A catalogue of many vectors, written in bulk, and its index built: for the two tasks after it."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any, TypeVar

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from dam import wiring
from dam.catalog import fulltext
from dam.catalog.models import (
    Asset,
    Embedding,
    Library,
    MediaFile,
    Speech,
    Tag,
    TagScore,
    TranscriptRecord,
    Unit,
)
from dam.config import config
from dam.types import AssetState, FileState, MediaKind, TagKind, TranscriptSource, UnitKind
from search.vectors.index import SpaceIndex
from tests.bench.fill import THINGS, captions
from tests.bench.measure import OURS, Figure, Report
from tests.bench.mixture import Mixture
from tests.bench.task import Settings

MODEL = "bench"
PICTURES, SPEECH = f"picture:{MODEL}", f"speech:{MODEL}"

_SHARE_OF_PHOTOS = 0.4  # of all vectors; the others are of shots
_FRAMES_A_SHOT, _SHOTS_A_VIDEO, _SHOT_MS, _LINE_MS = 10, 12, 6_000, 4_000
_LINES_A_RECORDING = 40
_LINES = 50  # a spoken line for so many vectors
_TAGGED = 20  # one photo of so many has a tag
_BATCH = 2_000
_Row = TypeVar("_Row")


def measure(settings: Settings) -> Report:
    """Write the catalogue, follow it once, and time the building of what a start reads."""
    count, dimensions = settings.vectors, settings.dimensions
    with transaction.atomic():
        _fill(count, dimensions)
    index = SpaceIndex(PICTURES, dimensions, make_store=wiring.vector_store, snapshots=config().places.snapshots)
    began = time.perf_counter()
    index.catch_up()
    read_s = time.perf_counter() - began
    began = time.perf_counter()
    if not index.save_if_worth_it(least=1):
        raise RuntimeError("the index was not built")
    built_s = time.perf_counter() - began
    what = f"{count:,} × {dimensions}"
    return Report(
        figures=(
            Figure(what=f"{what}: read from the catalogue", who=OURS, value=read_s, unit="s", note="no snapshot yet"),
            Figure(
                what=f"{what}: index built and saved",
                who=OURS,
                value=built_s,
                unit="s",
                note="on one core, beside searches",
            ),
        ),
        line={"n": count, "dimensions": dimensions, "build_s": round(built_s, 1)},
    )


def _fill(count: int, dimensions: int) -> None:
    """Write photos, shots of ten vectors each, spoken lines, words and tags."""
    library = Library.objects.create(name="bench", root="/bench")
    photos = int(count * _SHARE_OF_PHOTOS)
    shots = -(-(count - photos) // _FRAMES_A_SHOT)
    lines = max(_LINES_A_RECORDING, count // _LINES)
    photo_units = _units(library, MediaKind.PHOTO, UnitKind.PHOTO, photos, 1, 0)
    shot_units = _units(library, MediaKind.VIDEO, UnitKind.SHOT, shots, _SHOTS_A_VIDEO, _SHOT_MS)
    clip_units = _units(library, MediaKind.AUDIO, UnitKind.CLIP, lines, _LINES_A_RECORDING, _LINE_MS)
    looks = chain(
        ((unit.pk, 0) for unit in photo_units),
        ((unit.pk, unit.start_ms + 500 * frame) for unit in shot_units for frame in range(_FRAMES_A_SHOT)),
    )
    mixture = Mixture.of(count, dimensions)
    rows = (row for some in mixture.rows(count) for row in some.astype("<f2"))
    _embed(zip(islice(looks, count), rows, strict=True), PICTURES)
    texts = captions()
    fulltext.index_units(
        fulltext.TextRow(unit_id=unit.pk, described=f"{texts[number % len(texts)]} holiday {number % 5_000}")
        for number, unit in enumerate(photo_units)
    )
    _tag(photo_units)
    _say(clip_units, texts, mixture)


def _units(library: Library, media: MediaKind, kind: UnitKind, count: int, each: int, length_ms: int) -> list[Unit]:
    first = datetime(2005, 1, 1, tzinfo=UTC)
    assets = _write(
        Asset,
        (
            Asset(
                fingerprint=f"{media.value}-{number}".rjust(64, "0"),
                size_bytes=1,
                kind=media,
                state=AssetState.READY,
                taken_at=first + timedelta(minutes=7 * number),
            )
            for number in range(-(-count // each))
        ),
    )
    paths = [f"{media.value}/{number // 500:04d}/{number:06d}" for number in range(len(assets))]
    _write(
        MediaFile,
        (
            MediaFile(library=library, asset=asset, raw_path=path.encode(), path=path, state=FileState.PRESENT)
            for asset, path in zip(assets, paths, strict=True)
        ),
    )
    places = islice(((asset, place) for asset in assets for place in range(each)), count)
    return _write(
        Unit,
        (
            Unit(asset=asset, kind=kind, position=place, start_ms=place * length_ms, end_ms=(place + 1) * length_ms)
            for asset, place in places
        ),
    )


def _tag(units: list[Unit]) -> None:
    tags = [
        Tag.objects.get_or_create(key=thing, defaults={"name": thing, "kind": TagKind.PICTURE})[0] for thing in THINGS
    ]
    _write(
        TagScore,
        (
            TagScore(unit=unit, tag=tags[number % len(tags)], model=MODEL, certainty=0.9)
            for number, unit in enumerate(units[::_TAGGED])
        ),
    )


def _say(units: list[Unit], texts: list[str], mixture: Mixture) -> None:
    records = {
        asset_id: TranscriptRecord(asset_id=asset_id, source=TranscriptSource.MODEL, model=MODEL, language="en")
        for asset_id in dict.fromkeys(unit.asset_id for unit in units)
    }
    TranscriptRecord.objects.bulk_create(records.values())
    lines = [f"and then we saw the {texts[(7 * number) % len(texts)]}" for number in range(len(units))]
    _write(
        Speech,
        (
            Speech(unit=unit, transcript=records[unit.asset_id], text=line, words=[])
            for unit, line in zip(units, lines, strict=True)
        ),
    )
    fulltext.index_units(
        fulltext.TextRow(unit_id=unit.pk, spoken=line) for unit, line in zip(units, lines, strict=True)
    )
    rng = np.random.default_rng(4)
    vectors = mixture.around(rng.integers(0, len(mixture.centres), len(units)), rng).astype("<f2")
    _embed((((unit.pk, unit.start_ms), row) for unit, row in zip(units, vectors, strict=True)), SPEECH)


def _embed(looks: Iterable[tuple[tuple[int, int], NDArray[Any]]], space: str) -> None:
    """Write vectors of (unit, at_ms) plainly: a million objects would take as long as all the rest."""
    table = connection.ops.quote_name(Embedding._meta.db_table)
    statement = f"INSERT INTO {table} (unit_id, space, model, at_ms, vector) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608 - our own name
    values = ((unit, space, MODEL, at_ms, row.tobytes()) for (unit, at_ms), row in looks)
    with connection.cursor() as cursor:
        for some in _batches(values):
            cursor.executemany(statement, some)


def _write(model: Any, rows: Iterable[_Row]) -> list[_Row]:
    return [row for some in _batches(iter(rows)) for row in model.objects.bulk_create(some)]


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while some := list(islice(rows, _BATCH)):
        yield some
