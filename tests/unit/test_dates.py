"""Dates as people say them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.dates import span_of

_TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("text", "first", "until"),
    [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2024/5/3", "2024-05-03", "2024-05-04"),
        ("today", "2026-11-21", "2026-11-22"),
        ("Yesterday", "2026-11-20", "2026-11-21"),
        ("May 2024", "2024-05-01", "2024-06-01"),
        ("sept 2024", "2024-09-01", "2024-10-01"),
        ("last May", "2026-05-01", "2026-06-01"),
        ("last November", "2025-11-01", "2025-12-01"),
        ("this November", "2026-11-01", "2026-12-01"),
        ("november", "2026-11-01", "2026-12-01"),
        ("december", "2025-12-01", "2026-01-01"),
        ("3 May 2024", "2024-05-03", "2024-05-04"),
        ("May 3rd, 2024", "2024-05-03", "2024-05-04"),
        ("24th of December", "2025-12-24", "2025-12-25"),
        ("last summer", "2026-06-01", "2026-09-01"),
        ("this summer", "2026-06-01", "2026-09-01"),
        ("last autumn", "2025-09-01", "2025-12-01"),
        ("fall 2020", "2020-09-01", "2020-12-01"),
        ("winter 2023", "2023-12-01", "2024-03-01"),
        ("last winter", "2025-12-01", "2026-03-01"),
        ("christmas 2025", "2025-12-24", "2025-12-27"),
        ("last christmas", "2025-12-24", "2025-12-27"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-23"),
        ("last weekend", "2026-11-14", "2026-11-16"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("the last 30 days", "2026-10-22", "2026-11-22"),
        ("past 2 weeks", "2026-11-07", "2026-11-22"),
        ("last 9 months", "2026-02-21", "2026-11-22"),
        ("3 years ago", "2023-01-01", "2024-01-01"),
        ("2 months ago", "2026-09-01", "2026-10-01"),
        ("1 week ago", "2026-11-09", "2026-11-16"),
        ("2 days ago", "2026-11-19", "2026-11-20"),
        ("the 90s", "1990-01-01", "2000-01-01"),
        ("2010s", "2010-01-01", "2020-01-01"),
        ("2019..2021", "2019-01-01", "2022-01-01"),
        ("may 2024 .. august 2024", "2024-05-01", "2024-09-01"),
    ],
)
def test_what_is_said_is_a_span_of_days(text: str, first: str, until: str) -> None:
    assert span_of(text, _TODAY) == (date.fromisoformat(first), date.fromisoformat(until))


def test_a_month_back_from_the_end_of_a_longer_one_stays_in_it() -> None:
    assert span_of("last 1 month", date(2026, 3, 31)) == (date(2026, 2, 28), date(2026, 4, 1))


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2024, 2, 29), date(2026, 12, 31), date(2026, 12, 25)])
@pytest.mark.parametrize("text", ["last winter", "last christmas", "last december", "last month", "last 12 months"])
def test_the_last_one_is_over_or_ends_today(text: str, day: date) -> None:
    found = span_of(text, day)
    assert found is not None
    assert found[0] < day
    assert (day - found[0]).days < 800


@pytest.mark.parametrize(
    "text", ["", "summer camp", "31 february 2024", "2024-13", "0000", "the may", "last", "2021..2019", "99 may"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert span_of(text, _TODAY) is None


@given(st.text(max_size=30), st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)))
def test_any_text_is_a_span_or_none(text: str, today: date) -> None:
    found = span_of(text, today)
    assert found is None or found[0] < found[1]
