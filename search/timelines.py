"""What is to be edited: the pieces of a selection, a collection or a search, with what they were looked for by."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, QueryDict

from dam.catalog.readers.collection_items import made_collection, made_collections
from dam.catalog.readers.collections import saved_search, saved_searches
from dam.catalog.readers.pieces import pieces_of, pieces_of_collection
from dam.errors import HandOffError
from dam.types.handoff import Piece
from search.selection import Picked, everything, read_selection


@dataclass(frozen=True, slots=True, kw_only=True)
class ToEdit:
    """Pieces in their order; `chosen` or `collection_id` names them in a form, `back` is the page they are from."""

    pieces: list[Piece]
    name: str
    query: str = ""
    chosen: str = ""
    collection_id: int | None = None


def of_form(form: QueryDict) -> ToEdit:
    """Return what a form names: a collection, or what was selected. Raises AfterimageError."""
    number = str(form.get("collection", ""))
    if number.isascii() and number.isdigit() and len(number) < 16:
        return of_collection(int(number))
    picked = read_selection(form)
    query = _query_in(str(form.get("everything", ""))) if str(form.get("scope", "")) in {"", "search"} else ""
    return _of_picked(picked, query=query)


def of_collection(collection_id: int) -> ToEdit:
    """Return what is in a collection, in its order: what was put in, or what its search finds now.

    Raises HandOffError where there is none; QueryError, EngineError where its search can't be made.
    """
    made = made_collection(collection_id)
    if made:
        return ToEdit(pieces=pieces_of_collection(collection_id), name=made.name, collection_id=collection_id)
    saved = saved_search(collection_id)
    if saved is None:
        raise HandOffError("This collection is not there any more.")
    found = _of_picked(everything(urlencode(saved.asked)), query=saved.asked.get("q", ""))
    return ToEdit(pieces=found.pieces, name=saved.name, query=found.query, collection_id=collection_id)


def of_name(name: str) -> ToEdit:
    """Return what is in the collection of this name, in any case. Raises as `of_collection`."""
    wanted = " ".join(name.split()).casefold()
    named = [(one.id, one.name) for one in made_collections()] + [(one.id, one.name) for one in saved_searches()]
    found = next((pk for pk, called in named if called.casefold() == wanted), None)
    if found is None:
        raise HandOffError(f"There is no collection “{name}”.")
    return of_collection(found)


def of_query(text: str) -> ToEdit:
    """Return the good hits of a search, in its order. Raises QueryError, EngineError, SelectionError."""
    return _of_picked(everything(urlencode({"q": text})), query=text)


def asked_before(request: HttpRequest) -> str:
    """Return the words of the search on whose page a form stood, or ""."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    return _query_in(came_from.query) if came_from.netloc == request.get_host() else ""


def _of_picked(picked: Sequence[Picked], *, query: str) -> ToEdit:
    return ToEdit(
        pieces=pieces_of([(one.asset_id, one.unit_id) for one in picked]),
        name=query or "Selection",
        query=query,
        chosen=",".join(one.key for one in picked),
    )


def _query_in(query_string: str) -> str:
    return next(iter(parse_qs(query_string).get("q", [])), "")
