"""The text index keeps one behaviour on both databases: test_on_postgresql.py runs this file on PostgreSQL."""

import random
import string

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.catalog import matches, words
from dam.catalog.fulltext import TextColumn, TextMatch, TextRow, find, forget_units, index_units
from dam.catalog.models import Asset, Unit
from dam.types import MediaKind
from tests.small_library import SmallLibrary, numbers

pytestmark = pytest.mark.django_db


def _units(n: int, kind: MediaKind = MediaKind.AUDIO) -> list[int]:
    asset = Asset.objects.create(fingerprint=f"{next(numbers):064d}", size_bytes=1, kind=kind)
    return [Unit.objects.create(asset=asset, kind="clip", position=place).pk for place in range(n)]


def _say(*lines: str) -> list[int]:
    units = _units(len(lines))
    index_units(TextRow(unit_id=unit, spoken=line) for unit, line in zip(units, lines, strict=True))
    return units


def _found(text: str = "", **options: object) -> list[int]:
    return [match.unit_id for match in find(text, **options)]  # type: ignore[arg-type]  # options are find's own


def _only(text: str, **options: object) -> TextMatch:
    (match,) = find(text, **options)  # type: ignore[arg-type]  # options are find's own
    return match


def test_more_of_the_words_come_first() -> None:
    car, sunset, both, neither = _say("a car", "the sunset", "one car at sunset", "nothing here")
    found = _found("car sunset")
    assert found[0] == both
    assert set(found) == {car, sunset, both}
    assert neither not in found


def test_all_of_the_words_are_found_where_too_many_units_hold_one_to_rank_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matches, "_RANKED", 5)
    (both,) = _say("one car at sunset")
    _say(*["a car"] * 20)
    found = find("car sunset", limit=4)
    assert found[0].unit_id == both
    assert len(found) == 4


def test_a_rare_word_is_found_beside_one_that_too_many_units_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "_RANKED", 5)
    (rare,) = _say("a kumquat")
    _say(*["a car"] * 20)
    assert _found("car kumquat", limit=4)[0] == rare


@pytest.mark.parametrize("ranked", [5, 20_000])  # too many match to be ranked, or all of them are
@pytest.mark.parametrize("read", [2, 8, 100])  # too few of what matches at a time, just enough, all of it
def test_a_wide_filter_lets_through_what_a_narrow_one_does(
    monkeypatch: pytest.MonkeyPatch, read: int, ranked: int
) -> None:
    monkeypatch.setattr(matches, "_RANKED", ranked)
    units = _say(*["a car"] * 6, "one car at sunset", *["the car park"] * 6, "no such thing")
    some, refused = np.array(units[3:], dtype=np.int64), frozenset(units[5:9])
    asked: list[dict[str, object]] = [{"only": some}, {"but": refused}, {"only": some, "but": refused}]
    narrow = [_found("car sunset", limit=3, **options) for options in asked]
    monkeypatch.setattr(matches, "_WIDE", 2)
    monkeypatch.setattr(matches, "_READ", read)
    assert [_found("car sunset", limit=3, **options) for options in asked] == narrow
    assert narrow[0][0] == units[6]
    assert units[6] not in narrow[1]
    assert _found("car", only=np.array(units[-1:] * 3, dtype=np.int64)) == []


@pytest.mark.parametrize("ranked", [2, 20_000])
def test_kinds_are_told_apart_however_many_match(monkeypatch: pytest.MonkeyPatch, ranked: int) -> None:
    monkeypatch.setattr(matches, "_RANKED", ranked)
    monkeypatch.setattr(matches, "_ASKED_AT_ONCE", 2)
    videos = _units(3, MediaKind.VIDEO)
    index_units(TextRow(unit_id=unit, spoken="a car") for unit in videos)
    _say(*["a car"] * 5)
    assert set(_found("car", kinds={MediaKind.VIDEO})) == set(videos)
    assert set(_found("car", kinds={MediaKind.VIDEO}, but=videos[:1])) == set(videos[1:])
    assert _found("car", kinds={MediaKind.PHOTO}) == []


def test_the_share_of_words_is_told_and_stop_words_hardly_count() -> None:
    _say("a red car at the sunset")
    assert _only("red car at sunset").coverage == pytest.approx(1.0)
    assert _only("red car at night").coverage == pytest.approx(2.1 / 3.1)
    assert find("at the wedding") == []


def test_a_query_of_stop_words_alone_is_still_asked() -> None:
    (unit,) = _say("to be or not to be")
    assert _found("not to be") == [unit]


def test_both_columns_are_searched_and_told_apart() -> None:
    said, written = _units(2)
    index_units([TextRow(unit_id=said, spoken="lighthouse"), TextRow(unit_id=written, described="lighthouse")])
    assert {(match.unit_id, match.column) for match in find("lighthouse")} == {
        (said, TextColumn.SPOKEN),
        (written, TextColumn.DESCRIBED),
    }


def test_case_accents_and_plurals_do_not_matter() -> None:
    (unit,) = _say("Die Straße: zwei CAFÉS in Łódź, naïve façades")
    for word in ("café", "CAFE", "cafes", "strasse", "facade", "naive"):
        assert _found(word) == [unit], word
    assert _only("cafés").coverage == 1.0
    assert _only("cafe").coverage == pytest.approx(0.9)


