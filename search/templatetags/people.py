"""How people are written and searched for on the pages."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django import template

from dam.types import FaceSource

register = template.Library()


@register.filter
def whom(name: str) -> str:
    """Write a name, or what stands for it in a sentence."""
    return name or "this person"


@register.simple_tag
def person_query(*names: str) -> str:
    """Return the parameters of the search for everything with all of these people."""
    return urlencode({"q": " ".join(f'person:"{name.replace(chr(34), "")}"' for name in names)})


@register.filter
def said_by(source: FaceSource, model: str) -> str:
    """Say who says whose face it is: a model by its name, the file, or you."""
    return {FaceSource.MODEL: model or "a model", FaceSource.PERSON: "you", FaceSource.FILE: "the file"}[source]


@register.filter
def counted(number: int, noun: str) -> str:
    """Write a number with its noun: 1 face, 1,204 faces."""
    plural = {"person": "people"}.get(noun, f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


@register.filter
def counted_list(found: Sequence[object], noun: str) -> str:
    """Write how many there are."""
    return counted(len(found), noun)


@register.filter
def plain(share: float) -> str:
    """Write a share for a script: with a point whatever the language."""
    return f"{share:.5f}"
