"""“Is this Ana?”: one face at a time, one key each; the address holds what was skipped."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers import people as reader
from dam.catalog.readers.browse import tiles_of_units
from dam.errors import PeopleError
from dam.people import service
from dam.people.service import Suggestion
from dam.types import FaceSource
from search.templatetags.notices import say_done
from search.views.people import person_or_404
from search.views.ways import number

_ASKED = 50  # at once; further ones come as these are answered
_SKIPPED = 300  # as many as an address holds with ease
_OTHERS = 2  # confirmed faces beside the cover


@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Ask about the likeliest face that was not skipped, with what helps to tell."""
    person_id, skipped = number(request.GET.get("person", "")), _skipped(request)
    asked = [item for item in _suggested(person_id, len(skipped)) if item.face.id not in skipped]
    first, following = (asked[0] if asked else None), asked[1:2]
    units = [item.face.unit_id for item in [*asked[:1], *following]]
    scenes = tiles_of_units(units)
    answer = render(
        request,
        "people/review.html",
        {
            "ask": first,
            "scene": scenes.get(first.face.unit_id) if first else None,
            "others": _others(first) if first else [],
            "coming": [(item, scenes.get(item.face.unit_id)) for item in following],
            "left": len(asked),
            "many": len(asked) >= _ASKED,
            "skipped": len(skipped),
            "of": reader.person(person_id) if person_id is not None else None,
            "where": _where(person_id, skipped),
        },
    )
    if request.headers.get("HX-Request") == "true":
        answer["HX-Replace-Url"] = _address(person_id, skipped)
    return answer


@require_POST
def answered(request: HttpRequest) -> HttpResponse:
    """Take an answer: yes, no, or later."""
    face, asked_of = number(request.POST.get("face", "")), number(request.POST.get("person", ""))
    skipped, said = _skipped(request), request.POST.get("answer", "")
    try:
        if face is not None and asked_of is not None and said in {"yes", "no"}:
            view = person_or_404(asked_of)
            change = service.assign if said == "yes" else service.refuse
            correction = change([face], asked_of)
            who = view.name or "the same person"
            say_done(request, f"Yes, {who}." if said == "yes" else f"Not {who}.", corrections=[correction])
        elif face is not None and said == "skip":
            skipped = [*skipped, face][-_SKIPPED:]
    except PeopleError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_address(number(request.GET.get("person", "")), skipped))


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Answer with how many faces could be asked about, for the People page."""
    person_id = number(request.GET.get("person", ""))
    return render(request, "people/_waiting.html", {"count": len(_suggested(person_id, 0)), "most": _ASKED})


def _suggested(person_id: int | None, skipped: int) -> list[Suggestion]:
    return service.suggestions(person_id=person_id, limit=_ASKED + skipped)


def _others(ask: Suggestion) -> list[reader.FaceView]:
    """Return faces that are surely that person's, beside the cover: those that somebody confirmed first."""
    found = [face for face in reader.faces_of(ask.person.id, limit=60) if face.crop]
    rest = [face for face in found if face.id not in {ask.face.id, ask.person.cover_face_id}]
    return sorted(rest, key=lambda face: (face.source is FaceSource.MODEL, -face.likeness))[:_OTHERS]


def _skipped(request: HttpRequest) -> list[int]:
    sent = request.GET.get("skip", "").split(".")[-_SKIPPED:]
    return [found for found in map(number, sent) if found is not None]


def _where(person_id: int | None, skipped: list[int]) -> str:
    kept = {"person": person_id or "", "skip": ".".join(map(str, skipped))}
    return urlencode({name: value for name, value in kept.items() if value})


def _address(person_id: int | None, skipped: list[int]) -> str:
    where, address = _where(person_id, skipped), reverse("search:people-review")
    return f"{address}?{where}" if where else address
