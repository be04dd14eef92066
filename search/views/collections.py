"""Collections: the page of all; the page of a saved search, and what is done to it; each change can be taken back."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers.browse import Tile, tiles_of_assets, tiles_of_units
from dam.catalog.readers.collection_items import MadeCollection, covers_of, made_collection
from dam.catalog.readers.collections import SavedSearch, collection_names, saved_searches
from dam.errors import AfterimageError, CollectionError, EngineError, QueryError
from search.answer.answers import read_asked
from search.query.chips import chips as chips_of
from search.saved import collections, made
from search.saved.collections import Found
from search.templatetags.notices import say_done
from search.views import made as made_views
from search.views.answer import PAGE, answer_context, blocks, cards_at, tiles
from search.views.ways import go_back, number

_ON_START_PAGE = 8
_NEW_FIRST = 24  # above the whole answer; all of them are one click away


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionCard:
    """A saved search with the tiles that stand for it."""

    saved: SavedSearch
    covers: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCard:
    """A collection made by hand with the first tiles of it."""

    made: MadeCollection
    covers: tuple[Tile, ...]


@require_safe
def all_collections(request: HttpRequest) -> HttpResponse:
    """Show every collection with its last counts; each card whose counts are old asks for new ones by itself."""
    by_hand = sorted(made.all_made(), key=lambda one: one.name.casefold())
    context = {"cards": _cards(collections.all_saved()), "made": _made_cards(by_hand)}
    return render(request, "collections/collections.html", context)


@require_safe
def card(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Answer with one card, counted anew where its counts are old."""
    saved = collections.recount(_get(collection_id))
    return render(request, "collections/_card.html", {"card": _cards([saved])[0]})


@require_safe
def chips(request: HttpRequest) -> HttpResponse:
    """Answer with the saved searches of the start page, counted anew where their counts are old."""
    for saved in saved_searches(limit=_ON_START_PAGE):
        collections.recount(saved)
    return render(request, "collections/_chips.html", {"saved": saved_searches(limit=_ON_START_PAGE)})


@require_safe
def collection(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Show what a collection holds, or finds now as a results page; `new` is "first" or "only"."""
    by_hand = made_collection(collection_id)
    if by_hand is not None:
        return made_views.page(request, by_hand)
    saved = _get(collection_id)
    shown = request.GET.get("new", "")
    context: dict[str, object] = {"collection": saved, "asked": read_asked(saved.asked), "edit": edit_address(saved)}
    try:
        found = collections.results(saved.id)
    except QueryError as error:
        return _render(request, {**context, "error": str(error), "error_kind": "query"})
    except EngineError as error:
        return _render(request, {**context, "error": str(error), "error_kind": "engine"}, status=503)
    if request.method == "GET" and not _is_ahead(request):
        collections.visit(found)
    places = found.new_places
    context |= {
        **answer_context(found.answer),
        **_marks(found),
        "chips": chips_of(saved.asked.get("q", "")),
        "new_count": len(found.new),
        "since": saved.visited_at,
        "show": shown if places and shown in {"first", "only"} else "",
        "asked_for_new": shown == "only",
    }
    if context["show"]:
        context |= _fresh(found, start=0, whole=shown == "only")
    return _render(request, context)


@require_safe
def more(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Answer with the next tiles of a collection, for endless scroll."""
    start = number(request.GET.get("from", "")) or 0
    try:
        found = collections.results(_get(collection_id).id, again=True)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"error": str(error)})
    context = {"asked": found.answer.asked, **_marks(found)}
    if request.GET.get("new") == "only":
        fresh = _fresh(found, start=start, whole=True)
        return render(
            request, "search/_tiles.html", {**context, "tiles": fresh["fresh"], "more": fresh["fresh_more"]}
        )
    if found.answer.sections:
        return render(request, "search/_blocks.html", {**context, **blocks(found.answer, start=start)})
    return render(request, "search/_tiles.html", {**context, **tiles(found.answer, start=start)})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the search that the form holds: as a new collection, or in the place of another's."""
    asked = read_asked(request.POST).where
    instead = number(request.POST.get("instead", ""))
    try:
        if instead is None:
            saved = collections.create(request.POST.get("name", ""), asked)
            messages.success(request, f"“{saved.name}” is saved. It stays up to date by itself.")
            return HttpResponseRedirect(reverse("search:collection", args=[saved.id]))
        correction = collections.set_search(instead, asked)
        say_done(request, f"“{collections.get(instead).name}” has this search now.", corrections=[correction])
        return HttpResponseRedirect(reverse("search:collection", args=[instead]))
    except (CollectionError, QueryError) as error:
        say_done(request, str(error))
        return go_back(request)


