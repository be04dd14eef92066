"""Subtitles become transcripts: their words without the marks, in time."""

import pytest

from dam.engines.speech.cues import clean_cue, transcript_from_cues
from dam.types import SubtitleCue, TranscriptSource


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<i>Hello</i> there", "Hello there"),
        (r"{\an8}{\i1}Up here", "Up here"),
        ("- Who's there?\n- Me.", "Who's there? Me."),
        ("–Nobody", "Nobody"),
        ("<v Anna>Hi <c.yellow>you</c> <00:00:01.500>there", "Hi you there"),
        (r"One\Ntwo\hthree", "One two three"),
        ("Fish &amp; chips &lt;3", "Fish & chips <3"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("[door slams]", "[door slams]"),
        ("ANNA: well-known", "ANNA: well-known"),
        ("\u202eevil\u202c\x00", "evil"),
    ],
)
def test_marks_for_the_eye_go_and_words_stay(raw: str, clean: str) -> None:
    assert clean_cue(raw) == clean


def _cue(start_ms: int, end_ms: int, text: str) -> SubtitleCue:
    return SubtitleCue(start_ms=start_ms, end_ms=end_ms, text=text)


def test_a_cues_time_is_shared_among_its_words_by_length() -> None:
    transcript = transcript_from_cues(
        [_cue(1000, 2000, "ab cdef abcd")], language="en", source=TranscriptSource.SIDECAR
    )
    (segment,) = transcript.segments
    assert [(word.text, word.start_ms, word.end_ms) for word in segment.words] == [
        ("ab", 1000, 1200),
        ("cdef", 1200, 1600),
        ("abcd", 1600, 2000),
    ]
    assert (transcript.language, transcript.source) == ("en", TranscriptSource.SIDECAR)
    assert not segment.weak


def test_cues_far_apart_are_clips_and_close_ones_join() -> None:
    cues = [_cue(0, 1000, "one"), _cue(1100, 2000, "two"), _cue(9000, 9500, "three")]
    transcript = transcript_from_cues(cues, language="", source=TranscriptSource.EMBEDDED)
    assert [segment.text for segment in transcript.segments] == ["one two", "three"]


def test_rolling_captions_are_said_once() -> None:
    cues = [_cue(0, 1000, "we choose"), _cue(1000, 2000, "we choose"), _cue(2000, 3000, "to go")]
    transcript = transcript_from_cues(cues, language="en", source=TranscriptSource.SIDECAR)
    assert " ".join(segment.text for segment in transcript.segments) == "we choose to go"


def test_broken_cues_do_no_harm() -> None:
    cues = [_cue(5000, 4000, "backwards"), _cue(-50, 100, "early"), _cue(0, 10, "<i></i>"), _cue(0, 0, "")]
    transcript = transcript_from_cues(cues, language="", source=TranscriptSource.SIDECAR)
    assert [segment.text for segment in transcript.segments] == ["early", "backwards"]
    assert all(0 <= segment.start_ms < segment.end_ms for segment in transcript.segments)
