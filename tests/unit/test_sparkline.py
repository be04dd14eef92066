"""Ranks and shares over time as small lines, with the same in words."""

from search.saved.sparkline import HEIGHT, WIDTH, of_ranks, of_shares


def test_the_first_place_is_at_the_top_and_the_last_at_the_bottom() -> None:
    line = of_ranks([1, 1000])
    (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in line.lines[0].split())
    assert (x1, y1) == (3.0, 3.0)
    assert (x2, y2) == (WIDTH - 3.0, HEIGHT - 3.0)
    assert line.dots == ((x2, y2),)
    assert line.text == "Ranks, the oldest first: 1, 1000"


def test_what_was_not_found_leaves_a_gap() -> None:
    line = of_ranks([2, 2, None, 5, None])
    assert [points.count(",") for points in line.lines] == [2]
    assert len(line.dots) == 1, "the one that was found alone"
    assert "2, 2, not found, 5, not found" in line.text


def test_no_runs_are_said_to_be_none() -> None:
    assert of_ranks([]).lines == ()
    assert of_shares([], "recall@10").text == "No recall@10 yet"
    assert of_shares([0.5], "recall@10").text == "recall@10, the oldest first: 0.50"
