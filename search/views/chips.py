"""Chips that are changed, and pictures that are added to a search: forms and links in, the new address out."""

import re
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from dam.catalog.readers.asset import asset_detail
from dam.catalog.readers.browse import tiles_of_units
from dam.errors import QueryError
from dam.types import Relation
from search.answer.asked import Asked, read_asked
from search.query.edit import Change
from search.query.editable import edited, with_example
from search.views.ways import number

_PART = re.compile(r"\d{1,3}(?:,\d{1,3}){3}")


@require_safe
def edit(request: HttpRequest) -> HttpResponse:
    """Go to the search `q` with the part at `place` changed to what the form says; all else stays."""
    asked = read_asked(request.GET)
    place = number(request.GET.get("place", ""))
    if place is None:
        raise Http404
    try:
        return _go(asked, edited(asked.text, place, _change(request)))
    except QueryError:
        return _go(asked, asked.text)  # that page says what is wrong with it


@require_safe
def like(request: HttpRequest) -> HttpResponse:
    """Go to the search for what is like a `unit` (or the first of an `asset`).

    With `q` it is that search, and more like the unit; with `less`, less like it. `part` ("x,y,width,height" in
    percent) is what counts of it.
    """
    unit_id = number(request.GET.get("unit", ""))
    asset_id = number(request.GET.get("asset", ""))
    if unit_id is None and asset_id is not None:
        detail = asset_detail(asset_id)
        unit_id = detail.first_unit_id if detail else None
    if unit_id is None or unit_id not in tiles_of_units([unit_id]):
        raise Http404
    asked = read_asked(request.GET)
    part = request.GET.get("part", "")
    value = f"{unit_id}@{part}" if _PART.fullmatch(part) else str(unit_id)
    return _go(asked, with_example(asked.text, value, less=bool(request.GET.get("less"))))


def _change(request: HttpRequest) -> Change:
    relation = request.GET.get("relation", "")
    return Change(
        value=request.GET.get("value", "") if request.GET.get("act") != "off" else "",
        name=request.GET.get("name", ""),
        relation=Relation(relation) if relation in set(Relation) else Relation.IS,
        negated=bool(request.GET.get("not")),
        weight=_weight(request.GET.get("weight", "")),
    )


def _weight(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0.05 <= weight <= 20 else None


def _go(asked: Asked, text: str) -> HttpResponse:
    kept = {name: value for name, value in asked.where.items() if value and name != "q"}
    wanted = {"q": text, **kept} if text else {}
    return HttpResponseRedirect(reverse("search:home") + (f"?{urlencode(wanted)}" if wanted else ""))
