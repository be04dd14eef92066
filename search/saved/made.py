"""Collections made by hand: made, filled, put in order, noted on, copied; what each holds, as its page shows it.

    added = create("Pitch deck", picked)              # added.collection_id, .new, .known, .correction
    add(added.collection_id, picked)                  # again: nothing is in it twice
    move(added.collection_id, [item], before_id=None)

Every change returns the correction that takes it back. Items are an asset and times, so they stay when shots are cut
anew.
"""

from collections.abc import Sequence
from enum import StrEnum

from dam.catalog.readers.browse import Place, places_of
from dam.catalog.readers.collection_items import (
    Item,
    MadeCollection,
    dates_of,
    items_of,
    made_collection,
    made_collections,
)
from dam.catalog.words import folded
from dam.catalog.writers import collection_items as writer
from dam.catalog.writers import collections as names
from dam.catalog.writers.collection_items import Added, Piece
from dam.errors import CollectionError
from search.saved import collections
from search.selection import Picked, everything

__all__ = [
    "Added",
    "Made",
    "Order",
    "add",
    "all_made",
    "create",
    "delete",
    "duplicate",
    "fixed_copy",
    "get",
    "items",
    "keep_order",
    "move",
    "note",
    "note_item",
    "remove",
    "remove_picked",
    "rename",
]

Made = MadeCollection


class Order(StrEnum):
    """The order in which a collection's page shows what is in it."""

    HAND = ""
    DATE = "date"  # the newest first; without one last
    NAME = "name"
    ADDED = "added"  # what was put in last first


def all_made() -> list[Made]:
    """Return the collections made by hand, the last used first."""
    return made_collections()


def get(collection_id: int) -> Made:
    """Return one of them. Raises CollectionError where there is none."""
    found = made_collection(collection_id)
    if found is None:
        raise CollectionError("This collection is not there any more.")
    return found


def items(collection_id: int, *, order: Order = Order.HAND) -> list[Item]:
    """Return what is in a collection, in its own order or another."""
    found = items_of(collection_id)
    if order is Order.HAND or not found:
        return found
    if order is Order.ADDED:
        return sorted(found, key=lambda item: (item.added_at, item.position), reverse=True)
    assets = {item.asset_id for item in found}
    if order is Order.NAME:
        places = places_of(assets)
        return sorted(found, key=lambda item: (_name(places.get(item.asset_id)), item.asset_id, item.start_ms))
    dates = dates_of(assets)
    dated = [item for item in found if dates.get(item.asset_id)]
    dated.sort(key=lambda item: (-dates[item.asset_id].timestamp(), -item.asset_id, item.start_ms))
    return dated + [item for item in found if not dates.get(item.asset_id)]


def create(name: str, picked: Sequence[Picked] = (), *, note: str = "") -> Added:
    """Make a collection. Raises CollectionError for a name that is none, too long or taken."""
    return writer.create_made(name, _pieces(picked), note=note)


def add(collection_id: int, picked: Sequence[Picked]) -> Added:
    """Put things at its end; what is in it already stays where it is. Raises CollectionError."""
    return writer.add_items(collection_id, _pieces(picked))


def remove(collection_id: int, item_ids: Sequence[int]) -> tuple[int, int | None]:
    """Take items out; returns how many, and the correction. The library keeps them. Raises CollectionError."""
    return writer.remove_items(collection_id, item_ids)


def remove_picked(collection_id: int, picked: Sequence[Picked]) -> tuple[int, int | None]:
    """Take out what a selection names: a unit, or an asset as a whole."""
    units = {one.unit_id for one in picked if one.unit_id is not None}
    assets = {one.asset_id for one in picked if one.unit_id is None}
    gone = [
        item.id
        for item in items_of(collection_id)
        if item.unit_id in units or (item.asset_id in assets and (not item.end_ms or item.unit_id is None))
    ]
    return writer.remove_items(collection_id, gone)


def move(collection_id: int, item_ids: Sequence[int], *, before_id: int | None) -> int | None:
    """Put items, in the order given, before another, or at the end. Raises CollectionError."""
    return writer.move_items(collection_id, item_ids, before_id=before_id)


def keep_order(collection_id: int, order: Order) -> int | None:
    """Make another order the collection's own. Raises CollectionError."""
    return writer.order_items(collection_id, [item.id for item in items(collection_id, order=order)])


def note(collection_id: int, text: str) -> int | None:
    """Write the note of a collection. Raises CollectionError."""
    return writer.note_collection(collection_id, text)


def note_item(collection_id: int, item_id: int, text: str) -> int | None:
    """Write the note of one item. Raises CollectionError."""
    return writer.note_item(collection_id, item_id, text)


def rename(collection_id: int, name: str) -> int:
    """Give it another name. Raises CollectionError."""
    return names.rename_collection(collection_id, name)


def duplicate(collection_id: int) -> Added:
    """Make another with the same items, order and notes. Raises CollectionError."""
    return writer.duplicate_made(collection_id)


def delete(collection_id: int) -> int:
    """Delete it, never what is in it. Raises CollectionError."""
    return names.delete_collection(collection_id)


def fixed_copy(saved_id: int) -> Added:
    """Make a collection of what a saved search finds now, in its order.

    Raises CollectionError, SelectionError, QueryError, EngineError.
    """
    saved = collections.get(saved_id)
    return create(names.name_beside(saved.name), everything(collections.query_of(saved)))


def _pieces(picked: Sequence[Picked]) -> list[Piece]:
    return [Piece(asset_id=one.asset_id, unit_id=one.unit_id) for one in picked]


def _name(place: Place | None) -> str:
    return folded(place.name) if place else ""
