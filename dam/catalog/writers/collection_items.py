"""Collections made by hand: made, filled, emptied, put in order, noted on; every change leaves what undoes it."""

from collections.abc import Collection as Ids
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dam.catalog import places_in_order
from dam.catalog.ids import among
from dam.catalog.models import Asset, Collection, CollectionItem, Unit
from dam.catalog.writers.collected_rows import Stretch, items_in, stretch_of, written
from dam.catalog.writers.collections import free_name, journal, locked, name_beside, short
from dam.errors import CollectionError
from dam.types import CollectionKind, MediaKind, UnitKind

MOST_ITEMS = 100_000  # in one collection
LONGEST_NOTE = 10_000
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is put into a collection: a unit, or with `unit_id` None the whole asset."""

    asset_id: int
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What adding came to: how many are new, how many were there already, and the correction that undoes it (None
    where nothing changed).
    """

    collection_id: int
    new: int
    known: int
    correction: int | None


def create_made(name: str, pieces: Sequence[Piece] = (), *, note: str = "") -> Added:
    """Make a collection with these things in it. Raises CollectionError for a name that is none or taken."""
    with transaction.atomic():
        row = Collection.objects.create(
            kind=CollectionKind.MADE, name=free_name(name), note=_note(note), visited_at=timezone.now()
        )
        new, known = _put_in(row, pieces)
        about = {"created": True, "items": {"take": [stretch_of(item) for item in new]}}
        correction = journal(row, f"“{short(row.name)}” is made", about)
    return Added(collection_id=row.pk, new=len(new), known=known, correction=correction)


def add_items(collection_id: int, pieces: Sequence[Piece]) -> Added:
    """Put things at the end of a collection; what is in it already stays where it is.

    Raises CollectionError where it is not there, was not made by hand, or would hold too many.
    """
    with transaction.atomic():
        row = _made(collection_id)
        new, known = _put_in(row, pieces)
        if not new:
            return Added(collection_id=row.pk, new=0, known=known, correction=None)
        about = {"items": {"take": [stretch_of(item) for item in new]}}
        correction = journal(row, f"{_things(len(new))} added to “{short(row.name)}”", about)
        Collection.objects.filter(pk=row.pk).update(visited_at=timezone.now())
    return Added(collection_id=row.pk, new=len(new), known=known, correction=correction)


def remove_items(collection_id: int, item_ids: Ids[int]) -> tuple[int, int | None]:
    """Take things out of a collection, never out of the library; returns how many, and what undoes it."""
    with transaction.atomic():
        row = _made(collection_id)
        gone = list(CollectionItem.objects.filter(collection=row, pk__in=among(item_ids)))
        if not gone:
            return 0, None
        about = {"items": {"put": written(gone)}}
        correction = journal(row, f"{_things(len(gone))} taken out of “{short(row.name)}”", about)
        CollectionItem.objects.filter(pk__in=among([item.pk for item in gone])).delete()
        return len(gone), correction


def move_items(collection_id: int, item_ids: Sequence[int], *, before_id: int | None) -> int | None:
    """Put things, in the order given, before another (None: at the end); returns what undoes it, None for no change.

    Only what moves is written, unless there is no room between two neighbours. Raises CollectionError.
    """
    with transaction.atomic():
        row = _made(collection_id)
        every = items_in(row.pk)
        by_id = {item.pk: item for item in every}
        moving = [by_id[pk] for pk in dict.fromkeys(item_ids) if pk in by_id]
        ids = {item.pk for item in moving}
        staying = [item for item in every if item.pk not in ids]
        if before_id is not None and before_id not in by_id:
            raise CollectionError("What they were to stand before is not in this collection any more.")
        if before_id in ids:  # it moves itself: what follows it stays its neighbour
            at = every.index(by_id[before_id])
            before_id = next((item.pk for item in every[at:] if item.pk not in ids), None)
        at = next((place for place, item in enumerate(staying) if item.pk == before_id), len(staying))
        return _arrange(row, staying, moving, at=at, said=f"{_things(len(moving))} moved in “{short(row.name)}”")


def order_items(collection_id: int, item_ids: Sequence[int]) -> int | None:
    """Put all of a collection into the order given; what is not named follows. Returns what undoes it."""
    with transaction.atomic():
        row = _made(collection_id)
        every = items_in(row.pk)
        rank = {pk: at for at, pk in enumerate(item_ids)}
        wanted = sorted(every, key=lambda item: rank.get(item.pk, len(rank)))
        if wanted == every:
            return None
        return _arrange(row, [], wanted, at=0, said=f"“{short(row.name)}” is in another order")


