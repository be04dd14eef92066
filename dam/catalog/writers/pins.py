"""Pinned queries made and removed, their runs recorded, and the turn by which processes run them one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from dam.catalog.models import Asset, Correction, PinnedQuery, PinResult, PinRun, PinTurn
from dam.errors import CollectionError
from dam.types import RunCause

SUBJECT = "pins"
_MOST_PINS = 1_000  # each is a search: a run of more would take minutes
_MOST_RUNS = 500
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where a pinned query found what it must find: `rank` from 1 on, None where it is not among the hits.

    `problem` says why it could not be asked.
    """

    pin_id: int
    rank: int | None = None
    score: float | None = None
    good: bool = False
    problem: str = ""


def add_pin(
    asked: Mapping[str, str], asset_id: int, *, span_ms: tuple[int, int] | None = None, note: str = ""
) -> PinnedQuery:
    """Pin a query to an asset, or to a stretch of it; the same one again only takes the note.

    Raises CollectionError.
    """
    if not Asset.objects.filter(pk=asset_id).exists():
        raise CollectionError("What this search must find is not there any more.")
    words = " ".join(note.split())[:_LONGEST_NOTE]
    start_ms, end_ms = span_ms or (None, None)
    with transaction.atomic():
        same = PinnedQuery.objects.filter(asset_id=asset_id, start_ms=start_ms, end_ms=end_ms)
        for row in same:
            if row.asked == dict(asked):
                row.note = words or row.note
                row.save(update_fields=["note"])
                return row
        if PinnedQuery.objects.count() >= _MOST_PINS:
            raise CollectionError(f"There are {_MOST_PINS:,} pinned queries already. Remove some first.")
        return PinnedQuery.objects.create(
            asked=dict(asked), asset_id=asset_id, start_ms=start_ms, end_ms=end_ms, note=words
        )


def remove_pin(pin_id: int) -> int:
    """Remove a pinned query with its places in past runs; returns the correction that brings both back.

    Raises CollectionError.
    """
    with transaction.atomic():
        row = PinnedQuery.objects.select_for_update().filter(pk=pin_id).first()
        if row is None:
            raise CollectionError("This pinned query is not there any more.")
        results = PinResult.objects.filter(pin=row).order_by("run_id")
        inverse = {
            "pin": [row.pk, row.asked, row.asset_id, row.start_ms, row.end_ms, row.note, row.created_at.isoformat()],
            "results": [list(each) for each in results.values_list("run_id", "rank", "score", "good", "problem")],
        }
        summary = f"“{row.asked.get('q', '')}” is pinned no more"
        row.delete()
        return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=inverse).pk


def undo(correction_id: int) -> bool:
    """Bring a removed pinned query back; False when that was done, or what it must find is gone."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None:
            return False
        pin_id, asked, asset_id, start_ms, end_ms, note, created = row.inverse["pin"]
        if not Asset.objects.filter(pk=asset_id).exists():
            return False
        fields = {"asked": asked, "asset_id": asset_id, "start_ms": start_ms, "end_ms": end_ms, "note": note}
        PinnedQuery.objects.update_or_create(pk=pin_id, defaults=fields)
        PinnedQuery.objects.filter(pk=pin_id).update(created_at=datetime.fromisoformat(created))
        _restore_results(pin_id, row.inverse["results"])
        row.undone = True
        row.save(update_fields=["undone"])
        return True


def record_run(
    placings: Sequence[Placing],
    *,
    cause: RunCause,
    pack: str,
    compared: bool,
    identity: tuple[str, Mapping[str, str]],
    measures: Mapping[str, Any],
    took_ms: int,
) -> int:
    """Write a run with its results; returns its id. `identity` is (digest, parts), `measures` the fields of PinRun.

    A query that was removed meanwhile is left out; beyond the most that are kept the oldest runs go.
    """
    digest, parts = identity
    with transaction.atomic():
        run = PinRun.objects.create(
            cause=cause,
            pack=pack,
            compared=compared,
            identity=digest,
            parts=dict(parts),
            pins=len(placings),
            took_ms=took_ms,
            **measures,
        )
        there = set(PinnedQuery.objects.values_list("pk", flat=True))
        PinResult.objects.bulk_create(
            [
                PinResult(
                    run=run,
                    pin_id=each.pin_id,
                    rank=each.rank,
                    score=each.score,
                    good=each.good,
                    problem=each.problem,
                )
                for each in placings
                if each.pin_id in there
            ],
            batch_size=100,
        )
        old = list(PinRun.objects.order_by("-pk").values_list("pk", flat=True)[_MOST_RUNS:])
        PinRun.objects.filter(pk__in=old).delete()
        return run.pk


def take_turn(owner: str, *, now: datetime, lease: timedelta) -> bool:
    """Claim the turn to run, by one UPDATE; False while another process has it."""
    PinTurn.objects.get_or_create(pk=1)
    free = Q(until__isnull=True) | Q(until__lt=now) | Q(owner=owner)
    return bool(PinTurn.objects.filter(free, pk=1).update(owner=owner, until=now + lease))


def end_turn(owner: str) -> None:
    """Let another process have the turn."""
    PinTurn.objects.filter(pk=1, owner=owner).update(owner="", until=None)


def _restore_results(pin_id: int, results: Sequence[Sequence[Any]]) -> None:
    runs = set(PinRun.objects.values_list("pk", flat=True))
    PinResult.objects.bulk_create(
        [
            PinResult(pin_id=pin_id, run_id=run_id, rank=rank, score=score, good=good, problem=problem)
            for run_id, rank, score, good, problem in results
            if run_id in runs
        ],
        batch_size=100,
        ignore_conflicts=True,
    )
