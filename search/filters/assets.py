"""Filters by what files say of themselves, and by what is known of whole assets: each a condition on units."""

from collections.abc import Callable

from django.db.models import Q

from dam.catalog.readers import conditions
from dam.types import Filter
from search.query import values

_IS = {"rejected", "reviewed", "unreviewed", "offline", "online"}


def condition(asked: Filter) -> Q:
    """Return what a filter asks of a unit, its sign included. Raises QueryError for a value that says nothing."""
    found = _CONDITIONS[asked.name](asked)
    return ~found if asked.negated else found


def _after(asked: Filter) -> Q:
    return conditions.taken(since=values.span(asked)[0])


def _before(asked: Filter) -> Q:
    return conditions.taken(until=values.span(asked)[0])


def _date(asked: Filter) -> Q:
    since, until = values.span(asked)
    return conditions.taken(since=since, until=until)


def _figure(asked: Filter) -> Q:
    return conditions.figure(asked.name, asked.relation, values.number(asked))


def _is(asked: Filter) -> Q:
    word = values.choice(asked, tuple(sorted(_IS)))
    if word == "rejected":
        return conditions.rejected()
    found = conditions.reviewed() if word.endswith("reviewed") else conditions.online()
    return ~found if word in {"unreviewed", "offline"} else found


_CONDITIONS: dict[str, Callable[[Filter], Q]] = {
    "after": _after,
    "before": _before,
    "date": _date,
    "in": lambda asked: conditions.below(asked.value),
    "camera": lambda asked: conditions.camera(asked.value),
    "lens": lambda asked: conditions.lens(asked.value),
    "label": lambda asked: conditions.label(asked.value),
    "creator": lambda asked: conditions.words_in("creator", asked.value),
    "copyright": lambda asked: conditions.words_in("copyright", asked.value),
    "rating": _figure,
    "iso": _figure,
    "width": _figure,
    "duration": lambda asked: conditions.duration(asked.relation, values.milliseconds(asked)),
    "fps": lambda asked: conditions.frame_rate(asked.relation, values.number(asked)),
    "has": lambda asked: conditions.has(values.choice(asked, conditions.HAS)),
    "is": _is,
}
NAMES = frozenset(_CONDITIONS)
