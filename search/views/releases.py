"""Releases: the list, one more, one with whom it holds for, its document."""

from datetime import date

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dam.catalog.readers.browse import tiles_of_assets
from dam.catalog.readers.people import people, person
from dam.catalog.readers.places import places
from dam.catalog.readers.releases import ReleaseView
from dam.catalog.readers.releases import releases as every
from dam.errors import AfterimageError, StockError
from dam.stock import releases
from dam.types import ReleaseKind
from search.selection import selected_assets
from search.templatetags.notices import say_done
from search.views.ways import go_back, number

_MOST_SHOWN = 60


@require_safe
def all_releases(request: HttpRequest) -> HttpResponse:
    """Show all releases, those that no longer hold marked."""
    today = timezone.localdate()
    context = {
        "releases": [(each, each.holds_on(today)) for each in every()],
        "person_name": person_name(number(request.GET.get("person", "")) or 0),
        **_choices(),
    }
    return render(request, "releases/releases.html", context)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a release on file with its document, at once for a person or a place where the form names one."""
    sent = request.FILES.get("document")
    try:
        if sent is None:
            raise StockError("Choose the signed document: a PDF or a JPEG.")
        kind = ReleaseKind.PROPERTY if request.POST.get("kind") == ReleaseKind.PROPERTY else ReleaseKind.MODEL
        made = releases.add(
            kind,
            str(request.POST.get("name", "")),
            document=sent.chunks(),
            file_name=str(sent.name or "release"),
            signed_on=_date(request, "signed_on"),
            expires_on=_date(request, "expires_on"),
            note=str(request.POST.get("note", "")),
        )
        _attach(request, made)
        say_done(request, f"“{releases.get(made).name}” is on file.")
    except AfterimageError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:releases"))
    return HttpResponseRedirect(reverse("search:release", args=[made]))


@require_safe
def release(request: HttpRequest, release_id: int) -> HttpResponse:
    """Show one release with whom, where and what it holds for."""
    found = _get(release_id)
    context = {
        "release": found,
        "holds": found.holds_on(timezone.localdate()),
        "there": releases.document_of(found) is not None,
        "tiles": tiles_of_assets(list(found.assets[:_MOST_SHOWN])),
        "more": max(0, len(found.assets) - _MOST_SHOWN),
        **_choices(),
    }
    return render(request, "releases/release.html", context)


@require_POST
def change(request: HttpRequest, release_id: int) -> HttpResponse:
    """Change what is said of a release, attach it to somebody or some place, or take it off."""
    try:
        if "attach" in request.POST:
            done = _attach(request, release_id)
            if done:
                say_done(request, "The release holds for them, too.", corrections=[done])
        elif "detach" in request.POST:
            done = _detach(request, release_id)
            say_done(request, "The release no longer holds for it.", corrections=[done])
        else:
            done = releases.change(
                release_id,
                name=str(request.POST.get("name", "")),
                signed_on=_date(request, "signed_on"),
                expires_on=_date(request, "expires_on"),
                note=str(request.POST.get("note", "")),
            )
            say_done(request, "The release is changed.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:release", args=[release_id]))


@require_POST
def attach_selected(request: HttpRequest) -> HttpResponse:
    """Attach a release to what is selected."""
    wanted = number(request.POST.get("release", ""))
    try:
        if wanted is None:
            raise StockError("Choose a release.")
        assets = selected_assets(request)
        done = releases.attach(wanted, assets=assets)
        say_done(request, f"“{releases.get(wanted).name}” holds for {len(assets):,} of these.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return go_back(request)


@require_POST
def delete(request: HttpRequest, release_id: int) -> HttpResponse:
    """Take a release off the file."""
    try:
        name = releases.get(release_id).name
        done = releases.delete(release_id)
        say_done(request, f"The release “{name}” is deleted.", corrections=[done])
    except AfterimageError as error:
        say_done(request, str(error))
    return HttpResponseRedirect(reverse("search:releases"))


@require_safe
def document(request: HttpRequest, release_id: int) -> HttpResponseBase:  # noqa: ARG001 - the id says all
    """Give the document back as a download: what somebody uploaded is never a page of ours."""
    found = _get(release_id)
    path = releases.document_of(found)
    if path is None:
        raise Http404("The document is not there any more.")
    ending = path.suffix
    name = found.file_name if found.file_name.lower().endswith((".pdf", ".jpg", ".jpeg")) else found.name + ending
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=found.mime)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _get(release_id: int) -> ReleaseView:
    try:
        return releases.get(release_id)
    except StockError as error:
        raise Http404(str(error)) from error


def _attach(request: HttpRequest, release_id: int) -> int | None:
    name = str(request.POST.get("person_name", "")).strip()
    given = number(request.POST.get("person", ""))
    ids = [given] if given is not None else []
    if name:
        ids = [each.id for each in people(named=True, query=name) if each.name.casefold() == name.casefold()]
        if not ids:
            raise StockError(f"Nobody in the library is called “{name}”: name their face first.")
    place = str(request.POST.get("place", "")).strip()
    if not ids and not place:
        return None
    return releases.attach(release_id, people=ids, places=[place] if place else [])


def _detach(request: HttpRequest, release_id: int) -> int:
    person, asset = number(request.POST.get("person", "")), number(request.POST.get("asset", ""))
    place = str(request.POST.get("place", ""))
    return releases.detach(
        release_id,
        people=[person] if person is not None else [],
        assets=[asset] if asset is not None else [],
        places=[place] if place else [],
    )


def person_name(person_id: int) -> str:
    """Return somebody's name, "" where there is none."""
    found = person(person_id)
    return found.name if found else ""


def _choices() -> dict[str, object]:
    named = [each.name for each in people(named=True, limit=500)]
    cities = [city.name for country in places() for region in country.regions for city in region.cities if city.name]
    return {"people": named, "places": sorted(dict.fromkeys(cities))}


def _date(request: HttpRequest, name: str) -> date | None:
    text = str(request.POST.get(name, "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StockError(f"“{text}” is no date: write it as 2026-05-31.") from error
