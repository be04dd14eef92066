"""Collections made by hand: the page of one, and what is done to them and to what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers.browse import Tile, tiles_of_assets, tiles_of_units
from dam.catalog.readers.collection_items import Item
from dam.catalog.readers.transcripts import lines_in_context
from dam.errors import AfterimageError, CollectionError
from search.answer.cards import Card, collected_card
from search.query.operators import quoted
from search.saved import made
from search.saved.made import Added, Made, Order
from search.selection import selected
from search.templatetags.notices import say_done
from search.views.answer import Choice
from search.views.ways import go_back, number

_PAGE = 120
_OFFERED = 500  # collections that the picker goes through; more are found by typing
_ORDER_NAMES = {Order.HAND: "By hand", Order.DATE: "Newest", Order.NAME: "Name", Order.ADDED: "Added last"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a collection with the card that shows it."""

    item: Item
    card: Card


def page(request: HttpRequest, found: Made) -> HttpResponse:
    """Show a collection in its order, or in that of `sort`."""
    order = _order(request)
    return render(
        request,
        "collections/made.html",
        {
            "made": found,
            "order": order,
            "orders": [Choice(name=name, value=each, chosen=each is order) for each, name in _ORDER_NAMES.items()],
            **_entries(found, order, start=0),
        },
    )


