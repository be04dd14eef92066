"""Which files have edited metadata still to be written to them: rows that are jobs, as `dam.catalog.jobs` has them.

DUE → (claim) RUNNING → DONE, or DUE again after a failed attempt, or FAILED after the last one. SHADOW is DONE for
now: it is claimed again once its time has come, to see whether the place can be written to.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from dam.catalog.ids import chunks
from dam.catalog.jobs import is_alive, worker_name
from dam.catalog.metadata_choices import write_mode
from dam.catalog.models import MediaFile, MetadataBase, MetadataWrite
from dam.types import FileState, WriteMode
from dam.types.metadata_write import WriteState

_BATCH = 400
MAX_ATTEMPTS = 3
MAX_LOSSES = 3  # the worker died each time: perhaps because of this file
RETRY_S = 30.0
SHADOW_RETRY_S = 600.0


def enqueue(asset_ids: Iterable[int]) -> int:
    """Make the writing of these assets' metadata due at each of their files; returns at how many.

    To be called in the transaction that changed `AssetMetadata`. Where the user wants nothing written, only the time
    of the edit is kept: it tells who is newer when another program changes the same field.
    """
    wanted = sorted(set(asset_ids))
    now = timezone.now()
    for some in chunks(wanted):
        MetadataBase.objects.filter(asset_id__in=some).update(edited_at=now)
    return make_due(wanted)


def make_due(asset_ids: Iterable[int]) -> int:
    """As `enqueue`, without an edit: what was edited before, or people who have names now."""
    if write_mode() is WriteMode.NONE:
        return 0
    files = 0
    for some in chunks(sorted(set(asset_ids))):
        rows = MediaFile.objects.filter(asset_id__in=some).exclude(state=FileState.SKIPPED)
        files += _make_due(list(rows.values_list("pk", flat=True)))
    return files


def _make_due(file_ids: Sequence[int]) -> int:
    now = timezone.now()
    for start in range(0, len(file_ids), _BATCH):
        some = file_ids[start : start + _BATCH]
        rows = MetadataWrite.objects.filter(file_id__in=some)
        rows.filter(state=WriteState.RUNNING).update(wanted_at=now)
        rows.exclude(state=WriteState.RUNNING).update(
            state=WriteState.DUE, wanted_at=now, due_at=now, attempts=0, losses=0, reason=""
        )
        MetadataWrite.objects.bulk_create(
            [MetadataWrite(file_id=file_id, wanted_at=now, due_at=now) for file_id in some], ignore_conflicts=True
        )
    return len(file_ids)


def claim(*, owner: str, lease_s: int) -> MetadataWrite | None:
    """Take one job for `owner`, by one UPDATE; two workers never get the same. None where nothing is due."""
    now = timezone.now()
    free = _free(now)
    # Looked up before the UPDATE, so that an idle worker's polling never takes SQLite's write lock.
    chosen = MetadataWrite.objects.filter(free).order_by("due_at").values_list("pk", flat=True).first()
    if chosen is None:
        return None
    token = f"{owner}#{uuid.uuid4().hex[:12]}"
    MetadataWrite.objects.filter(free, pk=chosen).update(
        state=WriteState.RUNNING,
        owner=token,
        lease_until=now + timedelta(seconds=lease_s),
        losses=F("losses") + 1,
    )
    job = MetadataWrite.objects.filter(owner=token).first()
    if job is not None and job.losses > MAX_LOSSES:
        give_up(job, "The program died each time while it worked on this file.")
        return None
    return job


def any_due() -> bool:
    """Tell whether a claim would find something now."""
    return MetadataWrite.objects.filter(_free(timezone.now())).exists()


def finish(job: MetadataWrite, state: WriteState, *, target: str = "", reason: str = "") -> None:
    """End a job that did its work; due again if the asset was edited meanwhile. `target`: where it was written."""
    now = timezone.now()
    ended: dict[str, object] = {"owner": "", "lease_until": None, "losses": 0, "attempts": 0, "reason": reason}
    if target:
        ended |= {"target": target, "written_at": now}
    retry_s = SHADOW_RETRY_S if state is WriteState.SHADOW else 0.0
    same = MetadataWrite.objects.filter(pk=job.pk, owner=job.owner, wanted_at=job.wanted_at)
    if not same.update(state=state, due_at=now + timedelta(seconds=retry_s), **ended):
        MetadataWrite.objects.filter(pk=job.pk, owner=job.owner).update(state=WriteState.DUE, due_at=now, **ended)


def fail(job: MetadataWrite, reason: str) -> None:
    """Note a failed attempt: another one later, or FAILED after the last."""
    attempts = job.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        job.attempts = attempts
        give_up(job, reason)
        return
    MetadataWrite.objects.filter(pk=job.pk, owner=job.owner).update(
        state=WriteState.DUE,
        owner="",
        lease_until=None,
        losses=0,
        attempts=attempts,
        reason=reason,
        due_at=timezone.now() + timedelta(seconds=RETRY_S),
    )


def give_up(job: MetadataWrite, reason: str, *, state: WriteState = WriteState.FAILED) -> None:
    """End a job for good, with its reason, until somebody asks again or the asset is edited."""
    MetadataWrite.objects.filter(pk=job.pk, owner=job.owner).update(
        state=state, owner="", lease_until=None, losses=0, attempts=job.attempts, reason=reason
    )


def postpone(job: MetadataWrite, reason: str, *, seconds: float) -> None:
    """Put a job off without counting an attempt: what it needs is not there now."""
    MetadataWrite.objects.filter(pk=job.pk, owner=job.owner).update(
        state=WriteState.DUE,
        owner="",
        lease_until=None,
        losses=0,
        reason=reason,
        due_at=timezone.now() + timedelta(seconds=seconds),
    )


def renew(owner: str, *, lease_s: int) -> int:
    """Extend the leases of everything that `owner` holds."""
    return MetadataWrite.objects.filter(state=WriteState.RUNNING, owner__startswith=f"{owner}#").update(
        lease_until=timezone.now() + timedelta(seconds=lease_s)
    )


def release(owner: str) -> int:
    """Give back everything that `owner` holds, unharmed (a clean stop)."""
    return MetadataWrite.objects.filter(state=WriteState.RUNNING, owner__startswith=f"{owner}#").update(
        state=WriteState.DUE, owner="", lease_until=None, losses=F("losses") - 1, due_at=timezone.now()
    )


def release_dead() -> int:
    """Give back what processes of this machine held that are no longer alive; to be called before the first claim."""
    host = worker_name().rpartition(":")[0]
    held = MetadataWrite.objects.filter(state=WriteState.RUNNING, owner__startswith=f"{host}:")
    dead = [owner for owner in set(held.values_list("owner", flat=True)) if not is_alive(owner)]
    return held.filter(owner__in=dead).update(state=WriteState.DUE, owner="", lease_until=None, due_at=timezone.now())


def retry() -> int:
    """Make due at once what failed, what can't be read, and what waits in the shadow tree; returns how many."""
    left = [WriteState.FAILED, WriteState.CONFLICT, WriteState.SHADOW]
    return MetadataWrite.objects.filter(state__in=left).update(
        state=WriteState.DUE, attempts=0, losses=0, reason="", due_at=timezone.now()
    )


def forget_due() -> int:
    """Drop what is due: the user wants nothing written any more. What was written stays noted."""
    return MetadataWrite.objects.filter(state=WriteState.DUE, written_at=None).delete()[0]


def _free(now: datetime) -> Q:
    waiting = Q(state__in=[WriteState.DUE, WriteState.SHADOW], due_at__lte=now)
    return waiting | Q(state=WriteState.RUNNING, lease_until__lt=now)
