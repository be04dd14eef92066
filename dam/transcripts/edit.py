"""Spoken lines changed by hand: their words, times, cuts; each change returns the correction that undoes it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dam.catalog.readers import transcripts as reader
from dam.catalog.words import clean
from dam.catalog.writers.spoken_lines import tidy_name
from dam.catalog.writers.transcripts import Editing, editing
from dam.errors import TranscriptError
from dam.transcripts.models import line_models
from dam.transcripts.words import in_text, joined, retime, shifted, text_of, tokens, within
from dam.types import LineDraft

LONGEST_TEXT = 5_000  # letters of a line: some five minutes of speech
LEAST_MS = 50  # of a line: less is nothing that can be heard
_SHOWN = 40
GONE = "This line is not there any more: the transcript has changed. Open the page again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change: the correction that undoes it, what was done in words, and the line to go on with (None: none)."""

    correction: int
    summary: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What is to be different of a line; None leaves it, "" as a text takes the line away."""

    unit_id: int
    text: str | None = None
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


def set_text(unit_id: int, text: str) -> Done | None:
    """Correct the words of a line; what stays keeps its time. A line without words goes. None where nothing changed.

    Raises TranscriptError.
    """
    wanted = tidy_text(text)
    if not wanted:
        return delete(unit_id)
    with _editing(unit_id) as (change, asset_id, lines, at):
        line = lines[at]
        if line.text == wanted:
            return None
        change.change(asset_id, put=[rewritten(line, wanted)])
        return _done(change, f"“{shown(line.text)}” is now “{shown(wanted)}”", unit_id)


def split(unit_id: int, at_letter: int) -> Done:
    """Cut a line in two before the word at a place in its text (in letters). Raises TranscriptError."""
    with _editing(unit_id) as (change, asset_id, lines, at):
        line = lines[at]
        placed = in_text(line.text, line.words) or in_text(
            line.text, retime(line.text, (), start_ms=line.start_ms, end_ms=line.end_ms)
        )
        letters, cut = 0, 0
        for number, one in enumerate(placed):
            if letters + len(one.word.text) > at_letter:
                cut = number
                break
            letters += len(one.word.text) + len(one.after)
        if not 0 < cut < len(placed):
            raise TranscriptError("To cut a line in two, put the cursor between two of its words.")
        first, second = placed[:cut], placed[cut:]
        middle_ms = second[0].word.start_ms
        before = replace(
            line,
            end_ms=max(first[-1].word.end_ms, line.start_ms + 1),
            text=text_of(first),
            words=tuple(one.word for one in first),
            breaks=tuple(ms for ms in line.breaks if ms < middle_ms),
            edited=True,
        )
        after = replace(
            line,
            unit_id=None,
            start_ms=middle_ms,
            end_ms=max(line.end_ms, middle_ms + 1),
            text=text_of(second),
            words=tuple(one.word for one in second),
            breaks=tuple(ms for ms in line.breaks if ms >= middle_ms),
            edited=True,
        )
        made = change.change(asset_id, put=[before, after])[1]
        return _done(change, f"A line was cut before “{shown(after.text)}”", made)


def merge(unit_id: int) -> Done:
    """Make a line and the one after it one line, the first one's speaker speaking. Raises TranscriptError."""
    with _editing(unit_id) as (change, asset_id, lines, at):
        if at + 1 >= len(lines):
            raise TranscriptError("There is no line after this one.")
        first, second = lines[at], lines[at + 1]
        breaks = (*(first.breaks or (first.start_ms,)), *(second.breaks or (second.start_ms,)))
        whole = replace(
            first,
            end_ms=max(first.end_ms, second.end_ms),
            text=joined(first.text, second.text),
            words=within([*first.words, *second.words], start_ms=first.start_ms, end_ms=second.end_ms),
            breaks=breaks if first.breaks or second.breaks else (),
            speaker=first.speaker or second.speaker,
            edited=True,
        )
        change.change(asset_id, put=[whole], remove=[second.unit_id or 0])
        return _done(change, f"“{shown(second.text)}” went into the line before", unit_id)


def delete(unit_id: int) -> Done:
    """Take a line away; the sound stays as it is. Raises TranscriptError."""
    with _editing(unit_id) as (change, asset_id, lines, at):
        change.change(asset_id, remove=[unit_id])
        rest = lines[at + 1 : at + 2] or lines[max(0, at - 1) : at]
        return _done(change, f"The line “{shown(lines[at].text)}” is deleted", rest[0].unit_id if rest else None)


def add(asset_id: int, text: str, *, start_ms: int, end_ms: int, speaker: str = "") -> Done:
    """Write a line that no engine heard. Raises TranscriptError."""
    wanted = tidy_text(text)
    if not wanted:
        raise TranscriptError("A line needs words.")
    head = reader.head_of(asset_id)
    if head is None:
        raise TranscriptError("This file is not in the library any more.")
    check_times(start_ms, end_ms, duration_ms=head.duration_ms)
    draft = LineDraft(
        unit_id=None,
        start_ms=start_ms,
        end_ms=end_ms,
        text=wanted,
        words=retime(wanted, (), start_ms=start_ms, end_ms=end_ms),
        speaker=speaker,
        edited=True,
    )
    with editing([asset_id], models=line_models()) as change:
        (unit_id,) = change.change(asset_id, put=[draft])
        return _done(change, f"The line “{shown(wanted)}” is written", unit_id)


