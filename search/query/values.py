"""The values of filters: numbers, lengths of time and dates, as people type them."""

import re
from datetime import UTC, datetime, timedelta

from dam.errors import QueryError
from dam.types import Filter

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TIME = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|sec|seconds?|m|min|minutes?|h|hours?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
_DATE = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?")
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


def number(asked: Filter) -> float:
    """Return a filter's value as a number. Raises QueryError."""
    if not _NUMBER.fullmatch(asked.value):
        raise QueryError(f"“{asked.value}”{_where(asked)} is no number: {asked.name}>=4, say.")
    return float(asked.value)


def milliseconds(asked: Filter) -> float:
    """Return a length of time in ms: "30s", "1.5m", "2h", "1:30"; a plain number is seconds. Raises QueryError."""
    clock = _CLOCK.fullmatch(asked.value)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000.0
    match = _TIME.fullmatch(asked.value)
    if match is None:
        raise QueryError(
            f"“{asked.value}”{_where(asked)} is no length of time: {asked.name}<30s or {asked.name}>2m, say."
        )
    unit = (match["unit"] or "s").lower()
    return float(match["number"]) * _UNIT_MS["ms" if unit == "ms" else unit[0]]


def span(asked: Filter) -> tuple[datetime, datetime]:
    """Return a year, month or day, or today, yesterday, as [from, until): wall time, stored as if UTC.

    Raises QueryError.
    """
    now = datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    word = asked.value.lower()
    if word in {"today", "yesterday"}:
        first = now if word == "today" else now - timedelta(days=1)
        return first, first + timedelta(days=1)
    match = _DATE.fullmatch(asked.value)
    try:
        if match is None:
            raise ValueError(asked.value)
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # noqa: S101 - the pattern has it
        first = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return first, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"“{asked.value}”{_where(asked)} is no date: {asked.name}:2024, {asked.name}:2024-05 or "
            f"{asked.name}:2024-05-17."
        ) from error


def choice(asked: Filter, choices: tuple[str, ...]) -> str:
    """Return a value that is one of a few words. Raises QueryError, which names them."""
    word = asked.value.lower()
    if word not in choices:
        raise QueryError(f"“{asked.value}”{_where(asked)}: {asked.name}: knows {', '.join(choices)}.")
    return word


def _where(asked: Filter) -> str:
    return f" at character {asked.start + 1}" if asked.end else ""
