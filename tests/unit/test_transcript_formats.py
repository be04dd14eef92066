"""Transcripts as files: what is written, and what is read back."""

import json
from itertools import pairwise

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.catalog.readers.transcripts import Line
from dam.errors import TranscriptError
from dam.transcripts.captions import GAP_MS, ROW_LETTERS, captions, rows, width
from dam.transcripts.formats import Sheet, TranscriptFormat, write
from dam.transcripts.reading import read
from dam.transcripts.timecode import FrameCount, frame_count
from dam.transcripts.words import spread
from dam.types import LineDraft


def line(text: str, start_ms: int, end_ms: int, *, speaker: str = "", breaks: tuple[int, ...] = ()) -> Line:
    words = tuple(spread(text.split(), start_ms=start_ms, end_ms=end_ms))
    return Line(unit_id=1, start_ms=start_ms, end_ms=end_ms, text=text, words=words, speaker=speaker, breaks=breaks)


def sheet(*lines: Line, counted: FrameCount | None = None) -> Sheet:
    return Sheet(name="talk.wav", language="en", lines=lines, counted=counted or FrameCount())


def as_lines(drafts: list[LineDraft]) -> list[Line]:
    return [
        Line(
            unit_id=number,
            start_ms=draft.start_ms,
            end_ms=draft.end_ms,
            text=draft.text,
            words=draft.words,
            breaks=draft.breaks,
            speaker=draft.speaker,
        )
        for number, draft in enumerate(drafts)
    ]


TALK = sheet(
    line("And so, my fellow Americans, ask not what your country can do for you,", 300, 7_600, speaker="Kennedy"),
    line("ask what you can do for your country.", 8_200, 10_900, speaker="Kennedy"),
    line("Fish & chips <b>now</b> --> please!", 12_000, 14_000, speaker="Anna > Bob"),
    line("No.", 14_000, 14_200),
    counted=frame_count(25, 1, "01:00:00:00"),
)
SRT = """1
00:00:00,300 --> 00:00:03,289
Kennedy: And so, my fellow Americans,

2
00:00:03,373 --> 00:00:07,600
ask not what your country can do for you,

3
00:00:08,200 --> 00:00:10,900
ask what you can do for your country.

4
00:00:12,000 --> 00:00:13,916
Anna > Bob: Fish & chips
<b>now</b> → please!

5
00:00:14,000 --> 00:00:15,000
No.
"""
VTT = """WEBVTT

00:00:00.300 --> 00:00:03.289
<v Kennedy>And so, my fellow Americans,</v>

00:00:03.373 --> 00:00:07.600
<v Kennedy>ask not what your country can do for you,</v>

00:00:08.200 --> 00:00:10.900
<v Kennedy>ask what you can do for your country.</v>

00:00:12.000 --> 00:00:13.916
<v Anna &gt; Bob>Fish &amp; chips &lt;b>now&lt;/b> --&gt; please!</v>

00:00:14.000 --> 00:00:15.000
No.
"""
TXT = """01:00:00:08  Kennedy: And so, my fellow Americans, ask not what your country can do for you,
01:00:08:05  ask what you can do for your country.
01:00:12:00  Anna > Bob: Fish & chips <b>now</b> --> please!
01:00:14:00  No.
"""


@pytest.mark.parametrize(
    ("form", "golden"), [(TranscriptFormat.SRT, SRT), (TranscriptFormat.VTT, VTT), (TranscriptFormat.TXT, TXT)]
)
def test_files_are_written_to_the_letter(form: TranscriptFormat, golden: str) -> None:
    assert write(TALK, form) == golden


@pytest.mark.parametrize("form", [TranscriptFormat.SRT, TranscriptFormat.VTT])
def test_another_reader_finds_the_same_captions(form: TranscriptFormat) -> None:
    read_back = pysubs2.SSAFile.from_string(write(TALK, form), format_=form.value)
    assert [(event.start, event.end) for event in read_back] == [
        (caption.start_ms, caption.end_ms) for caption in captions(TALK.lines, named=form is TranscriptFormat.SRT)
    ]
    assert "ask what you can do for your country." in read_back[2].plaintext


def test_json_holds_every_word_and_comes_back_as_it_was() -> None:
    text = write(TALK, TranscriptFormat.JSON)
    assert json.loads(text)["lines"][3]["words"] == [
        {"text": "No.", "start_ms": 14_000, "end_ms": 14_200, "probability": 1.0}
    ]
    back = as_lines(read(text.encode()))
    assert [(one.text, one.words, one.speaker) for one in back] == [
        (one.text, one.words, one.speaker) for one in TALK.lines
    ]


@pytest.mark.parametrize("form", [TranscriptFormat.SRT, TranscriptFormat.VTT])
def test_captions_that_were_read_are_written_as_they_were(form: TranscriptFormat) -> None:
    """Words, times, who speaks, and where each caption begins."""
    theirs = Sheet(name="x", language="", lines=TALK.lines[:2])
    once = write(theirs, form)
    again = as_lines(read(once.encode(), known=theirs.lines, names=["Kennedy"]))
    assert {one.speaker for one in again} == {"Kennedy"}
    assert write(Sheet(name="x", language="", lines=again), form) == once


