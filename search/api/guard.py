"""Who asks, and what they may: a token has its scopes; whoever may use the pages has all of them."""

import math
from dataclasses import dataclass

from django.http import HttpRequest
from ninja.utils import check_csrf

from dam.catalog.readers.tokens import token_of_secret
from dam.catalog.writers.tokens import note_used
from dam.types import Scope
from search import access
from search.api.errors import Refused
from search.throttle import Throttle

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Afterimage"'}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Apart from the sign-in's: a script with an old token must not lock its owner out of the pages.
TOKEN_THROTTLE = Throttle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: `token_id` is None for somebody at the pages."""

    scopes: frozenset[Scope]
    token_id: int | None = None


class Guard:
    """Lets a request in that has one scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        """Return who asks. Raises Refused."""
        if not access.password_needed() and not access.from_here(request):
            raise Refused(
                403, "no_password", "Without a password (AFTERIMAGE_PASSWORD) only this machine is answered."
            )
        caller = _by_token(request) if "Authorization" in request.headers else _at_the_pages(request)
        if self.scope not in caller.scopes:
            raise Refused(403, "scope", f"This token may not do that: it needs the scope “{self.scope}”.")
        if request.method not in _SAFE and request.body and request.content_type != "application/json":
            raise Refused(415, "not_json", "Send the body as JSON, with Content-Type: application/json.")
        return caller


MAY_READ = Guard(Scope.READ)
MAY_FETCH_ORIGINALS = Guard(Scope.ORIGINALS)
MAY_WRITE = Guard(Scope.WRITE)
MAY_ADMINISTER = Guard(Scope.ADMIN)


def _by_token(request: HttpRequest) -> Caller:
    """Return a token's rights. A good one always works; wrong ones are counted by the address they come from."""
    scheme, _, secret = request.headers["Authorization"].partition(" ")
    token = token_of_secret(secret.strip()) if scheme.lower() == "bearer" else None
    if token is not None and token.expired:
        raise Refused(401, "token_expired", "This token has run out; make another.", headers=_CHALLENGE)
    if token is None:
        peer = access.peer_address(request)
        wait_s = TOKEN_THROTTLE.wait_s(peer)
        if wait_s:
            after = {"Retry-After": str(math.ceil(wait_s))}
            raise Refused(429, "too_many", "Too many wrong tokens from this address; wait a little.", headers=after)
        TOKEN_THROTTLE.note_failure(peer)
        raise Refused(
            401, "bad_token", "This token is not known: it was revoked, or is not whole.", headers=_CHALLENGE
        )
    note_used(token)
    return Caller(scopes=token.scopes, token_id=token.id)


def _at_the_pages(request: HttpRequest) -> Caller:
    """Return all rights for whoever may use the pages; what changes something must come from a page of ours."""
    if access.password_needed() and not access.is_signed_in(request):
        raise Refused(
            401, "no_token", "Send a token, “Authorization: Bearer …”, or sign in first.", headers=_CHALLENGE
        )
    if request.method not in _SAFE and check_csrf(request) is not None:
        raise Refused(
            403, "csrf", "To change something, send a token (manage.py tokens create), or the page's X-CSRFToken."
        )
    return Caller(scopes=frozenset(Scope))
