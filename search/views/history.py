"""The history of searches: the list, and everything by which somebody who wants none is rid of it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers.searches import count_searches, recent_searches
from search.answer.answers import read_asked
from search.saved import history
from search.templatetags.notices import say_done
from search.views.ways import number

_PAGE = 100


@require_safe
def past_searches(request: HttpRequest) -> HttpResponse:
    """Show what was searched, the last first."""
    start = number(request.GET.get("from", "")) or 0
    found = recent_searches(limit=_PAGE + 1, offset=start)
    context = {
        "searches": found[:_PAGE],
        "more": start + _PAGE if len(found) > _PAGE else 0,
        "total": count_searches(),
        "on": history.is_kept(),
    }
    return render(request, "collections/history.html", context)


@require_POST
def remember(request: HttpRequest) -> HttpResponse:
    """Take a page's word that its results were looked at."""
    good = number(request.POST.get("good", "")) or 0
    history.remember(read_asked(request.POST).where, good=min(good, 1_000_000))
    return HttpResponse(status=204)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Forget one search."""
    search_id = number(request.POST.get("search", ""))
    if search_id is not None and history.forget(search_id):
        say_done(request, "Forgotten.")
    return _back()


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget every search."""
    gone = history.clear()
    say_done(request, f"{gone:,} {'search is' if gone == 1 else 'searches are'} forgotten.")
    return _back()


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Remember searches from now on, or no longer."""
    on = request.POST.get("on") == "1"
    history.keep(on=on)
    left = count_searches()
    if on:
        say_done(request, "Searches are remembered from now on, on this machine alone.")
    elif left:
        say_done(request, "Searches are not remembered any more. Those below stay until you clear them.")
    else:
        say_done(request, "Searches are not remembered any more.")
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("search:history"))
