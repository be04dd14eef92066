"""Lines of writing: their order on a page, and each kept once in a shot."""

from dam.catalog.readers.sources import LookFile
from dam.engines.ocr import in_reading_order
from dam.types import Box, FoundText
from indexer.caption import middle_of_each
from indexer.pictures import Seen
from indexer.writing import each_once


def line(text: str, *, x: float = 0.1, y: float = 0.1, height: float = 0.05, certainty: float = 0.9) -> FoundText:
    return FoundText(text=text, certainty=certainty, box=Box(x=x, y=y, width=0.2, height=height))


def frame(at_ms: int, *lines: FoundText, unit: int = 1) -> Seen[list[FoundText]]:
    return Seen(asset_id=1, unit_id=unit, at_ms=at_ms, found=list(lines))


def texts(lines: list[FoundText]) -> list[str]:
    return [each.text for each in lines]


def test_lines_are_read_by_rows_even_where_a_row_is_uneven() -> None:
    lines = [line("world", x=0.5, y=0.11), line("below", y=0.2), line("hello", x=0.1, y=0.1)]
    assert texts(in_reading_order(lines)) == ["hello", "world", "below"]


def test_rows_do_not_run_together_down_a_slanted_column() -> None:
    steps = [line(str(number), x=0.9 - number * 0.2, y=0.1 + number * 0.04) for number in range(4)]
    assert texts(in_reading_order(steps)) == ["0", "1", "2", "3"]


def test_a_small_line_beside_a_large_one_is_on_its_row() -> None:
    lines = [line("small", x=0.6, y=0.2, height=0.02), line("LARGE", x=0.1, y=0.1, height=0.2)]
    assert texts(in_reading_order(lines)) == ["LARGE", "small"]


def test_nothing_is_in_order() -> None:
    assert in_reading_order([]) == []


def test_a_line_in_several_frames_is_kept_once_as_it_was_read_best() -> None:
    kept = each_once(
        [
            frame(100, line("Harbour Café", certainty=0.8)),
            frame(200, line("HARBOUR CAFE!", certainty=0.85), line("open", y=0.5)),
            frame(300, line("Harbour Cafe", certainty=0.95)),
        ]
    )
    assert [(each.line.text, each.at_ms) for each in kept] == [("open", 200), ("Harbour Cafe", 300)]


def test_the_same_words_elsewhere_are_the_same_line_but_like_words_elsewhere_are_not() -> None:
    moved = each_once([frame(100, line("TAXI", x=0.1)), frame(200, line("TAXI", x=0.7))])
    assert len(moved) == 1
    other = each_once([frame(100, line("Gate 11", y=0.1)), frame(200, line("Gate 12", y=0.6))])
    assert len(other) == 2


def test_two_equal_lines_of_one_frame_both_stay() -> None:
    twice = [line("SALE", x=0.1), line("SALE", x=0.6)]
    assert len(each_once([frame(100, *twice), frame(200, *twice)])) == 2


def test_units_are_kept_apart() -> None:
    kept = each_once([frame(100, line("exit")), frame(900, line("exit"), unit=2)])
    assert [each.unit_id for each in kept] == [1, 2]


def test_a_unit_is_described_by_its_middle_picture() -> None:
    looks = [LookFile(asset_id=1, unit_id=unit, at_ms=at, key=f"{unit}-{at}") for unit, at in
             ((7, 0), (8, 100), (8, 200), (8, 300), (9, 400), (9, 500))]  # fmt: skip
    assert [look.key for look in middle_of_each(looks)] == ["7-0", "8-200", "9-500"]
