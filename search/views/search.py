"""The first page: what was added last before a search, its answer after; the address is the state."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers import activity
from dam.catalog.readers.browse import libraries, recent_ids
from dam.catalog.readers.measure import colour_names
from dam.errors import EngineError, QueryError
from search.answer.answers import answer
from search.answer.asked import Asked, read_asked, read_strictness
from search.answer.cards import asset_cards
from search.answer.examples import examples
from search.answer.facets import facets
from search.pages.forms import AddLibraryForm
from search.query.editable import editable_chips
from search.views.answer import STRICTNESS_NAMES, answer_context, blocks, cards_at, eased, link, tiles

_RECENT = 48
_SWATCHES = 24
_FINISHED = {"search-form", "sort", "group"}  # elements whose search is a step in the history
_STRICTNESS = "strictness"  # in the session: where the slider was left


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the search page, whole."""
    asked = _asked(request)
    if not asked.text and not libraries():
        return render(request, "welcome.html", {"form": AddLibraryForm()})
    status, context = (200, _before()) if not asked.text else _after(asked)
    return render(request, "search/search.html", {"asked": asked, **context}, status=status)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Answer with the page's inner part, for a search while typing; the address bar follows."""
    # A finished search is a step in the history; words half typed, and results that came in meanwhile, are not.
    finished = request.headers.get("HX-Trigger", "") in _FINISHED
    return _results(request, _asked(request), history="HX-Push-Url" if finished else "HX-Replace-Url")


@require_POST
def strictness(request: HttpRequest) -> HttpResponse:
    """Remember how strict answers are to be, for this and the next searches, and show this one so."""
    chosen = read_strictness(request.POST.get("strict", "")) or 0
    if chosen:
        request.session[_STRICTNESS] = chosen
    else:
        request.session.pop(_STRICTNESS, None)
    asked = replace(read_asked(request.POST, remembered=chosen), strict=None)
    if request.headers.get("HX-Request") == "true":
        return _results(request, asked, history="HX-Push-Url")
    return redirect(_address(asked))


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Answer with the next tiles of a result, for endless scroll."""
    asked = _asked(request)
    text = request.GET.get("from", "")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    try:
        found = answer(asked, again=True)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"asked": asked, "error": str(error)})
    if found.sections:
        return render(request, "search/_blocks.html", {"asked": asked, **blocks(found, start=start)})
    return render(request, "search/_tiles.html", tiles(found, start=start))


@require_safe
def narrow(request: HttpRequest) -> HttpResponse:
    """Answer with what a search can be narrowed by: a part of its page, or without scripts a page of its own."""
    asked = _asked(request)
    try:
        found = answer(asked, again=True)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"asked": asked, "error": str(error)})
    template = "search/_facets.html" if request.headers.get("HX-Request") == "true" else "search/facets.html"
    where = link({name: value for name, value in asked.where.items() if name != "q"})
    back = f"{reverse('search:home')}?{link(asked.where)}"
    return render(request, template, {"asked": asked, "facets": facets(found), "where": where, "back": back})


@require_safe
def easings(request: HttpRequest) -> HttpResponse:
    """Answer with what to let go of where nothing good was found: a part of its page, or a page of its own."""
    asked = _asked(request)
    try:
        found = answer(asked, again=True)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"asked": asked, "error": str(error)})
    template = "search/_easings.html" if request.headers.get("HX-Request") == "true" else "search/easings.html"
    context = {"asked": asked, "answer": found, "chips": editable_chips(asked.text), **eased(found)}
    return render(request, template, {**context, "back": f"{reverse('search:home')}?{link(asked.where)}"})


@require_safe
def pile(request: HttpRequest) -> HttpResponse:
    """Show what stands behind a hit as nearly the same, with the hit: in its place, or as a page of its own."""
    asked = _asked(request)
    unit = request.GET.get("unit", "")
    try:
        found = answer(asked, again=True)
        one_by_one = answer(replace(asked, each=True), again=True)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"asked": asked, "error": str(error)})
    entry = next((one for one in (*found.good, *found.rest) if str(one.hit.place.unit_id) == unit), None)
    if entry is None:
        raise Http404
    places: dict[int, int] = {}
    for at, one in enumerate((*one_by_one.good, *one_by_one.rest)):
        places.setdefault(one.hit.place.unit_id, at)
    cards = cards_at(one_by_one, [places[hit.place.unit_id] for hit in entry.every if hit.place.unit_id in places])
    template = "search/_tiles.html" if request.headers.get("HX-Request") == "true" else "search/pile.html"
    back = f"{reverse('search:home')}?{link(asked.where)}"
    return render(request, template, {"asked": asked, "tiles": cards, "back": back})


@require_safe
def example_searches(request: HttpRequest) -> HttpResponse:
    """Answer with the example searches: asked for by the page itself, as the first one loads the model."""
    return render(request, "search/_examples.html", {"examples": examples()})


def _before() -> dict[str, object]:
    return {"recent": asset_cards(recent_ids(limit=_RECENT)), "ring": activity.ring(), "swatches": _swatches()}


def _swatches() -> list[tuple[str, str, int]]:
    """Return the colours of this library in the order of the colour table: name, swatch, how many have it."""
    return [colour for colour in colour_names() if colour[2]][:_SWATCHES]


def _after(asked: Asked) -> tuple[int, dict[str, object]]:
    try:
        found = answer(asked)
    except QueryError as error:
        return 400, {"error": str(error), "error_kind": "query"}
    except EngineError as error:
        return 503, {"error": str(error), "error_kind": "engine"}
    return 200, {"chips": editable_chips(asked.text), **answer_context(found)}


def _results(request: HttpRequest, asked: Asked, *, history: str) -> HttpResponse:
    # Errors come as 200 too: htmx shows nothing of another status.
    context = _before() if not asked.text else _after(asked)[1]
    response = render(request, "search/_results.html", {"asked": asked, **context})
    response[history] = _address(asked)
    return response


def _asked(request: HttpRequest) -> Asked:
    remembered = request.session.get(_STRICTNESS, 0)
    return read_asked(request.GET, remembered=remembered if remembered in STRICTNESS_NAMES else 0)


def _address(asked: Asked) -> str:
    wanted = link(asked.where)
    return reverse("search:home") + (f"?{wanted}" if wanted else "")
