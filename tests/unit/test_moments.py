"""The second in which a query is said."""

import pytest

from dam.types import Example, Query
from search.pages.moments import said_at

_LINE = "The car was old. Later that day a red car, at sunset, drove by; ask not what the car cost"
_SAID = [(word, 100 * place) for place, word in enumerate(_LINE.split())]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        (Query(text="red car at sunset"), 8),  # not the first "car"
        (Query(text="cars"), 1),
        (Query(text="SUNSET drive"), 11),
        (Query(phrases=("ask not",)), 14),
        (Query(phrases=("the car",)), 0),
        (Query(phrases=("the car cost",)), 17),
        (Query(text="red", phrases=("not said",)), 8),
    ],
)
def test_the_moment_is_where_most_of_the_query_is_said(query: Query, word: int) -> None:
    assert said_at(_SAID, query) == 100 * word


@pytest.mark.parametrize(
    "query", [Query(text="boat"), Query(), Query(phrases=("",)), Query(examples=(Example(unit_id=3),))]
)
def test_what_is_not_said_has_no_moment(query: Query) -> None:
    assert said_at(_SAID, query) is None


def test_a_line_without_word_times_has_no_moment() -> None:
    assert said_at([], Query(text="car")) is None
