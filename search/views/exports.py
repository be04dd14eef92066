"""Exports: started, watched, downloaded."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.errors import AfterimageError
from search.saved import exports
from search.templatetags.notices import say_done


@require_POST
def begin(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Start an export of what is ready."""
    try:
        token = exports.begin(
            submission_id,
            allow_warnings="allow_warnings" in request.POST,
            ready_only="ready_only" in request.POST,
        )
    except AfterimageError as error:
        say_done(request, str(error))
        return HttpResponseRedirect(reverse("search:submission", args=[submission_id]))
    return HttpResponseRedirect(reverse("search:export", args=[token]))


@require_safe
def export(request: HttpRequest, token: str) -> HttpResponse:
    """Show where an export stands; the page asks again until it has finished."""
    found = exports.state(token)
    if found is None:
        raise Http404("This export is not there any more: archives are kept for a day.")
    return render(request, "submissions/export.html", {"state": found, "token": token})


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:  # noqa: ARG001 - the token says all
    """Give a finished export as a download."""
    path, found = exports.archive(token), exports.state(token)
    if path is None or found is None:
        raise Http404("This export is not there any more: archives are kept for a day.")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=found.name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response
