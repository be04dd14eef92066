"""Saved searches as living collections: what each finds now, and what of that is new since it was opened last.

    saved = create("Boats", {"q": "boat at night"})
    found = results(saved.id)              # found.answer, found.new: the units not seen before
    visit(found)                           # somebody has them on the screen now

A hit is new until the next visit begins after it was shown: whoever looks twice within half an hour sees it marked
both times. Whatever was on the page once is not new again when it leaves the hits and comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from dam.catalog.readers.collections import SavedSearch, saved_search, saved_searches, units_seen
from dam.catalog.writers import collections as writer
from dam.errors import CollectionError, EngineError, QueryError
from search.answer.answers import Answer, answer, read_asked
from search.query.wordings import normalised, same_search

__all__ = [
    "Found",
    "all_saved",
    "create",
    "delete",
    "find",
    "get",
    "query_of",
    "recount",
    "rename",
    "results",
    "see_all",
    "set_search",
    "visit",
]

_VISIT = timedelta(minutes=30)  # without opening it: then the next opening is another visit
FRESH = timedelta(minutes=1)  # counts this young are not made again
_COVERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a saved search finds now; `new` are the units among its good hits that were not seen before this visit."""

    saved: SavedSearch
    answer: Answer
    new: frozenset[int]

    @property
    def new_places(self) -> list[int]:
        """The places in the answer at which something new stands, or stands behind what is shown."""
        return [
            at for at, entry in enumerate(self.answer.good) if any(h.place.unit_id in self.new for h in entry.every)
        ]


def all_saved() -> list[SavedSearch]:
    """Return every saved search, by name."""
    return saved_searches()


def get(collection_id: int) -> SavedSearch:
    """Return a saved search. Raises CollectionError where there is none."""
    found = saved_search(collection_id)
    if found is None:
        raise CollectionError("This collection is not there any more.")
    return found


def find(asked: Mapping[str, str]) -> SavedSearch | None:
    """Return the collection that has this very search, or None."""
    return next((saved for saved in saved_searches() if same_search(saved.asked, asked)), None)


def create(name: str, parameters: Mapping[str, str]) -> SavedSearch:
    """Save a search under a name; what it finds now is not new. Raises CollectionError, QueryError."""
    asked = _searchable(parameters)
    shown = _good_now(asked)
    row = writer.create_collection(name, asked=asked, shown=shown or (), at=None if shown is None else timezone.now())
    return get(row.pk)


def rename(collection_id: int, name: str) -> int:
    """Give it another name; returns the correction that takes it back. Raises CollectionError."""
    return writer.rename_collection(collection_id, name)


def set_search(collection_id: int, parameters: Mapping[str, str]) -> int:
    """Give it another search; returns the correction that takes it back. Raises CollectionError, QueryError."""
    asked = _searchable(parameters)
    shown = _good_now(asked)
    now = None if shown is None else timezone.now()
    return writer.change_search(collection_id, asked, shown=shown or (), at=now)


def see_all(collection_id: int) -> int:
    """Let nothing that it finds now be new; returns the correction that takes it back.

    Raises CollectionError, QueryError, EngineError.
    """
    saved = get(collection_id)
    return writer.mark_all_seen(saved.id, answer(read_asked(saved.asked)).good_units, at=timezone.now())


def delete(collection_id: int) -> int:
    """Delete it, never what is in it; returns the correction that takes it back. Raises CollectionError."""
    return writer.delete_collection(collection_id)


def results(collection_id: int, *, again: bool = False) -> Found:
    """Return what a saved search finds now; `again` as in `answer`. Raises CollectionError, QueryError, EngineError.

    It changes nothing: call `visit` when a person looks at it.
    """
    saved = get(collection_id)
    found = answer(read_asked(saved.asked), again=again)
    new = frozenset(found.good_units).difference(_seen_before(saved)) if saved.visited_at else frozenset()
    return Found(saved=saved, answer=found, new=new)


def visit(found: Found) -> None:
    """Remember that a person has this on the screen: at the next visit none of it is new."""
    saved, here = found.saved, found.answer.good_units
    seen = here if saved.visited_at is None else _seen_before(saved)
    _, shown = units_seen(saved.id)
    writer.record_visit(
        saved.id, seen=seen, shown=[*here, *shown], count=len(here), covers=here[:_COVERS], at=timezone.now()
    )


def recount(saved: SavedSearch) -> SavedSearch:
    """Return a saved search with counts that are at most a minute old: it searches only for older ones."""
    now = timezone.now()
    if saved.counted_at is not None and now - saved.counted_at < FRESH:
        return saved
    try:
        here = answer(read_asked(saved.asked)).good_units
    except (QueryError, EngineError) as error:
        writer.record_problem(saved.id, str(error), at=now)
        return get(saved.id)
    shown = set(units_seen(saved.id)[1])
    new = [unit for unit in here if unit not in shown] if saved.visited_at else []
    covers = list(dict.fromkeys([*new, *here]))[:_COVERS]
    writer.record_count(saved.id, count=len(here), new_count=len(new), covers=covers, at=now)
    return get(saved.id)


def query_of(saved: SavedSearch) -> str:
    """Return a saved search as the query string of its results page."""
    return urlencode(saved.asked)


def _searchable(parameters: Mapping[str, str]) -> dict[str, str]:
    asked = normalised(parameters)
    if not asked.get("q"):
        raise CollectionError("There is nothing to save: search for something first.")
    return asked


def _good_now(asked: Mapping[str, str]) -> list[int] | None:
    """Return what a search finds now, None while no model can answer. Raises QueryError."""
    try:
        return answer(read_asked(asked)).good_units
    except EngineError:
        return None


def _seen_before(saved: SavedSearch) -> list[int]:
    """Return the units that were on the page before this visit."""
    seen, shown = units_seen(saved.id)
    return shown if _another_visit(saved) else seen


def _another_visit(saved: SavedSearch) -> bool:
    return saved.visited_at is not None and timezone.now() - saved.visited_at > _VISIT
