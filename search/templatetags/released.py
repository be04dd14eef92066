"""Releases on other pages: whether a person's is on file."""

from django import template
from django.utils import timezone

from dam.catalog.readers.releases import ReleaseView, releases

register = template.Library()


@register.simple_tag
def releases_of(person_id: int) -> list[tuple[ReleaseView, bool]]:
    """Return a person's releases, each with whether it holds today."""
    today = timezone.localdate()
    return [(each, each.holds_on(today)) for each in releases(person_id=person_id)]
