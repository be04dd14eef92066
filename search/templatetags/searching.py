"""How searches are linked to, and how their faults are shown, on the pages."""

import re
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from search.answer.asked import Asked
from search.query.operators import quoted
from search.vectors.example_pictures import MAX_BYTES

register = template.Library()

_PLACE = re.compile(r"character (\d+)")
_PIECE = re.compile(r"\s+|[()|]|[^\s()|]+")


@register.simple_tag
def search_for(text: str, asked: Asked) -> str:
    """Return the address of another search with the same kind, order and groups as one; of none: the first page."""
    kept = {name: value for name, value in asked.where.items() if value and name != "q"} if text else {}
    return reverse("search:home") + (f"?{urlencode({'q': text, **kept})}" if text else "")


@register.simple_tag
def most_bytes() -> int:
    """Return how large a picture may be that is searched for."""
    return MAX_BYTES


@register.filter
def misplaced(text: str, error: str) -> SafeString:
    """Return a search with the piece marked that an error is about; "" where the error names no place."""
    match = _PLACE.search(error)
    start = int(match[1]) - 1 if match else -1
    if not 0 <= start < len(text):
        return SafeString("")
    piece = _PIECE.match(text, start)
    end = piece.end() if piece else start + 1
    return format_html('{}<mark class="misplaced">{}</mark>{}', text[:start], text[start:end], text[end:])


@register.filter
def speaker_query(name: str) -> str:
    """Return the search for what somebody says."""
    return f"speaker:{quoted(name)}"