def test_known_words_keep_their_times_where_a_corrected_file_comes() -> None:
    (draft,) = read(b"1\n00:00:08,200 --> 00:00:10,900\nask what you can do for our country!\n", known=TALK.lines)
    known = TALK.lines[1].words
    assert [word.start_ms for word in draft.words] == [word.start_ms for word in known]
    assert draft.words[-2].text == "our"


def test_a_label_is_a_speaker_only_where_the_library_knows_one() -> None:
    file = b"1\n00:00:01,000 --> 00:00:02,000\nNote: this\n\n2\n00:00:03,000 --> 00:00:04,000\nANNA: that\n"
    assert [(one.speaker, one.text) for one in read(file, names=["Anna"])] == [("", "Note: this"), ("Anna", "that")]


def test_files_of_other_programs_are_read() -> None:
    head = b"\xef\xbb\xbfWEBVTT - made elsewhere\n\nNOTE hm\n\nintro\n00:01.500 --> 00:02.000 align:start\n"
    (draft,) = read(head + b"<v.loud Anna><i>Hi</i> &amp; bye\n")
    assert (draft.start_ms, draft.text, draft.speaker) == (1500, "Hi & bye", "Anna")
    (old,) = read("1\r\n0:00:01,5 --> 0:00:02,000\r\nnaïve — café\r\n".encode("cp1252"))
    assert (old.start_ms, old.text) == (1500, "naïve — café")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no captions"),
        (b"hello there", "no captions"),
        (b"1\n00:00:01 -> 00:00:02\nx\n\n2\n1.5 --> 2.5\nx", "Line 6 is no time"),
        (b"1\n00:00:05,000 --> 00:00:02,000\nx", "line 2 a caption ends before it begins"),
        (b"PK\x03\x04\0\0", "no text file"),
        (b'{"lines": [{"start_ms": 5}]}', "no transcript as it is downloaded"),
        (b'{"lines": []}', "no lines"),
        (b'{"lines": ' + b"[" * 100_000, "no transcript as it is downloaded"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data: bytes, says: str) -> None:
    with pytest.raises(TranscriptError, match=says):
        read(data)


@given(st.binary(max_size=400))
def test_whatever_is_given_is_read_or_refused(data: bytes) -> None:
    try:
        drafts = read(b"1\n00:00:01,000 --> 00:00:09,000\n" + data)
    except TranscriptError:
        return
    assert all(draft.text and draft.start_ms < draft.end_ms for draft in drafts)


_words = st.lists(
    st.sampled_from(["so", "country,", "Americans.", "the", "and", "internationalisation", "世界"]), min_size=1
)


@given(words=_words, ms_a_word=st.integers(60, 900))
def test_captions_hold_every_word_can_be_read_and_do_not_overlap(words: list[str], ms_a_word: int) -> None:
    spoken = line(" ".join(words), 1_000, 1_000 + ms_a_word * len(words))
    shown = captions([spoken])
    assert "".join("".join(one.rows) for one in shown).replace(" ", "") == "".join(words)
    for one in shown:
        assert len(one.rows) <= 2
        assert all(width(row) <= ROW_LETTERS for row in one.rows)
        assert one.end_ms - one.start_ms <= 7_000
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(shown))
    assert shown[-1].end_ms - shown[-1].start_ms >= 1_000


def test_a_caption_is_held_until_it_can_be_read_but_not_into_the_next() -> None:
    first, second = captions([line("Wait for me over there!", 0, 300), line("What?", 900, 1_000)])
    assert first.end_ms == 900 - GAP_MS
    assert second.end_ms == 1_900


def test_rows_break_where_the_sense_does() -> None:
    assert rows("We walked along the river, and nobody ever asked why.") == (
        "We walked along the river,",
        "and nobody ever asked why.",
    )
    assert rows("short") == ("short",)
    assert rows("x" * 50) == ("x" * 50,)
    assert rows("你好世界" * 6) == ("你好世界" * 3, "你好世界" * 3)


def test_a_persons_captions_stay_as_they_were_cut() -> None:
    spoken = line("One two three four", 0, 4_000, breaks=(0, 1_600))
    assert [one.rows for one in captions([spoken])] == [("One two",), ("three four",)]


@pytest.mark.parametrize(
    ("rate", "written", "ms", "says"),
    [
        ((25, 1), "10:00:00:00", 1_040, "10:00:01:01"),
        ((24_000, 1001), "00:59:59:23", 42, "01:00:00:00"),
        ((30_000, 1001), "00:00:59;29", 34, "00:01:00;02"),
        ((30_000, 1001), "01:00:00;00", 600_000, "01:10:00;00"),
        ((30_000, 1001), "01:00:00:00", 600_000, "01:09:59:12"),
        ((60_000, 1001), "00:00:00;00", 60_060, "00:01:00;00"[:9] + "04"),
        ((25, 1), "23:59:59:24", 40, "00:00:00:00"),
        ((25, 1), "nonsense", 40, "00:00:00:01"),
        ((0, 0), "01:00:00:00", 3_723_004, "01:02:03.004"),
    ],
)
def test_timecodes_count_as_the_file_does(rate: tuple[int, int], written: str, ms: int, says: str) -> None:
    assert frame_count(*rate, written).at(ms) == says
