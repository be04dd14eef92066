"""Taking back what was just done."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from search.corrections import take_back
from search.templatetags.notices import say_done
from search.views.ways import go_back, numbers


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo corrections, the last first, and go back to where the button was."""
    undone = take_back(numbers(request, "correction"))
    if not undone:
        say_done(request, "That is undone already.")
    elif len(undone) == 1:
        say_done(request, f"Taken back: {undone[0]}.")
    else:
        say_done(request, f"{len(undone)} changes taken back.")
    return go_back(request)
