"""Whole transcripts put in the place of others: what an engine heard anew, or a file that somebody gave."""

from dam.catalog.readers import speakers as people
from dam.catalog.readers import transcripts as reader
from dam.catalog.writers.transcripts import editing
from dam.errors import TranscriptError
from dam.transcripts.edit import Done
from dam.transcripts.models import line_models
from dam.transcripts.reading import read
from dam.types import LineDraft, TranscriptSource

# A heard line is one that somebody has corrected already where at least half of it is that line.
_SAME = 0.5


def take_heard(asset_id: int, *, keep: bool) -> Done:
    """Take the transcript that an engine heard; `keep` leaves the lines that people wrote in the place of its own.

    Speakers stay where the same is said at the same time. Raises TranscriptError where nothing is offered.
    """
    with editing([asset_id], models=line_models()) as change:
        lines = change.lines(asset_id)
        heard = reader.heard_lines(asset_id)
        if not heard:
            raise TranscriptError("There is no other transcript of this file.")
        kept = [line for line in lines if line.edited] if keep else []
        dropped = {one.number for one in heard if any(_covered(one, line) >= _SAME for line in kept)}
        made = change.take_heard(asset_id, kept, dropped=dropped)
        named = [line for line in lines if line.speaker and line not in kept] if keep else []
        fresh = [one for one in heard if one.number not in dropped]
        speakers = {unit: _speaker(one, named) for unit, one in zip(made, fresh, strict=True)}
        if any(speakers.values()):
            change.say_speakers(asset_id, speakers)
        summary = "The new transcript was taken" + (f", {len(kept):,} corrected lines kept" if kept else "")
        return Done(correction=change.journal(summary), summary=summary)


def refuse_heard(asset_id: int) -> Done:
    """Keep what people made of a transcript, and offer the engine's no longer. Raises TranscriptError."""
    with editing([asset_id], models=line_models()) as change:
        change.refuse_heard(asset_id)
        summary = "The transcript stays as it is"
        return Done(correction=change.journal(summary), summary=summary)


def give(asset_id: int, data: bytes) -> Done:
    """Take a file (SRT, WebVTT, JSON) as the transcript of an asset. Raises TranscriptError, which says why not."""
    head = reader.head_of(asset_id)
    if head is None:
        raise TranscriptError("This file is not in the library any more.")
    drafts = read(data, known=reader.lines_of(asset_id), names=people.names())
    length_ms = head.duration_ms
    late = next((draft for draft in drafts if length_ms and draft.start_ms > length_ms), None)
    if late is not None:
        raise TranscriptError(
            f"Its captions go on after the recording ends (at {late.start_ms // 1000} s of {length_ms // 1000} s): "
            "it seems to belong to another file."
        )
    with editing([asset_id], models=line_models()) as change:
        change.replace(asset_id, drafts, source=TranscriptSource.PERSON, language=head.language)
        summary = f"The transcript is that of the file: {len(drafts):,} lines"
        return Done(correction=change.journal(summary), summary=summary)


def _covered(heard: reader.HeardLine, line: LineDraft) -> float:
    shared = min(heard.end_ms, line.end_ms) - max(heard.start_ms, line.start_ms)
    return max(0, shared) / max(1, heard.end_ms - heard.start_ms)


def _speaker(heard: reader.HeardLine, named: list[LineDraft]) -> str:
    best = max(named, key=lambda line: _covered(heard, line), default=None)
    return best.speaker if best is not None and _covered(heard, best) >= _SAME else ""
