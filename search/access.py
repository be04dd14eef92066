"""Who may see the pages: loopback alone while there is no password, whoever has signed in once there is one."""

import ipaddress
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from dam.config import config

_SESSION_KEY = "signed_in"
# A proxy on this machine speaks from loopback for strangers; it gives itself away by these.
_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
_OPEN_PATHS = ("/static/", "/sign-in", "/s/")  # /s/: links to collections, which answer for themselves
API = "/api/"  # answers for itself, in JSON, and takes tokens too: `search.api.guard`


class PasswordMiddleware:
    """Lets loopback in while there is no password; with one, everyone signs in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, ask for the password, or refuse."""
        if request.path.startswith(API):
            return self._get_response(request)
        if not password_needed():
            if not from_here(request):
                return render(request, "refused.html", status=403)
            return self._get_response(request)
        if is_signed_in(request) or request.path.startswith(_OPEN_PATHS):
            return self._get_response(request)
        return _ask(request)


def password_needed() -> bool:
    """Tell whether a password is set."""
    return bool(config().env.password)


def password_matches(given: str) -> bool:
    """Compare without telling by the time taken how much was right; an empty password never matches."""
    return password_needed() and constant_time_compare(given, config().env.password)


def sign_in(request: HttpRequest) -> None:
    """Remember in a fresh session that the password was given."""
    request.session.cycle_key()
    request.session[_SESSION_KEY] = _proof()


def sign_out(request: HttpRequest) -> None:
    """Forget the session."""
    request.session.flush()


def is_signed_in(request: HttpRequest) -> bool:
    """Tell whether this session gave the password that is set now: a changed one signs everybody out."""
    return constant_time_compare(str(request.session.get(_SESSION_KEY, "")), _proof())


def peer_address(request: HttpRequest) -> str:
    """Return the address that the connection comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def from_here(request: HttpRequest) -> bool:
    """Tell whether the request comes from this machine, and not through a proxy on it."""
    if any(name in request.headers for name in _FORWARDING):
        return False
    try:
        return ipaddress.ip_address(peer_address(request)).is_loopback
    except ValueError:
        return False


def _proof() -> str:
    return salted_hmac("afterimage.sign-in", config().env.password, algorithm="sha256").hexdigest()


def _ask(request: HttpRequest) -> HttpResponse:
    address = reverse("search:sign-in")
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    if request.path.startswith("/media/") or request.path.endswith(".json"):
        return JsonResponse({"error": "Sign in first."}, status=401)
    if request.method == "GET":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)