def test_decomposed_text_is_the_same_text() -> None:
    (unit,) = _say("cafe\u0301 olé")
    assert _found("caf\u00e9 ole\u0301") == [unit]


def test_scripts_without_spaces_are_found_by_their_runs() -> None:
    (unit,) = _say("昨日は東京タワーに行きました")
    assert _found("", phrases=["東京"]) == [unit]
    assert _found("", phrases=["京東"]) == []
    assert _found("東京") == [unit]


def test_a_phrase_must_stand_in_its_order() -> None:
    speech, _ = _say("ask not what your country can do for you", "what your mother asked, country or not")
    assert _found("", phrases=["not what your country"]) == [speech]
    assert _found("", phrases=["your what"]) == []
    assert _found("", phrases=["ask not", "for you"]) == [speech]
    assert _found("", phrases=["ask not", "mother"]) == []


def test_words_beside_a_phrase_order_and_do_not_exclude() -> None:
    first, second = _say("the old house by the lake", "the old house in town with a red door")
    assert _found("red door", phrases=["old house"]) == [second, first]


def test_the_matching_words_are_marked() -> None:
    _say("Two Cars, one sunset")
    assert _only("car sunset").snippet == "Two \x02Cars\x03, one \x02sunset\x03"


def test_a_long_text_is_cut_around_the_first_match() -> None:
    _say(" ".join(["before"] * 200) + " the needle here " + " ".join(["after"] * 200))
    snippet = _only("needle").snippet
    assert "\x02needle\x03" in snippet
    assert len(snippet) < 300
    assert snippet.startswith("… before")
    assert snippet.endswith(" …")


def test_marks_and_nuls_in_a_text_are_taken_out() -> None:
    _say("so\x00me \x02injected\x03 marks\x00")
    assert _only("marks").snippet == "some injected \x02marks\x03"


def test_writing_again_replaces_and_forgetting_forgets() -> None:
    (unit,) = _say("old words")
    index_units([TextRow(unit_id=unit, spoken="new words")])
    assert _found("old") == []
    assert _found("new") == [unit]
    index_units([TextRow(unit_id=unit, spoken="")])
    assert _found("new") == []
    index_units([TextRow(unit_id=unit, spoken="third")])
    forget_units([unit, 999_999])
    assert _found("third") == []


def test_words_of_a_deleted_unit_go_with_it_whoever_deletes_it() -> None:
    (unit,) = _say("going away")
    Asset.objects.filter(units=unit).delete()
    assert _found("going") == []


def test_a_kind_narrows() -> None:
    (sound,) = _say("wedding")
    (film,) = _units(1, MediaKind.VIDEO)
    index_units([TextRow(unit_id=film, spoken="wedding")])
    assert _found("wedding", kinds={MediaKind.VIDEO}) == [film]
    assert _found("wedding", kinds={MediaKind.PHOTO}) == []
    assert set(_found("wedding", kinds={MediaKind.VIDEO, MediaKind.AUDIO})) == {sound, film}


def test_the_limit_keeps_the_best() -> None:
    units = _say(*["car"] * 30, "car sunset")
    assert _found("sunset car", limit=5)[0] == units[-1]
    assert len(find("car", limit=5)) == 5


def test_a_very_long_text_and_a_very_long_query_are_taken() -> None:
    many = [f"word{number}" for number in range(20_000)]
    (unit,) = _say(" ".join(many))
    assert _found("word15000") == [unit]
    assert _found(" ".join(many)) == [unit]
    assert _found("x" * 100_000) == []


@pytest.mark.parametrize(
    "nasty",
    ['"', '""', "'", "a'b", "car OR", "NEAR(car, 2)", "car*", "^car", "-car", "spoken:car", "{car}", "car AND NOT",
     "\\", "%s %d", "'; DROP TABLE catalog_unit; --", "<->", "car & | ! ()", "\x00", "\x02car\x03", "🚗", "𝔠𝔞𝔯", "½",
     "\ud83d", "", "   ", "ﬁ", "İstanbul", "a\u0301\u0301\u0301"],
)  # fmt: skip
def test_whatever_is_typed_is_words_and_never_an_error(nasty: str) -> None:
    _say("car", nasty)
    find(nasty)
    find("", phrases=[nasty])
    find(nasty, phrases=[nasty, "car"])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60))
def test_any_text_finds_itself(text: str, db: None) -> None:
    (unit,) = _say(text)
    terms = list(words.terms(words.clean(text)))
    try:
        if terms:
            assert unit in _found(text, limit=1000)
            assert unit in _found("", phrases=[text], limit=1000)
    finally:
        Unit.objects.filter(pk=unit).delete()


def test_thousands_of_rows_are_written_at_once() -> None:
    units = _units(1_000)
    shuffled = random.Random(1)
    index_units(
        TextRow(unit_id=unit, spoken="".join(shuffled.choices(string.ascii_lowercase, k=8)), described="common")
        for unit in units
    )
    assert len(find("common", limit=2_000)) == 1_000
    forget_units(units[:990])
    assert len(find("common", limit=2_000)) == 10


def test_a_library_written_by_its_pipeline_is_found() -> None:
    made = SmallLibrary()
    photo = made.photo("x", described="Sagrada Família, Barcelona\nIMG 2041")
    (line,) = made.speech(["we flew to Barcelona"])
    assert {match.unit_id for match in find("barcelona")} == {photo.pk, line.pk}
    assert _found("img 2041") == [photo.pk]
