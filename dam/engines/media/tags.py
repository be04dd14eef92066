"""Container tags (MP4 atoms, ID3, Vorbis comments, Matroska tags) to metadata."""

import re
from collections.abc import Mapping

from dam.engines.media.times import Taken, parse_time
from dam.engines.media.wording import clean_keywords, clean_text
from dam.types import MediaMetadata

_APPLE = "com.apple.quicktime."
# ISO 6709, annex H, in degrees: +43.4674+011.8851+250.3/
_PLACE = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?(?:CRS\S*)?/?$")


def read_tags(tags: Mapping[str, str]) -> MediaMetadata:
    """Return what a container says; names are compared without regard to letter case."""
    known = {str(name).lower(): value for name, value in list(tags.items())[:1000]}
    (taken_at, offset), source = _taken(known)
    latitude, longitude, altitude = _place(_first(known, _APPLE + "location.iso6709", "location", "location-eng"))
    return MediaMetadata(
        taken_at=taken_at,
        taken_offset_min=offset,
        taken_source=source,
        camera_make=_first(known, _APPLE + "make", "make"),
        camera_model=_first(known, _APPLE + "model", "model"),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        title=_first(known, "title", _APPLE + "title", _APPLE + "displayname"),
        description=_first(known, "description", "synopsis", "comment", _APPLE + "description"),
        keywords=clean_keywords(re.split(r"[;,]", _first(known, "keywords", _APPLE + "keywords"))),
        creator=_first(known, "artist", "author", "album_artist", "composer", _APPLE + "author", _APPLE + "artist"),
        copyright=_first(known, "copyright", _APPLE + "copyright"),
    )


def _first(tags: Mapping[str, str], *names: str) -> str:
    return next((text for text in (clean_text(tags.get(name)) for name in names) if text), "")


def _taken(tags: Mapping[str, str]) -> tuple[Taken | tuple[None, None], str]:
    """Apple's own date has the zone; `creation_time` is UTC by specification, 1904 or 1970 where it was not set."""
    own = parse_time(_first(tags, _APPLE + "creationdate"))
    if own:
        return own, "container:creationdate"
    created = parse_time(_first(tags, "creation_time"))
    if created and created[0].year > 1970:
        return (created[0], created[1] or 0), "container:creation_time"
    text = _first(tags, "date_recorded", "date", "year", "icrd")
    dated = parse_time(text if len(text) > 4 else f"{text}-01-01")
    return (dated, "container:date") if dated else ((None, None), "")


def _place(text: str) -> tuple[float, float, float | None] | tuple[None, None, None]:
    match = _PLACE.match(text)
    if not match:
        return None, None, None
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None, None, None
    return latitude, longitude, float(match[3]) if match[3] else None
