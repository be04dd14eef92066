"""What is done to people from the pages: named, merged, hidden, forgotten; each sentence says what happened."""

from collections.abc import Callable
from pathlib import PurePath

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from dam.catalog.readers import people as reader
from dam.catalog.readers.people import PersonView
from dam.errors import AlreadyNamed, PeopleError
from dam.people import service
from search.templatetags.notices import say_done
from search.templatetags.people import counted
from search.views.people import names, person_or_404, tile_of
from search.views.ways import go_back, leave_for, number, numbers

_FILES_TOLD = 3
_LONGEST = 60  # characters of a file's name in a sentence
_NOT_WIPED = (
    "The database is in use, so its file could not be rewritten: older copies of what was deleted may be left in it. "
    "Forget somebody once more while nothing else runs, to be sure."
)


@require_POST
def name(request: HttpRequest, person_id: int) -> HttpResponse:
    """Name a person; where somebody is called so already, offer to merge the two."""
    before = person_or_404(person_id)
    existing: PersonView | None = None
    try:
        correction = service.name_person(person_id, request.POST.get("name", ""))
    except AlreadyNamed as error:
        existing = reader.person(error.existing_id)  # the page offers to merge the two
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        said = f"Renamed {before.name} to" if before.name else "Named"
        say_done(request, f"{said} {person_or_404(person_id).name}.", corrections=[correction])
    if request.headers.get("HX-Target") == f"person-{person_id}":
        tile = tile_of(person_or_404(person_id), {person_id: existing} if existing else {})
        return render(request, "people/_named.html", {"tile": tile, "names": names()})
    return go_back(request, offer=(person_id, existing.id) if existing else None)


@require_POST
def selected(request: HttpRequest) -> HttpResponse:
    """Merge, hide or show those who are selected."""
    chosen = list(reader.people_by_id(numbers(request, "person")).values())
    act = request.POST.get("act", "")
    if not chosen:
        messages.error(request, "Nobody is selected.")
    elif act == "merge":
        return _merge_selected(request, chosen)
    elif act in {"hide", "show"}:
        _hide(request, chosen, hidden=act == "hide")
    return go_back(request)


@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """Merge people into one of them, `into` by its number, or by its name."""
    chosen, into = numbers(request, "person"), number(request.POST.get("into", ""))
    if into is None:
        called = reader.person_called(request.POST.get("name", ""))
        into = called.pk if called else None
    if into is None:
        messages.error(request, f"Nobody is called “{request.POST.get('name', '').strip()}”.")
        return go_back(request)
    _merge(request, list(reader.people_by_id([*chosen, into]).values()), into)
    return go_back(request, instead=reverse("search:person", args=[into]))


@require_POST
def hide(request: HttpRequest, person_id: int) -> HttpResponse:
    """Leave a person out of the list, or list them again."""
    _hide(request, [person_or_404(person_id)], hidden=request.POST.get("hidden") == "1")
    return go_back(request)


@require_POST
def forget(request: HttpRequest, person_id: int) -> HttpResponse:
    """Forget a person for good, once the page that asks was answered."""
    view = person_or_404(person_id)
    if request.POST.get("sure", "").strip().casefold() != (view.name or "forget").casefold():
        messages.error(request, f"Nothing is forgotten: type “{view.name or 'forget'}” to say that you mean it.")
        return HttpResponseRedirect(reverse("search:person-forgetting", args=[person_id]))
    try:
        report = service.forget(person_id)
    except PeopleError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("search:people"))
    say_done(request, f"{view.name or 'That person'} is forgotten: {counted(report.faces, 'face')} deleted.")
    if report.named_in:
        messages.warning(request, _named_still(view.name, report.named_in))
    if not report.wiped:
        messages.warning(request, _NOT_WIPED)
    return _without_traces(HttpResponseRedirect(reverse("search:people")))


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Look for faces, or stop and delete what was found."""
    answer = HttpResponseRedirect(reverse("search:people"))
    if request.POST.get("on") == "1":
        service.switch_faces(on=True)
        say_done(request, "Faces are looked for from now on.")
        return answer
    gone = service.switch_faces(on=False)
    say_done(request, f"Faces are not looked for any more; {counted(gone, 'face')} deleted.")
    return _without_traces(answer)


def _named_still(name: str, paths: tuple[str, ...]) -> str:
    shown = ", ".join(PurePath(path).name[:_LONGEST] for path in paths[:_FILES_TOLD])
    more = f" and {len(paths) - _FILES_TOLD:,} more" if len(paths) > _FILES_TOLD else ""
    said = f"names {name} itself and stays" if len(paths) == 1 else f"name {name} themselves and stay"
    return f"{counted(len(paths), 'file')} {said} as before: {shown}{more}."


def _without_traces(answer: HttpResponseRedirect) -> HttpResponseRedirect:
    """Have the browser drop what it stored: the pictures of faces are cached for ever else."""
    answer["Clear-Site-Data"] = '"cache"'
    return answer


def _merge_selected(request: HttpRequest, chosen: list[PersonView]) -> HttpResponse:
    named = [view for view in chosen if view.name]
    if len(chosen) > 1 and len(named) > 1:
        asked = QueryDict(mutable=True)
        asked.setlist("person", [str(view.id) for view in chosen])
        return leave_for(request, f"{reverse('search:people-merging')}?{asked.urlencode()}")
    into = named[0] if named else max(chosen, key=lambda view: (view.assets, view.faces))
    _merge(request, chosen, into.id)
    return go_back(request)


def _merge(request: HttpRequest, chosen: list[PersonView], into: int) -> None:
    moved = sum(view.faces for view in chosen if view.id != into)
    correction = _try(request, lambda: service.merge([view.id for view in chosen], into))
    if correction is not None:
        heir = person_or_404(into).name or "one person"
        say_done(request, f"Merged {counted(moved, 'face')} into {heir}.", corrections=[correction])


def _hide(request: HttpRequest, chosen: list[PersonView], *, hidden: bool) -> None:
    done = [_try(request, lambda pk=view.id: service.hide(pk, hidden=hidden)) for view in chosen]  # type: ignore[misc]
    whom = (chosen[0].name or "One person") if len(chosen) == 1 else counted(len(chosen), "person")
    verb = "is" if len(chosen) == 1 else "are"
    said = f"{whom} {verb} hidden." if hidden else f"{whom} {verb} shown again."
    say_done(request, said, corrections=[correction for correction in done if correction is not None])


def _try(request: HttpRequest, change: Callable[[], int]) -> int | None:
    try:
        return change()
    except PeopleError as error:
        messages.error(request, str(error))
        return None
