"""Pinned queries: the page of all with their runs, two runs side by side, and what is done to them."""

from concurrent.futures import TimeoutError as StillRunning

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam import wiring
from dam.catalog import pack as choices
from dam.catalog.readers import pins as reader
from dam.errors import AfterimageError
from search.saved import pin_report, pins, pins_watch
from search.saved.recall import AT
from search.templatetags.notices import say_done
from search.views.ways import go_back, number

_WAIT_S = 4.0  # a dozen queries; more of them are waited for by the page itself


@require_safe
def all_pins(request: HttpRequest) -> HttpResponse:
    """Show every pinned query with its ranks, and the runs."""
    context = {
        "overview": pin_report.overview(),
        "at": AT,
        "running": reader.is_running(),
        "active": wiring.active_pack().name,
        "waiting": choice.building if (choice := choices.active()) is not None and choice.waits else "",
        "packs": [pack.name for pack in pins.comparable_packs()],
    }
    return render(request, "pins/pins.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show two runs side by side."""
    first, second = (number(request.GET.get(name, "")) for name in ("first", "second"))
    if first is None or second is None:
        raise Http404
    found = pin_report.comparison(first, second)
    if found is None:
        raise Http404
    return render(request, "pins/compare.html", {"comparison": found, "at": AT})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Pin a search to an asset; with `moment`, to the shot or line at that time."""
    asset_id, at_ms = number(request.POST.get("asset", "")), number(request.POST.get("t", ""))
    span = (
        reader.span_at(asset_id, at_ms)
        if asset_id is not None and at_ms is not None and "moment" in request.POST
        else None
    )
    try:
        pins.pin(request.POST.dict(), asset_id=asset_id or 0, span_ms=span, note=request.POST.get("note", ""))
        say_done(request, "Pinned. “Pinned” on the Collections page says where the search finds it, now and later.")
    except AfterimageError as error:
        say_done(request, str(error))
    return go_back(request)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Pin a query no more."""
    try:
        correction = pins.unpin(number(request.POST.get("pin", "")) or 0)
        say_done(request, "Removed.", corrections=[correction])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:pins"))


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Run them now; with another pack also by that one, and show the two side by side."""
    pack = request.POST.get("pack", "")
    try:
        reports = pins_watch.run_by_hand(pack).result(timeout=_WAIT_S)
    except StillRunning:
        say_done(request, "They are being run. This page shows the result as soon as there is one.")
    except AfterimageError as error:
        say_done(request, str(error))
    else:
        if len(reports) > 1:
            query = f"?first={reports[0].run_id}&second={reports[1].run_id}"
            return HttpResponseRedirect(reverse("search:pins-compare") + query)
    return HttpResponseRedirect(reverse("search:pins"))


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Let the pack that waits beside the one in use answer once it is complete."""
    choice = choices.active()
    if choice is None or not choice.waits:
        say_done(request, "No pack is waiting.")
    else:
        chosen = choices.use(choice.building, answering=choice.name)
        say_done(request, f"“{chosen.building}” answers as soon as it is complete.")
    return HttpResponseRedirect(reverse("search:pins"))
