"""Faces and shots in the field's own structures: MWG regions for pictures, xmpDM markers for videos; no files.

Metadata Working Group, "Guidelines for Handling Image Metadata" 2.0 (2010): a region's area is given by its CENTRE
in shares of the picture as stored, before its EXIF orientation is applied; AppliedToDimensions is its size.
Adobe, XMP specification part 2, Dynamic Media: a track of markers counts in units of its frame rate,
written "f30000s1001".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dam.engines.media.regions import Frame, turned
from dam.types import Box, FrameRate, NamedRegion, RegionKind
from dam.types.metadata_write import Marker

REGIONS, TRACKS = "XMP-mwg-rs:RegionInfo", "XMP-xmpDM:Tracks"
TRACK_NAME = "Shots (Afterimage)"
_INVERSE = {6: 8, 8: 6}
_SAME = 0.3  # intersection over union: one name twice there is one region
_TYPES = {RegionKind.FACE: "Face", RegionKind.PET: "Pet"}


def region_info(
    there: Any, wanted: Sequence[NamedRegion], *, ours: Sequence[NamedRegion], frame: Frame
) -> dict[str, object] | None:
    """Return a table with the regions that are `there` (of other programs) and those wanted; None for an empty one.

    `ours` are those that we wrote before: they go where they are no longer wanted. All boxes but those `there` are of
    the picture as displayed.
    """
    table = dict(there) if isinstance(there, Mapping) else {}
    kept = [region for region in table.get("RegionList") or [] if not _is_among(region, ours, frame)]
    added = [region for region in wanted if not any(_is_region(other, region, frame) for other in kept)]
    if not kept and not added:
        return None
    width, height = frame.stored
    if width and height and not kept:
        table["AppliedToDimensions"] = {"W": width, "H": height, "Unit": "pixel"}
    return table | {"RegionList": [*kept, *(_as_struct(region, frame) for region in added)]}


def stored_box(box: Box, orientation: int) -> Box:
    """Return where a box of the displayed picture lies in the stored one; the reverse of `turned`."""
    return turned(box, _INVERSE.get(orientation, orientation))


def tracks(there: Any, markers: Sequence[Marker], rate: FrameRate) -> list[dict[str, object]] | None:
    """Return the tracks that are `there` with ours anew; None where there is none at all."""
    found = [dict(track) for track in there or [] if isinstance(track, Mapping)]
    kept = [track for track in found if track.get("TrackName") != TRACK_NAME]
    if markers:
        kept.append(
            {
                "TrackName": TRACK_NAME,
                "TrackType": "Comment",
                "FrameRate": f"f{rate.numerator}" + (f"s{rate.denominator}" if rate.denominator != 1 else ""),
                "Markers": [_as_marker(marker, rate) for marker in markers],
            }
        )
    return kept or None


def frame_at(time_ms: int, rate: FrameRate) -> int:
    """Return the number of the frame that is shown at a time: times are rounded to the millisecond."""
    return round(time_ms * rate.numerator / (1000 * rate.denominator))


def _as_marker(marker: Marker, rate: FrameRate) -> dict[str, object]:
    start, end = frame_at(marker.start_ms, rate), frame_at(marker.end_ms, rate)
    made: dict[str, object] = {"StartTime": str(start), "Duration": str(max(0, end - start))}
    made |= {"Name": marker.name, "Type": "Comment"}
    return made | ({"Comment": marker.comment} if marker.comment else {})


def _as_struct(region: NamedRegion, frame: Frame) -> dict[str, object]:
    box = stored_box(region.box, frame.orientation)
    x, y = box.centre
    area = {"X": _share(x), "Y": _share(y), "W": _share(box.width), "H": _share(box.height), "Unit": "normalized"}
    made: dict[str, object] = {"Area": area, "Name": region.name}
    return made | ({"Type": _TYPES[region.kind]} if region.kind in _TYPES else {})


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 6)


def _is_among(struct: Any, regions: Sequence[NamedRegion], frame: Frame) -> bool:
    return any(_is_region(struct, region, frame) for region in regions)


def _is_region(struct: Any, region: NamedRegion, frame: Frame) -> bool:
    if not isinstance(struct, Mapping) or str(struct.get("Name", "")).casefold() != region.name.casefold():
        return False
    area = struct.get("Area")
    try:
        x, y, width, height = (float(area[name]) for name in ("X", "Y", "W", "H"))  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        return False
    box = Box(x=x - width / 2, y=y - height / 2, width=width, height=height)
    return turned(box, frame.orientation).overlap(region.box) > _SAME
