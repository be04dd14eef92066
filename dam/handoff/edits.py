"""From pieces and a wish to a finished file: the one place that knows all formats."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dam.handoff.edl import as_edl, as_markers, check_events, edl_warnings
from dam.handoff.fcp7 import as_fcp7
from dam.handoff.fcpxml import as_fcpxml
from dam.handoff.log import as_csv
from dam.handoff.otio_file import as_otio
from dam.handoff.timeline import lay_out
from dam.types.handoff import Piece, Timeline, TimelineFile, TimelineFormat, TimelineWish

_NOT_IN_NAMES = re.compile(r"[^\w. -]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format as people choose it."""

    label: str
    reads: str  # who opens it
    suffix: str
    mime: str
    write: Callable[[Timeline], str]


FORMATS = {
    TimelineFormat.FCPXML: Format(
        label="FCPXML",
        reads="Final Cut Pro, DaVinci Resolve",
        suffix=".fcpxml",
        mime="application/xml",
        write=as_fcpxml,
    ),
    TimelineFormat.FCP7: Format(
        label="Final Cut Pro 7 XML",
        reads="Premiere Pro, DaVinci Resolve, and most others",
        suffix=".xml",
        mime="application/xml",
        write=as_fcp7,
    ),
    TimelineFormat.OTIO: Format(
        label="OpenTimelineIO",
        reads="DaVinci Resolve from 18.5, Premiere Pro from 25, and tools",
        suffix=".otio",
        mime="application/json",
        write=as_otio,
    ),
    TimelineFormat.EDL: Format(
        label="EDL (CMX 3600)", reads="everything, one rate, 999 cuts", suffix=".edl", mime="text/plain", write=as_edl
    ),
    TimelineFormat.MARKERS: Format(
        label="Markers for Resolve",
        reads="DaVinci Resolve: Timelines, Import, Timeline Markers from EDL",
        suffix=".markers.edl",
        mime="text/plain",
        write=as_markers,
    ),
    TimelineFormat.CSV: Format(
        label="Log (CSV)", reads="spreadsheets, and people", suffix=".csv", mime="text/csv", write=as_csv
    ),
}


def plan(pieces: Sequence[Piece], wish: TimelineWish, form: TimelineFormat) -> Timeline:
    """Return the timeline, with the warnings of a format too.

    Raises HandOffError where nothing can be laid out, or the format can't hold it.
    """
    timeline = lay_out(pieces, wish)
    if form == TimelineFormat.EDL:
        check_events(timeline)
    return replace(timeline, warnings=(*timeline.warnings, *_of_format(timeline, form)))


def make_file(pieces: Sequence[Piece], wish: TimelineWish, form: TimelineFormat) -> TimelineFile:
    """Return the finished file. Raises HandOffError as `plan` does."""
    timeline = plan(pieces, wish, form)
    chosen = FORMATS[form]
    return TimelineFile(
        name=_file_name(timeline.name) + chosen.suffix,
        mime=chosen.mime,
        body=chosen.write(timeline).encode("utf-8"),
        warnings=timeline.warnings,
    )


def _of_format(timeline: Timeline, form: TimelineFormat) -> Iterator[str]:
    if form == TimelineFormat.EDL:
        yield from edl_warnings(timeline)
    if form == TimelineFormat.MARKERS and not any(cut.markers for cut in timeline.cuts):
        yield "No markers were asked for, so the list is empty."


def _file_name(name: str) -> str:
    """Return a name that every system takes."""
    bare = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", name))
    return " ".join(bare.split()).strip(". ")[:100] or "Timeline"
