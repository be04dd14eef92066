"""Tags: all of them with their counts, the user's own words, and the page on which one is taught by examples."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.models import Tag, Unit
from dam.catalog.readers import review, tags
from dam.catalog.readers.tags import TagCount
from dam.catalog.readers.taught import taught_tags
from dam.catalog.writers.tags import ensure_tag, retire_tag, say
from dam.errors import AfterimageError, TagError
from dam.tagging.teach import doubtful, picture_space, surest
from dam.tagging.teach_later import keep_up, relearn
from dam.types import TagKind, UnitKind
from search.answer.answers import Asked, answer
from search.pages.judging import Judged, judged
from search.templatetags.notices import say_done
from search.views.review import back_to
from search.views.ways import number

_SUREST = 12
_DOUBTFUL = 12
_TO_CHOOSE_FROM = 36
_MARKED = 30
_CHOICES = 12
_LOOKED_FOR = (
    "“{}” is looked for from now on: the library is being tagged anew from stored vectors, no file is opened."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the hierarchy with the number of its suggestions that nobody has judged."""

    tag: TagCount
    waiting: int


@require_safe
def all_tags(request: HttpRequest) -> HttpResponse:
    """Show the tags that occur, those of the user first; `q` narrows them."""
    query = request.GET.get("q", "").strip()[:80]
    every = tags.tag_counts()
    waiting = _waiting()
    taught = {tag.pk for tag in taught_tags()}
    retired = set(Tag.objects.filter(own=True, retired=True).values_list("pk", flat=True))
    groups: list[list[Line]] = []
    for tag in _matching(every, query):
        if tag.depth == 0 or not groups:
            groups.append([])
        groups[-1].append(Line(tag=tag, waiting=waiting.get(tag.tag_id, 0)))
    own = Tag.objects.filter(own=True, retired=False).exclude(pk__in=taught).order_by("name")
    counts = {tag.tag_id: tag.count for tag in every}
    return render(
        request,
        "tags/tags.html",
        {
            "query": query,
            "taught": [item for item in _taught(counts, waiting) if _has(item["name"], query)],
            "own": [
                {"tag": tag, "count": counts.get(tag.pk, 0), "waiting": waiting.get(tag.pk, 0)}
                for tag in own
                if _has(tag.name, query)
            ],
            "groups": [group for group in groups if not _is_users(group, taught | retired)],
            "waiting": sum(waiting.values()),
            "total": sum(1 for tag in every if tag.count),
        },
    )


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    """Answer with tags that begin like what is typed, for completion."""
    found = tags.find_tags(request.GET.get("word", "")[:80], limit=_CHOICES)
    return render(request, "tags/_choices.html", {"choices": found})


@require_POST
def add_word(request: HttpRequest) -> HttpResponse:
    """Add a word of the user's own to what is looked for."""
    try:
        tag = ensure_tag(request.POST.get("word", ""))
    except TagError as error:
        say_done(request, str(error))
    else:
        say_done(request, _LOOKED_FOR.format(tag.name) if tag.own else f"“{tag.name}” is looked for already.")
    return back_to(request, reverse("search:tags"))


@require_POST
def remove_word(request: HttpRequest) -> HttpResponse:
    """Look for one of the user's own words no longer; what was said of it stays."""
    tag = get_object_or_404(Tag, pk=number(request.POST.get("tag", "")))
    if retire_tag(tag.pk):
        say_done(request, f"“{tag.name}” is looked for no longer. Add it again, and what you said of it is back.")
    return back_to(request, reverse("search:tags"))


@require_POST
def teach_new(request: HttpRequest) -> HttpResponse:
    """Begin to teach a tag, on request with a first yes."""
    try:
        tag = ensure_tag(request.POST.get("name", ""), kind=TagKind.TAUGHT)
    except TagError as error:
        say_done(request, str(error))
        return back_to(request, reverse("search:tags"))
    unit = number(request.POST.get("unit", ""))
    if unit is not None and Unit.objects.filter(pk=unit).exists():
        correction = say([unit], tag.pk, True)
        relearn(tag.pk)
        say_done(request, f"The first yes of “{tag.name}”.", corrections=[correction])
    return HttpResponseRedirect(reverse("search:teach", args=[tag.pk]))


@require_safe
def teach(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Show what a tag has learned, what it asks, and pictures to choose examples from."""
    tag = get_object_or_404(Tag, pk=tag_id)
    if tag.kind == TagKind.SOUND:
        raise Http404
    taught = keep_up(tag.pk)
    query = request.GET.get("q")
    words = (tag.name if query is None else query).strip()[:400]
    found, problem = _to_choose_from(words, skip=set(review.verdict_ids(tag.pk)))
    return render(
        request,
        "tags/teach.html",
        {
            "tag": tag,
            "taught": taught,
            "words": words,
            "problem": problem,
            "surest": judged(surest(tag.pk, _SUREST), tag=tag) if taught.trained else [],
            "doubtful": judged(doubtful(tag.pk, _DOUBTFUL), tag=tag) if taught.trained else [],
            "examples": judged(found, tag=tag),
            "yes": _marked(tag, accepted=True),
            "no": _marked(tag, accepted=False),
            "model": picture_space().partition(":")[2],
        },
    )


def _waiting() -> dict[int, int]:
    found = review.tags_to_review(models=tags.models_shown(), least=tags.LINE)
    return {item.tag_id: item.waiting for item in found}


def _taught(counts: dict[int, int], waiting: dict[int, int]) -> list[dict[str, Any]]:
    every = taught_tags()
    stand = {
        item.tag_id: item for item in review.tags_to_review(models=[], least=0, tag_ids=[tag.pk for tag in every])
    }
    return [
        {
            "id": tag.pk,
            "name": tag.name,
            "own": tag.own,
            "count": counts.get(tag.pk, 0),
            "yes": stand[tag.pk].yes,
            "no": stand[tag.pk].no,
            "waiting": waiting.get(tag.pk, 0),
        }
        for tag in every
    ]


def _matching(every: list[TagCount], query: str) -> list[TagCount]:
    """Return the lines that match, each with the lines above it."""
    if not query:
        return every
    kept: list[TagCount] = []
    above: list[TagCount] = []
    for tag in every:
        above = [*above[: tag.depth], tag]
        if _has(tag.name, query):
            kept += [line for line in above if line not in kept]
    return kept


def _has(name: str, query: str) -> bool:
    return query.casefold() in name.casefold()


def _is_users(group: list[Line], shown_above: set[int]) -> bool:
    """Tell whether a group is one word of the user's own, which stands further up."""
    first = group[0].tag
    return len(group) == 1 and (first.own or first.tag_id in shown_above)


def _to_choose_from(words: str, *, skip: set[int]) -> tuple[dict[int, int], str]:
    """Return units (id → moment) to look for examples among, and why there are none."""
    if not words:
        return dict.fromkeys((pk for pk in review.newest_units(limit=_TO_CHOOSE_FROM) if pk not in skip), 0), ""
    try:
        found = answer(Asked(text=words, each=True))
    except AfterimageError as error:
        return {}, str(error)
    places = [entry.hit.place for entry in (*found.good, *found.rest)]
    seen = [place for place in places if place.unit_kind != UnitKind.CLIP and place.unit_id not in skip]
    return {place.unit_id: place.start_ms for place in seen[:_TO_CHOOSE_FROM]}, ""


def _marked(tag: Tag, *, accepted: bool) -> list[Judged]:
    units = review.verdict_units(tag.pk, accepted=accepted, limit=_MARKED)
    return judged(dict.fromkeys(units, 0), tag=tag, said=accepted)
