"""What the indexer is doing, as a page that is asked for every second shows it: few queries, all on indexes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from dam.catalog.models import ActivePack, Asset, Library, MediaFile, StageRun
from dam.catalog.readers.browse import places_of
from dam.catalog.remembered import Remembered
from dam.types import AssetState, FileState, Stage, StageState

_RATE_WINDOW_S = 60  # shorter jumps about with large files, longer hides that it has slowed down
_MIN_WINDOW_S = 3.0  # the first finished files of a run say little about its rate
_SAMPLES = 5
_MAX_REASONS = 2_000
_TROUBLED = [AssetState.PARTIAL, AssetState.UNSUPPORTED, AssetState.QUARANTINED]
_MANY = 100_000  # assets; fewer are counted in some milliseconds, each time
_FRESH_S = 5.0
# What differs between two files with the same trouble: quoted names, paths and numbers.
_PARTICULARS = re.compile(r"“[^”]*”|'[^']*'|/\S+|\d[\d.,×]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """One stage: how many assets it has to do, has done, and how fast; `eta_s` None when nothing is known."""

    stage: Stage
    left: int
    running: int
    done: int
    failed: int
    per_minute: float
    eta_s: float | None

    @property
    def total(self) -> int:
        """All that this stage has or had to do."""
        return self.left + self.done + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What a worker holds now; `progress` 0..1."""

    asset_id: int
    name: str
    stage: Stage
    progress: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Files that are not simply ready, for one reason; `state` is the assets', or "skipped" for files."""

    state: str
    reason: str
    count: int
    asset_ids: tuple[int, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """One library and how many of its files are there."""

    id: int
    name: str
    root: str
    online: bool
    scanned_at: datetime | None
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """How far the whole library is: `pending` of `total` assets are not finished."""

    pending: int
    total: int

    @property
    def done(self) -> int:
        """How many are finished, in whatever state."""
        return self.total - self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The whole page."""

    ring: Ring
    waiting_files: int
    stages: tuple[StageProgress, ...]
    working: tuple[Working, ...]
    pack: str
    pack_building: str
    pack_waits: bool
    pack_note: str

    @property
    def eta_s(self) -> float | None:
        """Seconds until the slowest stage is done (the stages run beside each other)."""
        known = [stage.eta_s for stage in self.stages if stage.left and stage.eta_s is not None]
        return max(known) if known else None

    @property
    def busy(self) -> bool:
        """Tell whether anything is left to do."""
        return bool(self.waiting_files) or any(stage.left for stage in self.stages)


def ring() -> Ring:
    """Return how far the library is; the total of a large one is some seconds old."""
    pending = Asset.objects.filter(state=AssetState.PENDING).count()  # by its index: few, as a rule
    return Ring(pending=pending, total=max(pending, _total()))


def _count_assets() -> int:
    return Asset.objects.count()


_total = Remembered(_count_assets, fresh_s=_FRESH_S, worth=lambda count: count >= _MANY)


def activity() -> Activity:
    """Return what is going on."""
    pack = ActivePack.objects.first()
    return Activity(
        ring=ring(),
        waiting_files=MediaFile.objects.filter(state=FileState.PRESENT, asset__isnull=True).count(),
        stages=tuple(_stages()),
        working=tuple(_working()),
        pack=pack.name if pack else "",
        pack_building=pack.building if pack else "",
        pack_waits=bool(pack and pack.waits),
        pack_note=pack.note if pack else "",
    )


def failures() -> list[FailureGroup]:
    """Return what is not simply ready, grouped by reason, the largest group first."""
    troubled = Asset.objects.filter(state__in=_TROUBLED, files__state=FileState.PRESENT).distinct()
    assets = list(troubled.order_by("id").values_list("id", "state", "reason")[:_MAX_REASONS])
    names = places_of(pk for pk, _, _ in assets)
    groups: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for pk, state, reason in assets:
        where = names[pk].path if pk in names else f"asset {pk}"
        groups.setdefault((state, _kind_of(reason)), []).append((pk, where, reason))
    found = [
        FailureGroup(
            state=state,
            reason=rows[0][2],
            count=len(rows),
            asset_ids=tuple(pk for pk, _, _ in rows),
            samples=tuple(where for _, where, _ in rows[:_SAMPLES]),
        )
        for (state, _), rows in groups.items()
    ]
    return sorted(found + _skipped(), key=lambda group: -group.count)


def library_statuses() -> list[LibraryStatus]:
    """Return every library with its count of files."""
    counted = Library.objects.annotate(files_there=Count("files", filter=Q(files__state=FileState.PRESENT)))
    return [
        LibraryStatus(
            id=row.pk,
            name=row.name,
            root=row.root,
            online=row.online,
            scanned_at=row.scanned_at,
            files=row.files_there,
        )
        for row in counted.order_by("name", "id")
    ]


def _stages() -> Iterable[StageProgress]:
    now = timezone.now()
    counts: dict[str, dict[str, int]] = {}
    for stage, state, number in StageRun.objects.values_list("stage", "state").annotate(n=Count("id")):
        counts.setdefault(stage, {})[state] = number
    recent = StageRun.objects.filter(
        finished_at__gte=now - timedelta(seconds=_RATE_WINDOW_S), state=StageState.DONE
    ).values_list("stage")
    rates = {stage: (number, first) for stage, number, first in recent.annotate(n=Count("id"), at=Min("finished_at"))}
    for stage in Stage:
        of = counts.get(stage, {})
        if not of:
            continue
        left = of.get(StageState.DUE, 0) + of.get(StageState.RUNNING, 0)
        number, first = rates.get(stage, (0, now))
        per_second = number / max(_MIN_WINDOW_S, (now - first).total_seconds())
        yield StageProgress(
            stage=stage,
            left=left,
            running=of.get(StageState.RUNNING, 0),
            done=of.get(StageState.DONE, 0),
            failed=of.get(StageState.FAILED, 0),
            per_minute=60 * per_second,
            eta_s=left / per_second if left and number else None,
        )


def _working() -> Iterable[Working]:
    rows = list(
        StageRun.objects.filter(state=StageState.RUNNING)
        .order_by("id")
        .values_list("asset_id", "stage", "progress")[:8]
    )
    names = places_of(asset_id for asset_id, _, _ in rows)
    for asset_id, stage, progress in rows:
        name = names[asset_id].name if asset_id in names else f"asset {asset_id}"
        yield Working(asset_id=asset_id, name=name, stage=Stage(stage), progress=progress)


def _skipped() -> list[FailureGroup]:
    # XMP sidecars are read, and written by us: nothing is wrong with them.
    skipped = MediaFile.objects.filter(state=FileState.SKIPPED).exclude(path__iendswith=".xmp")
    rows = skipped.order_by("id").values_list("path", "reason")
    groups: dict[str, list[tuple[str, str]]] = {}
    for path, reason in rows[:_MAX_REASONS]:
        groups.setdefault(_kind_of(reason), []).append((path, reason))
    return [
        FailureGroup(
            state=FileState.SKIPPED,
            reason=of_kind[0][1],
            count=len(of_kind),
            asset_ids=(),
            samples=tuple(path for path, _ in of_kind[:_SAMPLES]),
        )
        for of_kind in groups.values()
    ]


def _kind_of(reason: str) -> str:
    return _PARTICULARS.sub("…", reason)
