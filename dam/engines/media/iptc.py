"""From IPTC's Information Interchange Model (in JPEG and TIFF) to metadata."""

from dam.engines.media.times import parse_time
from dam.engines.media.wording import clean_code, clean_keywords, clean_text, decode_bytes
from dam.types import MediaMetadata

_RECORD = 2  # the application record
_CITY, _PLACE, _STATE, _CODE, _COUNTRY = 90, 92, 95, 100, 101
_TITLE, _KEYWORD, _DATE, _TIME, _BYLINE, _HEADLINE, _COPYRIGHT, _CAPTION = 5, 25, 55, 60, 80, 105, 116, 120
_MAX_DATASETS = 2000


def read_iptc(data: bytes) -> MediaMetadata:
    """Return what the datasets say (IIM 4.2, 1.6: marker 0x1C, record, number, two bytes of length)."""
    found: dict[int, list[str]] = {}
    for number, value in _datasets(data):
        found.setdefault(number, []).append(decode_bytes(value))
    taken = parse_time(_time(_first(found, _DATE), _first(found, _TIME)))
    return MediaMetadata(
        taken_at=taken[0] if taken else None,
        taken_offset_min=taken[1] if taken else None,
        taken_source="iptc:DateCreated" if taken else "",
        title=_first(found, _TITLE) or _first(found, _HEADLINE),
        description=_first(found, _CAPTION),
        keywords=clean_keywords(found.get(_KEYWORD, [])),
        creator=_first(found, _BYLINE),
        copyright=_first(found, _COPYRIGHT),
        location=_first(found, _PLACE),
        city=_first(found, _CITY),
        state=_first(found, _STATE),
        country=_first(found, _COUNTRY),
        country_code=clean_code(_first(found, _CODE)),
    )


def _datasets(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C and len(found) < _MAX_DATASETS:
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        if length & 0x8000:  # an extended length: 32 KB and more of text is no caption
            break
        value = data[at + 5 : at + 5 + length]
        if data[at + 1] == _RECORD:
            found.append((data[at + 2], value))
        at += 5 + length
    return found


def _first(found: dict[int, list[str]], number: int) -> str:
    return clean_text(next(iter(found.get(number, [])), ""))


def _time(date: str, time: str) -> str:
    """`20260708` and `153000+0200` as ISO 8601."""
    if len(date) != 8:
        return ""
    text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    if len(time) >= 6:
        text += f"T{time[:2]}:{time[2:4]}:{time[4:6]}{time[6:11]}"
    return text