@require_safe
def more(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Answer with the next things of a collection, for endless scroll."""
    found, order = _get(collection_id), _order(request)
    start = number(request.GET.get("from", "")) or 0
    return render(request, "collections/_items.html", {"made": found, **_entries(found, order, start=start)})


@require_safe
def choices(request: HttpRequest) -> JsonResponse:
    """Answer with the collections that something can be put into, the last used first."""
    typed = request.GET.get("q", "").casefold().strip()
    every = [one for one in made.all_made() if typed in one.name.casefold()]
    some = [{"id": one.id, "name": one.name, "count": one.count} for one in every[:_OFFERED]]
    return JsonResponse({"collections": some, "more": len(every) > _OFFERED})


@require_safe
def search_in(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Go to the search for some words within a collection."""
    name = quoted(_get(collection_id).name.replace('"', ""))
    text = f"collection:{name} {request.GET.get('q', '').strip()[:2000]}".strip()
    return HttpResponseRedirect(f"{reverse('search:home')}?{urlencode({'q': text})}")


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make an empty collection, and open it."""
    try:
        added = made.create(request.POST.get("name", ""))
    except CollectionError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:collections"))
    return HttpResponseRedirect(reverse("search:collection", args=[added.collection_id]))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put what is selected into a collection that is there, or into a new one of the given name."""
    try:
        picked = selected(request)
        if not picked:
            raise CollectionError("Nothing is selected: choose something first.")
        into = number(request.POST.get("collection", ""))
        name = request.POST.get("name", "").strip()
        if into is None and not name:
            raise CollectionError("Which collection? Choose one, or give a new one a name.")
        added = made.create(name, picked) if name else made.add(into or 0, picked)
        corrections = [added.correction] if added.correction else []
        say_done(request, _said(added), corrections=corrections)
    except AfterimageError as error:
        say_done(request, str(error))
    return _answer(request)


@require_POST
def remove(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Take what is selected out of a collection; the library keeps it."""
    try:
        items = _items(request)
        gone, correction = (
            made.remove(collection_id, items) if items else made.remove_picked(collection_id, selected(request))
        )
        name = made.get(collection_id).name
        if gone:
            said = f"{_things(gone)} taken out of “{name}”. The library keeps {'it' if gone == 1 else 'them'}."
            say_done(request, said, corrections=[correction] if correction else [])
        else:
            say_done(request, "Nothing of what is selected is in this collection.")
    except AfterimageError as error:
        say_done(request, str(error))
    return _answer(request, at=collection_id)


@require_POST
def move(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Put what is selected before another thing (`before`, an item) or behind one (`after`), to the front
    (“first”), or with neither at the end.
    """
    try:
        items = _items(request) or _of_selection(request, collection_id)
        correction = made.move(collection_id, items, before_id=_before(request, collection_id, items))
        if correction:
            say_done(request, f"{_things(len(items))} moved.", corrections=[correction])
    except AfterimageError as error:
        say_done(request, str(error))
    return _answer(request, at=collection_id)


@require_POST
def keep_order(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Make the order that is shown the collection's own."""
    wanted = request.POST.get("sort", "")
    try:
        order = Order(wanted) if wanted in set(Order) else Order.HAND
        correction = made.keep_order(collection_id, order)
        if correction:
            say_done(request, "This is its order now: move things by hand from here.", corrections=[correction])
    except CollectionError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:collection", args=[collection_id]))


@require_POST
def note(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Write the note of a collection, or with `item` of one thing in it."""
    text, item = request.POST.get("note", ""), number(request.POST.get("item", ""))
    try:
        correction = made.note(collection_id, text) if item is None else made.note_item(collection_id, item, text)
        if correction:
            say_done(request, "The note is kept." if text.strip() else "The note is gone.", corrections=[correction])
    except CollectionError as error:
        say_done(request, str(error))
    return _answer(request, at=collection_id)


@require_POST
def duplicate(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Make a copy of a collection, and open it."""
    try:
        copy = made.duplicate(collection_id)
    except CollectionError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:collections"))
    name = made.get(copy.collection_id).name
    say_done(request, f"“{name}” is a copy.", corrections=[copy.correction] if copy.correction else [])
    return HttpResponseRedirect(reverse("search:collection", args=[copy.collection_id]))


@require_POST
def fix(request: HttpRequest, collection_id: int) -> HttpResponse:
    """Make a collection of what a saved search finds now, and open it."""
    try:
        copy = made.fixed_copy(collection_id)
    except AfterimageError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:collection", args=[collection_id]))
    said = f"{_things(copy.new)} copied. What matches later is not added by itself."
    say_done(request, said, corrections=[copy.correction] if copy.correction else [])
    return HttpResponseRedirect(reverse("search:collection", args=[copy.collection_id]))


def _entries(found: Made, order: Order, *, start: int) -> dict[str, object]:
    every = made.items(found.id, order=order)
    shown = every[start : start + _PAGE]
    further = start + _PAGE if len(every) > start + _PAGE else 0
    sort = {"sort": order.value} if order is not Order.HAND else {}
    return {
        "entries": _cards(found.id, shown),
        "more": urlencode({**sort, "from": further}) if further else "",
    }


def _cards(collection_id: int, items: Sequence[Item]) -> list[Entry]:
    units = [item.unit_id for item in items if item.unit_id is not None]
    of_units = tiles_of_units(units)
    whole = [item.asset_id for item in items if item.unit_id not in of_units]
    of_assets = {tile.asset_id: tile for tile in tiles_of_assets(list(dict.fromkeys(whole)))}
    said = lines_in_context(units)
    found = []
    for item in items:
        tile: Tile | None = of_units.get(item.unit_id or 0) or of_assets.get(item.asset_id)
        if tile is not None:
            line = said.get(item.unit_id or 0)
            card = collected_card(
                tile,
                collection_id=collection_id,
                start_ms=item.start_ms,
                end_ms=item.end_ms,
                text=line.line.text if line else "",
            )
            found.append(Entry(item=item, card=card))
    return found


def _of_selection(request: HttpRequest, collection_id: int) -> list[int]:
    """Return the items that a selection means, in the collection's order."""
    keys = {one.key for one in selected(request)}
    return [
        item.id
        for item in made.items(collection_id)
        if (f"a{item.asset_id}" if item.unit_id is None else f"u{item.unit_id}") in keys
    ]


def _before(request: HttpRequest, collection_id: int, moving: Sequence[int]) -> int | None:
    """Return the item that things are to stand before, None for the end."""
    before, behind = request.POST.get("before", ""), number(request.POST.get("after", ""))
    staying = [item.id for item in made.items(collection_id) if item.id not in moving]
    if before == "first":
        return next(iter(staying), None)
    if not before and behind in staying:
        return next(iter(staying[staying.index(behind) + 1 :]), None)
    return number(before)


def _answer(request: HttpRequest, *, at: int | None = None) -> HttpResponse:
    """Return what was said, to a script that changes the page itself; else go back to the page."""
    if request.headers.get("X-Part") == "notices":
        return render(request, "_notices.html")
    return go_back(request, instead=reverse("search:collection", args=[at]) if at else reverse("search:collections"))


def _items(request: HttpRequest) -> list[int]:
    sent = ",".join(request.POST.getlist("item")).split(",")
    return [found for text in sent if (found := number(text)) is not None]


def _order(request: HttpRequest) -> Order:
    asked = request.GET.get("sort", "")
    return Order(asked) if asked in set(Order) else Order.HAND


def _said(added: Added) -> str:
    name = made.get(added.collection_id).name
    if not added.new:
        return f"All of that is in “{name}” already."
    known = f" {added.known:,} {'was' if added.known == 1 else 'were'} there already." if added.known else ""
    return f"{_things(added.new)} added to “{name}”.{known}"


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count:,} things"


def _get(collection_id: int) -> Made:
    try:
        return made.get(collection_id)
    except CollectionError as error:
        raise Http404(str(error)) from error
