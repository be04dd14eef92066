"""Taking back what was just done."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dam.catalog.models import Correction
from dam.catalog.writers import collections, pins, tags
from dam.people import service
from search.templatetags.notices import say_done
from search.views.ways import go_back, numbers

_SERVICES = {"people": service.undo, "tags": tags.undo, "collections": collections.undo, "pins": pins.undo}


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo corrections, the last first, and go back to where the button was."""
    wanted = Correction.objects.filter(pk__in=numbers(request, "correction")).order_by("-pk")
    undone = [row.summary for row in list(wanted) if row.subject in _SERVICES and _SERVICES[row.subject](row.pk)]
    if not undone:
        say_done(request, "That is undone already.")
    elif len(undone) == 1:
        say_done(request, f"Taken back: {undone[0]}.")
    else:
        say_done(request, f"{len(undone)} changes taken back.")
    return go_back(request)
