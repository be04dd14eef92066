"""What a taught tag learns from: its verdicts, and stored vectors, those of its examples and those of the library."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from numpy.typing import NDArray

from dam.catalog.ids import IDS_A_QUERY, chunks
from dam.catalog.models import Embedding, Tag, TagVerdict, TaughtTag
from dam.ports import Vectors
from dam.types import TagKind

_ROWS_A_READ = 8192  # 512 dimensions in fp16: 8 MB at a time
_PATIENCE = 8  # rounds of drawing ids at random before taking what comes, where most ids are of other spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """Vectors with what they belong to; row for row: `vectors` (n, d) float32, the other columns (n,) int64."""

    unit_ids: NDArray[np.int64]
    asset_ids: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.unit_ids)

    def where(self, keep: NDArray[np.bool_]) -> "VectorRows":
        """Return the rows that a mask keeps."""
        return VectorRows(
            unit_ids=self.unit_ids[keep],
            asset_ids=self.asset_ids[keep],
            at_ms=self.at_ms[keep],
            vectors=self.vectors[keep],
        )


def verdicts_of(tag_id: int) -> dict[int, bool]:
    """Return what people said of a tag: unit → yes or no."""
    return dict(TagVerdict.objects.filter(tag_id=tag_id).values_list("unit_id", "accepted"))


def usable_verdicts(tag_id: int, *, space: str) -> tuple[int, int, datetime | None]:
    """Return how many units marked yes, and how many marked no, have a vector in a space, and when the last was."""
    vectors = Embedding.objects.filter(unit_id=OuterRef("unit_id"), space=space)
    said = TagVerdict.objects.filter(Exists(vectors), tag_id=tag_id)
    counts = said.aggregate(yes=Count("pk", filter=Q(accepted=True)), every=Count("pk"), last=Max("said_at"))
    return counts["yes"], counts["every"] - counts["yes"], counts["last"]


def taught_tags() -> list[Tag]:
    """Return the tags that are taught by examples, by name: made for it, or of the vocabulary and taught besides."""
    taught = Q(kind=TagKind.TAUGHT) | Exists(TaughtTag.objects.filter(tag=OuterRef("pk")))
    return list(Tag.objects.filter(taught, retired=False).order_by("name"))


def classifiers(space: str) -> list[TaughtTag]:
    """Return the classifiers over one space."""
    return list(TaughtTag.objects.filter(space=space, tag__retired=False).select_related("tag"))


def vectors_of(unit_ids: Collection[int], *, space: str) -> VectorRows:
    """Return the vectors of these units in one space; units without any are left out."""
    parts = [_rows(Embedding.objects.filter(space=space, unit_id__in=some)) for some in chunks(sorted(unit_ids))]
    return _joined(parts)


def every_vector(space: str) -> Iterator[VectorRows]:
    """Yield all vectors of a space, some thousands at a time."""
    last = 0
    while True:
        found = Embedding.objects.filter(space=space, pk__gt=last).order_by("pk")[:_ROWS_A_READ]
        some = list(found.values_list(*_COLUMNS, "pk"))
        if some:
            last = some[-1][-1]
            yield _as_rows([row[:-1] for row in some])
        if len(some) < _ROWS_A_READ:
            return


def some_vectors(space: str, *, number: int, seed: int) -> VectorRows:
    """Return about `number` vectors drawn at random from a space, all of them where there are fewer.

    The same seed draws the same, as long as the library stays as it is.
    """
    of_space = Embedding.objects.filter(space=space)
    ends = of_space.aggregate(low=Min("pk"), high=Max("pk"))
    low, high = ends["low"], ends["high"]
    if low is None:
        return _joined([])
    if high - low < 4 * number and of_space.count() <= number:
        return _rows(of_space.order_by("pk"))
    draw = np.random.default_rng(seed)
    parts: list[VectorRows] = []
    for _ in range(_PATIENCE):
        ids = draw.integers(low, high, size=IDS_A_QUERY, endpoint=True)
        parts.append(_rows(of_space.filter(pk__in=np.unique(ids).tolist()).order_by("pk")))
        if sum(len(part) for part in parts) >= number:
            break
    else:
        parts.append(_rows(of_space.order_by("pk")[:number]))
    drawn = _joined(parts)
    return drawn.where(np.arange(len(drawn)) < number)


def count_vectors(space: str) -> int:
    """Return how many vectors a space has."""
    return Embedding.objects.filter(space=space).count()


_COLUMNS = ("unit_id", "unit__asset_id", "at_ms", "vector")


def _rows(found: QuerySet[Embedding]) -> VectorRows:
    return _as_rows(list(found.values_list(*_COLUMNS)))


def _as_rows(found: list[tuple[int, int, int, bytes]]) -> VectorRows:
    if not found:
        return _joined([])
    # A spoilt row must not cost the others: what has not the common length is left out.
    size = len(found[0][3])
    whole = [row for row in found if len(row[3]) == size]
    halves = np.frombuffer(b"".join(bytes(row[3]) for row in whole), dtype="<f2").reshape(len(whole), -1)
    rows = VectorRows(
        unit_ids=np.array([row[0] for row in whole], dtype=np.int64),
        asset_ids=np.array([row[1] for row in whole], dtype=np.int64),
        at_ms=np.array([row[2] for row in whole], dtype=np.int64),
        vectors=halves.astype(np.float32),
    )
    good = np.asarray(np.isfinite(rows.vectors).all(axis=1), dtype=np.bool_)
    return rows if bool(good.all()) else rows.where(good)


def _joined(parts: list[VectorRows]) -> VectorRows:
    filled = [part for part in parts if len(part)]
    if not filled:
        none = np.empty(0, dtype=np.int64)
        return VectorRows(unit_ids=none, asset_ids=none, at_ms=none, vectors=np.empty((0, 0), dtype=np.float32))
    return VectorRows(
        unit_ids=np.concatenate([part.unit_ids for part in filled]),
        asset_ids=np.concatenate([part.asset_ids for part in filled]),
        at_ms=np.concatenate([part.at_ms for part in filled]),
        vectors=np.concatenate([part.vectors for part in filled]),
    )
