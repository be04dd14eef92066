"""A typed search to its whole answer: every hit worth a page, counted by kind, in the order that a page shows."""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dam.types import Hit, UnitKind
from search.answer.arrange import Entry, Section, folded, in_order, in_sections
from search.answer.asked import Asked, Group, Sort, read_asked
from search.answer.headings import Heading, headings
from search.present import present
from search.rank import Ranked
from search.service import Found, find, parse_query

__all__ = ["Answer", "Asked", "Group", "Sort", "answer", "read_asked"]

MANY = 1_000  # hits that pages go through; nobody scrolls further, and narrowing the words is quicker
_KEPT_S = 2.0  # as long as a search process may need to see what is new
_KEPT = 8  # answers: each is what one person is scrolling through

_lock = threading.Lock()
_kept: dict[tuple[str, int], tuple[float, Found]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All hits of the asked kind: the `good` ones as they are shown, then the `rest`, which only looks similar.

    `counts` are of good hits by kind, whichever was asked for; `matches` of the asked kind, each for itself. A place
    in the list is its number over `good` and `rest` together. With groups, `sections` cut `good`.
    """

    asked: Asked
    found: Found
    good: tuple[Entry, ...]
    rest: tuple[Entry, ...]
    counts: dict[UnitKind, int]
    matches: int
    behind: int
    sections: tuple[Section, ...] = ()
    by_key: Mapping[str, Heading] = field(default_factory=dict)

    @property
    def searching(self) -> bool:
        """Tell whether some of the library could not be searched yet."""
        return self.found.searched_units < self.found.total_units

    @property
    def more_than_shown(self) -> bool:
        """Tell whether there are more good hits than pages go through."""
        return sum(self.counts.values()) >= MANY

    @property
    def good_units(self) -> list[int]:
        """The units of the good hits of the asked kind, the best first, each for itself."""
        ranked, kind = self.found.ranked[:MANY], self.asked.kind
        return [hit.place.unit_id for hit in ranked if hit.good and kind in {None, hit.place.unit_kind}]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything in its order, the good ones first."""
        return (*self.good, *self.rest)

    def entry(self, place: int) -> Entry | None:
        """Return what stands at a place, or None beyond the ends."""
        if not 0 <= place < len(self.good) + len(self.rest):
            return None
        return self.good[place] if place < len(self.good) else self.rest[place - len(self.good)]

    def presented(self, ranked: Sequence[Ranked]) -> dict[int, Hit]:
        """Return some of the hits as pages show them, by unit; those that went away this moment are left out."""
        return {hit.unit_id: hit for hit in present(ranked, self.found.query)}


def answer(asked: Asked, *, again: bool = False) -> Answer:
    """Search. `again` says that the same list goes on: one that is two seconds old or less is good enough.

    Raises QueryError and EngineError.
    """
    found = _found(asked, again=again)
    ranked = found.ranked[:MANY]
    counts = Counter(hit.place.unit_kind for hit in ranked if hit.good)
    of_kind = [hit for hit in ranked if asked.kind in {None, hit.place.unit_kind}]
    good, rest = [hit for hit in of_kind if hit.good], [hit for hit in of_kind if not hit.good]
    alone = [Entry(hit=hit) for hit in good]
    together = folded(good, found.alike)
    entries = in_order(alone if asked.each else together, asked.sort)
    sections: list[Section] = []
    by_key: Mapping[str, Heading] = {}
    if asked.group is not Group.NONE:
        above = headings((entry.hit for entry in entries), asked.group)
        by_key = above.by_key
        entries, sections = in_sections(entries, above.keys, asked.group)
    return Answer(
        asked=asked,
        found=found,
        good=tuple(entries),
        rest=tuple(Entry(hit=hit) for hit in rest) if asked.each else tuple(folded(rest, found.alike)),
        counts={kind: counts[kind] for kind in UnitKind},
        matches=len(good),
        behind=len(good) - len(together),
        sections=tuple(sections),
        by_key=by_key,
    )


def forget() -> None:
    """Forget the answers that are kept."""
    with _lock:
        _kept.clear()


def _found(asked: Asked, *, again: bool) -> Found:
    """Search, or take the answer of a moment ago. What has gone since is left out where hits are presented."""
    key = (asked.text, asked.strictness)
    with _lock:
        at, kept = _kept.get(key, (0.0, None))
    if again and kept is not None and time.monotonic() - at <= _KEPT_S:
        return kept
    found = find(parse_query(asked.text), strictness=asked.strictness)
    with _lock:
        _kept.pop(key, None)
        _kept[key] = time.monotonic(), found  # the latest stands last
        if len(_kept) > _KEPT:
            del _kept[next(iter(_kept))]
    return found
