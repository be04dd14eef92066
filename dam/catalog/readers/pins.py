"""Pinned queries, read: what each must find, where the runs found it, and what a pack has no vectors of yet."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from dam.catalog.models import Embedding, PinnedQuery, PinResult, PinRun, PinTurn, Unit
from dam.types import RunCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A search that must find an asset; `span_ms` is the stretch of it, None for the whole."""

    id: int
    asked: dict[str, str]
    asset_id: int
    span_ms: tuple[int, int] | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All pinned queries asked once; see PinRun. `recall` by k."""

    id: int
    at: datetime
    cause: RunCause
    pack: str
    compared: bool
    identity: str
    parts: dict[str, str]
    pins: int
    found: int
    recall: dict[int, float]
    mean_reciprocal_rank: float
    mean_rank: float | None
    took_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run found a pinned query's asset: `rank` from 1 on, or None."""

    rank: int | None
    score: float | None
    good: bool
    problem: str


def pins() -> list[Pin]:
    """Return every pinned query, the oldest first."""
    return [
        Pin(
            id=row.pk,
            asked={str(name): str(value) for name, value in row.asked.items()},
            asset_id=row.asset_id,
            span_ms=(row.start_ms, row.end_ms) if row.start_ms is not None and row.end_ms is not None else None,
            note=row.note,
            created_at=row.created_at,
        )
        for row in PinnedQuery.objects.order_by("pk")
    ]


def any_pins() -> bool:
    """Tell whether there is anything to run."""
    return PinnedQuery.objects.exists()


def runs(*, limit: int, compared: bool | None = None) -> list[Run]:
    """Return the last runs, the latest first; `compared` picks those of packs that were (not) in use."""
    rows = PinRun.objects.order_by("-pk")
    if compared is not None:
        rows = rows.filter(compared=compared)
    return [_run(row) for row in rows[:limit]]


def run_by_id(run_id: int) -> Run | None:
    """Return one run, or None."""
    row = PinRun.objects.filter(pk=run_id).first()
    return _run(row) if row else None


def places(run_ids: Collection[int]) -> dict[int, dict[int, Place]]:
    """Return, by run, the places by pinned query."""
    found: dict[int, dict[int, Place]] = defaultdict(dict)
    for row in PinResult.objects.filter(run__in=list(run_ids)):
        found[row.run_id][row.pin_id] = Place(rank=row.rank, score=row.score, good=row.good, problem=row.problem)
    return found


def pins_never_run() -> bool:
    """Tell whether some pinned query was in no run yet."""
    return PinnedQuery.objects.filter(results__isnull=True).exists()


def is_running() -> bool:
    """Tell whether some process is running them now."""
    return PinTurn.objects.filter(until__gt=timezone.now()).exists()


def span_at(asset_id: int, at_ms: int) -> tuple[int, int] | None:
    """Return the shot or spoken line of an asset that a moment lies in, the shortest of several; None for none."""
    units = Unit.objects.filter(asset_id=asset_id, start_ms__lte=at_ms, end_ms__gt=at_ms)
    spans = list(units.values_list("start_ms", "end_ms"))
    return min(spans, key=lambda span: span[1] - span[0], default=None)


def units_without(space: str, *, among: str) -> int:
    """Return how many units have a vector in the space `among`, but none in `space`."""
    there = Embedding.objects.filter(space=space, unit=OuterRef("unit"))
    return Embedding.objects.filter(~Exists(there), space=among).values("unit").distinct().count()


def has_vectors(space: str) -> bool:
    """Tell whether a space has any vector."""
    return Embedding.objects.filter(space=space).exists()


def units_in(space: str) -> int:
    """Return how many units have a vector in a space."""
    return Embedding.objects.filter(space=space).values("unit").distinct().count()


def _run(row: PinRun) -> Run:
    return Run(
        id=row.pk,
        at=row.at,
        cause=RunCause(row.cause),
        pack=row.pack,
        compared=row.compared,
        identity=row.identity,
        parts={str(name): str(value) for name, value in row.parts.items()},
        pins=row.pins,
        found=row.found,
        recall={int(k): float(share) for k, share in row.recall.items()},
        mean_reciprocal_rank=row.mean_reciprocal_rank,
        mean_rank=row.mean_rank,
        took_ms=row.took_ms,
    )
