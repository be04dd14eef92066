"""A timeline as Final Cut Pro 7 XML (xmeml 5), which Premiere Pro, DaVinci Resolve and most others read.

Written here and not by OpenTimelineIO's adapter, which leaves out `<format>`, without which some don't open the
sequence, the links of picture and sound, and drop-frame. In and out are counted from the file's first frame: its
timecode stands in its `<file>` alone. Apple, "Final Cut Pro XML Interchange Format", version 5.
"""

from pathlib import Path
from xml.etree.ElementTree import Element

from dam.handoff.places import plain
from dam.handoff.rates import is_ntsc, nominal, to_timecode
from dam.handoff.timeline import frames_of
from dam.handoff.trees import child, document
from dam.types import FrameRate
from dam.types.handoff import Cut, MarkerKind, Timeline

_COLOURS = {MarkerKind.SHOT: (0, 255, 0), MarkerKind.LINE: (0, 0, 255)}


def as_fcp7(timeline: Timeline) -> str:
    """Return the document: one sequence, pictures on a video track, sound on a track for each of its channels."""
    root = Element("xmeml", version="5")
    sequence = child(root, "sequence", id="sequence-1")
    child(sequence, "name", timeline.name)
    child(sequence, "duration", timeline.length)
    _rate(sequence, timeline.rate)
    _timecode(sequence, timeline.start, timeline.rate, drop=timeline.drop)
    media = child(sequence, "media")
    files: dict[Path, str] = {}
    video = child(media, "video")
    _format(video, timeline)
    audio = Element("audio")
    track = child(video, "track")
    tracks = [child(audio, "track") for _ in range(max((_channels(cut) for cut in timeline.cuts), default=0))]
    for cut in timeline.cuts:
        if cut.has_video:
            _item(track, cut, timeline, "video", 1, files)
        for number, of_channel in enumerate(tracks[: _channels(cut)], start=1):
            _item(of_channel, cut, timeline, "audio", number, files)
    if not len(track):
        video.remove(track)
    for number, of_channel in enumerate(tracks, start=1):
        child(of_channel, "outputchannelindex", number)
    media.append(audio)
    return document(root, "xmeml")


def _channels(cut: Cut) -> int:
    """Return how many channels are laid out: of the first track, two at most — the file brings the others."""
    return min(2, max(1, cut.piece.audio_tracks[0].channels)) if cut.has_sound else 0


def _item(track: Element, cut: Cut, timeline: Timeline, kind: str, channel: int, files: dict[Path, str]) -> None:
    rate, _, source_in, source_out, length = frames_of(cut, timeline)
    item = child(track, "clipitem", id=_id(cut, kind, channel))
    child(item, "name", cut.name)
    child(item, "enabled", "TRUE")
    child(item, "duration", length)
    _rate(item, rate)
    child(item, "start", cut.record_in)
    child(item, "end", cut.record_in + cut.record_length)
    child(item, "in", source_in)
    child(item, "out", source_out)
    _file(item, cut, timeline, files)
    if kind == "audio":
        source = child(item, "sourcetrack")
        child(source, "mediatype", "audio")
        child(source, "trackindex", channel)
    places = [("video", 1)] if cut.has_video else []
    places += [("audio", number) for number in range(1, _channels(cut) + 1)]
    for of_kind, number in places if len(places) > 1 else ():
        link = child(item, "link")
        child(link, "linkclipref", _id(cut, of_kind, number))
        child(link, "mediatype", of_kind)
        child(link, "trackindex", number)
    if (kind, channel) == places[0]:  # on one of the linked items, so that nobody sees each twice
        _markers(item, cut, timeline)
    if cut.piece.note:
        child(child(item, "logginginfo"), "lognote", plain(cut.piece.note))


def _file(item: Element, cut: Cut, timeline: Timeline, files: dict[Path, str]) -> None:
    """Add the file: whole where it comes first, by its id later."""
    known = files.get(cut.piece.path)
    if known:
        child(item, "file", id=known)
        return
    files[cut.piece.path] = key = f"file-{len(files) + 1}"
    rate, start, _, _, length = frames_of(cut, timeline)
    file = child(item, "file", id=key)
    child(file, "name", cut.name)
    child(file, "pathurl", cut.url.replace("file:///", "file://localhost/", 1))
    _rate(file, rate)
    child(file, "duration", length)
    _timecode(file, start, rate, drop=cut.drop, reel=cut.reel)
    media = child(file, "media")
    if cut.has_video:
        video = child(media, "video")
        child(video, "duration", length)
        _samples(video, rate, cut.piece.width, cut.piece.height)
    for sound in cut.piece.audio_tracks:
        audio = child(media, "audio")
        samples = child(audio, "samplecharacteristics")
        child(samples, "depth", 16)
        child(samples, "samplerate", sound.sample_rate_hz)
        child(audio, "channelcount", sound.channels)


def _markers(item: Element, cut: Cut, timeline: Timeline) -> None:
    ratio = 1 if cut.has_video else timeline.rate.numerator / timeline.rate.denominator / cut.rate.numerator
    for mark in cut.markers:
        at = round(mark.at * ratio)
        marker = child(item, "marker")
        child(marker, "name", mark.name)
        child(marker, "comment", mark.comment)
        child(marker, "in", at)
        child(marker, "out", at + max(1, round(mark.length * ratio)))
        red, green, blue = _COLOURS[mark.kind]
        colour = child(marker, "color")
        for name, value in (("alpha", 0), ("red", red), ("green", green), ("blue", blue)):
            child(colour, name, value)


def _format(video: Element, timeline: Timeline) -> None:
    _samples(child(video, "format"), timeline.rate, timeline.width, timeline.height)


def _samples(parent: Element, rate: FrameRate, width: int, height: int) -> None:
    samples = child(parent, "samplecharacteristics")
    _rate(samples, rate)
    child(samples, "width", width)
    child(samples, "height", height)
    child(samples, "anamorphic", "FALSE")
    child(samples, "pixelaspectratio", "square")
    child(samples, "fielddominance", "none")


def _timecode(parent: Element, frame: int, rate: FrameRate, *, drop: bool, reel: str = "") -> None:
    timecode = child(parent, "timecode")
    _rate(timecode, rate)
    child(timecode, "string", to_timecode(frame, rate, drop=drop))
    child(timecode, "frame", frame)
    child(timecode, "displayformat", "DF" if drop else "NDF")
    if reel:
        child(child(timecode, "reel"), "name", reel)


def _rate(parent: Element, rate: FrameRate) -> None:
    made = child(parent, "rate")
    child(made, "timebase", nominal(rate))
    child(made, "ntsc", "TRUE" if is_ntsc(rate) else "FALSE")


def _id(cut: Cut, kind: str, channel: int) -> str:
    return f"clipitem-{cut.number}-{kind}-{channel}"
