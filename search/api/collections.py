"""Collections that live: saved searches, what each finds now, and what of that is new."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from dam.catalog.readers.collections import SavedSearch, saved_search
from dam.types import UnitKind
from search.answer.asked import stated
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers, missing
from search.api.guard import MAY_WRITE
from search.api.search import SORTS, search_out
from search.api.search_schemas import Grouping, Order, SearchOut
from search.api.types import A_NUMBER, Body, Cursor, Id, Limit, Text
from search.rank import STRICTEST
from search.saved import collections

router = Router()

Name = Annotated[Text, Field(min_length=1, max_length=120)]


class SearchState(Body):
    """A search with everything that its page's address holds."""

    q: Annotated[Text, Field(min_length=1, max_length=2000)]
    kind: UnitKind | None = None
    sort: Order = Order.RELEVANCE
    group: Grouping | None = None
    strict: Annotated[int, Field(ge=-STRICTEST, le=STRICTEST), A_NUMBER] = 0


class CollectionOut(Schema):
    """A saved search with what was counted last."""

    id: int
    name: str
    search: dict[str, str] = Field(description="The parameters of its results page.")
    created_at: datetime
    visited_at: datetime | None = Field(description="When its page was opened last.")
    counted_at: datetime | None = Field(description="When it was counted last; null: it will be.")
    count: int = Field(description="So many good hits.")
    new_count: int = Field(description="So many of them came since it was opened last.")
    problem: str = Field(description="Why it could not be counted, or “”.")


class CollectionPage(Schema):
    """A page of collections."""

    collections: list[CollectionOut]
    next: str | None


class CollectionResults(SearchOut):
    """What a collection finds now."""

    new: list[int] = Field(description="The units among all good hits that came since it was opened last.")


class NewCollection(Body):
    """A search to be saved."""

    name: Name
    search: SearchState


class CollectionChange(Body):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    search: SearchState | None = None


class ChangedCollection(Schema):
    """A collection after a change; `corrections` undo it."""

    collection: CollectionOut
    corrections: list[int]


@router.get("", response=answers(CollectionPage, 400), summary="List collections")
def list_collections(request: HttpRequest, cursor: Cursor = None, limit: Limit = 60) -> Any:
    """Return the collections in the order in which they were made; nothing is searched."""
    place = read_cursor(cursor, "collections", {})
    after = int(place[0] or 0) if place else 0
    every = sorted((saved for saved in collections.all_saved() if saved.id > after), key=lambda saved: saved.id)
    page = every[:limit]
    return CollectionPage(
        collections=[_out(saved) for saved in page],
        next=write_cursor("collections", {}, [page[-1].id]) if len(every) > limit else None,
    )


@router.post("", response=answers(CollectionOut, 400, 415, success=201), auth=MAY_WRITE, summary="Save a search")
def save_collection(request: HttpRequest, body: NewCollection) -> Any:
    """Save a search under a name; what it finds now is not new. 400 where the name is taken."""
    return Status(201, _out(collections.create(body.name, _parameters(body.search))))


@router.get("/{collection_id}", response=answers(CollectionOut, 404), summary="One collection")
def get_collection(request: HttpRequest, collection_id: Id) -> Any:
    """Return a collection with what was counted last."""
    return _out(_known(collection_id))


@router.patch(
    "/{collection_id}",
    response=answers(ChangedCollection, 400, 404, 415),
    auth=MAY_WRITE,
    summary="Change a collection",
)
def change_collection(request: HttpRequest, collection_id: Id, body: CollectionChange) -> Any:
    """Give a collection another name, or another search."""
    _known(collection_id)
    corrections = []
    if body.name is not None:
        corrections.append(collections.rename(collection_id, body.name))
    if body.search is not None:
        corrections.append(collections.set_search(collection_id, _parameters(body.search)))
    return ChangedCollection(collection=_out(_known(collection_id)), corrections=corrections)


@router.delete(
    "/{collection_id}", response=answers(None, 404, 415, success=204), auth=MAY_WRITE, summary="Delete a collection"
)
def delete_collection(request: HttpRequest, collection_id: Id) -> Any:
    """Delete a collection, never what is in it."""
    _known(collection_id)
    collections.delete(collection_id)
    return Status(204, None)


@router.get(
    "/{collection_id}/results", response=answers(CollectionResults, 400, 404, 503), summary="What it finds now"
)
def collection_results(request: HttpRequest, collection_id: Id, cursor: Cursor = None, limit: Limit = 60) -> Any:
    """Search again, page by page; that a program asks counts as no visit, so that what is new stays new."""
    listing = f"results of {collection_id}"
    saved = _known(collection_id)
    place = read_cursor(cursor, listing, saved.asked)
    found = collections.results(collection_id)
    page = search_out(found.answer, place=place, limit=limit, listing=listing)
    return CollectionResults(**dict(page), new=sorted(found.new))


def _known(collection_id: int) -> SavedSearch:
    found = saved_search(collection_id)
    if found is None:
        raise missing("collection", collection_id)
    return found


def _parameters(state: SearchState) -> dict[str, str]:
    given = {
        "q": state.q,
        "kind": state.kind.value if state.kind else "",
        "sort": SORTS[state.sort].value,
        "group": state.group.value if state.group else "",
        "strict": str(state.strict) if state.strict else "",
    }
    return stated(given)


def _out(saved: SavedSearch) -> CollectionOut:
    return CollectionOut(
        id=saved.id,
        name=saved.name,
        search=saved.asked,
        created_at=saved.created_at,
        visited_at=saved.visited_at,
        counted_at=saved.counted_at,
        count=saved.count,
        new_count=saved.new_count,
        problem=saved.problem,
    )
