"""Collections made, renamed, changed, visited, counted and deleted; what a person changed can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dam.catalog.models import Collection, Correction
from dam.errors import CollectionError

SUBJECT = "collections"
MOST_KEPT = 1_000  # units remembered as seen: as many hits as pages go through
_LONGEST_NAME = 120
_SUMMARY_NAME = 60
# Of a collection; what was only counted is counted again.
_KEPT = ("kind", "name", "asked", "visited_at", "seen", "shown", "created_at")
_DATES = ("visited_at", "created_at")


def create_collection(
    name: str, *, asked: Mapping[str, str], shown: Iterable[int] = (), at: datetime | None = None
) -> Collection:
    """Make a living collection; `shown` units were on the page at `at` and are not new. Raises CollectionError."""
    ids = _some(shown)
    with transaction.atomic():
        return Collection.objects.create(
            name=_free_name(name), asked=dict(asked), seen=ids, shown=ids, visited_at=at, count=len(ids)
        )


def rename_collection(collection_id: int, name: str) -> int:
    """Give a collection another name; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = _locked(collection_id)
        wanted = _free_name(name, but=row.pk)
        return _change(row, f"“{_short(row.name)}” is called “{_short(wanted)}”", name=wanted)


def change_search(
    collection_id: int, asked: Mapping[str, str], *, shown: Iterable[int] = (), at: datetime | None = None
) -> int:
    """Give a collection another search, whose `shown` hits are not new; returns the correction that undoes it.

    Raises CollectionError.
    """
    ids = _some(shown)
    with transaction.atomic():
        row = _locked(collection_id)
        changed = {"asked": dict(asked), "seen": ids, "shown": ids, "visited_at": at}
        return _change(row, f"“{_short(row.name)}” has another search", **changed)


def mark_all_seen(collection_id: int, shown: Iterable[int], *, at: datetime) -> int:
    """Let nothing of what is there now be new; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = _locked(collection_id)
        ids = _some([*shown, *row.shown])
        changed = {"seen": ids, "shown": ids, "visited_at": at, "new_count": 0}
        return _change(row, f"All of “{_short(row.name)}” counts as seen", **changed)


def delete_collection(collection_id: int) -> int:
    """Delete a collection, never what is in it; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = _locked(collection_id)
        correction = _journal(row, f"“{_short(row.name)}” is deleted", _KEPT)
        row.delete()
        return correction


def undo(correction_id: int) -> bool:
    """Put a collection back as it was before a change; False when that was undone already."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None:
            return False
        before: dict[str, Any] = {
            name: datetime.fromisoformat(value) if name in _DATES and value else value
            for name, value in row.inverse["before"].items()
        }
        number = row.inverse["collection"]
        if "name" in before:
            before["name"] = _name_beside(before["name"], but=number)
        if "kind" in before:  # the whole of it: it was deleted
            created = before.pop("created_at")
            Collection.objects.update_or_create(pk=number, defaults=before)
            Collection.objects.filter(pk=number).update(created_at=created)
        elif not Collection.objects.filter(pk=number).update(**before, counted_at=None):
            return False
        row.undone = True
        row.save(update_fields=["undone"])
        return True


def record_visit(
    collection_id: int,
    *,
    seen: Sequence[int],
    shown: Sequence[int],
    count: int,
    covers: Sequence[int],
    at: datetime,
) -> None:
    """Remember that a collection was opened: the units seen before this visit, those shown in it, too, and counts."""
    Collection.objects.filter(pk=collection_id).update(
        seen=_some(seen),
        shown=_some(shown),
        visited_at=at,
        count=count,
        new_count=0,
        covers=list(covers),
        counted_at=at,
        problem="",
    )


def record_count(
    collection_id: int, *, count: int, new_count: int, covers: Sequence[int], at: datetime, problem: str = ""
) -> None:
    """Remember what a collection's search finds, for pages that show it without searching."""
    Collection.objects.filter(pk=collection_id).update(
        count=count, new_count=new_count, covers=list(covers), counted_at=at, problem=problem
    )


def record_problem(collection_id: int, problem: str, *, at: datetime) -> None:
    """Remember why a collection could not be counted; the last counts stay."""
    Collection.objects.filter(pk=collection_id).update(problem=problem, counted_at=at)


def _locked(collection_id: int) -> Collection:
    row = Collection.objects.select_for_update().filter(pk=collection_id).first()
    if row is None:
        raise CollectionError("This collection is not there any more.")
    return row


def _change(row: Collection, summary: str, **fields: Any) -> int:
    correction = _journal(row, summary, [name for name in fields if name != "new_count"])
    for name, value in fields.items():
        setattr(row, name, value)
    if "asked" in fields:
        row.counted_at = None
    row.save(update_fields=[*fields, "counted_at"])
    return correction


def _journal(row: Collection, summary: str, fields: Iterable[str]) -> int:
    before = {name: getattr(row, name) for name in fields}
    before |= {name: before[name].isoformat() for name in _DATES if before.get(name)}
    inverse = {"collection": row.pk, "before": before}
    return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=inverse).pk


def _free_name(name: str, *, but: int | None = None) -> str:
    """Return a name as it is stored. Raises CollectionError for none, one too long, and one that is taken."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST_NAME:
        raise CollectionError(f"A collection needs a name of at most {_LONGEST_NAME} characters.")
    if _taken(wanted, but=but):
        raise CollectionError(f"There is a collection called “{wanted}” already.")
    return wanted


def _name_beside(name: str, *, but: int) -> str:
    """Return a name that is free: the same, or the same with a number."""
    found, number = name, 2
    while _taken(found, but=but):
        found, number = f"{name[: _LONGEST_NAME - 5]} {number}", number + 1
    return found


def _taken(name: str, *, but: int | None) -> bool:
    others = Collection.objects.exclude(pk=but) if but is not None else Collection.objects.all()
    return name.casefold() in {other.casefold() for other in others.values_list("name", flat=True)}


def _some(unit_ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(unit_ids))[:MOST_KEPT]


def _short(name: str) -> str:
    return name if len(name) <= _SUMMARY_NAME else f"{name[: _SUMMARY_NAME - 1]}…"
