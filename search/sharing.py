"""Shared collections, for their owner and for guests: who may see what by which link.

share(collection_id, terms, living=False) → a link       guest(request, token) → Guest, its pieces by their keys
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from dam.catalog.models import Collection
from dam.catalog.readers.handouts import with_units
from dam.catalog.readers.shares import ShareView, share_of_token
from dam.catalog.writers.shares import create_share
from dam.errors import ShareError
from dam.types import CollectionKind, Piece, ShareTerms
from search.pages.handing import pieces_of_collection
from search.throttle import Throttle

COOKIE = "afterimage_share"
_SALT = "afterimage.share.guest"
_PASSWORD_HOLDS_S = 12 * 3600
_FRESH_S = 30.0  # what a search finds: a page with its pictures asks for it many times
_MOST_REMEMBERED = 64
# Guests' own, apart from the sign-in's and from each other's links: nobody locks anybody else out.
_throttles: dict[int, Throttle] = {}
_remembered: dict[int, tuple[float, dict[str, Piece]]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody with a link that works, and what they may see: pieces by key, in order."""

    share: ShareView
    pieces: Mapping[str, Piece]

    def piece(self, key: str) -> Piece:
        """Return a piece that is shared. Raises Http404 for anything else."""
        found = self.pieces.get(key)
        if found is None:
            raise Http404
        return found


class PasswordWanted(Exception):
    """The link works, and its password was not given yet."""

    def __init__(self, share: ShareView) -> None:
        super().__init__()
        self.share = share


def share(collection_id: int, terms: ShareTerms, *, living: bool) -> ShareView:
    """Make a link to a collection that shows what will be in it, or (not `living`) what is in it now, for good.

    A collection made by hand always lives: what is in it was put there on purpose. Raises ShareError, QueryError,
    EngineError.
    """
    row = Collection.objects.filter(pk=collection_id).only("kind").first()
    if row is None:
        raise ShareError("This collection is not there any more.")
    if living or row.kind == CollectionKind.MADE:
        return create_share(collection_id, terms)
    return create_share(collection_id, terms, frozen=pieces_of_collection(collection_id)[1])


def guest(request: HttpRequest, token: str) -> Guest:
    """Return what this request's link opens.

    Raises Http404 for a link that there is not, has run out or was revoked, all alike; PasswordWanted;
    QueryError and EngineError where a living search can't be made now.
    """
    found = working_share(token)
    if found.password and not _knows_password(request, found):
        raise PasswordWanted(found)
    return Guest(share=found, pieces=_pieces(found))


def working_share(token: str) -> ShareView:
    """Return a link that works. Raises Http404 for any other."""
    found = share_of_token(token)
    if found is None or not found.works:
        raise Http404
    return found


def try_password(found: ShareView, given: str, *, address: str) -> float:
    """Return 0 for the right password, else how many seconds to wait before the next try; -1: at once."""
    throttle = _throttle_of(found.id)
    wait_s = throttle.wait_s(address)
    if wait_s:
        return wait_s
    if check_password(given, found.password):
        throttle.forgive(address)
        return 0.0
    throttle.note_failure(address)
    return throttle.wait_s(address) or -1.0


def remember_password(request: HttpRequest, response: HttpResponseBase, found: ShareView, token: str) -> None:
    """Let this browser in for a while, at this link alone: the cookie goes to no other address, and fits no other."""
    response.set_cookie(
        COOKIE,
        signing.dumps({"share": found.id, "proof": _proof(found)}, salt=_SALT),
        max_age=_PASSWORD_HOLDS_S,
        path=f"/s/{token}",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def forget() -> None:
    """Forget what links show, and who tried which password how often (tests)."""
    with _lock:
        _remembered.clear()
        _throttles.clear()


def _knows_password(request: HttpRequest, found: ShareView) -> bool:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_PASSWORD_HOLDS_S)
    except signing.BadSignature:
        return False
    same = isinstance(said, dict) and said.get("share") == found.id
    return same and constant_time_compare(str(said.get("proof", "")), _proof(found))


def _proof(found: ShareView) -> str:
    """Return what a browser shows that knew this password of this link."""
    return salted_hmac(_SALT, f"{found.id}\0{found.password}", algorithm="sha256").hexdigest()


def _throttle_of(share_id: int) -> Throttle:
    with _lock:
        if len(_throttles) > 1000:
            _throttles.clear()
        return _throttles.setdefault(share_id, Throttle())


def _pieces(found: ShareView) -> Mapping[str, Piece]:
    """Return what a link shows now; what a search finds is remembered for half a minute."""
    if found.frozen is not None:
        return _by_key(with_units(found.frozen))
    if not found.searches:
        return _by_key(pieces_of_collection(found.collection_id)[1])
    now = time.monotonic()
    with _lock:
        kept = _remembered.get(found.id)
    if kept is not None and now - kept[0] < _FRESH_S:
        return kept[1]
    pieces = _by_key(pieces_of_collection(found.collection_id)[1])
    with _lock:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[found.id] = now, pieces
    return pieces


def _by_key(pieces: Sequence[Piece]) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    for piece in pieces:
        found.setdefault(piece.key, piece)
    return found
