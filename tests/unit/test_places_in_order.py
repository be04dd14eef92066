"""Places in a hand-made order: gaps are filled evenly, and what has no room says so."""

from hypothesis import given
from hypothesis import strategies as st

from dam.catalog.places_in_order import STEP, after, between


def test_the_first_stand_a_step_apart() -> None:
    assert after(None, 3) == [0, STEP, 2 * STEP]
    assert after(2 * STEP, 1) == [3 * STEP]


def test_one_between_two_stands_in_the_middle() -> None:
    assert between(0, STEP, 1) == [STEP // 2]


def test_at_either_end_there_is_always_room() -> None:
    assert between(None, 0, 2) == [-2 * STEP, -STEP]
    assert between(STEP, None, 2) == [2 * STEP, 3 * STEP]


def test_without_room_nothing_is_squeezed_in() -> None:
    assert between(4, 5, 1) is None
    assert between(4, 6, 2) is None
    assert between(4, 6, 1) == [5]


def test_numbers_end_where_a_column_does() -> None:
    assert after(2**31 - 10, 1) is None
    assert between(None, -(2**31) + 10, 1) is None


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**5), st.integers(1, 300))
def test_what_is_put_between_is_between_and_in_order(before: int, gap: int, count: int) -> None:
    places = between(before, before + gap, count)
    if places is None:
        assert gap <= count
    else:
        assert [before, *places, before + gap] == sorted({before, *places, before + gap})
