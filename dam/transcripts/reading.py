"""A file that somebody gives, to spoken lines: SRT, WebVTT, or the JSON that `formats` writes.

bytes ─decode→ text ─cues→ who says what when ─words (known ones keep their times)→ clips ─→ lines
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from dam.catalog.readers.transcripts import Line
from dam.catalog.words import clean, folded
from dam.engines.speech.clips import SENTENCE_ENDS, cut_clips
from dam.engines.speech.cues import clean_cue
from dam.engines.speech.utterance import Utterance
from dam.errors import TranscriptError
from dam.transcripts.words import retime
from dam.types import LineDraft, SpokenWord

MOST_BYTES = 10 * 1024 * 1024  # subtitles of a feature film are about 100 KB
MOST_CUES = 50_000
LONGEST_TEXT = 5_000  # letters of a line
_LAST_MS = 7 * 24 * 3_600_000
_FORMS = "Give an SRT or WebVTT file, or JSON as it is downloaded here."

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_LABEL = re.compile(r"^\s*[-–—]?\s*([^:\n]{1,60}?)\s*:\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A caption of a file: plain text, and who speaks as far as the file says so."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


def read(data: bytes, *, known: Sequence[Line] = (), names: Collection[str] = ()) -> list[LineDraft]:
    """Return the lines of a file. Raises TranscriptError, which says what is wrong and where.

    Words that are in the `known` lines at about the same time keep their times, and lines their speakers, where the
    file names none. "Anna: " before the words is a speaker where `names` (of speakers and people) has an Anna.
    """
    text = _decoded(data)
    if text.lstrip().startswith("{"):
        return _of_json(text)
    cues = read_cues(text, names=names)
    if not cues:
        raise TranscriptError(f"There are no captions in this file. {_FORMS}")
    return to_lines(cues if _VOICE.search(text) else with_speakers(cues, known), known=known)


def read_cues(text: str, *, names: Collection[str] = ()) -> list[Cue]:
    """Return the cues of an SRT or WebVTT file in time order. Raises TranscriptError."""
    called = {folded(name): name for name in names}
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    timings = [(at, found) for at, row in enumerate(rows) if (found := _TIMING.match(row))]
    if not timings and any("-->" in row for row in rows):
        at = next(at for at, row in enumerate(rows, start=1) if "-->" in row)
        raise TranscriptError(f"Line {at} is no time as 00:01:02,500 --> 00:01:04,000 is. {_FORMS}")
    if len(timings) > MOST_CUES:
        raise TranscriptError(f"This file has more than {MOST_CUES:,} captions.")
    cues = []
    for number, (at, found) in enumerate(timings):
        start_ms, end_ms = _ms(found.groups()[:4]), _ms(found.groups()[4:])
        if end_ms < start_ms or end_ms > _LAST_MS:
            raise TranscriptError(f"In line {at + 1} a caption ends before it begins, or after a week.")
        until = timings[number + 1][0] if number + 1 < len(timings) else len(rows)
        cue = _cue(start_ms, end_ms, _payload(rows[at + 1 : until], last=number + 1 == len(timings)), called)
        if cue:
            cues.append(cue)
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def with_speakers(cues: Sequence[Cue], known: Sequence[Line]) -> list[Cue]:
    """Return cues of a file that names few speakers: who is known to speak then still does, or who began a sentence.

    SRT has no place for speakers: a label stands where somebody begins, and on most of their captions none.
    """
    named = [line for line in known if line.speaker]
    said: list[Cue] = []
    for cue in cues:
        speaker = cue.speaker
        if not speaker:
            best = max(named, key=lambda line: _shared_ms(line, cue), default=None)
            speaker = best.speaker if best is not None and _shared_ms(best, cue) > 0 else ""
        if not speaker and said and not said[-1].text.rstrip("\"'”’»)]").endswith(SENTENCE_ENDS):
            speaker = said[-1].speaker
        said.append(replace(cue, speaker=speaker))
    return said


def to_lines(cues: Sequence[Cue], *, known: Sequence[Line] = ()) -> list[LineDraft]:
    """Return cues as lines like those of an engine, cut at pauses and where somebody else speaks.

    Where each caption began is kept in the lines' `breaks`, so that they are written as they were read.
    """
    heard = [word for line in known for word in line.words]
    drafts: list[LineDraft] = []
    for speaker, turn in groupby(cues, key=lambda cue: cue.speaker):
        parts, starts = [], []
        for cue in turn:
            said = retime(cue.text, _around(heard, cue), start_ms=cue.start_ms, end_ms=cue.end_ms)
            # A blank before each word, as engines give them, so that the texts join to the line.
            parts.append(Utterance(words=_as_spoken(cue.text, said)))
            starts += [word.start_ms for word in said[:1]]
        drafts += [
            LineDraft(
                unit_id=None,
                start_ms=part.start_ms,
                end_ms=part.end_ms,
                text=part.text,
                words=part.words,
                breaks=tuple(at for at in starts if part.start_ms <= at < part.end_ms),
                speaker=speaker,
                edited=True,
            )
            for part in cut_clips(parts)
        ]
    return sorted(drafts, key=lambda draft: draft.start_ms)


def _as_spoken(text: str, said: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
    """Return words with the blank in front of them that their text has."""
    spoken: list[SpokenWord] = []
    at = 0
    for word in said:
        start = text.index(word.text, at)
        blank = " " if start > at or not spoken else ""
        at = start + len(word.text)
        spoken.append(
            SpokenWord(
                text=f"{blank}{word.text}",
                start_ms=word.start_ms,
                end_ms=word.end_ms,
                probability=word.probability,
            )
        )
    return tuple(spoken)


def _shared_ms(line: Line, cue: Cue) -> int:
    return min(line.end_ms, cue.end_ms) - max(line.start_ms, cue.start_ms)


def _around(heard: Sequence[SpokenWord], cue: Cue) -> list[SpokenWord]:
    return [word for word in heard if cue.start_ms <= (word.start_ms + word.end_ms) // 2 < cue.end_ms]


def _cue(start_ms: int, end_ms: int, payload: str, called: dict[str, str]) -> Cue | None:
    voice = _VOICE.search(payload)
    speaker = " ".join(clean_cue(voice[1]).split())[:200] if voice else ""
    text = clean(clean_cue(payload))
    if not speaker and (label := _LABEL.match(text)) and folded(label[1]) in called:
        speaker, text = called[folded(label[1])], text[label.end() :]
    if not text.strip():
        return None
    if len(text) > LONGEST_TEXT:
        raise TranscriptError(f"The caption at {start_ms // 1000} s is longer than {LONGEST_TEXT:,} characters.")
    return Cue(
        start_ms=start_ms, end_ms=max(end_ms, start_ms + 1), text=text, speaker=speaker if folded(speaker) else ""
    )


def _payload(rows: Sequence[str], *, last: bool) -> str:
    """Return the text below a timing: up to the blank line in front of the next number, name or note."""
    kept: list[str] = []
    for row in rows:
        if not row.strip() and kept:
            break
        if row.strip():
            kept.append(row)
    if not last and len(kept) > 1 and kept == [row for row in rows if row.strip()] and kept[-1].strip().isdigit():
        kept.pop()  # the next caption's number, where no blank line stands before it
    return "\n".join(kept)


def _ms(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = parts
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


def _decoded(data: bytes) -> str:
    """UTF-8 and UTF-16 where it is that; else Windows' Western code page, by far the commonest of old files."""
    if len(data) > MOST_BYTES:
        raise TranscriptError(f"This file is larger than {MOST_BYTES >> 20} MB: it is no transcript. {_FORMS}")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise TranscriptError(f"This is no text file. {_FORMS}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _of_json(text: str) -> list[LineDraft]:
    try:
        rows = json.loads(text)["lines"]
        drafts = [_draft(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TranscriptError(f"This JSON is no transcript as it is downloaded here: {error}.") from error
    if not drafts:
        raise TranscriptError(f"There are no lines in this file. {_FORMS}")
    if len(drafts) > MOST_CUES:
        raise TranscriptError(f"This file has more than {MOST_CUES:,} lines.")
    return sorted(drafts, key=lambda draft: draft.start_ms)


def _draft(row: dict[str, Any]) -> LineDraft:
    start_ms, end_ms = int(row["start_ms"]), int(row["end_ms"])
    text = " ".join(clean(str(row["text"])).split())
    if not 0 <= start_ms < end_ms <= _LAST_MS or not 0 < len(text) <= LONGEST_TEXT:
        raise ValueError(f"a line from {start_ms} to {end_ms} ms can't be")
    said = [
        SpokenWord(
            text=clean(str(word["text"])),
            start_ms=int(word["start_ms"]),
            end_ms=int(word["end_ms"]),
            probability=min(1.0, max(0.0, float(word.get("probability", 1.0)))),
        )
        for word in row.get("words", [])
    ]
    return LineDraft(
        unit_id=None,
        start_ms=start_ms,
        end_ms=end_ms,
        text=text,
        words=retime(text, said, start_ms=start_ms, end_ms=end_ms),
        breaks=tuple(sorted(int(at) for at in row.get("breaks", []))),
        speaker=" ".join(clean(str(row.get("speaker", ""))).split())[:200],
        edited=bool(row.get("edited", True)),
    )
