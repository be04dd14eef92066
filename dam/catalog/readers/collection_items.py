"""What was put into collections by hand, read: items in their order, covers, and which collections hold something."""

from collections import defaultdict
from collections.abc import Collection as Ids
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from dam.catalog.ids import among
from dam.catalog.models import Collection, CollectionItem
from dam.types import CollectionKind

COVERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a collection: an asset, or `[start_ms, end_ms)` of it; both 0 for the whole.

    `unit_id` is the shot or clip that is those times now, None for a whole asset or where there is none any more.
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
    return [as_item(row) for row in rows.order_by("position", "pk")]


def covers_of(collection_ids: Ids[int]) -> dict[int, list[Item]]:
    """Return the first few things of each of these collections."""
    found: dict[int, list[Item]] = defaultdict(list)
    for number in collection_ids:
        rows = CollectionItem.objects.filter(collection_id=number).order_by("position", "pk")[:COVERS]
        found[number] = [as_item(row) for row in rows]
    return dict(found)


def units_in(collection_id: int) -> QuerySet[CollectionItem]:
    """Return the items of a collection as a query, for conditions."""
    return CollectionItem.objects.filter(collection_id=collection_id)


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


def collections_with(asset_ids: Ids[int]) -> dict[int, int]:
    """Return how many things of these assets are in each collection that has any."""
    rows = CollectionItem.objects.filter(asset_id__in=among(asset_ids)).values_list("collection_id")
    return dict(rows.annotate(n=Count("pk")))


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