def note_item(collection_id: int, item_id: int, note: str) -> int | None:
    """Write a note on one thing in a collection; returns what undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = _made(collection_id)
        item = CollectionItem.objects.filter(collection=row, pk=item_id).first()
        if item is None:
            raise CollectionError("This is not in the collection any more.")
        text = _note(note)
        if text == item.note:
            return None
        about = {"items": {"notes": [[*stretch_of(item), item.note]]}}
        correction = journal(row, f"A note in “{short(row.name)}” is changed", about)
        item.note = text
        item.save(update_fields=["note"])
        return correction


def note_collection(collection_id: int, note: str) -> int | None:
    """Write the note of a collection; returns what undoes it. Raises CollectionError."""
    with transaction.atomic():
        row = _made(collection_id)
        text = _note(note)
        if text == row.note:
            return None
        correction = journal(row, f"The note of “{short(row.name)}” is changed", {"before": {"note": row.note}})
        row.note = text
        row.save(update_fields=["note"])
        return correction


def duplicate_made(collection_id: int) -> Added:
    """Make another collection with the same things, order and notes. Raises CollectionError."""
    with transaction.atomic():
        row = _made(collection_id)
        every = items_in(row.pk)
        copy = Collection.objects.create(
            kind=CollectionKind.MADE, name=name_beside(row.name), note=row.note, visited_at=timezone.now()
        )
        CollectionItem.objects.bulk_create(
            [
                CollectionItem(
                    collection=copy,
                    asset_id=item.asset_id,
                    unit_id=item.unit_id,
                    start_ms=item.start_ms,
                    end_ms=item.end_ms,
                    position=item.position,
                    note=item.note,
                )
                for item in every
            ],
            batch_size=_BATCH,
        )
        about = {"created": True, "items": {"take": [stretch_of(item) for item in every]}}
        correction = journal(copy, f"“{short(copy.name)}” is made", about)
    return Added(collection_id=copy.pk, new=len(every), known=0, correction=correction)


def visit_made(collection_id: int) -> None:
    """Remember that a collection was used: those used last are offered first."""
    Collection.objects.filter(pk=collection_id, kind=CollectionKind.MADE).update(visited_at=timezone.now())


def _put_in(row: Collection, pieces: Sequence[Piece]) -> tuple[list[CollectionItem], int]:
    """Write what is not there yet at the end; returns the new rows, and how many were there."""
    there = {stretch_of(item): item for item in items_in(row.pk)}
    wanted = _stretches(pieces)
    new = {stretch: unit for stretch, unit in wanted.items() if stretch not in there}
    if len(there) + len(new) > MOST_ITEMS:
        raise CollectionError(f"A collection holds at most {MOST_ITEMS:,} things: put the others into a second one.")
    last = max((item.position for item in there.values()), default=None)
    positions = places_in_order.after(last, len(new))
    if positions is None:
        _renumber(list(there.values()))
        positions = places_in_order.after((len(there) - 1) * places_in_order.STEP, len(new)) or []
    rows = [
        CollectionItem(collection=row, asset_id=asset, start_ms=start, end_ms=end, unit_id=unit, position=position)
        for ((asset, start, end), unit), position in zip(new.items(), positions, strict=True)
    ]
    CollectionItem.objects.bulk_create(rows, batch_size=_BATCH)
    return rows, len(wanted) - len(new)


def _stretches(pieces: Sequence[Piece]) -> Mapping[Stretch, int | None]:
    """Return asset and times of each thing, each once, with its unit; what is gone is left out.

    A photo and a whole recording are the whole asset, however they were chosen.
    """
    units = Unit.objects.filter(pk__in=among([one.unit_id for one in pieces if one.unit_id is not None]))
    of_unit = {
        pk: (asset, kind, position, start, end, asset_kind)
        for pk, asset, kind, position, start, end, asset_kind in units.values_list(
            "pk", "asset_id", "kind", "position", "start_ms", "end_ms", "asset__kind"
        )
    }
    whole = Asset.objects.filter(pk__in=among([one.asset_id for one in pieces if one.unit_id is None]))
    assets = dict(whole.values_list("pk", "kind"))
    photos = Unit.objects.filter(asset__in=among(assets), kind=UnitKind.PHOTO).values_list("asset_id", "pk")
    only_unit = dict(photos)
    found: dict[Stretch, int | None] = {}
    for one in pieces:
        if one.unit_id is None:
            if one.asset_id in assets:
                found.setdefault((one.asset_id, 0, 0), only_unit.get(one.asset_id))
        elif one.unit_id in of_unit:
            asset, kind, position, start, end, asset_kind = of_unit[one.unit_id]
            all_of_it = kind == UnitKind.PHOTO or (
                kind == UnitKind.CLIP and position == 0 and asset_kind == MediaKind.AUDIO
            )
            found.setdefault((asset, 0, 0) if all_of_it else (asset, start, end), one.unit_id)
    return found


def _arrange(
    row: Collection, staying: list[CollectionItem], moving: list[CollectionItem], *, at: int, said: str
) -> int | None:
    """Give `moving` places between what stays before and behind `at`; returns what undoes it, None for no change."""
    if not moving:
        return None
    before = staying[at - 1].position if at else None
    behind = staying[at].position if at < len(staying) else None
    old = {item.pk: item.position for item in (*staying, *moving)}
    places = places_in_order.between(before, behind, len(moving))
    if places is not None:
        for item, place in zip(moving, places, strict=True):
            item.position = place
    else:
        _renumber([*staying[:at], *moving, *staying[at:]], write=False)
    changed = [item for item in (*staying, *moving) if item.position != old[item.pk]]
    if not changed:
        return None
    about = {"items": {"places": [[*stretch_of(item), old[item.pk]] for item in changed]}}
    correction = journal(row, said, about)
    CollectionItem.objects.bulk_update(changed, ["position"], batch_size=_BATCH)
    return correction


def _renumber(items: Iterable[CollectionItem], *, write: bool = True) -> None:
    every = list(items)
    for at, item in enumerate(every):
        item.position = at * places_in_order.STEP
    if write:
        CollectionItem.objects.bulk_update(every, ["position"], batch_size=_BATCH)


def _made(collection_id: int) -> Collection:
    row = locked(collection_id)
    if row.kind != CollectionKind.MADE:
        raise CollectionError(f"“{short(row.name)}” is a saved search: it fills itself. Make a fixed copy of it.")
    return row


def _note(text: str) -> str:
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(cleaned) > LONGEST_NOTE:
        raise CollectionError(f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(cleaned):,}.")
    return cleaned


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"
