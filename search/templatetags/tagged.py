"""How tags are written on the pages: as a search, and where they come from in words."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from dam.catalog.readers.tags import TagView

register = template.Library()


@register.filter
def tag_search(name: str) -> str:
    """Return the address of the search for a tag."""
    quoted = '"' + name.replace('"', " ").strip() + '"'
    return f"{reverse('search:home')}?{urlencode({'q': f'tag:{quoted}'})}"


@register.filter
def tag_source(view: TagView) -> str:
    """Say who says a tag: you, the file, or which model and version, and how sure it is."""
    if view.source == "person":
        return "You said so" if view.accepted else "You rejected it"
    if view.source == "file":
        return "A keyword of the file"
    sure = f"{round(100 * view.certainty)} % sure"
    if view.source == "taught":
        return f"{sure}: taught by your examples, over {view.model.partition(':')[2]}"
    model, _, vocabulary = view.model.rpartition("+")
    return f"{sure}: {model or view.model}" + (f", vocabulary {vocabulary}" if model else "")
