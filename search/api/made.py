"""Collections made by hand: what is in each, in its order; made, filled, ordered, noted on and deleted."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.readers.collection_items import Item
from dam.catalog.writers.collection_items import LONGEST_NOTE
from dam.errors import CollectionError
from search.api.collections import Name
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers, missing
from search.api.guard import MAY_WRITE
from search.api.types import Body, BodyId, Cursor, Id, Limit, Text
from search.saved import made
from search.saved.made import Added, Made
from search.selection import Picked

router = Router()

_MOST = 20_000  # things that one request names
Note = Annotated[Text, Field(max_length=LONGEST_NOTE)]
Ids = Annotated[list[BodyId], Field(max_length=_MOST)]


class MadeOut(Schema):
    """A collection made by hand."""

    id: int
    name: str
    note: str
    created_at: datetime
    used_at: datetime = Field(description="When it was made, filled or used last.")
    count: int = Field(description="So many things are in it.")


class MadePage(Schema):
    """A page of them."""

    collections: list[MadeOut]
    next: str | None


class ItemOut(Schema):
    """One thing in a collection: an asset, or `[start_ms, end_ms)` of it; both 0 for the whole."""

    id: int
    asset_id: int
    unit_id: int | None = Field(description="The photo, shot or clip that is there now; null for a whole video.")
    start_ms: int
    end_ms: int
    note: str
    added_at: datetime


class ItemPage(Schema):
    """A page of what is in a collection, in its order."""

    items: list[ItemOut]
    next: str | None


class Things(Body):
    """Units (photos, shots, clips) and whole assets; what is not there is left out."""

    units: Ids = []
    assets: Ids = []


class NewMade(Things):
    """A collection to be made, with what is in it from the start: units first."""

    name: Name
    note: Note = ""


class MadeChange(Body):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    note: Note | None = None


class AddedOut(Schema):
    """What adding came to; `corrections` undo it."""

    collection: MadeOut
    added: int
    already: int = Field(description="So many were in it before.")
    corrections: list[int]


class ChangedMade(Schema):
    """A collection after a change; `corrections` undo it."""

    collection: MadeOut
    corrections: list[int]


class Which(Body):
    """Items, by their ids in the collection."""

    items: Annotated[list[BodyId], Field(min_length=1, max_length=_MOST)]


class Move(Which):
    """Items in the order in which they are to stand, and the item that they stand before; null: at the end."""

    before: BodyId | None = None


class ItemNote(Body):
    """The note of an item; “” takes it away."""

    note: Note


@router.get("", response=answers(MadePage, 400), summary="List collections made by hand")
def list_made_collections(request: HttpRequest, cursor: Cursor = None, limit: Limit = 60) -> Any:
    """Return them in the order in which they were made."""
    place = read_cursor(cursor, "made", {})
    after = int(place[0] or 0) if place else 0
    every = sorted((one for one in made.all_made() if one.id > after), key=lambda one: one.id)
    page = every[:limit]
    return MadePage(
        collections=[_out(one) for one in page],
        next=write_cursor("made", {}, [page[-1].id]) if len(every) > limit else None,
    )


@router.post(
    "", response=answers(AddedOut, 400, 415, success=201), auth=MAY_WRITE, summary="Make a collection by hand"
)
def make_collection(request: HttpRequest, body: NewMade) -> Any:
    """Make a collection of units and assets. 400 where the name is taken."""
    return Status(201, _added(made.create(body.name, _picked(body), note=body.note)))


@router.get("/{made_id}", response=answers(MadeOut, 404), summary="One collection made by hand")
def get_made_collection(request: HttpRequest, made_id: Id) -> Any:
    """Return a collection without what is in it."""
    return _out(_known(made_id))


@router.patch(
    "/{made_id}", response=answers(ChangedMade, 400, 404, 415), auth=MAY_WRITE, summary="Rename it, or note on it"
)
def change_made_collection(request: HttpRequest, made_id: Id, body: MadeChange) -> Any:
    """Give a collection another name, or another note."""
    _known(made_id)
    corrections: list[int | None] = []
    if body.name is not None:
        corrections.append(made.rename(made_id, body.name))
    if body.note is not None:
        corrections.append(made.note(made_id, body.note))
    return _changed(made_id, *corrections)


@router.delete(
    "/{made_id}",
    response=answers(None, 404, 415, success=204),
    auth=MAY_WRITE,
    summary="Delete a collection made by hand",
)
def delete_made_collection(request: HttpRequest, made_id: Id) -> Any:
    """Delete a collection, never what is in it."""
    _known(made_id)
    made.delete(made_id)
    return Status(204, None)


@router.get("/{made_id}/items", response=answers(ItemPage, 400, 404), summary="What is in it")
def list_items(request: HttpRequest, made_id: Id, cursor: Cursor = None, limit: Limit = 60) -> Any:
    """Return what is in a collection, in its order; the page after an item that was moved goes on from its place."""
    _known(made_id)
    listing = f"items of {made_id}"
    place = read_cursor(cursor, listing, {})
    every = made.items(made_id)
    if place:
        every = [item for item in every if (item.position, item.id) > (int(place[0] or 0), int(place[1] or 0))]
    page = every[:limit]
    return ItemPage(
        items=[_item(one) for one in page],
        next=write_cursor(listing, {}, [page[-1].position, page[-1].id]) if len(every) > limit else None,
    )


@router.post(
    "/{made_id}/items", response=answers(AddedOut, 400, 404, 415), auth=MAY_WRITE, summary="Add to a collection"
)
def add_items(request: HttpRequest, made_id: Id, body: Things) -> Any:
    """Put units, then assets, at the end; what is in it already stays where it is."""
    _known(made_id)
    return _added(made.add(made_id, _picked(body)))


@router.post(
    "/{made_id}/items/remove",
    response=answers(ChangedMade, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Take out of a collection",
)
def remove_items(request: HttpRequest, made_id: Id, body: Which) -> Any:
    """Take items out of a collection; the library keeps them."""
    _known(made_id)
    return _changed(made_id, made.remove(made_id, body.items)[1])


@router.post(
    "/{made_id}/items/move",
    response=answers(ChangedMade, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Order a collection",
)
def move_items(request: HttpRequest, made_id: Id, body: Move) -> Any:
    """Put items, in the order given, before another or at the end. 400 where that other is not in it."""
    _known(made_id)
    return _changed(made_id, made.move(made_id, body.items, before_id=body.before))


@router.patch(
    "/{made_id}/items/{item_id}",
    response=answers(ChangedMade, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Note on one thing in it",
)
def note_item(request: HttpRequest, made_id: Id, item_id: Id, body: ItemNote) -> Any:
    """Write the note of an item."""
    _known(made_id)
    if not any(item.id == item_id for item in made.items(made_id)):
        raise missing("item", item_id)
    return _changed(made_id, made.note_item(made_id, item_id, body.note))


def _known(made_id: int) -> Made:
    try:
        return made.get(made_id)
    except CollectionError as error:
        raise missing("collection", made_id) from error


def _picked(body: Things) -> list[Picked]:
    # The asset of a unit is looked up where it is written.
    return [
        *(Picked(asset_id=0, unit_id=unit) for unit in body.units),
        *(Picked(asset_id=asset) for asset in body.assets),
    ]


def _added(added: Added) -> AddedOut:
    return AddedOut(
        collection=_out(made.get(added.collection_id)),
        added=added.new,
        already=added.known,
        corrections=[added.correction] if added.correction else [],
    )


def _changed(made_id: int, *corrections: int | None) -> ChangedMade:
    return ChangedMade(collection=_out(_known(made_id)), corrections=[one for one in corrections if one is not None])


def _out(one: Made) -> MadeOut:
    return MadeOut(
        id=one.id,
        name=one.name,
        note=one.note,
        created_at=one.created_at,
        used_at=one.used_at,
        count=one.count,
    )


def _item(item: Item) -> ItemOut:
    return ItemOut(
        id=item.id,
        asset_id=item.asset_id,
        unit_id=item.unit_id,
        start_ms=item.start_ms,
        end_ms=item.end_ms,
        note=item.note,
        added_at=item.added_at,
    )
