"""Words are cut into clips at pauses and sentence ends, never inside a word."""

from hypothesis import given
from hypothesis import strategies as st

from dam.engines.speech.clips import LONGEST_MS, PAUSE_MS, cut_clips
from dam.engines.speech.utterance import Utterance
from dam.types import SpokenWord


def _said(*words: tuple[str, int, int], **measures: float) -> Utterance:
    return Utterance(
        words=tuple(SpokenWord(text=f" {text}", start_ms=start, end_ms=end) for text, start, end in words),
        **measures,  # type: ignore[arg-type]  # the measures are floats
    )


def test_nothing_said_gives_no_clips() -> None:
    assert cut_clips([]) == ()
    assert cut_clips([_said(), _said(("  ", 0, 10))]) == ()


def test_a_pause_ends_a_clip_and_a_breath_does_not() -> None:
    clips = cut_clips([_said(("ask", 0, 300), ("not", 300 + PAUSE_MS - 1, 1200), ("what", 1200 + PAUSE_MS, 2200))])
    assert [clip.text for clip in clips] == ["ask not", "what"]
    assert [(clip.start_ms, clip.end_ms) for clip in clips] == [(0, 1200), (1200 + PAUSE_MS, 2200)]


def test_a_sentence_ends_a_clip_only_when_the_clip_is_worth_a_line() -> None:
    short = cut_clips([_said(("Yes.", 0, 400), ("Of", 500, 600), ("course.", 600, 1000))])
    assert [clip.text for clip in short] == ["Yes. Of course."]
    long = cut_clips([_said(("It", 0, 400), ("took", 500, 4000), ("“long.”", 4000, 4500), ("Then", 4600, 5000))])
    assert [clip.text for clip in long] == ["It took “long.”", "Then"]


def test_an_endless_sentence_is_cut_at_its_widest_gap() -> None:
    words = [("word", n * 500, n * 500 + 450) for n in range(60)]
    words[33:] = [(text, start + 300, end + 300) for text, start, end in words[33:]]
    clips = cut_clips([_said(*words)])
    assert max(clip.end_ms - clip.start_ms for clip in clips) <= LONGEST_MS
    assert 33 * 500 + 300 in [clip.start_ms for clip in clips]


def test_utterances_that_follow_closely_share_a_clip_with_the_worst_measures() -> None:
    first = _said(("a", 0, 400), no_speech_probability=0.1, average_log_probability=-0.2, compression_ratio=1.0)
    second = _said(("b", 500, 900), no_speech_probability=0.3, average_log_probability=-0.4, compression_ratio=0.9)
    (clip,) = cut_clips([first, second])
    assert (clip.no_speech_probability, clip.average_log_probability, clip.compression_ratio) == (0.3, -0.4, 1.0)
    assert not clip.weak


def test_doubtful_words_get_a_clip_of_their_own() -> None:
    good = _said(("real", 0, 400), average_log_probability=-0.2)
    repeated = _said(("you", 450, 600), ("you", 600, 700), average_log_probability=-0.1, compression_ratio=9.0)
    guessed = _said(("thanks", 800, 900), average_log_probability=-1.5)
    silent = _said(("bye", 1000, 1100), average_log_probability=-0.8, no_speech_probability=0.9)
    clips = cut_clips([good, repeated, guessed, silent])
    assert [(clip.text, clip.weak) for clip in clips] == [("real", False), ("you you thanks bye", True)]


def test_languages_without_spaces_keep_their_spelling() -> None:
    words = tuple(
        SpokenWord(text=text, start_ms=n * 200, end_ms=n * 200 + 200) for n, text in enumerate("こんにちは")
    )
    (clip,) = cut_clips([Utterance(words=words)])
    assert clip.text == "こんにちは"


@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(-500, 30_000)), max_size=60))
def test_whatever_times_an_engine_gives_clips_are_in_order_and_lose_no_word(times: list[tuple[int, int]]) -> None:
    said = [_said((f"w{place}", start, start + length)) for place, (start, length) in enumerate(times)]
    clips = cut_clips(said)
    words = [word for clip in clips for word in clip.words]
    assert sorted(word.text for word in words) == sorted(f"w{place}" for place in range(len(times)))
    assert all(clip.start_ms < clip.end_ms for clip in clips)
    assert all(word.start_ms <= word.end_ms for word in words)
    assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)
    assert all(len(clip.words) == 1 or clip.end_ms - clip.start_ms <= LONGEST_MS for clip in clips)
