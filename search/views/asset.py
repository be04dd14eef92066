"""One asset: the picture or the player, its shots, its words, what the file says, and what is like it."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dam.catalog.models import Asset
from dam.catalog.readers.asset import AssetDetail, asset_detail
from dam.catalog.readers.browse import neighbours_by_date
from dam.catalog.readers.collection_items import collections_of, items_of, made_collection
from dam.catalog.readers.metadata_writes import writes_of
from dam.catalog.readers.sources import clearest_looks_of
from dam.catalog.readers.tags import tags_of_asset
from dam.catalog.readers.transcripts import head_of
from dam.errors import AfterimageError, EngineError, QueryError
from dam.transcripts import formats
from dam.transcripts.formats import TranscriptFormat
from dam.types import MediaKind
from search.answer.answers import Answer, answer, read_asked
from search.answer.cards import asset_cards, collected_address, hit_cards
from search.pages.describing import asset_form
from search.pages.library_view import read_view
from search.pages.spoken import sheet_of, transcript_context
from search.pages.understood import understood
from search.service import more_like
from search.views.answer import cards_at, link
from search.views.asset_people import people_context
from search.views.facts import facts
from search.views.ways import number

_SIMILAR = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where the page stands in the list it was opened from; addresses, "" at the ends."""

    back: str
    back_name: str
    previous: str = ""
    following: str = ""
    lit_units: frozenset[int] = frozenset()


@require_safe
def asset(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Show an asset at the moment `t` (ms), within the list that the address names."""
    detail = asset_detail(asset_id)
    if detail is None:
        raise Http404
    text = request.GET.get("t", "")
    start_ms = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    here = next((file for file in detail.files if file.state == "present"), None)
    return render(
        request,
        "asset/asset.html",
        {
            "detail": detail,
            "asset": detail.asset,
            "name": (here or detail.files[0]).name if detail.files else f"asset {asset_id}",
            "place": here or (detail.files[0] if detail.files else None),
            "offline": here is None,
            "start_ms": start_ms,
            "play_url": _play_url(detail) if here or detail.proxy else "",
            "around": _around(request, detail),
            "facts": facts(detail),
            "writes": writes_of(asset_id),
            "fps": _fps(detail),
            **people_context(request, asset_id),
            "asset_id": asset_id,
            **asset_form(asset_id),
            "asset_tags": tags_of_asset(asset_id),
            "came_from": _came_from(request),
            "looks": _looks(detail),
            **transcript_context(asset_id, lines=detail.lines),
            "collections": collections_of(asset_id),
            "understood": understood(asset_id, timed=detail.asset.kind == MediaKind.VIDEO),
        },
    )


@require_safe
def similar(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Answer with what looks like an asset, for the part of its page that loads by itself."""
    detail = asset_detail(asset_id)
    if detail is None:
        raise Http404
    text = request.GET.get("unit", "")
    unit_id = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else detail.first_unit_id
    try:
        hits = more_like(unit_id, limit=_SIMILAR).hits if unit_id is not None else ()
    except QueryError:  # a recording, or a picture that was not looked at yet
        hits = ()
    except EngineError as error:
        return render(request, "asset/_similar.html", {"error": str(error)})
    return render(request, "asset/_similar.html", {"cards": hit_cards(hits, where={})})


@require_safe
def captions(_request: HttpRequest, asset_id: int) -> HttpResponse:
    """Answer with the spoken lines as WebVTT, for the player."""
    head = head_of(asset_id)
    if head is None:
        raise Http404
    return HttpResponse(formats.as_vtt(sheet_of(head)), content_type=formats.MIMES[TranscriptFormat.VTT])


def _play_url(detail: AssetDetail) -> str:
    if detail.proxy:
        return reverse("search:rendition", args=[detail.proxy.id, detail.proxy.name])
    playable = detail.asset.browser_playable and detail.asset.kind in {MediaKind.VIDEO, MediaKind.AUDIO}
    return reverse("search:original", args=[detail.asset.pk]) if playable else ""


def _around(request: HttpRequest, detail: AssetDetail) -> Around:
    asked = read_asked(request.GET)  # an address into a list names how strict it was
    if asked.text:
        try:
            return _in_answer(answer(asked, again=True), detail, request.GET.get("n", ""))
        except AfterimageError:  # the page itself needs no search
            return Around(back=reverse("search:home"), back_name="Search")
    if request.GET.get("in") == "collection":
        return _in_collection(request, detail.asset)
    if request.GET.get("in") == "library":
        return _in_library(request, detail.asset)
    return Around(back=reverse("search:home"), back_name="Search")


def _in_answer(found: Answer, detail: AssetDetail, number: str) -> Around:
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    lit = frozenset(
        hit.place.unit_id for hit in found.found.ranked if hit.good and hit.place.asset_id == detail.asset.pk
    )
    around = [at for at in (place - 1, place + 1) if 0 <= at < len(found.good)]
    links = {card.number: card.href for card in cards_at(found, around)}
    return Around(
        back=f"{reverse('search:home')}?{link(found.asked.where)}",
        back_name=f"“{found.asked.text}”",
        previous=links.get(place - 1, ""),
        following=links.get(place + 1, ""),
        lit_units=lit,
    )


def _in_library(request: HttpRequest, here: Asset) -> Around:
    view = read_view(request.GET)
    newer, older = neighbours_by_date(view.assets(), here)
    links = {
        card.tile.asset_id: card.href for card in asset_cards([pk for pk in (newer, older) if pk], where=view.where)
    }
    return Around(
        back=f"{reverse('search:library')}?{view.query}" if view.query else reverse("search:library"),
        back_name=view.folder or "Library",
        previous=links.get(newer or 0, ""),
        following=links.get(older or 0, ""),
    )


def _in_collection(request: HttpRequest, here: Asset) -> Around:
    found = made_collection(number(request.GET.get("of", "")) or 0)
    if found is None:
        return Around(back=reverse("search:collections"), back_name="Collections")
    start_ms = number(request.GET.get("t", "")) or 0
    items = items_of(found.id)
    of_asset = [at for at, item in enumerate(items) if item.asset_id == here.pk]
    place = next((at for at in of_asset if items[at].start_ms == start_ms), of_asset[0] if of_asset else -1)
    around = items[max(0, place - 1) : place], items[place + 1 : place + 2] if place >= 0 else []
    before, behind = (
        collected_address(found.id, side[0].asset_id, side[0].start_ms, side[0].end_ms) if side else ""
        for side in around
    )
    back = reverse("search:collection", args=[found.id])
    return Around(back=back, back_name=found.name, previous=before, following=behind)


def _came_from(request: HttpRequest) -> str:
    """Return the search that the page was opened from, as parameters; "" where it was none."""
    asked = read_asked(request.GET)
    return link(asked.where) if asked.text else ""


def _looks(detail: AssetDetail) -> dict[int, int]:
    """Return the moment of each shot's frame that a search for a part of it looks at."""
    looks = clearest_looks_of([detail.asset.pk]) if detail.shots else []
    return {look.unit_id: look.at_ms for look in looks}


def _fps(detail: AssetDetail) -> str:
    data = detail.metadata
    if data is None or not data.frame_rate_numerator or not data.frame_rate_denominator:
        return "25"
    return f"{data.frame_rate_numerator / data.frame_rate_denominator:.5f}"
