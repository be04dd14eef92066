"""A timeline as FCPXML, for Final Cut Pro and DaVinci Resolve.

Written here and not by OpenTimelineIO's adapter: that one (1.0) needs a module that left Python in 3.9, counts 29.97
as 29, and asks ffprobe for sizes. Version 1.8 is read by Final Cut from 10.4 on and by Resolve, and is the last that
says in the asset itself where its file is. Apple, "FCPXML Reference" and the DTD of 1.8.
"""

from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from dam.handoff.places import plain
from dam.handoff.rates import as_fraction, is_ntsc
from dam.handoff.trees import child, document
from dam.types import FrameRate
from dam.types.handoff import Cut, Timeline

_SIZES = {(1280, 720): "720p", (1920, 1080): "1080p", (3840, 2160): "3840x2160p"}
_RATES = {"24000/1001": "2398", "24": "24", "25": "25", "30000/1001": "2997", "30": "30", "50": "50",
          "60000/1001": "5994", "60": "60"}  # fmt: skip
_SOURCE_RATES = _RATES | {"48000/1001": "47.95", "48": "48", "100": "100", "120000/1001": "119.88", "120": "120"}
_WITH_POINT = {"2398": "23.98", "2997": "29.97", "5994": "59.94"}
_LAYOUTS = {1: "mono", 2: "stereo"}
# What the definition lets a sequence say; of other rates it says nothing.
_SOUND_RATES = {32_000: "32k", 44_100: "44.1k", 48_000: "48k", 88_200: "88.2k", 96_000: "96k", 192_000: "192k"}


def as_fcpxml(timeline: Timeline) -> str:
    """Return the document: one event with one project, whose storyline is the timeline."""
    root = Element("fcpxml", version="1.8")
    resources = child(root, "resources")
    formats = _Formats(resources)
    own = formats.of(timeline.rate, timeline.width, timeline.height)
    assets: dict[Path, str] = {}
    for cut in timeline.cuts:
        if cut.has_video:
            formats.of(cut.rate, cut.piece.width, cut.piece.height)
    for cut in timeline.cuts:
        if cut.piece.path not in assets:
            assets[cut.piece.path] = f"a{len(assets) + 1}"
            _asset(resources, cut, assets[cut.piece.path], formats)
    event = child(root, "event", name=timeline.name)
    project = child(event, "project", name=timeline.name)
    sequence = child(
        project,
        "sequence",
        format=own,
        duration=_time(timeline.length, timeline.rate),
        tcStart=_time(timeline.start, timeline.rate),
        tcFormat=_tc_format(drop=timeline.drop),
        **_sound_of(timeline),
    )
    spine = child(sequence, "spine")
    for cut in timeline.cuts:
        _clip(spine, cut, timeline, assets[cut.piece.path], formats)
    return document(root, "fcpxml")


class _Formats:
    """The formats of a document, each once: r1, r2, …"""

    def __init__(self, resources: Element) -> None:
        self._resources = resources
        self._ids: dict[tuple[FrameRate, int, int], str] = {}

    def of(self, rate: FrameRate, width: int, height: int) -> str:
        key = (rate, width, height)
        if key not in self._ids:
            self._ids[key] = f"r{len(self._ids) + 1}"
            size, speed = _SIZES.get((width, height)), _RATES.get(str(as_fraction(rate)))
            name = {"name": f"FFVideoFormat{size}{speed}"} if size and speed else {}
            child(
                self._resources,
                "format",
                id=self._ids[key],
                **name,
                frameDuration=_frame(rate),
                width=width,
                height=height,
            )
        return self._ids[key]


def _asset(resources: Element, cut: Cut, key: str, formats: _Formats) -> None:
    said: dict[str, str | int] = {
        "id": key,
        "name": cut.name,
        "src": cut.url,
        "start": _time(cut.media_start, cut.rate),
        "duration": _time(cut.media_length, cut.rate),
    }
    if cut.has_video:
        said |= {"hasVideo": 1, "format": formats.of(cut.rate, cut.piece.width, cut.piece.height)}
    if cut.has_sound:
        track = cut.piece.audio_tracks[0]
        said |= {"hasAudio": 1, "audioSources": len(cut.piece.audio_tracks), "audioChannels": track.channels}
        said |= {"audioRate": track.sample_rate_hz}
    child(resources, "asset", **said)


def _clip(spine: Element, cut: Cut, timeline: Timeline, asset: str, formats: _Formats) -> None:
    """Add a clip: its offset is the timeline's time, its start the file's own with the embedded timecode."""
    said: dict[str, str | int] = {
        "ref": asset,
        "offset": _time(timeline.start + cut.record_in, timeline.rate),
        "name": cut.name,
        "start": _time(cut.media_start + cut.source_in, cut.rate),
        "duration": _time(cut.record_length, timeline.rate),
    }
    if cut.has_video:
        said |= {"format": formats.of(cut.rate, cut.piece.width, cut.piece.height)}
        said |= {"tcFormat": _tc_format(drop=cut.drop)}
    if cut.has_sound:
        said["audioRole"] = "dialogue"
    clip = child(spine, "asset-clip", **said)
    if cut.piece.note:
        child(clip, "note", plain(cut.piece.note))
    source_rate = _SOURCE_RATES.get(str(as_fraction(cut.rate)))
    if cut.has_video and cut.rate != timeline.rate and source_rate:
        # Played at its own speed, not stretched to the timeline's frames: 25 in 24 stays a second a second.
        child(clip, "conform-rate", scaleEnabled=0, srcFrameRate=_WITH_POINT.get(source_rate, source_rate))
    for mark in cut.markers:
        said = {
            "start": _time(cut.media_start + mark.at, cut.rate),
            "duration": _time(mark.length, cut.rate),
            "value": mark.name,
        }
        child(clip, "marker", **said, **({"note": mark.comment} if mark.comment else {}))
    if cut.piece.keywords:
        child(
            clip,
            "keyword",
            start=_time(cut.media_start + cut.source_in, cut.rate),
            duration=_time(cut.source_out - cut.source_in, cut.rate),
            value=", ".join(plain(word).rpartition("|")[2] for word in cut.piece.keywords),
        )


def _sound_of(timeline: Timeline) -> dict[str, str]:
    tracks = [cut.piece.audio_tracks[0] for cut in timeline.cuts if cut.has_sound]
    if not tracks:
        return {}
    rate = _SOUND_RATES.get(tracks[0].sample_rate_hz, "48k")
    return {"audioLayout": _LAYOUTS.get(tracks[0].channels, "surround"), "audioRate": rate}


def _frame(rate: FrameRate) -> str:
    """Return how long a frame is, as Final Cut writes it: 1001/30000s, 100/2500s."""
    return f"1001/{rate.numerator}s" if is_ntsc(rate) else f"{100 * rate.denominator}/{100 * rate.numerator}s"


def _time(count: int, rate: FrameRate) -> str:
    """Return frames or samples as the rational seconds of FCPXML, a whole multiple of their duration."""
    seconds = Fraction(count * rate.denominator, rate.numerator)
    return f"{seconds}s" if seconds.denominator == 1 else f"{count * rate.denominator}/{rate.numerator}s"


def _tc_format(*, drop: bool) -> str:
    return "DF" if drop else "NDF"
