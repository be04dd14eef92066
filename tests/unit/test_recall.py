"""Recall, reciprocal ranks and changes of place."""

import pytest

from search.saved.recall import change, measure


def test_measures_of_known_ranks() -> None:
    found = measure([1, 3, 10, None], at=(1, 5, 10))
    assert (found.queries, found.found) == (4, 3)
    assert found.recall == {1: 0.25, 5: 0.5, 10: 0.75}
    assert found.mean_reciprocal_rank == pytest.approx((1 + 1 / 3 + 1 / 10) / 4)
    assert found.mean_rank == pytest.approx(14 / 3)


def test_nothing_asked_and_nothing_found_are_zero() -> None:
    assert measure([]).recall == {1: 0.0, 5: 0.0, 10: 0.0, 50: 0.0}
    lost = measure([None, None])
    assert (lost.mean_reciprocal_rank, lost.mean_rank, lost.recall[50]) == (0.0, None, 0.0)


@pytest.mark.parametrize(
    ("before", "now", "better"),
    [(3, 1, 1), (1, 3, -1), (2, 2, 0), (None, None, 0), (None, 900, 1), (900, None, -1)],
)
def test_a_change_of_place(before: int | None, now: int | None, better: int) -> None:
    assert change(before, now) == better
