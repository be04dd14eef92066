"""A timeline as a CMX 3600 edit decision list, and its markers as the list that Resolve imports.

Written here and not by OpenTimelineIO's adapter, which drops what a reel's name has beyond ASCII, so that two files
become one, and splits picture and sound into two lists.
"""

from collections.abc import Iterator

from dam.errors import HandOffError
from dam.handoff.places import plain
from dam.handoff.rates import nominal, rate_name, to_timecode
from dam.handoff.timeline import frames_of, in_timeline_frames
from dam.types import FrameRate
from dam.types.handoff import Cut, MarkerKind, Timeline

MOST_EVENTS = 999  # the event's number has three places
_COLOURS = {MarkerKind.SHOT: "ResolveColorGreen", MarkerKind.LINE: "ResolveColorBlue"}
_MARKER_REEL = "001"


def as_edl(timeline: Timeline) -> str:
    """Return the list, an event a cut. Raises HandOffError for more events than a list may have."""
    check_events(timeline)
    lines = [*_head(timeline), *(line for cut in timeline.cuts for line in _event(cut, timeline))]
    return "".join(f"{line}\r\n" for line in lines)


def check_events(timeline: Timeline) -> None:
    """Raise HandOffError for more events than a list may have."""
    if len(timeline.cuts) > MOST_EVENTS:
        raise HandOffError(
            f"An EDL has at most {MOST_EVENTS} events, and these are {len(timeline.cuts):,}: choose another format,"
            " or fewer shots."
        )


def edl_warnings(timeline: Timeline) -> Iterator[str]:
    """Give what an EDL can't say of this timeline."""
    others = [cut for cut in timeline.cuts if cut.has_video and cut.rate != timeline.rate]
    if others:
        yield (
            f"An EDL knows one frame rate: {len(others):,} of another stand with their timecode, the frames scaled;"
            " they may be a frame off. OTIO, FCPXML and Final Cut Pro 7 XML are exact."
        )
    if any(not cut.has_video for cut in timeline.cuts):
        yield "DaVinci Resolve doesn’t take sound alone from an EDL: choose one of the XML formats for it."


def as_markers(timeline: Timeline) -> str:
    """Return the markers on the timeline, for Resolve's "Import: Timeline Markers from EDL"."""
    lines = _head(timeline)
    number = 0
    for cut in timeline.cuts:
        for mark in cut.markers:
            number += 1
            at = in_timeline_frames(cut, timeline, mark.at)
            end = max(at + 1, in_timeline_frames(cut, timeline, mark.at + mark.length - 1) + 1)
            first, after = (
                to_timecode(timeline.start + frame, timeline.rate, drop=timeline.drop) for frame in (at, at + 1)
            )
            lines += [
                f"{number:03}  {_MARKER_REEL}      V     C        {first} {after} {first} {after}",
                f"{_no_bar(mark.comment)} |C:{_COLOURS[mark.kind]} |M:{_no_bar(mark.name)} |D:{end - at}",
                "",
            ]
    return "".join(f"{line}\r\n" for line in lines)


def source_codes(cut: Cut, timeline: Timeline) -> tuple[str, str]:
    """Return the timecodes of a cut's in and out point in its file, in the file's own count."""
    rate, start, source_in, source_out, _ = frames_of(cut, timeline)
    first, last = (to_timecode(start + frame, rate, drop=cut.drop) for frame in (source_in, source_out))
    return first, last


def record_codes(cut: Cut, timeline: Timeline) -> tuple[str, str]:
    """Return the timecodes of a cut's beginning and end on the timeline."""
    begin = timeline.start + cut.record_in
    first, last = (
        to_timecode(frame, timeline.rate, drop=timeline.drop) for frame in (begin, begin + cut.record_length)
    )
    return first, last


def _head(timeline: Timeline) -> list[str]:
    return [
        f"TITLE: {timeline.name}",
        f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}",
        "",
    ]


def _event(cut: Cut, timeline: Timeline) -> Iterator[str]:
    first, last = _codes_at(cut, timeline)
    begin, end = record_codes(cut, timeline)
    yield f"{cut.number:03}  {cut.reel:<8} {_channel(cut):<5} C        {first} {last} {begin} {end}"
    yield f"* FROM CLIP NAME: {cut.name}"
    yield f"* SOURCE FILE: {cut.shown_path}"
    if cut.has_video and cut.rate != timeline.rate:
        own_in, own_out = source_codes(cut, timeline)
        yield f"* SOURCE RATE: {rate_name(cut.rate)} FPS, {own_in} TO {own_out}"
    for mark in cut.markers:
        at = timeline.start + in_timeline_frames(cut, timeline, mark.at)
        colour = "GREEN" if mark.kind == MarkerKind.SHOT else "BLUE"
        yield f"* LOC: {to_timecode(at, timeline.rate, drop=timeline.drop)} {colour:<7} {mark.name}"
    if cut.piece.note:
        yield f"* COMMENT: {plain(cut.piece.note)}"
    yield ""


def _codes_at(cut: Cut, timeline: Timeline) -> tuple[str, str]:
    """Return the source's timecodes as the list counts: a file of another rate keeps hour, minute and second, and its
    frames are scaled; its end follows from the length on the timeline, or readers refuse the event.
    """
    if not cut.has_video or cut.rate == timeline.rate:
        return source_codes(cut, timeline)
    label = to_timecode(cut.media_start + cut.source_in, cut.rate, drop=cut.drop)
    hours, minutes, seconds, frames = (int(part) for part in label.replace(";", ":").split(":"))
    fps = nominal(timeline.rate)
    at = ((hours * 60 + minutes) * 60 + seconds) * fps + frames * fps // nominal(cut.rate)
    first, last = (_without_drop(frame, timeline.rate) for frame in (at, at + cut.record_length))
    return first, last


def _without_drop(frame: int, rate: FrameRate) -> str:
    return to_timecode(frame, rate, drop=False)


def _channel(cut: Cut) -> str:
    """Return the channels of an event: pictures, and the first track's sound in one or two."""
    if not cut.has_sound:
        return "V"
    stereo = cut.piece.audio_tracks[0].channels > 1
    if not cut.has_video:
        return "AA" if stereo else "A"
    return "AA/V" if stereo else "B"


def _no_bar(text: str) -> str:
    """Return text without bars: one would end it."""
    return text.replace("|", "/")
