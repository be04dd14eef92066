"""What was put into collections by hand, read: items in their order, covers, and which collections hold something."""

from collections import defaultdict
from collections.abc import Collection as Ids
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from dam.catalog.ids import among
from dam.catalog.models import Asset, Collection, CollectionItem, Unit
from dam.catalog.readers.picked import units_of_assets
from dam.types import CollectionKind

COVERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a collection: an asset, or `[start_ms, end_ms)` of it; both 0 for the whole.

    `unit_id` is the photo, shot or clip that was put in, or the one that shares most of its time now; None for a
    whole video, and where nothing lies there any more.
    """

    id: int
    asset_id: int
    unit_id: int | None
    start_ms: int
    end_ms: int
    position: int
    note: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCollection:
    """A collection made by hand, with how many things are in it, and when it was filled last."""

    id: int
    name: str
    note: str
    created_at: datetime
    used_at: datetime
    count: int


def made_collections() -> list[MadeCollection]:
    """Return the collections made by hand, the last used first."""
    every = [_made(row) for row in _counted()]
    return sorted(every, key=lambda made: (made.used_at, made.id), reverse=True)


def made_collection(collection_id: int) -> MadeCollection | None:
    """Return one of them, or None."""
    row = _counted().filter(pk=collection_id).first()
    return _made(row) if row else None


def made_named(name: str) -> MadeCollection | None:
    """Return the one of this name, in any case; None where there is none."""
    wanted = " ".join(name.split()).casefold()
    return next((made for made in made_collections() if made.name.casefold() == wanted), None)


def items_of(collection_id: int) -> list[Item]:
    """Return what is in a collection, in its order."""
    rows = CollectionItem.objects.filter(collection_id=collection_id, collection__kind=CollectionKind.MADE)
    return _with_units([as_item(row) for row in rows.order_by("position", "pk")])


def covers_of(collection_ids: Ids[int]) -> dict[int, list[Item]]:
    """Return the first few things of each of these collections."""
    place = Window(RowNumber(), partition_by="collection_id", order_by=["position", "pk"])
    rows = CollectionItem.objects.filter(collection_id__in=among(collection_ids)).annotate(place=place)
    found: dict[int, list[Item]] = defaultdict(list)
    for row in rows.filter(place__lte=COVERS).order_by("collection_id", "place"):
        found[row.collection_id].append(as_item(row))
    return dict(found)


def units_in(collection_id: int) -> list[int]:
    """Return the units that are in a collection, in its order; a whole asset stands for what shows it."""
    items = items_of(collection_id)
    shown = units_of_assets([item.asset_id for item in items if not item.end_ms])
    units = (
        unit
        for item in items
        for unit in (shown.get(item.asset_id, []) if not item.end_ms else [item.unit_id])
        if unit is not None
    )
    return list(dict.fromkeys(units))


def as_item(row: CollectionItem) -> Item:
    """Return what is told of an item."""
    return Item(
        id=row.pk,
        asset_id=row.asset_id,
        unit_id=row.unit_id,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        position=row.position,
        note=row.note,
        added_at=row.added_at,
    )


def dates_of(asset_ids: Ids[int]) -> dict[int, datetime]:
    """Return when these assets were taken, where it is known: wall time, as if UTC."""
    rows = Asset.objects.filter(pk__in=among(asset_ids), taken_at__isnull=False)
    return {pk: taken for pk, taken in rows.values_list("pk", "taken_at") if taken is not None}


def collections_of(asset_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the collections that an asset, or some of it, is in, by name."""
    rows = Collection.objects.filter(kind=CollectionKind.MADE, items__asset_id=asset_id).distinct()
    return sorted(rows.values_list("pk", "name"), key=lambda row: row[1].casefold())


def _with_units(items: list[Item]) -> list[Item]:
    """Give stretches whose shot or clip was cut anew the unit that shares most of their time, an equal one first."""
    lost = {item.asset_id for item in items if item.unit_id is None and item.end_ms}
    if not lost:
        return items
    units: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    rows = Unit.objects.filter(asset_id__in=among(lost)).order_by("-kind", "start_ms", "pk")  # shots before clips
    for pk, asset_id, start_ms, end_ms in rows.values_list("pk", "asset_id", "start_ms", "end_ms"):
        units[asset_id].append((pk, start_ms, end_ms))
    return [
        replace(item, unit_id=_nearest(item, units[item.asset_id])) if item.unit_id is None and item.end_ms else item
        for item in items
    ]


def _nearest(item: Item, units: Ids[tuple[int, int, int]]) -> int | None:
    """Return the unit that overlaps a stretch best: by the share of what both cover that they have in common."""
    best, found = 0.0, None
    for pk, start_ms, end_ms in units:
        shared = min(end_ms, item.end_ms) - max(start_ms, item.start_ms)
        both = max(end_ms, item.end_ms) - min(start_ms, item.start_ms)
        if shared > 0 and shared / both > best:
            best, found = shared / both, pk
    return found


def _counted() -> QuerySet[Collection]:
    rows = Collection.objects.filter(kind=CollectionKind.MADE).defer("seen", "shown")
    return rows.annotate(item_count=Count("items"), filled_at=Max("items__added_at"))


def _made(row: Collection) -> MadeCollection:
    filled = row.filled_at  # type: ignore[attr-defined]
    return MadeCollection(
        id=row.pk,
        name=row.name,
        note=row.note,
        created_at=row.created_at,
        used_at=max(moment for moment in (filled, row.visited_at, row.created_at) if moment is not None),
        count=row.item_count,  # type: ignore[attr-defined]
    )
