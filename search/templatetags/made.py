"""Collections made by hand, for templates that offer them."""

from django import template

from dam.catalog.readers.collection_items import MadeCollection, made_collections

register = template.Library()


@register.simple_tag
def made_choices() -> list[MadeCollection]:
    """Return the collections that something can be put into, the last used first."""
    return made_collections()
