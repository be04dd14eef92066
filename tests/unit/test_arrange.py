"""From ranked hits to the order of a page: what stands behind what, sorted, in groups, page by page."""

from datetime import UTC, datetime

from dam.catalog.readers.search import UnitPlace
from dam.types import MediaKind, UnitKind
from search.answer.arrange import Entry, folded, in_order, in_sections, page_end
from search.answer.asked import Group, Sort, read_asked
from search.rank import Ranked, line


def _hit(unit: int, *, score: float = 0.8, day: int | None = 12) -> Ranked:
    place = UnitPlace(
        unit_id=unit, asset_id=unit + 1000, kind=MediaKind.PHOTO, unit_kind=UnitKind.PHOTO, start_ms=0, end_ms=0,
        taken_at=None if day is None else datetime(2024, 5, day, 10, tzinfo=UTC),
    )  # fmt: skip
    return Ranked(place=place, score=score, good=True, best_ms=None, evidence=())


def _shot(unit: int, *, start_s: int, asset: int = 5, score: float = 0.8) -> Ranked:
    place = UnitPlace(
        unit_id=unit, asset_id=asset, kind=MediaKind.VIDEO, unit_kind=UnitKind.SHOT, start_ms=start_s * 1000,
        end_ms=start_s * 1000 + 10_000,
    )  # fmt: skip
    return Ranked(place=place, score=score, good=True, best_ms=None, evidence=())


def _units(entries: list[Entry]) -> list[list[int]]:
    return [[hit.place.unit_id for hit in (entry.hit, *entry.behind)] for entry in entries]


def test_near_duplicates_stand_behind_the_best_of_them() -> None:
    hits = [_hit(1), _hit(2), _hit(3), _hit(4)]
    assert _units(folded(hits, {1: 1, 3: 1, 4: 1})) == [[1, 3, 4], [2]]


def test_a_group_whose_leader_is_no_hit_is_a_group_all_the_same() -> None:
    assert _units(folded([_hit(3), _hit(4)], {3: 99, 4: 99})) == [[3, 4]]


def test_shots_that_follow_each_other_are_one_place_however_they_are_ranked() -> None:
    middle, first, far, last = (_shot(n, start_s=s) for n, s in ((2, 10), (1, 0), (9, 60), (3, 20)))
    entries = folded([middle, _hit(50), last, far, first], {})
    assert _units(entries) == [[2, 3, 1], [50], [9]]
    assert [hit.place.unit_id for hit in entries[0].every] == [1, 2, 3]


def test_shots_of_other_videos_do_not_touch() -> None:
    assert len(folded([_shot(1, start_s=0), _shot(2, start_s=10, asset=6)], {})) == 2


def test_duplicates_join_what_touches_each_of_them() -> None:
    hits = [_shot(1, start_s=0), _shot(2, start_s=10), _shot(3, start_s=0, asset=6), _shot(4, start_s=10, asset=6)]
    assert _units(folded(hits, {1: 1, 4: 1})) == [[1, 2, 3, 4]]


def test_by_date_the_newest_come_first_and_the_undated_last() -> None:
    entries = folded([_hit(1, day=3), _hit(2, day=None), _hit(3, day=20), _hit(4, day=3)], {})
    assert [entry.hit.place.unit_id for entry in in_order(entries, Sort.DATE)] == [3, 4, 1, 2]
    assert in_order(entries, Sort.RELEVANCE) == entries


def test_relevance_then_date_has_three_bands() -> None:
    sure, likely, near = line(2) + 0.01, line(0) + 0.01, line(-1) + 0.01
    hits = [
        _hit(1, score=sure, day=1), _hit(2, score=sure, day=9), _hit(3, score=likely, day=20),
        _hit(4, score=likely, day=25), _hit(5, score=near, day=30),
    ]  # fmt: skip
    assert [entry.hit.place.unit_id for entry in in_order(folded(hits, {}), Sort.BOTH)] == [2, 1, 4, 3, 5]


def test_who_is_with_somebody_else_stands_under_both_and_nobody_last() -> None:
    entries = folded([_hit(1), _hit(2), _hit(3)], {})
    listed, sections = in_sections(entries, {2: ["anna", "bob"], 3: ["bob"]}, Group.PERSON)
    assert [(part.key, _units(listed[part.start : part.end])) for part in sections] == [
        ("anna", [[2]]),
        ("bob", [[2], [3]]),
        ("", [[1]]),
    ]


def test_days_come_from_the_newest_whatever_is_best() -> None:
    entries = folded([_hit(1), _hit(2), _hit(3)], {})
    keys = {1: ["2024-05-01"], 2: ["2024-06-01"]}
    _, sections = in_sections(entries, keys, Group.DAY)
    assert [part.key for part in sections] == ["2024-06-01", "2024-05-01", ""]


def test_pages_cover_everything_once_and_end_with_a_group_where_that_is_near() -> None:
    sizes = [50, 30, 200, 5]
    entries = [Entry(hit=_hit(n)) for n in range(sum(sizes))]
    keys: dict[int, list[str]] = {}
    for at, size in enumerate(sizes):
        keys |= {unit: [str(at)] for unit in range(len(keys), len(keys) + size)}
    listed, sections = in_sections(entries, keys, Group.FOLDER)
    ends, start = [], 0
    while start < len(listed):
        start = page_end(start, len(listed), sections, page=60)
        ends.append(start)
    assert ends == [80, 140, 200, 280, 285]


def test_the_line_moves_with_strictness_and_stays_where_it_was_in_the_middle() -> None:
    lines = [line(at) for at in range(-2, 3)]
    assert lines == sorted(lines)
    assert lines[2] == 0.5
    assert [round(at, 2) for at in lines] == [0.1, 0.25, 0.5, 0.75, 0.9]
    assert line(7) == line(2)


def test_an_address_says_what_is_asked_and_rubbish_is_left_out() -> None:
    asked = read_asked({"q": " boat ", "kind": "shot", "sort": "date", "group": "day", "strict": "-1", "each": "1"})
    assert read_asked(asked.where) == asked
    assert asked.strictness == -1
    rubbish = read_asked({"q": "boat", "kind": "x", "sort": "x", "group": "x", "strict": "٣", "each": "x"})
    assert {name: value for name, value in rubbish.where.items() if value} == {"q": "boat"}


def test_what_is_remembered_counts_until_an_address_says_otherwise() -> None:
    assert read_asked({"q": "boat"}, remembered=-1).where["strict"] == "-1"
    here = read_asked({"q": "boat", "strict": "0"}, remembered=-1)
    assert (here.strictness, here.where["strict"]) == (0, "0")
