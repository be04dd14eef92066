"""The first page: what was added last before a search, its answer after; the address is the state."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dam.catalog.readers import activity
from dam.catalog.readers.browse import libraries, recent_ids
from dam.catalog.readers.measure import colour_names
from dam.errors import EngineError, QueryError
from dam.types import Hit, UnitKind
from search.answers import Answer, Asked, answer, read_asked
from search.cards import Card, asset_cards, hit_cards
from search.editable import editable_chips
from search.examples import examples
from search.forms import AddLibraryForm

_PAGE = 60
_RECENT = 48
_FEW_SPOKEN = 3  # lines shown among pictures before "all of them"
_SPOKEN_FIRST_AFTER = 30  # with more pictures than this, lines below them would never be seen
_REST = 48
_NEAREST = 3
_SWATCHES = 24
_KIND_NAMES = {UnitKind.PHOTO: "Photos", UnitKind.SHOT: "Shots", UnitKind.CLIP: "Heard"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One kind with its count of good hits."""

    name: str
    query: str
    count: int
    chosen: bool


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the search page, whole."""
    asked = read_asked(request.GET)
    if not asked.text and not libraries():
        return render(request, "welcome.html", {"form": AddLibraryForm()})
    status, context = (200, _before()) if not asked.text else _after(asked)
    return render(request, "search/search.html", {"asked": asked, **context}, status=status)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Answer with the page's inner part, for a search while typing; the address bar follows."""
    asked = read_asked(request.GET)
    # Errors come as 200 too: htmx shows nothing of another status.
    context = _before() if not asked.text else _after(asked)[1]
    response = render(request, "search/_results.html", {"asked": asked, **context})
    wanted = {name: value for name, value in asked.where.items() if value}
    address = reverse("search:home") + (f"?{urlencode(wanted)}" if wanted else "")
    # A finished search is a step in the history; words half typed, and results that came in meanwhile, are not.
    finished = request.headers.get("HX-Trigger", "") == "search-form"
    response["HX-Push-Url" if finished else "HX-Replace-Url"] = address
    return response


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Answer with the next tiles of a result, for endless scroll."""
    asked = read_asked(request.GET)
    text = request.GET.get("from", "")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    try:
        found = answer(asked)
    except (QueryError, EngineError) as error:
        return render(request, "search/_error.html", {"asked": asked, "error": str(error)})
    return render(request, "search/_tiles.html", _tiles(found, start=start))


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
    spoken = [(place, hit) for place, hit in found.good if hit.unit_kind == UnitKind.CLIP]
    few = spoken if asked.kind == UnitKind.CLIP else spoken[:_FEW_SPOKEN]
    lines = _cards(found, few)
    return 200, {
        "answer": found,
        "chips": editable_chips(asked.text),
        "tabs": _tabs(found),
        "total": sum(found.counts.values()),
        "spoken": lines,
        "heard": any(card.heard_until_ms for card in lines),
        "spoken_more": len(spoken) - len(few),
        "spoken_first": _spoken_first(found, spoken),
        "rest": _cards(found, found.rest[:_REST]) if found.good else [],
        "nearest": [] if found.good else _cards(found, found.rest[:_NEAREST]),
        **_tiles(found, start=0),
    }


def _tiles(found: Answer, *, start: int) -> dict[str, object]:
    pictures = [(place, hit) for place, hit in found.good if hit.unit_kind != UnitKind.CLIP]
    page = pictures[start : start + _PAGE]
    further = start + _PAGE if len(pictures) > start + _PAGE else 0
    return {
        "tiles": _cards(found, page),
        "more": urlencode({**found.asked.where, "from": further}) if further else "",
    }


def _cards(found: Answer, numbered: list[tuple[int, Hit]]) -> list[Card]:
    places = {hit.unit_id: place for place, hit in numbered}
    return hit_cards([hit for _, hit in numbered], where=found.asked.where, places=places)


def _spoken_first(found: Answer, spoken: list[tuple[int, Hit]]) -> bool:
    """Tell whether the spoken lines stand above the pictures: they match better, or would be out of sight."""
    pictures = len(found.good) - len(spoken)
    return bool(spoken) and (spoken[0][0] == 0 or pictures > _SPOKEN_FIRST_AFTER)


def _tabs(found: Answer) -> list[Tab]:
    text = found.asked.text
    every = Tab(
        name="All", query=urlencode({"q": text}), count=sum(found.counts.values()), chosen=found.asked.kind is None
    )
    return [
        every,
        *(
            Tab(
                name=name,
                query=urlencode({"q": text, "kind": kind.value}),
                count=found.counts[kind],
                chosen=found.asked.kind == kind,
            )
            for kind, name in _KIND_NAMES.items()
        ),
    ]
