"""Dates as people say them: "last summer", "May 2024", "3 May", "2 weeks ago", "2019..2021", to spans of days.

Seasons are those of the northern hemisphere in whole months, weeks begin on Monday (ISO 8601).
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]  # [from, until)

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = {name[:length]: number for number, name in enumerate(_MONTHS, start=1) for length in (3, len(name))}
_MONTH["sept"] = 9
_SEASON = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # the first month of three
_FEAST = {"christmas": (12, 24, 3), "halloween": (10, 31, 1), "new year": (12, 31, 2)}  # month, day, days
_DAYS = {"day": 1, "week": 7}

_MONTH_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_LAST = r"(?P<which>last|this)"
_UNITS = r"(?P<unit>day|week|month|year)s?"


def span_of(text: str, today: date) -> Span | None:
    """Return the days [from, until) that a text names, all of it; None where it names none."""
    plain = " ".join(text.lower().replace(",", " ").split())
    first, dots, last = plain.partition("..")
    if dots:
        begin, end = span_of(first, today), span_of(last, today)
        return (begin[0], end[1]) if begin and end and begin[0] < end[1] else None
    for pattern, make in _FORMS:
        match = pattern.fullmatch(plain)
        if match:
            try:
                return make(match, today)
            except (ValueError, OverflowError):  # 31 February, the year 0
                return None
    return None


def _iso(match: re.Match[str], _today: date) -> Span:
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 - the pattern has it
    if day:
        return _days(date(year, month or 1, day), 1)
    begin = date(year, month or 1, 1)
    return _months(year, begin.month, 1) if month else _months(year, 1, 12)


def _day_word(match: re.Match[str], today: date) -> Span:
    return _days(today - timedelta(days=match.group() == "yesterday"), 1)


def _of_month(match: re.Match[str], today: date) -> Span:
    """Return May 2024, last May, this May …"""
    month = _MONTH[match["month"]]
    if match["year"]:
        return _months(int(match["year"]), month, 1)
    return _which(match["which"], today, lambda year: _months(year, month, 1))


def _of_day(match: re.Match[str], today: date) -> Span:
    """Return 3 May 2024, May 3rd …; without a year the last one that was."""
    month, day = _MONTH[match["month"]], int(match["day"])
    if match["year"]:
        return _days(date(int(match["year"]), month, day), 1)
    return _latest(today, lambda year: _days(date(year, month, day), 1))


def _of_season(match: re.Match[str], today: date) -> Span:
    first = _SEASON[match["season"]]
    if match["year"]:
        return _months(int(match["year"]), first, 3)
    return _which(match["which"], today, lambda year: _months(year, first, 3))


def _of_feast(match: re.Match[str], today: date) -> Span:
    month, day, days = _FEAST[match["feast"]]
    if match["year"]:
        return _days(date(int(match["year"]), month, day), days)
    return _which(match["which"], today, lambda year: _days(date(year, month, day), days))


def _whole(match: re.Match[str], today: date) -> Span:
    """Return this week, last month, last weekend …"""
    back, unit = match["which"] == "last", match["whole"]
    if unit == "year":
        return _months(today.year - back, 1, 12)
    if unit == "month":
        return _months(today.year, today.month - back, 1)
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return _days(monday, 7) if unit == "week" else _days(monday + timedelta(days=5), 2)


def _recent(match: re.Match[str], today: date) -> Span:
    """Return the last 3 weeks, say: up to and with today."""
    return _back(today, int(match["count"]), match["unit"]), today + timedelta(days=1)


def _ago(match: re.Match[str], today: date) -> Span:
    """Return the week for 3 weeks ago, the day for 2 days ago …"""
    unit = match["unit"]
    begin = _back(today, int(match["count"]), unit)
    if unit == "year":
        return _months(begin.year, 1, 12)
    if unit == "month":
        return _months(begin.year, begin.month, 1)
    return _days(begin - timedelta(days=begin.weekday()), 7) if unit == "week" else _days(begin, 1)


def _decade(match: re.Match[str], _today: date) -> Span:
    """Return ten years: the 90s are those of the last century, the 10s of this one."""
    digits = match["decade"]
    year = int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) >= 30 else 2000)
    return date(year, 1, 1), date(year + 10, 1, 1)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span]], ...] = (
    (re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?"), _iso),
    (re.compile(r"today|yesterday"), _day_word),
    (re.compile(rf"(?:{_LAST} )?(?P<month>{_MONTH_NAME})(?: {_YEAR})?"), _of_month),
    (re.compile(rf"{_DAY} (?:of )?(?P<month>{_MONTH_NAME})(?: {_YEAR})?"), _of_day),
    (re.compile(rf"(?P<month>{_MONTH_NAME}) {_DAY}(?: {_YEAR})?"), _of_day),
    (re.compile(rf"(?:{_LAST} )?(?P<season>{'|'.join(_SEASON)})(?: {_YEAR})?"), _of_season),
    (re.compile(rf"(?:{_LAST} )?(?P<feast>{'|'.join(_FEAST)})(?: {_YEAR})?"), _of_feast),
    (re.compile(rf"{_LAST} (?P<whole>weekend|week|month|year)"), _whole),
    (re.compile(rf"(?:the )?(?:last|past) (?P<count>\d{{1,3}}) {_UNITS}"), _recent),
    (re.compile(rf"(?P<count>\d{{1,3}}) {_UNITS} ago"), _ago),
    (re.compile(r"(?:the )?(?P<decade>(?:(?:19|20)\d|\d)0)s"), _decade),
)


def _which(which: str | None, today: date, of_year: Callable[[int], Span]) -> Span:
    """Return this year's, or the last one that is over ("last"), or the last one that began (without a word)."""
    if which == "this":
        return of_year(today.year)
    if which == "last":
        return next(span for back in range(3) if (span := of_year(today.year - back))[1] <= today)
    return _latest(today, of_year)


def _latest(today: date, of_year: Callable[[int], Span]) -> Span:
    return next(span for year in (today.year, today.year - 1) if (span := of_year(year))[0] <= today)


def _back(today: date, count: int, unit: str) -> date:
    if unit in _DAYS:
        return today - timedelta(days=count * _DAYS[unit])
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=min(today.day, (_months(first.year, first.month, 1)[1] - first).days) - 1)


def _days(first: date, count: int) -> Span:
    return first, first + timedelta(days=count)


def _months(year: int, month: int, count: int) -> Span:
    """Return whole months; a month below 1 or above 12 is one of another year."""
    first, last = year * 12 + month - 1, year * 12 + month - 1 + count
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)
