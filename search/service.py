"""From words to a page: parse → retrieve → rank → present.

    query = parse_query("red car at sunset kind:video")
    result = search(query, limit=60)

A search asks the picture vectors, the vectors of spoken lines and the full text, turns what each says into a chance
that the unit is meant, and puts the units in order; those after the first `good_count` are only the nearest.
"""

from time import perf_counter

from dam import wiring
from dam.catalog.readers import search as rows
from dam.errors import QueryError
from dam.ports import Embedder
from dam.types import Query, SearchResult, UnitKind
from search import retrieve
from search.follow import Follower, follower
from search.parse import parse_query
from search.present import present
from search.rank import Ranked, rank
from search.retrieve import Spaces

__all__ = ["more_like", "parse_query", "search"]

PAGE = 60


def search(
    query: Query,
    *,
    limit: int = PAGE,
    offset: int = 0,
    embedder: Embedder | None = None,
    source: Follower | None = None,
) -> SearchResult:
    """Answer a query with its hits from `offset` on; a query with `like_unit_id` asks for similar pictures.

    Raises QueryError for a query without words, EngineError when the model can't be used.
    """
    began = perf_counter()
    pack = "" if embedder else wiring.active_pack().name
    model = embedder or wiring.embedder(pack)
    spaces = _spaces(model, source or follower())
    if query.like_unit_id is not None:
        found = retrieve.alike(query.like_unit_id, spaces=spaces, kinds=query.kinds)
    elif query.text or query.phrases:
        found = retrieve.retrieve(query, embedder=model, spaces=spaces)
    else:
        raise QueryError("Type what you look for: a few words, or a spoken phrase in quotes.")
    units = rows.visible_units({candidate.unit_id for candidate in found.candidates}, library_id=query.library_id)
    ranked = rank(found.candidates, units, groups=found.groups)
    return _result(
        query, ranked, pack=pack or model.info.name, spaces=spaces, offset=offset, limit=limit, began=began
    )


def more_like(
    unit_id: int,
    *,
    limit: int = PAGE,
    offset: int = 0,
    embedder: Embedder | None = None,
    source: Follower | None = None,
) -> SearchResult:
    """Return units that look like this one, from other assets; none where it has no picture. Raises EngineError."""
    query = Query(like_unit_id=unit_id)
    return search(query, limit=limit, offset=offset, embedder=embedder, source=source)


def _spaces(model: Embedder, source: Follower) -> Spaces:
    info = model.info
    return Spaces(
        picture=source.space(info.space, info.dimensions),
        speech=source.space(f"speech:{info.name}", info.dimensions),
    )


def _result(
    query: Query, ranked: list[Ranked], *, pack: str, spaces: Spaces, offset: int, limit: int, began: float
) -> SearchResult:
    counts = rows.count_units()
    pictured = counts[UnitKind.PHOTO] + counts[UnitKind.SHOT]
    waiting = max(0, pictured - spaces.picture.unit_count)  # clips are found by their words from the start
    total = sum(counts.values())
    return SearchResult(
        query=query,
        hits=present(ranked[offset : offset + limit], query),
        good_count=sum(hit.good for hit in ranked),
        searched_units=total - waiting,
        total_units=total,
        pack=pack,
        took_ms=round((perf_counter() - began) * 1000),
    )
