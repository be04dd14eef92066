"""A timeline as OpenTimelineIO's own file."""

from typing import Any

import opentimelineio as otio

from dam.handoff.places import plain
from dam.handoff.rates import as_fraction
from dam.types import FrameRate
from dam.types.handoff import Cut, MarkerKind, Timeline

_COLOURS = {MarkerKind.SHOT: otio.schema.MarkerColor.GREEN, MarkerKind.LINE: otio.schema.MarkerColor.BLUE}


def as_otio(timeline: Timeline) -> str:
    """Return the JSON of a timeline: pictures on V1, all sound on A1.

    Sound of videos is cut in frames with them. Sound alone starts and is marked in samples and lasts whole frames of
    the timeline. What no field is for lies under the key "afterimage" of a clip's metadata.
    """
    schema = otio.schema
    result = schema.Timeline(name=timeline.name, global_start_time=_time(timeline.start, timeline.rate))
    result.metadata["afterimage"] = {
        "query": timeline.query,
        "drop_frame": timeline.drop,
        "frame_rate": _rational(timeline.rate),
    }
    pictures = schema.Track(name="V1", kind=schema.TrackKind.Video)
    sound = schema.Track(name="A1", kind=schema.TrackKind.Audio)
    for cut in timeline.cuts:
        pictures.append(_clip(cut, timeline) if cut.has_video else _gap(cut, timeline))
        # Markers stand on the picture alone where there is one, so that nobody sees each twice.
        sound.append(_clip(cut, timeline, marked=not cut.has_video) if cut.has_sound else _gap(cut, timeline))
    for track in (pictures, sound):
        if any(isinstance(item, schema.Clip) for item in track):
            result.tracks.append(track)
    return str(result.to_json_string(indent=1)) + "\n"


def _clip(cut: Cut, timeline: Timeline, *, marked: bool = True) -> Any:
    schema = otio.schema
    reference = schema.ExternalReference(
        target_url=cut.url,
        available_range=_range(cut.media_start, cut.media_length, cut.rate),
    )
    reference.name = cut.name
    start = _time(cut.media_start + cut.source_in, cut.rate)
    length = (
        _time(cut.source_out - cut.source_in, cut.rate) if cut.has_video else _time(cut.record_length, timeline.rate)
    )
    clip = schema.Clip(
        name=cut.name,
        media_reference=reference,
        source_range=otio.opentime.TimeRange(start_time=start, duration=length),
    )
    clip.metadata["afterimage"] = {
        "asset": cut.piece.asset_id,
        "path": cut.shown_path,
        "reel": cut.reel,
        "frame_rate": _rational(cut.rate),
        "drop_frame": cut.drop,
        "embedded_timecode": cut.piece.timecode,
        "shot": [cut.media_start + cut.shot_in, cut.media_start + cut.shot_out],
        "note": plain(cut.piece.note),
        "keywords": [plain(word) for word in cut.piece.keywords],
    }
    for mark in cut.markers if marked else ():
        marker = schema.Marker(
            name=mark.name,
            marked_range=_range(cut.media_start + mark.at, mark.length, cut.rate),
            color=_COLOURS[mark.kind],
            comment=mark.comment,
        )
        marker.metadata["afterimage"] = {"kind": mark.kind.value}
        clip.markers.append(marker)
    return clip


def _gap(cut: Cut, timeline: Timeline) -> Any:
    """Return a gap exactly as long as the cut on the other track."""
    length = (cut.source_out - cut.source_in, cut.rate) if cut.has_video else (cut.record_length, timeline.rate)
    return otio.schema.Gap(source_range=_range(0, *length))


def _range(start: int, length: int, rate: FrameRate) -> Any:
    return otio.opentime.TimeRange(start_time=_time(start, rate), duration=_time(length, rate))


def _time(value: int, rate: FrameRate) -> Any:
    return otio.opentime.RationalTime(value, float(as_fraction(rate)))


def _rational(rate: FrameRate) -> str:
    return f"{rate.numerator}/{rate.denominator}"
