"""What the several voices in one file say, brought together: for each field the most trusted voice that has it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from PIL import Image

from dam.engines.media.exif import read_exif
from dam.engines.media.iptc import read_iptc
from dam.engines.media.regions import UPRIGHT, Frame
from dam.engines.media.tags import read_tags
from dam.engines.media.times import from_mtime
from dam.engines.media.wording import clean_keywords, without_leaves
from dam.engines.media.xmp import read_xmp
from dam.types import MediaMetadata

# When the picture was taken, from the surest to the least: the shutter's own time, then what editors wrote,
# then the container, then the file.
_TAKEN_ORDER = (
    "exif:DateTimeOriginal",
    "xmp:DateTimeOriginal",
    "exif:DateTimeDigitized",
    "xmp:DateCreated",
    "iptc:DateCreated",
    "xmp:CreateDate",
    "container:creationdate",
    "container:creation_time",
    "container:date",
    "exif:DateTime",
    "file:mtime",
)
_TOGETHER = {"taken_at", "taken_offset_min", "taken_source", "latitude", "longitude", "keywords"}


def picture_metadata(
    *,
    exif: Image.Exif,
    xmp: bytes,
    iptc: bytes,
    mtime_ns: int,
    frame: Frame = UPRIGHT,
) -> MediaMetadata:
    """Return a picture's metadata: words from XMP, IPTC, EXIF in this order; times as `_TAKEN_ORDER` says."""
    return merge([read_xmp(xmp, frame), read_iptc(iptc), read_exif(exif)], mtime_ns=mtime_ns)


def recording_metadata(tags: Mapping[str, str], *, mtime_ns: int) -> MediaMetadata:
    """Return what a container says: its XMP first (FFmpeg gives it as the tag `xmp`), then its own tags."""
    packet = str(tags.get("xmp", "")).encode("utf-8", "ignore")
    return merge([read_xmp(packet), read_tags(tags)], mtime_ns=mtime_ns)


def merge(voices: Sequence[MediaMetadata], *, mtime_ns: int) -> MediaMetadata:
    """Return one from several; earlier ones are trusted more, keywords are gathered from all."""
    merged = MediaMetadata()
    for voice in voices:
        for item in fields(MediaMetadata):
            if item.name not in _TOGETHER and getattr(merged, item.name) in (None, "", ()):
                merged = replace(merged, **{item.name: getattr(voice, item.name)})
    located = next((voice for voice in voices if voice.latitude is not None and voice.longitude is not None), merged)
    taken = min(
        (voice for voice in [*voices, _of_file(mtime_ns)] if voice.taken_at),
        key=lambda voice: _TAKEN_ORDER.index(voice.taken_source),
    )
    return replace(
        merged,
        taken_at=taken.taken_at,
        taken_offset_min=taken.taken_offset_min,
        taken_source=taken.taken_source,
        latitude=located.latitude,
        longitude=located.longitude,
        keywords=clean_keywords(without_leaves(word for voice in voices for word in voice.keywords)),
    )


def _of_file(mtime_ns: int) -> MediaMetadata:
    taken_at, offset = from_mtime(mtime_ns)
    return MediaMetadata(taken_at=taken_at, taken_offset_min=offset, taken_source="file:mtime")
