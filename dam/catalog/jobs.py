"""What is left to do: stage rows claimed under a lease, renewed while they run, finished or given back.

A row's life: DUE → (claim) RUNNING → DONE, or DUE again after a failed attempt, or FAILED after the last one. A
worker that dies leaves RUNNING rows behind; they can be claimed again once their lease has run out, or at once
by `release_dead` on the same machine.
"""

import os
import socket
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from dam.catalog.models import StageRun
from dam.catalog.settle import settle_assets
from dam.catalog.stage_rows import insert_due
from dam.types import Stage, StageState

# A worker's death says little about the file it held: it may have been killed, or another file of its batch was
# the poison. So losses are counted apart from failures, and a file is given up only after this many.
MAX_LOSSES = 10
RETRY_DELAYS_S = (2, 10)  # after the first and the second failed attempt


def worker_name() -> str:
    """Return this process's name as an owner of leases: host and process id."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def enqueue(asset_ids: Iterable[int], *, stage: Stage, model: str = "", priority: int = 0) -> int:
    """Add DUE rows where there is none yet for this stage and model; returns how many were asked for."""
    return enqueue_stages(asset_ids, [(stage, model)], priority=priority)


def enqueue_stages(asset_ids: Iterable[int], wanted: Iterable[tuple[Stage, str]], *, priority: int = 0) -> int:
    """Add DUE rows for several stages, each with its model, of several assets by one statement.

    Where there is a row already it stays as it is. Returns how many were asked for.
    """
    assets, stages = list(asset_ids), list(wanted)
    insert_due(assets, stages, priority=priority)
    return len(assets) * len(stages)


def claim(stage: Stage, *, owner: str, limit: int, lease_s: int, model: str | None = None) -> list[StageRun]:
    """Take at most `limit` rows of a stage for `owner`, by one UPDATE; two workers never get the same row.

    `model` restricts to rows of that model (None: any). Rows come back with their asset joined.
    """
    now = timezone.now()
    free = _free(now)
    waiting = StageRun.objects.filter(free, stage=stage)
    if model is not None:
        waiting = waiting.filter(model=model)
    # Looked up before the UPDATE, so that an idle worker's polling never takes SQLite's write lock.
    chosen = list(waiting.order_by("priority", "id").values_list("pk", flat=True)[:limit])
    if not chosen:
        return []
    # A claim has a token of its own, so that the rows just taken can be told from those taken before.
    token = f"{owner}#{uuid.uuid4().hex[:12]}"
    StageRun.objects.filter(free, pk__in=chosen).update(
        state=StageState.RUNNING,
        owner=token,
        lease_until=now + timedelta(seconds=lease_s),
        losses=F("losses") + 1,
        progress=0.0,
    )
    taken = list(StageRun.objects.filter(owner=token).select_related("asset").order_by("priority", "id"))
    worn_out = [run for run in taken if run.losses > MAX_LOSSES]
    for run in worn_out:
        give_up(run, "The program died each time while it worked on this file.")
    return [run for run in taken if run.losses <= MAX_LOSSES]


def renew(owner: str, *, lease_s: int) -> int:
    """Extend the leases of everything that `owner` holds; returns how many."""
    return StageRun.objects.filter(state=StageState.RUNNING, owner__startswith=f"{owner}#").update(
        lease_until=timezone.now() + timedelta(seconds=lease_s)
    )


def still_ours(run: StageRun) -> bool:
    """Tell whether the claim still holds: another worker may have taken over after a long pause."""
    return bool(ours([run]))


def ours(runs: Sequence[StageRun]) -> list[StageRun]:
    """Return those of the runs whose claim still holds, by one query."""
    held = set(
        StageRun.objects.filter(pk__in=[run.pk for run in runs], state=StageState.RUNNING).values_list("pk", "owner")
    )
    return [run for run in runs if (run.pk, run.owner) in held]


def report_progress(run: StageRun, share: float) -> None:
    """Note how far a long run is, 0..1."""
    StageRun.objects.filter(pk=run.pk, owner=run.owner).update(progress=max(0.0, min(1.0, share)))


def finish(runs: Sequence[StageRun], *, took_ms: int = 0, note: str = "") -> None:
    """Mark runs as done; call it in the transaction that writes their results. `note`: a partial result's reason."""
    now = timezone.now()
    StageRun.objects.filter(pk__in=[run.pk for run in runs]).update(
        state=StageState.DONE,
        owner="",
        lease_until=None,
        error=note,
        progress=1.0,
        losses=0,
        took_ms=took_ms // max(1, len(runs)),
        finished_at=now,
    )
    settle_assets([run.asset_id for run in runs])


def fail(run: StageRun, reason: str, *, max_attempts: int, final: bool = False) -> None:
    """Note a failed attempt: another one later, or FAILED after the last (or at once when `final`)."""
    attempts = run.attempts + 1
    if final or attempts >= max_attempts:
        run.attempts = attempts
        give_up(run, reason)
        return
    delay = RETRY_DELAYS_S[min(attempts, len(RETRY_DELAYS_S)) - 1]
    StageRun.objects.filter(pk=run.pk, owner=run.owner).update(
        state=StageState.DUE,
        owner="",
        lease_until=None,
        attempts=attempts,
        losses=0,
        error=reason,
        due_at=timezone.now() + timedelta(seconds=delay),
    )


