"""What the search asks the catalogue: vectors to follow, and what the found units are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, QuerySet, Sum

from dam.catalog.ids import among, chunks
from dam.catalog.models import Embedding, MediaFile, Speech, Tombstone, Unit
from dam.types import FileState, MediaKind, UnitKind

_MEDIA_KINDS, _UNIT_KINDS = {kind.value: kind for kind in MediaKind}, {kind.value: kind for kind in UnitKind}
BLOCK_BITS = 16  # ids of a block: sums of their squares stay far below what an integer holds


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingKey:
    """One vector without its numbers: what it belongs to, and when in the asset."""

    id: int
    unit_id: int
    asset_id: int
    at_ms: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRow:
    """One vector: its key, and its numbers as little-endian fp16."""

    key: EmbeddingKey
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlace:
    """What a unit is, for ranking and sorting; `taken_at` is wall time, as if UTC."""

    unit_id: int
    asset_id: int
    kind: MediaKind
    unit_kind: UnitKind
    start_ms: int
    end_ms: int
    taken_at: datetime | None = None


_KEY_FIELDS = ("id", "unit_id", "unit__asset_id", "at_ms", "unit__asset__kind")


def embeddings_after(space: str, after_id: int, *, limit: int) -> list[EmbeddingRow]:
    """Return up to `limit` vectors of a space with ids above `after_id`, ascending."""
    return _rows(Embedding.objects.filter(space=space, id__gt=after_id).order_by("id")[:limit])


def embeddings_by_id(space: str, ids: Sequence[int]) -> list[EmbeddingRow]:
    """Return those of the asked vectors that are there."""
    return [
        row
        for some in chunks(ids)
        for row in _rows(Embedding.objects.filter(space=space, id__in=some).order_by("id"))
    ]


def embedding_ids_between(space: str, after_id: int, up_to_id: int) -> list[int]:
    """Return the ids of a space's vectors in `(after_id, up_to_id]`, ascending."""
    between = Embedding.objects.filter(space=space, id__gt=after_id, id__lte=up_to_id)
    return list(between.order_by("id").values_list("id", flat=True))


def embedding_blocks(space: str, *, up_to_id: int) -> dict[int, tuple[int, int, int]]:
    """Return for each block of ids of a space's vectors up to an id: how many, their sum, the sum of their squares.

    A block is `id >> BLOCK_BITS`; sums are of the rest of the id. They are answered from the index alone.
    """
    upto = Embedding.objects.filter(space=space, id__lte=up_to_id).order_by()
    rest = F("id") - F("block") * (1 << BLOCK_BITS)
    blocks = upto.annotate(block=F("id").bitrightshift(BLOCK_BITS)).values("block").annotate(rows=Count("id"))
    sums = blocks.annotate(
        rests=Sum(rest, output_field=BigIntegerField()), squares=Sum(rest * rest, output_field=BigIntegerField())
    )
    return {
        block: (rows, int(rests), int(squares))
        for block, rows, rests, squares in sums.values_list("block", "rows", "rests", "squares")
    }


def tombstones_after(space: str, after_id: int, *, limit: int) -> list[tuple[int, int]]:
    """Return (tombstone id, embedding id) of deleted vectors, ascending."""
    rows = Tombstone.objects.filter(space=space, id__gt=after_id).order_by("id")
    return list(rows.values_list("id", "embedding_id")[:limit])


def last_tombstone_id() -> int:
    """Return the highest id that a tombstone has, or 0."""
    return Tombstone.objects.order_by("-id").values_list("id", flat=True).first() or 0


def keys_can_come_late() -> bool:
    """Return whether a lower key can become visible after a higher one: not on SQLite, where writers take turns."""
    return connection.vendor != "sqlite"


def count_units() -> dict[UnitKind, int]:
    """Return how many units of each kind the catalogue has."""
    counts = dict(Unit.objects.order_by().values_list("kind").annotate(Count("pk")))
    return {kind: counts.get(kind.value, 0) for kind in UnitKind}


def visible_units(unit_ids: Collection[int], *, library_id: int | None = None) -> dict[int, UnitPlace]:
    """Return those units whose asset has a file that was not lost (in that library, if one is named).

    Files of a library that is offline count: they are only away.
    """
    files = MediaFile.objects.filter(asset=OuterRef("asset"), state=FileState.PRESENT)
    if library_id is not None:
        files = files.filter(library=library_id)
    rows = Unit.objects.filter(Exists(files), pk__in=among(unit_ids)).values_list(
        "pk", "asset_id", "asset__kind", "kind", "start_ms", "end_ms", "asset__taken_at"
    )
    return {
        pk: UnitPlace(
            unit_id=pk,
            asset_id=asset_id,
            kind=_MEDIA_KINDS[kind],
            unit_kind=_UNIT_KINDS[unit_kind],
            start_ms=start_ms,
            end_ms=end_ms,
            taken_at=taken_at,
        )
        for pk, asset_id, kind, unit_kind, start_ms, end_ms, taken_at in rows
        if kind
    }


def asset_paths(asset_ids: Collection[int], *, library_id: int | None = None) -> dict[int, str]:
    """Return for each asset the absolute path of one of its files, as shown to people.

    A file in an online library goes before one that is away; then the oldest row.
    """
    paths: dict[int, str] = {}
    for some in chunks(asset_ids):
        # Asked by asset alone: by their state, too, SQLite would read through all files that are present.
        files = MediaFile.objects.filter(asset__in=some)
        if library_id is not None:
            files = files.filter(library=library_id)
        rows = files.values_list("library__online", "pk", "asset_id", "library__root", "path", "state")
        here = (row for row in rows if row[-1] == FileState.PRESENT)
        for _, _, asset_id, root, path, _ in sorted(here, key=lambda row: (not row[0], row[1])):
            if asset_id is not None:
                paths.setdefault(asset_id, f"{root.rstrip('/')}/{path}")
    return paths


def spoken_words(unit_ids: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """Return, for clips with word times, their words as (text, start_ms)."""
    rows = Speech.objects.filter(unit__in=list(unit_ids)).values_list("unit_id", "words")
    return {unit_id: [(str(word[0]), int(word[1])) for word in words] for unit_id, words in rows}


def spoken_lines(unit_ids: Collection[int]) -> dict[int, str]:
    """Return what is said in clips; weak lines are left out."""
    return dict(Speech.objects.filter(unit__in=list(unit_ids), weak=False).values_list("unit_id", "text"))


def _rows(embeddings: QuerySet[Embedding]) -> list[EmbeddingRow]:
    return [
        EmbeddingRow(
            key=EmbeddingKey(id=pk, unit_id=unit_id, asset_id=asset_id, at_ms=at_ms, kind=kind), vector=bytes(vector)
        )
        for pk, unit_id, asset_id, at_ms, kind, vector in embeddings.values_list(*_KEY_FIELDS, "vector")
    ]
