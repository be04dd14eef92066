"""The library by date and by folder."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dam.catalog.models import Asset
from dam.catalog.readers.browse import Cursor, folders_in, libraries, months, page_by_date
from dam.types import MediaKind
from search.answer.cards import Card, asset_cards
from search.pages.library_view import View, read_view

_PAGE = 180
# A month that begins in the last two thirds of a page waits for the next one, so that its rows stay together.
_MIN_PAGE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The cards of one month on one page; `continued` when the page before held some of it."""

    key: str
    start: datetime | None
    cards: tuple[Card, ...]
    continued: bool


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Show the library from its newest asset, or from a month on."""
    view = read_view(request.GET)
    every_month = months(view.assets())
    found, more = _page(view, _start(view.month))
    roots = libraries()
    chosen = next((root for root in roots if root.pk == view.library_id), None)
    return render(
        request,
        "library/library.html",
        {
            "view": view,
            "months": found,
            "more": more,
            "years": _by_year(every_month),
            "total": sum(number for _, number in every_month),
            "kinds": list(MediaKind),
            "roots": roots,
            "chosen": chosen,
            "crumbs": _crumbs(view.folder),
            "folders": folders_in(chosen.pk, view.folder) if chosen else [],
        },
    )


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Answer with the next page, for endless scroll."""
    view = read_view(request.GET)
    found, further = _page(view, _read_cursor(request.GET.get("after", "")), before=request.GET.get("seen", ""))
    return render(request, "library/_months.html", {"view": view, "months": found, "more": further})


def _page(view: View, after: Cursor | None, *, before: str = "") -> tuple[list[Month], str]:
    """Return the months of the next page, and the parameters of the page after it ("" at the end)."""
    rows = page_by_date(view.assets(), after=after, limit=_PAGE + 1)
    more_follow = len(rows) > _PAGE
    rows = rows[:_PAGE]
    if more_follow:
        rows = _whole_months(rows)
    cards = {card.tile.asset_id: card for card in asset_cards([row.pk for row in rows], where=view.where)}
    found = [
        Month(
            key=key,
            start=group[0].taken_at,
            cards=tuple(cards[row.pk] for row in group if row.pk in cards),
            continued=key == before,
        )
        for key, group in ((key, list(group)) for key, group in groupby(rows, key=_month_key))
    ]
    if not more_follow:
        return found, ""
    last = rows[-1]
    stamp = last.taken_at.isoformat() if last.taken_at else ""
    return found, urlencode({**view.where, "after": f"{stamp}|{last.pk}", "seen": _month_key(last)})


def _whole_months(rows: list[Asset]) -> list[Asset]:
    last_key = _month_key(rows[-1])
    kept = [row for row in rows if _month_key(row) != last_key]
    return kept if len(kept) >= _MIN_PAGE else rows


def _month_key(asset: Asset) -> str:
    return asset.taken_at.strftime("%Y-%m") if asset.taken_at else "undated"


def _start(month: str) -> Cursor | None:
    """Return the cursor just before a month like "2024-05" (newest first)."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Cursor(taken_at=following, id=0)


def _read_cursor(text: str) -> Cursor | None:
    stamp, _, number = text.rpartition("|")
    if not (number.isascii() and number.isdigit()):
        return None
    try:
        return Cursor(taken_at=datetime.fromisoformat(stamp) if stamp else None, id=int(number))
    except ValueError:
        return None


def _by_year(every_month: list[tuple[str, int]]) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Return [(year, [(month key, its short name, count), …]), …] for the scrubber."""
    years: dict[str, list[tuple[str, str, int]]] = {}
    for key, number in every_month:
        name = datetime.strptime(key, "%Y-%m").replace(tzinfo=UTC).strftime("%b")
        years.setdefault(key[:4], []).append((key, name, number))
    return list(years.items())


def _crumbs(folder: str) -> list[tuple[str, str]]:
    parts = folder.split("/") if folder else []
    return [(part, "/".join(parts[: place + 1])) for place, part in enumerate(parts)]
