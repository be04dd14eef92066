"""The way back after a change, and the numbers that forms send."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from dam.catalog.readers import people as reader

ASSET_PART = "asset-people"  # the id of the part of an asset's page that asks for itself alone
_MOST = 5000  # things that one form may name: more than a page ever shows
_ONCE = "same"  # the parameter of an offer that is answered by the change


def numbers(request: HttpRequest, name: str) -> list[int]:
    """Return the ids that a form sends under a name; what is no id is left out."""
    sent = [text for text in request.POST.getlist(name)[:_MOST] if text.isascii() and text.isdigit()]
    return [int(text) for text in sent if len(text) < 16]


def number(text: str) -> int | None:
    """Return the id that an address or a form holds, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def go_back(request: HttpRequest, *, instead: str = "", offer: tuple[int, int] | None = None) -> HttpResponse:
    """Return to the page that a form stood on; a part of an asset's page gets only that part again.

    Where it was the page of a person who is no more, go `instead` (the People page) as a whole. `offer` (a person,
    and who is called so already) lets the page offer to merge the two.
    """
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    known = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    address = urlsplit(came_from if known else reverse("search:people"))
    path = address.path
    if _is_gone(path):
        return leave_for(request, instead or reverse("search:people"))
    if request.headers.get("HX-Target") == ASSET_PART and path.startswith(reverse("search:asset", args=[0])[:-1]):
        path = f"{path}/people"
    kept = [(name, value) for name, value in parse_qsl(address.query) if name != _ONCE]
    if offer:
        kept.append((_ONCE, f"{offer[0]}-{offer[1]}"))
    return HttpResponseRedirect(f"{path}?{urlencode(kept)}" if kept else path)


def leave_for(request: HttpRequest, address: str) -> HttpResponse:
    """Go to another page as a whole, where a script asked, too."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def offered(request: HttpRequest) -> tuple[int, int] | None:
    """Return the offer that an address holds (see `go_back`), or None."""
    first, _, second = request.GET.get(_ONCE, "").partition("-")
    pair = number(first), number(second)
    return (pair[0], pair[1]) if pair[0] is not None and pair[1] is not None else None


def _is_gone(path: str) -> bool:
    """Tell whether a path was that of a person, or of choosing between people, that is no more."""
    try:
        found = resolve(path)
    except Resolver404:
        return True
    if found.url_name == "people-merging":
        return True
    return found.url_name == "person" and reader.person(found.kwargs["person_id"]) is None