@require_POST
def rename(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Give a collection another name."""
    before = _name(collection_id)
    try:
        correction = collections.rename(collection_id, request.POST.get("name", ""))
        name = _name(collection_id)
        say_done(request, f"“{before}” is called “{name}” now.", corrections=[correction])
    except CollectionError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:collection", args=[collection_id]))


@require_POST
def see_all(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Let nothing in a collection be new."""
    try:
        correction = collections.see_all(collection_id)
        say_done(request, "Everything counts as seen.", corrections=[correction])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:collection", args=[collection_id]))


@require_POST
def delete(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Delete a collection; what it found stays where it is."""
    try:
        name, by_hand = _name(collection_id), made_collection(collection_id)
        correction = collections.delete(collection_id)
        held = "was in it" if by_hand else "it found"
        say_done(request, f"“{name}” is deleted. Nothing of what {held} was touched.", corrections=[correction])
    except CollectionError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:collections"))


def edit_address(saved: SavedSearch) -> str:
    """Return where a collection's search can be changed: the results page, which offers to save it here."""
    return f"{reverse('search:home')}?{urlencode({**saved.asked, 'collection': saved.id})}"


def _render(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, "collections/collection.html", context, status=status)


def _marks(found: Found) -> dict[str, object]:
    """Return which tiles are marked as new, and where the next ones come from."""
    good = found.answer.good
    return {
        "new_units": {good[at].hit.place.unit_id for at in found.new_places},
        "more_at": reverse("search:collection-more", args=[found.saved.id]),
    }


def _fresh(found: Found, *, start: int, whole: bool) -> dict[str, object]:
    """Return the cards of what is new, and the parameters of the next page ("" at the end)."""
    places = found.new_places
    page = PAGE if whole else _NEW_FIRST
    further = start + page if len(places) > start + page else 0
    return {
        "fresh": cards_at(found.answer, places[start : start + page]),
        "fresh_more": urlencode({"new": "only", "from": further}) if further and whole else "",
        "fresh_left": 0 if whole else max(0, len(places) - page),
    }


def _is_ahead(request: HttpRequest) -> bool:
    """Tell whether a browser asks for a page that nobody has opened yet."""
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return "prefetch" in purpose or "prerender" in purpose


def _get(collection_id: int) -> SavedSearch:
    try:
        return collections.get(collection_id)
    except CollectionError as error:
        raise Http404(str(error)) from error


def _name(collection_id: int) -> str:
    """Return the name of a collection of either kind."""
    name = collection_names().get(collection_id)
    if name is None:
        raise Http404
    return name


def _made_cards(every: list[MadeCollection]) -> list[MadeCard]:
    covers = covers_of([one.id for one in every])
    of_units = tiles_of_units([item.unit_id for items in covers.values() for item in items if item.unit_id])
    lacking = {item.asset_id for items in covers.values() for item in items if item.unit_id not in of_units}
    of_assets = {tile.asset_id: tile for tile in tiles_of_assets(sorted(lacking))}
    return [
        MadeCard(
            made=one,
            covers=tuple(
                tile
                for item in covers.get(one.id, [])
                if (tile := of_units.get(item.unit_id or 0) or of_assets.get(item.asset_id)) is not None
            ),
        )
        for one in every
    ]


def _cards(every: list[SavedSearch]) -> list[CollectionCard]:
    tiles = tiles_of_units(list({unit for saved in every for unit in saved.covers}))
    return [
        CollectionCard(saved=saved, covers=tuple(tiles[unit] for unit in saved.covers if unit in tiles))
        for saved in every
    ]
