"""Words kept in time while their text is corrected."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dam.transcripts.words import in_text, joined, retime, text_of, tokens
from dam.types import SpokenWord

HEARD = tuple(
    SpokenWord(text=text, start_ms=start, end_ms=end, probability=0.5)
    for text, start, end in [("ask", 1000, 1200), ("knot", 1300, 1600), ("watt", 1700, 2000), ("country", 2600, 3000)]
)
_line = st.lists(st.sampled_from(["ask", "not", "What", "you're", "country,", "a", "世界", "“so”", "-"]), max_size=12)
_times = st.lists(st.integers(0, 9_000), max_size=16)


def timed(text: str, known: tuple[SpokenWord, ...] = HEARD) -> list[tuple[str, int, int]]:
    return [(word.text, word.start_ms, word.end_ms) for word in retime(text, known, start_ms=900, end_ms=3100)]


@given(old=_line, new=_line, times=_times, start=st.integers(0, 4_000), length=st.integers(1, 6_000))
def test_words_hold_the_text_and_run_forward_within_the_line(
    old: list[str], new: list[str], times: list[int], start: int, length: int
) -> None:
    """Whatever the engine said, and however wrong its times."""
    known = tuple(
        SpokenWord(text=text, start_ms=at, end_ms=end) for text, at, end in zip(old, times, times[1:], strict=False)
    )
    text = " ".join(new)
    said = retime(text, known, start_ms=start, end_ms=start + length)
    assert "".join(word.text for word in said) == "".join(text.split())
    assert all(start <= word.start_ms <= word.end_ms <= start + length for word in said)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(said))


@given(_line)
def test_an_untouched_line_keeps_every_time(line: list[str]) -> None:
    wanted = tokens(" ".join(line))
    known = tuple(
        SpokenWord(text=text, start_ms=at * 300, end_ms=at * 300 + 200, probability=0.4)
        for at, text in enumerate(wanted)
    )
    assert retime(" ".join(line), known, start_ms=0, end_ms=10_000) == known


def test_words_that_stay_keep_their_times_and_corrected_ones_take_those_of_the_wrong() -> None:
    assert timed("Ask not what country?") == [
        ("Ask", 1000, 1200), ("not", 1300, 1600), ("what", 1700, 2000), ("country?", 2600, 3000)
    ]  # fmt: skip


def test_a_corrected_word_is_certain_and_the_others_as_sure_as_before() -> None:
    said = retime("ask not watt country", HEARD, start_ms=900, end_ms=3100)
    assert [word.probability for word in said] == [0.5, 1.0, 0.5, 0.5]


def test_two_words_for_one_share_its_time_by_length() -> None:
    assert timed("ask knot what for country") == [
        ("ask", 1000, 1200), ("knot", 1300, 1600), ("what", 1700, 1871), ("for", 1871, 2000), ("country", 2600, 3000)
    ]  # fmt: skip


def test_a_new_word_takes_the_pause_it_stands_in() -> None:
    assert timed("ask knot watt your country")[3] == ("your", 2000, 2260)


def test_a_new_word_without_a_pause_shares_the_time_of_the_one_before() -> None:
    said = timed("ask me knot watt country")
    assert said[:3] == [("ask", 1000, 1180), ("me", 1180, 1300), ("knot", 1300, 1600)]


def test_a_new_first_word_goes_before_the_others() -> None:
    assert timed("so ask knot watt country")[:2] == [("so", 900, 1020), ("ask", 1020, 1200)]


def test_words_left_out_leave_a_pause() -> None:
    assert timed("ask country") == [("ask", 1000, 1200), ("country", 2600, 3000)]


def test_a_line_without_words_is_shared_out() -> None:
    assert timed("ab cd", ()) == [("ab", 900, 2000), ("cd", 2000, 3100)]


def test_a_script_without_blanks_is_timed_sign_by_sign() -> None:
    said = retime("你好，世界。", (SpokenWord(text="你好", start_ms=0, end_ms=400),), start_ms=0, end_ms=1000)
    assert [word.text for word in said] == ["你", "好，", "世", "界。"]
    assert [word.start_ms for word in said][:2] == [0, 200]
    assert text_of(in_text("你好，世界。", said)) == "你好，世界。"
    assert joined("你好。", "世界") == "你好。世界"


def test_words_stand_in_their_text_with_what_follows_them() -> None:
    placed = in_text("ask  knot\nwatt country", HEARD)
    assert [one.after for one in placed] == ["  ", "\n", " ", ""]
    assert in_text("ask not watt country", HEARD) == []
