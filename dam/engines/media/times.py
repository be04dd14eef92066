"""The date formats that media files use, read into wall time and offset; nonsense gives None."""

import re
from datetime import UTC, datetime

_DATE = re.compile(
    r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?\s*$"
)
_OFFSET = re.compile(r"\s*([+-])(\d{2}):?(\d{2})\s*$")
# The first photograph is of 1826; and cameras with an empty clock write 1904, 1970 or 0000.
_FIRST_YEAR = 1826

Taken = tuple[datetime, int | None]


def parse_time(text: str) -> Taken | None:
    """Return (wall time, offset in minutes or None) of an EXIF, XMP or ISO 8601 time."""
    match = _DATE.match(text.strip("\0 ")[:64])
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        taken = datetime(  # noqa: DTZ001 — wall time; the offset goes beside it
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(59, int(second or 0)),
            int((fraction or "0").ljust(6, "0")),
        )
    except ValueError:
        return None
    if taken.year < _FIRST_YEAR or taken.year > datetime.now(UTC).year + 1:
        return None
    return taken, parse_offset(zone) if zone else None


def parse_offset(text: str) -> int | None:
    """Return the minutes east of UTC of `+02:00`, `-0730` or `Z`."""
    if text.strip("\0 ") == "Z":
        return 0
    match = _OFFSET.match(text.strip("\0 ")[:16])
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > 14 * 60 or int(match[3]) > 59:  # the furthest zone is UTC+14
        return None
    return -minutes if match[1] == "-" else minutes


def from_mtime(mtime_ns: int) -> Taken:
    """Return a file's time of change as this machine's wall time."""
    try:
        local = datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        local = datetime.fromtimestamp(0, tz=UTC)
    offset = local.utcoffset()
    return local.replace(tzinfo=None), round(offset.total_seconds() / 60) if offset else 0
