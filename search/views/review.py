"""Review: what models suggest, accepted or rejected by tag or by picture, one key each, with the way back."""

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.models import Asset, Tag, TagScore, Unit
from dam.catalog.readers import review as waiting
from dam.catalog.readers import tags
from dam.catalog.readers.review import Suggestion, TagToReview
from dam.errors import TagError
from dam.types import TagKind
from search.answer.cards import Card, unit_cards
from search.pages.judging import judged
from search.templatetags.notices import say_done
from search.verdicts import give, judge
from search.views.ways import go_back, number

_TAGS_OFFERED = 24
_TILES = 60
_PICTURES = 24
_MOST_MARKS = 5000  # one form; more than any page shows
_WORDS = {"yes": True, "no": False, "open": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureToReview:
    """A picture with what is suggested for it."""

    card: Card
    unit_id: int
    suggested: tuple[tuple[Suggestion, Tag], ...]


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Show suggestions: of one tag (by default of the one that waits for most), or picture by picture."""
    if request.GET.get("by") == "picture":
        return _by_picture(request)
    models = tags.models_shown()
    offered = waiting.tags_to_review(models=models, least=tags.LINE, limit=_TAGS_OFFERED)
    asked = number(request.GET.get("tag", ""))
    chosen = _chosen(asked, offered, models)
    least = _least(request.GET.get("least", ""))
    found, tag = [], None
    if chosen is not None:
        tag = get_object_or_404(Tag, pk=chosen.tag_id)
        found = waiting.suggestions(tag.pk, models=models, least=tags.LINE, limit=_TILES)
    return render(
        request,
        "review/review.html",
        {
            "offered": offered,
            "chosen": chosen,
            "tag": tag,
            "least": least,
            "tiles": judged(found, tag=tag) if tag else [],
            "above": sum(1 for item in found if item.certainty * 100 >= least),
            "teachable": tag is not None and tag.kind != TagKind.SOUND,
            "every": sum(item.waiting for item in offered),
        },
    )


@require_POST
def verdict(request: HttpRequest) -> HttpResponse:
    """Take verdicts: `mark` is "unit:tag", as often as wanted; `verdict` yes, no, or open (takes back)."""
    word = request.POST.get("verdict", "")
    pairs = _pairs(request.POST.getlist("mark"))
    if word not in _WORDS or not pairs:
        return HttpResponse("Nothing was judged.", status=400, content_type="text/plain; charset=utf-8")
    lesson = request.POST.get("lesson") == "1"
    corrections, names, number_of_units = [], [], 0
    for tag in Tag.objects.filter(pk__in=pairs).order_by("name"):
        units = pairs[tag.pk]
        if word == "no" and request.POST.get("whole") == "asset":
            units = _of_the_same_assets(units, tag.pk)
        corrections.append(judge(units, tag.pk, _WORDS[word], lesson=lesson))
        names.append(tag.name)
        number_of_units += len(pairs[tag.pk])
    say_done(request, _sentence(word, names, number_of_units), corrections=corrections)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(_as_json(request, list(pairs)))
    return back_to(request, reverse("search:review"))


@require_POST
def add_tag(request: HttpRequest, asset_id: int) -> HttpResponse:
    """Give an asset a tag by its name; a new word becomes the user's own."""
    asset = get_object_or_404(Asset, pk=asset_id)
    unit = asset.units.filter(pk=number(request.POST.get("unit", "")) or 0).first()
    unit = unit or asset.units.order_by("position").first()
    back = reverse("search:asset", args=[asset_id])
    if unit is None:
        say_done(request, "This file is still being read: tags can be given once it is.")
        return back_to(request, back)
    try:
        tag, correction = give(unit.pk, request.POST.get("word", ""))
    except TagError as error:
        say_done(request, str(error))
        return back_to(request, back)
    say_done(request, f"Tagged “{tag.name}”.", corrections=[correction])
    return back_to(request, back)


def back_to(request: HttpRequest, default: str) -> HttpResponse:
    """Return to the page that a form stood on, or where the browser does not say which, to the one it belongs to."""
    if request.headers.get("HX-Current-URL") or request.headers.get("Referer"):
        return go_back(request)
    return HttpResponseRedirect(default)


def _by_picture(request: HttpRequest) -> HttpResponse:
    models = tags.models_shown()
    start = number(request.GET.get("from", "")) or 0
    found = waiting.units_to_review(models=models, least=tags.LINE, limit=_PICTURES + 1, offset=start)
    units = found[:_PICTURES]
    suggested = waiting.suggestions_of_units(units, models=models, least=tags.LINE)
    cards = unit_cards({unit_id: items[0][0].at_ms for unit_id, items in suggested.items()})
    return render(
        request,
        "review/pictures.html",
        {
            "pictures": [
                PictureToReview(card=cards[unit_id], unit_id=unit_id, suggested=tuple(suggested[unit_id]))
                for unit_id in units
                if unit_id in cards
            ],
            "total": sum(item.waiting for item in waiting.tags_to_review(models=models, least=tags.LINE)),
            "start": start,
            "further": start + _PICTURES if len(found) > _PICTURES else 0,
        },
    )


def _chosen(asked: int | None, offered: list[TagToReview], models: list[str]) -> TagToReview | None:
    if asked is None:
        return offered[0] if offered else None
    for item in offered:
        if item.tag_id == asked:
            return item
    found = waiting.tags_to_review(models=models, least=tags.LINE, tag_ids=[asked])
    return found[0] if found else None


def _least(text: str) -> int:
    """Return the slider's place: a certainty in per cent."""
    lowest = round(100 * tags.LINE)
    return min(99, max(lowest, number(text) or lowest))


def _pairs(marks: list[str]) -> dict[int, list[int]]:
    """Return tag → units of marks like "12:7"; what is none is left out."""
    pairs: dict[int, list[int]] = defaultdict(list)
    for mark in marks[:_MOST_MARKS]:
        unit, _, tag = mark.partition(":")
        unit_id, tag_id = number(unit), number(tag)
        if unit_id is not None and tag_id is not None:
            pairs[tag_id].append(unit_id)
    return dict(pairs)


def _of_the_same_assets(units: list[int], tag_id: int) -> list[int]:
    """Return the units with all others of their assets that have the tag: a no on an asset's page means all of it."""
    assets = Unit.objects.filter(pk__in=units).values("asset_id")
    others = TagScore.objects.filter(tag_id=tag_id, unit__asset_id__in=assets)
    return sorted({*units, *others.values_list("unit_id", flat=True)})


def _sentence(word: str, names: list[str], units: int) -> str:
    what = f"“{names[0]}”" if len(names) == 1 else f"{len(names)} tags"
    many = f" for {units:,} pictures" if units > 1 and len(names) == 1 else ""
    return {
        "yes": f"Accepted {what}{many}.",
        "no": f"Rejected {what}{many}.",
        "open": f"{what} is open again{many}.",
    }[word]


def _as_json(request: HttpRequest, tag_ids: list[int]) -> dict[str, object]:
    """Return what a script shows after a verdict: the notice with its undo, and how far each tag is."""
    stand = waiting.tags_to_review(models=tags.models_shown(), least=tags.LINE, tag_ids=tag_ids)
    return {
        "notice": render_to_string("_notices.html", request=request),
        "tags": {
            item.tag_id: {
                "waiting": item.waiting,
                "reviewed": item.reviewed,
                "total": item.total,
                "yes": item.yes,
                "no": item.no,
                "tagged": item.yes + item.waiting,
            }
            for item in stand
        },
    }
