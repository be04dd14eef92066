"""The page that edits what is said of a selection: its assets are kept in the session, by a number in the address."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from dam.catalog.readers.browse import tiles_of_assets
from dam.catalog.readers.picked import assets_there
from dam.errors import AfterimageError, MetadataError
from dam.metadata.edit import add_keywords, change, put
from dam.types import EditCause
from search.pages.describing_many import copied_form, many_changes, many_form, pasted, places_to_fill, taken
from search.selection import selected_assets
from search.templatetags.notices import say_done
from search.views.describe import COPIED, said

_EDITING = "editing"  # in the session: {number: {"ids": …, "back": …}}
_KEPT = 4  # selections of one session: so many tabs
_SHOWN = 18  # small pictures above the form


@require_http_methods(["GET", "HEAD", "POST"])
def describe_many(request: HttpRequest) -> HttpResponse:
    """Take a selection that was sent, and show the form for it."""
    if request.method == "POST":
        return _begin(request)
    number = request.GET.get("of", "")
    kept = request.session.get(_EDITING, {}).get(number)
    if kept is None:
        return render(request, "metadata/many.html", {"total": 0}, status=404)
    return _show(request, number, _there(kept["ids"]), str(kept["back"]))


@require_POST
def save_many(request: HttpRequest) -> HttpResponse:
    """Take what the form sends, for all of its assets."""
    number = request.GET.get("of", "")
    kept = request.session.get(_EDITING, {}).get(number)
    if kept is None:
        return render(request, "metadata/many.html", {"total": 0}, status=404)
    ids = _there(kept["ids"])
    try:
        made = _save(request, ids)
    except MetadataError as error:
        say_done(request, str(error))
    else:
        done = f"{said(made)}." if made is not None else "Nothing differs from what is there already."
        say_done(request, done, corrections=[made] if made is not None else [])
    if request.headers.get("HX-Request"):
        return _show(request, number, ids, str(kept["back"]))
    return HttpResponseRedirect(_address(number))


def _begin(request: HttpRequest) -> HttpResponse:
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    known = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    address = urlsplit(came_from if known else reverse("search:library"))
    back = f"{address.path}?{address.query}" if address.query else address.path
    try:
        ids = selected_assets(request)
    except AfterimageError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(back)
    if not ids:
        say_done(request, "Nothing is selected: choose photos, videos or recordings first (x).")
        return HttpResponseRedirect(back)
    editing = dict(request.session.get(_EDITING, {}))
    number = str(max((int(each) for each in editing), default=0) + 1)
    editing[number] = {"ids": ids, "back": back}
    request.session[_EDITING] = dict(list(editing.items())[-_KEPT:])
    return HttpResponseRedirect(_address(number))


def _save(request: HttpRequest, ids: list[int]) -> int | None:
    form = request.POST
    if "take" in form or "accept" in form:
        return add_keywords(taken(form, ids))
    if "places" in form:
        filled = {pk: dict(values) for pk, values in places_to_fill(ids).items()}
        return put(filled, cause=EditCause.USER, why="From coordinates")
    if "paste" in form and COPIED in request.session:
        changes = pasted(form, request.session[COPIED])
    else:
        changes = many_changes(form)
    return change(ids, changes) if changes else None


def _show(request: HttpRequest, number: str, ids: list[int], back: str) -> HttpResponse:
    copied = request.session.get(COPIED)
    return render(
        request,
        "metadata/many.html",
        {
            "address": f"{reverse('search:describe-many-save')}?{urlencode({'of': number})}",
            "back": back,
            "tiles": tiles_of_assets(ids[:_SHOWN]),
            "tiles_more": max(0, len(ids) - _SHOWN),
            "copied": copied_form(copied) if copied and assets_there([copied]) else [],
            **many_form(ids),
        },
    )


def _address(number: str) -> str:
    return f"{reverse('search:describe-many')}?{urlencode({'of': number})}"


def _there(ids: list[int]) -> list[int]:
    there = assets_there(ids)
    return [pk for pk in ids if pk in there]
