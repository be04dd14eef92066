"""Saved searches: the page of all, the page of one, and what is done to them; each change can be taken back."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers.browse import Tile, tiles_of_units
from dam.catalog.readers.collections import SavedSearch, saved_searches
from dam.errors import AfterimageError, CollectionError, QueryError
from search import collections
from search.answers import read_asked
from search.templatetags.notices import say_done
from search.views.ways import go_back, number

_ON_START_PAGE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionCard:
    """A saved search with the tiles that stand for it."""

    saved: SavedSearch
    covers: tuple[Tile, ...]


@require_safe
def all_collections(request: HttpRequest) -> HttpResponse:
    """Show every collection with its last counts; each card whose counts are old asks for new ones by itself."""
    return render(request, "collections/collections.html", {"cards": _cards(collections.all_saved())})


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
    before = _get(collection_id).name
    try:
        correction = collections.rename(collection_id, request.POST.get("name", ""))
        name = collections.get(collection_id).name
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
        name = collections.get(collection_id).name
        correction = collections.delete(collection_id)
        say_done(request, f"“{name}” is deleted. Nothing of what it found was touched.", corrections=[correction])
    except CollectionError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:collections"))


def edit_address(saved: SavedSearch) -> str:
    """Return where a collection's search can be changed: the results page, which offers to save it here."""
    return f"{reverse('search:home')}?{urlencode({**saved.asked, 'collection': saved.id})}"


def _get(collection_id: int) -> SavedSearch:
    try:
        return collections.get(collection_id)
    except CollectionError as error:
        raise Http404(str(error)) from error


def _cards(every: list[SavedSearch]) -> list[CollectionCard]:
    tiles = tiles_of_units(list({unit for saved in every for unit in saved.covers}))
    return [
        CollectionCard(saved=saved, covers=tuple(tiles[unit] for unit in saved.covers if unit in tiles))
        for saved in every
    ]
