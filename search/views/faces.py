"""What is done to single faces: not this person, yes it is, somebody else, the cover."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dam.catalog.readers import people as reader
from dam.errors import PeopleError
from dam.people import service
from search.templatetags.notices import say_done
from search.templatetags.people import counted
from search.views.people import person_or_404
from search.views.ways import go_back, number, numbers


@require_POST
def selected(request: HttpRequest, person_id: int) -> HttpResponse:
    """Do with the selected faces of a person what the button pressed says."""
    faces, act = numbers(request, "face"), request.POST.get("act", "")
    if not faces:
        messages.error(request, "No face is selected.")
        return go_back(request)
    try:
        if act == "refuse":
            _refuse(request, faces, person_id)
        elif act == "confirm":
            _confirm(request, faces, person_id)
        elif act == "cover":
            correction = service.set_cover(person_id, faces[0])
            say_done(request, "This picture stands for them now.", corrections=[correction])
        elif act == "move":
            _move(request, faces, request.POST.get("name", ""))
    except PeopleError as error:
        messages.error(request, str(error))
    return go_back(request)


@require_POST
def refuse(request: HttpRequest) -> HttpResponse:
    """Say that faces are not a person: it sticks."""
    return _change(request, _refuse)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Say that faces are a person."""
    return _change(request, _confirm)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Say who faces are by a name: somebody known, or somebody new."""
    try:
        _move(request, numbers(request, "face"), request.POST.get("name", ""))
    except PeopleError as error:
        messages.error(request, str(error))
    return go_back(request)


def _change(request: HttpRequest, change: Callable[[HttpRequest, list[int], int], None]) -> HttpResponse:
    faces, person_id = numbers(request, "face"), number(request.POST.get("person", ""))
    try:
        if person_id is not None:
            change(request, faces, person_id)
    except PeopleError as error:
        messages.error(request, str(error))
    if request.headers.get("HX-Target", "").startswith("face-"):
        # The face goes from the page by itself; what is said, and the counts, come with the answer.
        view = reader.person(person_id or 0)
        return render(request, "people/_face_gone.html", {"person": view})
    return go_back(request)


def _refuse(request: HttpRequest, faces: list[int], person_id: int) -> None:
    who = person_or_404(person_id).name or "this person"
    correction = service.refuse(faces, person_id)
    said = f"Not {who}." if len(faces) == 1 else f"{counted(len(faces), 'face')}: not {who}."
    say_done(request, said, corrections=[correction])


def _confirm(request: HttpRequest, faces: list[int], person_id: int) -> None:
    who = person_or_404(person_id).name or "the same person"
    correction = service.assign(faces, person_id)
    say_done(request, f"{counted(len(faces), 'face')}: yes, {who}.", corrections=[correction])


def _move(request: HttpRequest, faces: list[int], name: str) -> None:
    known = reader.person_called(name) if name.strip() else None
    if known:
        correction = service.assign(faces, known.pk)
        say_done(request, f"Moved {counted(len(faces), 'face')} to {known.name}.", corrections=[correction])
        return
    made, correction = service.split(faces, name)
    whom = person_or_404(made).name or "a person of their own"
    say_done(request, f"Moved {counted(len(faces), 'face')} to {whom}.", corrections=[correction])
