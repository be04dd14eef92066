"""The values of filters: numbers, lengths of time and dates, as people type them."""

import re
from datetime import UTC, datetime, time

from dam.errors import QueryError
from dam.types import Filter
from search.query.dates import span_of

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TIME = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|sec|seconds?|m|min|minutes?|h|hours?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")
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
    """Return the days that a date names, "2024-05" or "last summer", as [from, until): wall time, stored as if UTC.

    Raises QueryError.
    """
    found = span_of(asked.value, datetime.now(tz=UTC).astimezone().date())
    if found is None:
        raise QueryError(
            f"“{asked.value}”{_where(asked)} is no date: {asked.name}:2024, {asked.name}:2024-05, "
            f'{asked.name}:2024-05-17 or {asked.name}:"last summer".'
        )
    since, until = (datetime.combine(day, time(tzinfo=UTC)) for day in found)
    return since, until


def choice(asked: Filter, choices: tuple[str, ...]) -> str:
    """Return a value that is one of a few words. Raises QueryError, which names them."""
    word = asked.value.lower()
    if word not in choices:
        raise QueryError(f"“{asked.value}”{_where(asked)}: {asked.name}: knows {', '.join(choices)}.")
    return word


def _where(asked: Filter) -> str:
    return f" at character {asked.start + 1}" if asked.end else ""
