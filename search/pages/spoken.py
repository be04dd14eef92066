"""A transcript for a page: its lines with words that can be clicked, who speaks, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dam.catalog.readers.speakers import speakers
from dam.catalog.readers.transcripts import Line, TranscriptHead, head_of, lines_of
from dam.transcripts.formats import Sheet, TranscriptFormat
from dam.transcripts.timecode import frame_count
from dam.transcripts.words import Placed, in_text

FORMATS = (
    (TranscriptFormat.SRT, "SRT", "Captions for most players and editors"),
    (TranscriptFormat.VTT, "WebVTT", "Captions for the web, with speakers"),
    (TranscriptFormat.TXT, "Text", "Lines with timecodes, to read"),
    (TranscriptFormat.JSON, "JSON", "Every word with its time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """One line: its words with what follows each (none where they can't be told apart); `turn`: a speaker begins."""

    line: Line
    placed: Sequence[Placed]
    turn: bool


def spoken_lines(lines: Sequence[Line]) -> list[SpokenLine]:
    """Return lines as a page shows them."""
    shown, speaker = [], ""
    for line in lines:
        shown.append(
            SpokenLine(line=line, placed=in_text(line.text, line.words), turn=line.speaker not in {"", speaker})
        )
        speaker = line.speaker
    return shown


def transcript_context(asset_id: int, *, lines: Sequence[Line] | None = None) -> dict[str, object]:
    """Return what the transcript's part of an asset's page needs."""
    said = lines_of(asset_id) if lines is None else lines
    return {
        "asset_id": asset_id,
        "spoken": spoken_lines(said),
        "head": head_of(asset_id),
        "speakers": speakers(asset_id=asset_id) if any(line.speaker for line in said) else [],
        "formats": FORMATS if said else (),
        "corrected": sum(line.edited for line in said),
    }


def sheet_of(head: TranscriptHead, *, start: str = "") -> Sheet:
    """Return a transcript as `formats` writes it; `start` is a timecode to count from instead of the file's own."""
    return Sheet(
        name=head.name,
        language=head.language,
        lines=lines_of(head.asset_id),
        counted=frame_count(*head.frame_rate, start or head.timecode),
        source=head.source,
        model=head.model,
        edited=head.edited_at is not None,
    )