def give_up(run: StageRun, reason: str) -> None:
    """Mark a run as failed for good, with its reason; the asset's state follows."""
    with transaction.atomic():
        StageRun.objects.filter(pk=run.pk).update(
            state=StageState.FAILED,
            owner="",
            lease_until=None,
            attempts=max(1, run.attempts),
            error=reason,
            finished_at=timezone.now(),
        )
        settle_assets([run.asset_id])


def give_back(runs: Sequence[StageRun], *, after_s: float = 0.0) -> None:
    """Make claimed runs due again, unharmed, `after_s` from now."""
    StageRun.objects.filter(pk__in=[run.pk for run in runs], state=StageState.RUNNING).update(
        state=StageState.DUE,
        owner="",
        lease_until=None,
        losses=0,
        due_at=timezone.now() + timedelta(seconds=after_s),
    )


def release(owner: str) -> int:
    """Give back everything that `owner` holds, unharmed (a clean stop); returns how many."""
    return StageRun.objects.filter(state=StageState.RUNNING, owner__startswith=f"{owner}#").update(
        state=StageState.DUE, owner="", lease_until=None, losses=F("losses") - 1, due_at=timezone.now()
    )


def release_dead() -> int:
    """Give back what processes of this machine held that are no longer alive; returns how many.

    To be called when a process starts, before its first claim.
    """
    host = socket.gethostname()[:40]
    owners = StageRun.objects.filter(state=StageState.RUNNING, owner__startswith=f"{host}:")
    dead = [owner for owner in set(owners.values_list("owner", flat=True)) if not is_alive(owner)]
    return StageRun.objects.filter(state=StageState.RUNNING, owner__in=dead).update(
        state=StageState.DUE, owner="", lease_until=None, due_at=timezone.now()
    )


def retry(*, asset_ids: Sequence[int] | None = None) -> int:
    """Make failed runs due again, of these assets or of all; returns how many."""
    failed = StageRun.objects.filter(state=StageState.FAILED)
    if asset_ids is not None:
        failed = failed.filter(asset_id__in=asset_ids)
    with transaction.atomic():
        assets = list(failed.values_list("asset_id", flat=True).distinct())
        count = failed.update(
            state=StageState.DUE, attempts=0, losses=0, error="", due_at=timezone.now(), finished_at=None
        )
        settle_assets(assets)
    return count


def any_left(stages: Iterable[Stage], *, model: str | None = None, asset_id: int | None = None) -> bool:
    """Tell whether anything of these stages is due or running (also what must wait before its next attempt)."""
    left = StageRun.objects.filter(state__in=[StageState.DUE, StageState.RUNNING], stage__in=list(stages))
    if asset_id is not None:
        left = left.filter(asset_id=asset_id)
    return (left if model is None else left.filter(model=model)).exists()


def any_due() -> bool:
    """Tell whether a claim would find something now."""
    return StageRun.objects.filter(_free(timezone.now())).exists()


def due_count(stages: Iterable[Stage], *, model: str | None = None) -> int:
    """Return how many rows of these stages a claim would find now."""
    due = StageRun.objects.filter(_free(timezone.now()), stage__in=list(stages))
    return (due if model is None else due.filter(model=model)).count()


def next_due_s() -> float | None:
    """Return in how many seconds the next waiting attempt is due (0: now), or None when nothing is left."""
    waiting = StageRun.objects.filter(state__in=[StageState.DUE, StageState.RUNNING])
    first = waiting.aggregate(due=Min("due_at", filter=Q(state=StageState.DUE)), lease=Min("lease_until"))
    moments = [moment for moment in first.values() if moment is not None]
    if not moments:
        return None
    return max(0.0, float((min(moments) - timezone.now()).total_seconds()))


def postpone(run: StageRun, reason: str, *, seconds: float) -> None:
    """Put a run off without counting an attempt: what it needs is not there now (an unplugged drive, disk space)."""
    StageRun.objects.filter(pk=run.pk, owner=run.owner).update(
        state=StageState.DUE,
        owner="",
        lease_until=None,
        losses=0,
        error=reason,
        due_at=timezone.now() + timedelta(seconds=seconds),
    )


def redo(asset_ids: Sequence[int], *, stage: Stage) -> int:
    """Make a finished stage due again (its results are gone or stale); returns how many."""
    with transaction.atomic():
        count = StageRun.objects.filter(asset_id__in=asset_ids, stage=stage).update(
            state=StageState.DUE, owner="", lease_until=None, attempts=0, losses=0, error="", due_at=timezone.now()
        )
        settle_assets(asset_ids)
    return count


def _free(now: datetime) -> Q:
    return Q(state=StageState.DUE, due_at__lte=now) | Q(state=StageState.RUNNING, lease_until__lt=now)


def is_alive(owner: str) -> bool:
    """Tell whether the process of this machine that holds leases as `owner` still runs."""
    pid = owner.partition("#")[0].rpartition(":")[2]
    # Our own id, held by a claim from before this start: a container gives the same id again and again.
    if not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, another user's
        pass
    return True
