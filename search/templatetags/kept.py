"""What is kept of searches, for templates: saving the one on the page, the saved ones, the last ones."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.utils import timezone

from dam.catalog.readers.collections import SavedSearch, saved_searches
from dam.catalog.readers.searches import recent_searches
from search.answer.answers import Asked
from search.query.wordings import in_words, parameters, same_search, suggested_name
from search.saved import collections, history
from search.views.ways import number

register = template.Library()

_SAVED_SHOWN = 8
_RECENT_SHOWN = 6
_TYPED_DELAY_MS = 1_500  # words that somebody rests on this long were meant
_LEAST_SHOWN = 0.005
_ASKED_DELAY_MS = 300  # not what is left again at once


@register.simple_tag(takes_context=True)
def saving(context: Context) -> dict[str, Any]:
    """Return what the form needs that saves the search on the page.

    `where` are its parameters, `same` the collection that has them already, `changed` the one that was opened before
    they were changed, `others` all whose search it could take the place of.
    """
    request, asked = context["request"], context["asked"]
    where = parameters(asked)
    every = saved_searches()
    same = next((saved for saved in every if same_search(saved.asked, where)), None)
    opened = number(request.GET.get("collection", ""))
    return {
        "where": where,
        "same": same,
        "changed": None if same else next((saved for saved in every if saved.id == opened), None),
        "others": every,
        "name": "" if same else suggested_name(where),
    }


@register.simple_tag
def kept_before() -> dict[str, Any]:
    """Return what the start page shows: saved searches, and the last ones that are not saved."""
    saved = saved_searches(limit=_SAVED_SHOWN)
    recent = [
        made
        for made in (recent_searches(limit=2 * _RECENT_SHOWN) if history.is_kept() else [])
        if not any(same_search(made.asked, each.asked) for each in saved)
    ]
    return {
        "saved": saved,
        "stale": any(is_stale(each) for each in saved),
        "recent": recent[:_RECENT_SHOWN],
    }


@register.simple_tag(takes_context=True)
def remembering(context: Context) -> dict[str, Any]:
    """Return what the page says of itself once its results were looked at; no `where` where none is kept."""
    typed = context["request"].headers.get("HX-Trigger", "") == "q"
    asked: Asked = context["asked"]
    return {
        "where": parameters(asked) if history.is_kept() else {},
        "delay_ms": _TYPED_DELAY_MS if typed else _ASKED_DELAY_MS,
    }


@register.simple_tag
def querystring_of(asked: dict[str, str]) -> str:
    """Write the parameters of a search as an address has them."""
    return urlencode(asked)


@register.filter
def words(asked: dict[str, str]) -> str:
    """Write a search as one would say it."""
    return in_words(asked)


@register.filter
def is_stale(saved: SavedSearch) -> bool:
    """Tell whether a saved search is to be counted again."""
    return saved.counted_at is None or timezone.now() - saved.counted_at > collections.FRESH


@register.filter
def share(value: float | None) -> str:
    """Write a measure of 0 to 1 with two digits; nothing measured is a dash."""
    return "–" if value is None else f"{value:.2f}"


@register.filter
def shows(difference: float) -> bool:
    """Tell whether a difference is seen in two digits."""
    return abs(difference) >= _LEAST_SHOWN


@register.filter
def signed(difference: float) -> str:
    """Write a difference with its sign."""
    return f"{difference:+.2f}".replace("-", "−")
