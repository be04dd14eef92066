"""The order of hits, judged on small lists."""

import random

import pytest

from dam.catalog.readers.search import UnitPlace
from dam.types import Candidate, Evidence, EvidenceSource, MediaKind, UnitKind
from search.rank import rank

PICTURE, MEANING, SAID, TEXT = (
    EvidenceSource.PICTURE,
    EvidenceSource.SPEECH_VECTOR,
    EvidenceSource.SPOKEN_WORDS,
    EvidenceSource.TEXT,
)


def _photo(unit: int) -> UnitPlace:
    return UnitPlace(
        unit_id=unit, asset_id=unit + 1000, kind=MediaKind.PHOTO, unit_kind=UnitKind.PHOTO, start_ms=0, end_ms=0
    )


def _shot(unit: int, *, asset: int, start_s: int, end_s: int) -> UnitPlace:
    return UnitPlace(
        unit_id=unit,
        asset_id=asset,
        kind=MediaKind.VIDEO,
        unit_kind=UnitKind.SHOT,
        start_ms=start_s * 1000,
        end_ms=end_s * 1000,
    )


def _found(unit: int, score: float, source: EvidenceSource = PICTURE, *, at_ms: int | None = None) -> Candidate:
    return Candidate(unit_id=unit, evidence=Evidence(source=source, score=score, raw=score, at_ms=at_ms))


def _order(
    candidates: list[Candidate], places: list[UnitPlace], *, groups: dict[int, int] | None = None
) -> list[int]:
    return [hit.place.unit_id for hit in rank(candidates, {place.unit_id: place for place in places}, groups=groups)]


def test_the_surest_comes_first_and_the_line_is_drawn_at_half() -> None:
    hits = rank([_found(1, 0.2), _found(2, 0.9), _found(3, 0.6)], {n: _photo(n) for n in (1, 2, 3)})
    assert [hit.place.unit_id for hit in hits] == [2, 3, 1]
    assert [hit.good for hit in hits] == [True, True, False]
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_two_kinds_of_evidence_are_more_than_the_better_one() -> None:
    both, one = 1, 2
    assert _order([_found(both, 0.6), _found(both, 0.5, TEXT), _found(one, 0.7)], [_photo(1), _photo(2)]) == [
        both,
        one,
    ]


def test_words_that_were_said_outweigh_meaning_guessed_from_them() -> None:
    assert _order([_found(1, 0.95, MEANING), _found(2, 0.9, SAID)], [_photo(1), _photo(2)]) == [2, 1]


def test_meaning_of_speech_alone_is_good_only_when_it_is_sure() -> None:
    unsure, sure = rank([_found(1, 0.99, MEANING)], {1: _photo(1)}), rank([_found(1, 0.7, MEANING)], {1: _photo(1)})
    assert (unsure[0].good, sure[0].good) == (True, False)


def test_a_unit_is_listed_once_with_its_best_frame() -> None:
    shot = _shot(1, asset=5, start_s=0, end_s=10)
    candidates = [_found(1, 0.4, at_ms=1_000), _found(1, 0.8, at_ms=7_000), _found(1, 0.6, at_ms=9_000)]
    (hit,) = rank(candidates, {1: shot})
    assert hit.best_ms == 7_000
    assert [item.at_ms for item in hit.evidence] == [7_000]
    assert hit.score == pytest.approx(0.98 * 0.8)


def test_the_strongest_evidence_gives_the_time() -> None:
    shot = _shot(1, asset=5, start_s=0, end_s=10)
    (hit,) = rank([_found(1, 0.3, at_ms=1_000), _found(1, 0.9, SAID, at_ms=6_000)], {1: shot})
    assert hit.best_ms == 6_000
    assert [item.source for item in hit.evidence] == [SAID, PICTURE]


def test_units_that_are_not_to_be_seen_are_left_out() -> None:
    assert _order([_found(1, 0.9), _found(2, 0.8)], [_photo(2)]) == [2]
    assert _order([], []) == []


def test_one_video_does_not_push_everything_else_off_the_page() -> None:
    shots = [_shot(n, asset=5, start_s=30 * n, end_s=30 * n + 10) for n in range(1, 9)]
    candidates = [_found(shot.unit_id, 0.9 - shot.unit_id / 1000) for shot in shots]
    candidates += [_found(20, 0.8), _found(21, 0.7)]
    order = _order(candidates, [*shots, _photo(20), _photo(21)])
    assert order[:2] == [1, 2]
    assert order.index(20) <= 2
    assert order.index(21) <= 4
    assert set(order) == set(range(1, 9)) | {20, 21}


def test_neighbouring_shots_stand_behind_another_place() -> None:
    near = [_shot(1, asset=5, start_s=0, end_s=10), _shot(2, asset=5, start_s=10, end_s=20)]
    order = _order([_found(1, 0.9), _found(2, 0.89), _found(3, 0.85)], [*near, _photo(3)])
    assert order == [1, 3, 2]


def test_a_burst_stands_behind_another_picture() -> None:
    candidates = [_found(n, 0.9 - n / 1000) for n in range(1, 7)] + [_found(9, 0.75)]
    photos = [_photo(n) for n in (*range(1, 7), 9)]
    assert _order(candidates, photos)[-1] == 9
    assert _order(candidates, photos, groups=dict.fromkeys(range(1, 7), 1)).index(9) <= 3


def test_good_hits_come_before_others_however_crowded() -> None:
    shots = [_shot(n, asset=5, start_s=30 * n, end_s=30 * n + 10) for n in range(1, 8)]
    hits = rank(
        [*(_found(shot.unit_id, 0.6) for shot in shots), _found(9, 0.45)],
        {place.unit_id: place for place in [*shots, _photo(9)]},
    )
    assert [hit.good for hit in hits] == [True] * 7 + [False]


def test_the_order_does_not_depend_on_the_order_of_candidates() -> None:
    places = [_photo(n) for n in range(30)] + [_shot(n, asset=5, start_s=n, end_s=n + 1) for n in range(30, 60)]
    shuffled = random.Random(3)
    candidates = [
        _found(n % 60, round(shuffled.random(), 1), shuffled.choice([PICTURE, SAID, TEXT]), at_ms=n)
        for n in range(200)
    ]
    expected = rank(candidates, {place.unit_id: place for place in places})
    for _ in range(5):
        shuffled.shuffle(candidates)
        assert rank(candidates, {place.unit_id: place for place in places}) == expected
