"""What a page or a form asks to be handed out, as pieces: a collection, a selection, an asset or a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, QueryDict

from dam.catalog.models import Collection
from dam.catalog.readers.handouts import pieces_of_made, pieces_of_units
from dam.errors import CollectionError
from dam.types import CollectionKind, Piece
from search.saved import collections
from search.selection import read_selection
from search.views.ways import number

_CARRIED = ("chosen", "unit", "asset", "everything", "scope", "without", "collection", "in", "out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Pieces with a name for all of them; `fields` are what a form sends to ask for the same again."""

    name: str
    pieces: tuple[Piece, ...]
    fields: tuple[tuple[str, str], ...]


def read_asked_pieces(request: HttpRequest) -> Asked:
    """Return what a request asks for.

    Raises SelectionError, QueryError, EngineError; Http404 for a collection that is gone.
    """
    given = request.POST if request.method == "POST" else request.GET
    fields = tuple((name, value) for name in _CARRIED for value in given.getlist(name))
    collection_id = number(str(given.get("collection", "")))
    if collection_id is not None:
        name, pieces = pieces_of_collection(collection_id)
        return Asked(name=name, pieces=tuple(pieces), fields=fields)
    part = _part(given)
    if part is not None:
        return Asked(name="", pieces=(part,), fields=fields)
    picked = read_selection(given)
    units = {
        piece.unit_id: piece for piece in pieces_of_units([one.unit_id for one in picked if one.unit_id is not None])
    }
    pieces = [Piece(asset_id=one.asset_id) if one.unit_id is None else units[one.unit_id] for one in picked]
    return Asked(name="", pieces=tuple(pieces), fields=fields)


def pieces_of_collection(collection_id: int) -> tuple[str, Sequence[Piece]]:
    """Return a collection's name and what is in it now, searching where it is a search.

    Raises QueryError, EngineError; Http404 where there is none.
    """
    row = Collection.objects.filter(pk=collection_id).only("name", "kind").first()
    if row is None:
        raise Http404
    if row.kind == CollectionKind.MADE:
        return row.name, pieces_of_made(collection_id)
    try:
        return row.name, pieces_of_units(collections.results(collection_id, again=True).answer.good_units)
    except CollectionError as error:
        raise Http404 from error


def _part(given: QueryDict) -> Piece | None:
    """Return the one stretch that an asset's page asks for, or None."""
    asset_id = number(str(given.get("asset", "")))
    start_ms, end_ms = number(str(given.get("in", ""))), number(str(given.get("out", "")))
    if asset_id is None or start_ms is None or end_ms is None or end_ms <= start_ms:
        return None
    return Piece(asset_id=asset_id, start_ms=start_ms, end_ms=end_ms)
