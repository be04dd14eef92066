"""The frame of what guests see: who may, what is answered else, and what no cache and no other site may keep."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from dam.errors import AfterimageError
from search.sharing import PasswordWanted, guest

View = Callable[..., HttpResponseBase]


def for_guests(view: View) -> View:
    """Let a view see a Guest instead of a token, and let nothing of its answer be kept or told to other sites."""

    @wraps(view)
    def answered(request: HttpRequest, token: str, **parts: Any) -> HttpResponseBase:
        try:
            response = view(request, guest(request, token), token, **parts)
        except Http404:
            response = render(request, "guest/gone.html", status=404)
        except PasswordWanted:
            response = asking(request, token)
        except AfterimageError:
            # A sentence of ours may name what a guest must not know of: files, folders, models.
            response = render(request, "guest/gone.html", {"later": True}, status=503)
        return closed(response)

    return answered


def asking(request: HttpRequest, token: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Ask for a link's password, on its first page alone."""
    if not problem and request.path != reverse("search:guest", args=[token]):
        return render(request, "guest/gone.html", status=404)
    return with_form(render(request, "guest/password.html", {"token": token, "problem": problem}, status=status))


def with_form(response: HttpResponse) -> HttpResponse:
    """Let a page's form be sent: without any referrer a browser says that it comes from "null", which is refused."""
    response["Referrer-Policy"] = "same-origin"
    return response


def closed(response: HttpResponseBase) -> HttpResponseBase:
    """Keep an answer out of search engines, shared caches and other sites' logs."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if response.get("Referrer-Policy") is None:
        response["Referrer-Policy"] = "no-referrer"
    if response.get("Cache-Control") is None:
        response["Cache-Control"] = "no-store"
    return response
