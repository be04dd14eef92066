"""From words to a page: parse → retrieve → rank → present.

    query = parse_query("red car at sunset kind:video")
    result = search(query, limit=60)

A search asks the vectors of pictures, of spoken lines and of sounds, the full text, and the names of people and
tags; it turns what each says into a chance that the unit is meant, and puts the units in order. Those after the first
`good_count` are only the nearest. Filters (`person:Ana -tag:boat`) narrow all of that from inside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter

from dam.catalog.readers import search as rows
from dam.errors import QueryError
from dam.ports import Embedder
from dam.types import Example, MediaKind, Query, SearchResult, UnitKind
from search import parse, retrieve
from search.counted import counted_units
from search.present import present
from search.query.known import known
from search.rank import Ranked, beside, listed, rank
from search.vectors.follow import Follower, follower
from search.vectors.spaces import Spaces

__all__ = ["Found", "find", "more_like", "parse_query", "search"]

PAGE = 60
LISTED = retrieve.LISTED


def parse_query(text: str, kinds: Iterable[MediaKind | str] = (), *, library_id: int | None = None) -> Query:
    """Return what a text asks of this library, whose names are known. Raises QueryError, with the place."""
    return parse.parse_query(text, kinds, library_id=library_id, known=known())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that answers a query, in order, before paths and words are looked up for a page of it.

    `alike` names, for some units, the group of near-duplicates that they belong to. `took_ms` is the search alone.
    """

    query: Query
    ranked: tuple[Ranked, ...]
    alike: Mapping[int, int]
    searched_units: int
    total_units: int
    pack: str
    took_ms: int


def search(
    query: Query,
    *,
    limit: int = PAGE,
    offset: int = 0,
    strictness: int = 0,
    embedder: Embedder | None = None,
    source: Follower | None = None,
) -> SearchResult:
    """Answer a query with its hits from `offset` on; its words and its example pictures together.

    `strictness` from -2 (everything near is good) to 2 (only what is sure) moves the line at which good hits end.
    Raises QueryError for a query without words, EngineError when the model can't be used.
    """
    found = find(query, strictness=strictness, embedder=embedder, source=source)
    return SearchResult(
        query=query,
        hits=present(found.ranked[offset : offset + limit], query),
        good_count=sum(hit.good for hit in found.ranked),
        searched_units=found.searched_units,
        total_units=found.total_units,
        pack=found.pack,
        took_ms=found.took_ms,
    )


def more_like(
    unit_id: int,
    *,
    limit: int = PAGE,
    offset: int = 0,
    embedder: Embedder | None = None,
    source: Follower | None = None,
) -> SearchResult:
    """Return units that look like this one, from other assets. Raises QueryError (no picture of it), EngineError."""
    query = Query(examples=(Example(unit_id=unit_id),))
    return search(query, limit=limit, offset=offset, embedder=embedder, source=source)


def find(
    query: Query,
    *,
    strictness: int = 0,
    most_listed: int = LISTED,
    embedder: Embedder | None = None,
    source: Follower | None = None,
) -> Found:
    """Return everything that answers a query, ranked: of what filters alone ask for, the first `most_listed`.

    Raises as `search`.
    """
    began = perf_counter()
    spaces = Spaces(source or follower(), embedder=embedder)
    if not asks_for_something(query):
        raise QueryError("Type what you look for: a few words, or a spoken phrase in quotes.")
    found = retrieve.retrieve(query, spaces, most_listed=most_listed)
    asked = {candidate.unit_id for candidate in found.candidates} | set(found.certain)
    units = rows.visible_units(asked, library_id=query.library_id)
    ranked = beside(rank(found.candidates, units, groups=found.groups, strictness=strictness), found.beside)
    if found.certain:
        # What filters alone ask for is an answer by itself, beside the words of another alternative.
        sure = listed(found.certain, units)
        own = {hit.place.unit_id for hit in sure}
        others = [hit for hit in ranked if hit.place.unit_id not in own]
        ranked = sorted([*sure, *others], key=lambda hit: not hit.good)
    searched, total = _progress(query, spaces)
    return Found(
        query=query,
        ranked=tuple(ranked),
        alike=found.groups,
        searched_units=searched,
        total_units=total,
        pack=spaces.pack,
        took_ms=round((perf_counter() - began) * 1000),
    )


def asks_for_something(query: Query) -> bool:
    """Tell whether a query has anything to look for."""
    if query.alternatives:
        return all(asks_for_something(each) for each in query.alternatives)
    asked = (query.text, query.phrases, query.filters, query.without, query.kinds, query.examples, query.weighted)
    return any(asked)


def _progress(query: Query, spaces: Spaces) -> tuple[int, int]:
    """Return how many units could be searched, and how many there are."""
    counts = counted_units()
    pictured = counts[UnitKind.PHOTO] + counts[UnitKind.SHOT]
    # Clips are found by their words from the start; what filters and words find needs no picture vectors.
    waiting = max(0, pictured - spaces.picture.unit_count) if _by_meaning(query) else 0
    total = sum(counts.values())
    return total - waiting, total


def _by_meaning(query: Query) -> bool:
    if query.alternatives:
        return any(_by_meaning(each) for each in query.alternatives)
    return bool(query.examples or query.weighted or (query.text and not query.phrases))
