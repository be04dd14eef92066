"""A typed search to its whole answer: every hit worth a page, counted by kind, with the list that a page shows."""

from dataclasses import dataclass

from dam.types import Hit, SearchResult, UnitKind
from search.asked import Asked, Group, Sort, read_asked
from search.service import parse_query, search

__all__ = ["Answer", "Asked", "Group", "Sort", "answer", "read_asked"]

_MANY = 1_000  # hits that pages go through; nobody scrolls further, and narrowing the words is quicker


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All hits of the asked kind, best first; `counts` of good ones by kind, whichever was asked for."""

    asked: Asked
    result: SearchResult
    hits: tuple[Hit, ...]
    counts: dict[UnitKind, int]

    @property
    def good(self) -> list[tuple[int, Hit]]:
        """The hits above the line, each with its place in `hits`."""
        return [(place, hit) for place, hit in enumerate(self.hits) if hit.good]

    @property
    def rest(self) -> list[tuple[int, Hit]]:
        """Those that only look similar."""
        return [(place, hit) for place, hit in enumerate(self.hits) if not hit.good]

    @property
    def searching(self) -> bool:
        """Tell whether some of the library could not be searched yet."""
        return self.result.searched_units < self.result.total_units


def answer(asked: Asked) -> Answer:
    """Search. Raises QueryError and EngineError."""
    result = search(parse_query(asked.text), limit=_MANY, strictness=asked.strictness)
    counts = dict.fromkeys(UnitKind, 0)
    for hit in result.hits:
        counts[hit.unit_kind] += hit.good
    hits = tuple(hit for hit in result.hits if asked.kind in {None, hit.unit_kind})
    return Answer(asked=asked, result=result, hits=hits, counts=counts)
