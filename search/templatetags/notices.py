"""What was just done, with the way back: how a message carries the corrections that undo it."""

from collections.abc import Iterable

from django import template
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

register = template.Library()
_UNDO = "undo-"


def say_done(request: HttpRequest, sentence: str, *, corrections: Iterable[int] = ()) -> None:
    """Show a sentence on the next page; with corrections, beside a button that takes them back."""
    numbers = "-".join(str(number) for number in corrections)
    messages.success(request, sentence, extra_tags=f"{_UNDO}{numbers}" if numbers else "")


@register.filter
def undo_of(message: Message) -> list[int]:
    """Return the corrections that the message's button takes back; none where there is nothing to take back."""
    kind, _, numbers = (message.extra_tags or "").partition("-")
    return [int(number) for number in numbers.split("-") if number.isdecimal()] if f"{kind}-" == _UNDO else []