def set_times(unit_id: int, *, start_ms: int, end_ms: int) -> Done | None:
    """Move a line's start and end; where both move alike its words move with it. None where nothing changed.

    Raises TranscriptError.
    """
    with _editing(unit_id) as (change, asset_id, lines, at):
        line = lines[at]
        if (line.start_ms, line.end_ms) == (start_ms, end_ms):
            return None
        head = reader.head_of(asset_id)
        check_times(start_ms, end_ms, duration_ms=head.duration_ms if head else 0)
        change.change(asset_id, put=[_moved(line, start_ms, end_ms)])
        return _done(change, f"“{shown(line.text)}” is said at another time", unit_id)


def change_lines(asset_id: int, changes: Sequence[LineChange]) -> Done | None:
    """Change several lines of an asset at once, or none of them; None where nothing is different.

    Raises TranscriptError.
    """
    head = reader.head_of(asset_id)
    if head is None:
        raise TranscriptError("This file is not in the library any more.")
    with editing([asset_id], models=line_models()) as change:
        there = {line.unit_id: line for line in change.lines(asset_id)}
        wanted: dict[int, LineDraft | None] = {}
        for one in changes:
            line = wanted.get(one.unit_id, there.get(one.unit_id))
            if line is None:
                raise TranscriptError(f"There is no line {one.unit_id} in this transcript.")
            wanted[one.unit_id] = _changed(line, one, duration_ms=head.duration_ms)
        put = [line for unit_id, line in wanted.items() if line is not None and line != there[unit_id]]
        gone = [unit_id for unit_id, line in wanted.items() if line is None]
        if not put and not gone:
            return None
        change.change(asset_id, put=put, remove=gone)
        count = len(put) + len(gone)
        return _done(change, f"{count:,} line{'' if count == 1 else 's'} changed", None)


def rewritten(line: LineDraft, text: str) -> LineDraft:
    """Return a line with other words, in time as far as can be told."""
    words = retime(text, line.words, start_ms=line.start_ms, end_ms=line.end_ms)
    return replace(line, text=text, words=words, edited=True)


def tidy_text(text: str) -> str:
    """Return a line's text as it is stored, on one line. Raises TranscriptError for one that is too long."""
    wanted = " ".join(clean(text).split())
    if len(wanted) > LONGEST_TEXT:
        raise TranscriptError(f"A line can have {LONGEST_TEXT:,} characters at most; cut it in two.")
    return wanted if tokens(wanted) else ""


def check_times(start_ms: int, end_ms: int, *, duration_ms: int) -> None:
    """Refuse times that no line can have. Raises TranscriptError."""
    if start_ms < 0 or end_ms < start_ms + LEAST_MS:
        raise TranscriptError("A line must end after it begins.")
    if duration_ms and end_ms > duration_ms + 1_000:  # containers often say a little less than is played
        raise TranscriptError("A line can't end after the recording does.")


def shown(text: str) -> str:
    """Return the beginning of a text, for a sentence about it."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1].rstrip()}…"


def _changed(line: LineDraft, wanted: LineChange, *, duration_ms: int) -> LineDraft | None:
    """Return a line as it is to be; None for one that goes."""
    text = line.text if wanted.text is None else tidy_text(wanted.text)
    if not text:
        return None
    start_ms = line.start_ms if wanted.start_ms is None else wanted.start_ms
    end_ms = line.end_ms if wanted.end_ms is None else wanted.end_ms
    changed = line
    if (start_ms, end_ms) != (line.start_ms, line.end_ms):
        check_times(start_ms, end_ms, duration_ms=duration_ms)
        changed = _moved(line, start_ms, end_ms)
    if text != line.text:
        changed = rewritten(changed, text)
    if wanted.speaker is not None:
        changed = replace(changed, speaker=tidy_name(wanted.speaker) if wanted.speaker.strip() else "")
    return changed


def _moved(line: LineDraft, start_ms: int, end_ms: int) -> LineDraft:
    by_ms = start_ms - line.start_ms
    whole = by_ms == end_ms - line.end_ms
    words = shifted(line.words, by_ms) if whole else line.words
    return replace(
        line,
        start_ms=start_ms,
        end_ms=end_ms,
        words=within(words, start_ms=start_ms, end_ms=end_ms),
        breaks=tuple(ms + by_ms for ms in line.breaks) if whole else line.breaks,
        edited=True,
    )


@contextmanager
def _editing(unit_id: int) -> Iterator[tuple[Editing, int, list[LineDraft], int]]:
    """Lock the transcript that a line is in: the change, the asset, its lines, and the place of this one."""
    asset_id = reader.asset_of_line(unit_id)
    if asset_id is None:
        raise TranscriptError(GONE)
    with editing([asset_id], models=line_models()) as change:
        lines = change.lines(asset_id)
        at = next((number for number, line in enumerate(lines) if line.unit_id == unit_id), None)
        if at is None:
            raise TranscriptError(GONE)
        yield change, asset_id, lines, at


def _done(change: Editing, summary: str, unit_id: int | None) -> Done:
    return Done(correction=change.journal(summary), summary=summary, unit_id=unit_id)
