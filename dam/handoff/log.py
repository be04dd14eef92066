"""A timeline as a log: a row a cut, for a spreadsheet or an assistant."""

import csv
import io

from dam.handoff.edl import record_codes, source_codes
from dam.handoff.places import plain
from dam.handoff.rates import rate_name, to_timecode
from dam.types.handoff import Cut, MarkerKind, Timeline

COLUMNS = [
    "Event", "Name", "Reel", "Kind", "Source in", "Source out", "Record in", "Record out", "Duration", "Frames",
    "Frame rate", "Shot in ms", "Shot out ms", "Embedded timecode", "Search", "Note", "Title", "Keywords",
    "Transcript", "Path", "Offline",
]  # fmt: skip
# Spreadsheets compute what begins so (OWASP, "CSV injection"); an apostrophe makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(timeline: Timeline) -> str:
    """Return the log: UTF-8 with a byte-order mark, by which Excel knows it, and CRLF (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for cut in timeline.cuts:
        writer.writerow([_cell(value) for value in _row(cut, timeline)])
    return "\ufeff" + text.getvalue()


def _row(cut: Cut, timeline: Timeline) -> list[str]:
    piece = cut.piece
    length = cut.record_length
    spoken = [mark.name for mark in cut.markers if mark.kind == MarkerKind.LINE]
    return [
        str(cut.number),
        cut.name,
        cut.reel,
        piece.kind.value,
        *source_codes(cut, timeline),
        *record_codes(cut, timeline),
        to_timecode(length, timeline.rate, drop=timeline.drop),
        str(length),
        rate_name(cut.rate) if cut.has_video else f"{cut.rate.numerator} Hz",
        str(piece.start_ms),
        str(piece.end_ms if piece.end_ms > piece.start_ms else piece.duration_ms),
        piece.timecode,
        timeline.query,
        plain(piece.note),
        plain(piece.title),
        ", ".join(plain(word) for word in piece.keywords),
        " ".join(spoken),
        cut.shown_path,
        "yes" if piece.offline else "",
    ]


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
