"""From EXIF directories to metadata; every field stands alone, so a broken one costs only itself."""

import math
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from dam.engines.media.times import parse_offset, parse_time
from dam.engines.media.wording import clean_keywords, clean_text
from dam.types import MediaMetadata

Tags = Mapping[int, Any]
# What Pillow's readers raise on cut, looping or mistyped directories.
_BROKEN = (ValueError, TypeError, KeyError, IndexError, SyntaxError, OSError, struct.error, ArithmeticError,
           AttributeError, RuntimeError)  # fmt: skip


def read_exif(exif: Image.Exif) -> MediaMetadata:
    """Return what the main, camera and GPS directories say; never raises for broken ones."""
    main = _directory(exif, None)
    camera = {**main, **_directory(exif, IFD.Exif)}
    place = _directory(exif, IFD.GPSInfo)
    taken_at, offset, source = _taken(camera)
    latitude = _degrees(place, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(place, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None  # 0, 0 is what receivers write before they know
    return MediaMetadata(
        taken_at=taken_at,
        taken_offset_min=offset,
        taken_source=source,
        camera_make=_text(main, Base.Make),
        camera_model=_text(main, Base.Model),
        lens=_text(camera, Base.LensModel),
        exposure_s=_number(camera, Base.ExposureTime, above=0, most=1e6),
        f_number=_number(camera, Base.FNumber, above=0, most=1000),
        iso=_whole(camera, Base.ISOSpeedRatings, 10_000_000),
        focal_length_mm=_number(camera, Base.FocalLength, above=0, most=100_000),
        latitude=latitude,
        longitude=longitude,
        altitude_m=_altitude(place),
        title=_wide(main, Base.XPTitle),
        description=_description(main, camera),
        keywords=clean_keywords(_wide(main, Base.XPKeywords).split(";")),
        rating=_rating(main),
        creator=_text(main, Base.Artist) or _wide(main, Base.XPAuthor),
        copyright=_text(main, Base.Copyright),
    )


def orientation(exif: Image.Exif) -> int:
    """Return the EXIF orientation 1..8; 1 for anything else."""
    value = _directory(exif, None).get(Base.Orientation)
    return value if type(value) is int and 1 <= value <= 8 else 1


def _directory(exif: Image.Exif, which: int | None) -> dict[int, Any]:
    """Read a directory tag by tag: a broken one is left out."""
    try:
        source: Any = exif if which is None else exif.get_ifd(which)
        names = list(source)
    except _BROKEN:
        return {}
    tags = {}
    for name in names[:1000]:
        try:
            tags[name] = source[name]
        except _BROKEN:
            continue
    return tags


def _text(tags: Tags, tag: int) -> str:
    value = tags.get(tag)
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, str):  # Pillow reads Latin-1; most cameras write UTF-8
        with suppress(UnicodeError):
            value = value.split("\0")[0].encode("latin-1").decode("utf-8")
    return clean_text(value)


def _wide(tags: Tags, tag: int) -> str:
    """Windows' own tags are UTF-16 in a byte array."""
    value = tags.get(tag)
    if isinstance(value, tuple):
        try:
            value = bytes(value)
        except (ValueError, TypeError):
            return ""
    return clean_text(value.decode("utf-16-le", "ignore")) if isinstance(value, bytes) else ""


def _description(main: Tags, camera: Tags) -> str:
    text = _text(main, Base.ImageDescription)
    return text or _comment(camera.get(Base.UserComment)) or _wide(main, Base.XPComment)


def _comment(value: object) -> str:
    """UserComment begins with eight bytes that name its encoding (EXIF 2.32, 4.6.5)."""
    if not isinstance(value, bytes):
        return clean_text(value)
    code, body = value[:8], value[8:8200]
    if code == b"UNICODE\0":
        return clean_text(body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "ignore"))
    return clean_text(body) if code in (b"ASCII\0\0\0", bytes(8)) else ""


def _finite(value: object) -> float | None:
    if isinstance(value, tuple) and value:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is: refused below
    except _BROKEN:
        return None
    return number if math.isfinite(number) else None


def _number(tags: Tags, tag: int, *, above: float, most: float) -> float | None:
    value = _finite(tags.get(tag))
    return round(value, 9) if value is not None and above < value <= most else None


def _whole(tags: Tags, tag: int, most: int) -> int | None:
    value = _finite(tags.get(tag))
    return int(value) if value is not None and 0 < value <= most else None


def _rating(main: Tags) -> int | None:
    value = main.get(0x4746)  # Rating, Microsoft's tag
    return value if type(value) is int and 0 < value <= 5 else None


def _degrees(place: Tags, tag: int, ref_tag: int, negative: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in place[tag])
        value = degrees + minutes / 60 + seconds / 3600
    except _BROKEN:
        return None
    if not math.isfinite(value) or not 0 <= value <= most:
        return None
    return round(-value if clean_text(place.get(ref_tag)).upper() == negative else value, 7)


def _altitude(place: Tags) -> float | None:
    value = _finite(place.get(GPS.GPSAltitude))
    if value is None or abs(value) > 100_000:  # space begins here
        return None
    below_sea = place.get(GPS.GPSAltitudeRef) in (1, b"\1")
    return round(-value if below_sea else value, 2)


def _taken(camera: Tags) -> tuple[Any, int | None, str]:
    fields = (
        (Base.DateTimeOriginal, Base.OffsetTimeOriginal, Base.SubsecTimeOriginal),
        (Base.DateTimeDigitized, Base.OffsetTimeDigitized, Base.SubsecTimeDigitized),
        (Base.DateTime, Base.OffsetTime, Base.SubsecTime),
    )
    for time_tag, offset_tag, fraction_tag in fields:
        found = parse_time(_text(camera, time_tag))
        if found:
            taken, offset = found
            fraction = _text(camera, fraction_tag)
            if fraction.isascii() and fraction.isdigit():
                taken = taken.replace(microsecond=int(fraction[:6].ljust(6, "0")))
            if offset is None:
                offset = parse_offset(_text(camera, offset_tag))
            return taken, offset, f"exif:{time_tag.name}"
    return None, None, ""
