"""Collections made, renamed, changed, visited, counted and deleted; what a person changed can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dam.catalog.models import Collection, Correction
from dam.catalog.writers.collected_rows import items_in, undo_items, written
from dam.errors import CollectionError

SUBJECT = "collections"
MOST_KEPT = 1_000  # units remembered as seen: as many hits as pages go through
_LONGEST_NAME = 120
_SUMMARY_NAME = 60
# Of a collection; what was only counted is counted again.
_KEPT = ("kind", "name", "note", "asked", "visited_at", "seen", "shown", "created_at")
_DATES = ("visited_at", "created_at")


def create_collection(
    name: str, *, asked: Mapping[str, str], shown: Iterable[int] = (), at: datetime | None = None
) -> Collection:
    """Make a living collection; `shown` units were on the page at `at` and are not new. Raises CollectionError."""
    ids = _some(shown)
    with transaction.atomic():
        return Collection.objects.create(
            name=free_name(name), asked=dict(asked), seen=ids, shown=ids, visited_at=at, count=len(ids)
        )


def rename_collection(collection_id: int, name: str) -> int:
    """Give a collection another name; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = locked(collection_id)
        wanted = free_name(name, but=row.pk)
        return _change(row, f"“{short(row.name)}” is called “{short(wanted)}”", name=wanted)


def change_search(
    collection_id: int, asked: Mapping[str, str], *, shown: Iterable[int] = (), at: datetime | None = None
) -> int:
    """Give a collection another search, whose `shown` hits are not new; returns the correction that undoes it.

    Raises CollectionError.
    """
    ids = _some(shown)
    with transaction.atomic():
        row = locked(collection_id)
        changed = {"asked": dict(asked), "seen": ids, "shown": ids, "visited_at": at}
        return _change(row, f"“{short(row.name)}” has another search", **changed)


def mark_all_seen(collection_id: int, shown: Iterable[int], *, at: datetime) -> int:
    """Let nothing of what is there now be new; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = locked(collection_id)
        ids = _some([*shown, *row.shown])
        changed = {"seen": ids, "shown": ids, "visited_at": at, "new_count": 0}
        return _change(row, f"All of “{short(row.name)}” counts as seen", **changed)


def delete_collection(collection_id: int) -> int:
    """Delete a collection, never what is in it; returns the correction that undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = locked(collection_id)
        about: dict[str, Any] = {"before": _written(row, _KEPT)}
        items = items_in(row.pk)
        if items:
            about["items"] = {"put": written(items)}
        correction = journal(row, f"“{short(row.name)}” is deleted", about)
        row.delete()
        return correction


def undo(correction_id: int) -> bool:
    """Put a collection back as it was before a change; False when that was undone already, or it is gone."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=correction_id, subject=SUBJECT, undone=False).first()
        if row is None or not _put_back(row.inverse):
            return False
        row.undone = True
        row.save(update_fields=["undone"])
        return True


def _put_back(inverse: Mapping[str, Any]) -> bool:
    number = inverse["collection"]
    before: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _DATES and value else value
        for name, value in inverse.get("before", {}).items()
    }
    if "name" in before:
        before["name"] = name_beside(before["name"], but=number)
    if "kind" in before:  # the whole of it: it was deleted
        created = before.pop("created_at")
        Collection.objects.update_or_create(pk=number, defaults=before)
        Collection.objects.filter(pk=number).update(created_at=created)
    elif not Collection.objects.filter(pk=number).update(**before, counted_at=None):
        return False
    if "items" in inverse:
        undo_items(number, inverse["items"])
    if inverse.get("created") and not items_in(number):  # what was added later stays, and with it the collection
        Collection.objects.filter(pk=number).delete()
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


def locked(collection_id: int) -> Collection:
    """Return a collection to change within a transaction. Raises CollectionError where it is gone."""
    row = Collection.objects.select_for_update().filter(pk=collection_id).first()
    if row is None:
        raise CollectionError("This collection is not there any more.")
    return row


def journal(row: Collection, summary: str, about: Mapping[str, Any]) -> int:
    """Remember how a change is undone, `before` by fields, `items` as `undo_items` takes. Returns the correction."""
    inverse = {"collection": row.pk, **about}
    return Correction.objects.create(subject=SUBJECT, summary=summary, inverse=inverse).pk


def free_name(name: str, *, but: int | None = None) -> str:
    """Return a name as it is stored. Raises CollectionError for none, one too long, and one that is taken."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST_NAME:
        raise CollectionError(f"A collection needs a name of at most {_LONGEST_NAME} characters.")
    if _taken(wanted, but=but):
        raise CollectionError(f"There is a collection called “{wanted}” already.")
    return wanted


def name_beside(name: str, *, but: int | None = None) -> str:
    """Return a name that is free: the same, or the same with a number."""
    found, number = name, 2
    while _taken(found, but=but):
        found, number = f"{name[: _LONGEST_NAME - 5]} {number}", number + 1
    return found


def short(name: str) -> str:
    """Return a name as summaries have it."""
    return name if len(name) <= _SUMMARY_NAME else f"{name[: _SUMMARY_NAME - 1]}…"


def _change(row: Collection, summary: str, **fields: Any) -> int:
    correction = journal(row, summary, {"before": _written(row, [name for name in fields if name != "new_count"])})
    for name, value in fields.items():
        setattr(row, name, value)
    if "asked" in fields:
        row.counted_at = None
    row.save(update_fields=[*fields, "counted_at"])
    return correction


def _written(row: Collection, fields: Iterable[str]) -> dict[str, Any]:
    before = {name: getattr(row, name) for name in fields}
    return before | {name: before[name].isoformat() for name in _DATES if before.get(name)}


def _taken(name: str, *, but: int | None) -> bool:
    others = Collection.objects.exclude(pk=but) if but is not None else Collection.objects.all()
    return name.casefold() in {other.casefold() for other in others.values_list("name", flat=True)}


def _some(unit_ids: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(unit_ids))[:MOST_KEPT]
