"""What guests see of a shared collection, and nothing else: a frame of its own, the pieces, and their media.

Every address holds the link's token and the key of a piece; there is no id in it that could be tried. A link that is
not there, has run out or was revoked answers like any address that never was.
"""

import math
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dam.catalog.readers.browse import Picture
from dam.catalog.readers.handouts import Handout, handouts_of
from dam.catalog.readers.shared import lines_in, looks_of
from dam.catalog.writers.shares import note_visit
from dam.errors import AfterimageError
from dam.handoff.downloads import plan
from dam.types import DownloadForm, MediaKind, Piece
from search.access import peer_address
from search.pages.download_form import Allowed, DownloadChoices
from search.sharing import Guest, remember_password, try_password, working_share
from search.views.delivering import TooMany, deliver
from search.views.downloads import about
from search.views.guest_frame import asking, closed, for_guests, with_form
from search.views.media import NotThere
from search.views.ways import number

_PAGE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTile:
    """A piece as guests see it; `playing` is how long it runs, 0 for a photo."""

    key: str
    kind: MediaKind
    name: str
    note: str
    playing_ms: int
    small: Picture | None
    large: Picture | None
    width: int
    height: int


@require_safe
@for_guests
def collection(request: HttpRequest, seen: Guest, token: str) -> HttpResponseBase:
    """Show what is shared, page by page."""
    if request.method == "GET":
        note_visit(seen.share)
    start = number(request.GET.get("from", "")) or 0
    pieces = list(seen.pieces.values())
    context = {
        "share": seen.share,
        "token": token,
        "tiles": _tiles(pieces[start : start + _PAGE]),
        "total": len(pieces),
        "before": max(0, start - _PAGE) if start else None,
        "after": start + _PAGE if len(pieces) > start + _PAGE else None,
    }
    return render(request, "guest/collection.html", context)


@require_safe
@for_guests
def item(request: HttpRequest, seen: Guest, token: str, key: str) -> HttpResponseBase:
    """Show one piece: the picture or the player, its note, and the ways to those before and after."""
    piece = seen.piece(key)
    tiles = _tiles([piece])
    if not tiles:
        raise Http404
    keys = list(seen.pieces)
    at = keys.index(key)
    context = {
        "share": seen.share,
        "token": token,
        "tile": tiles[0],
        "lines": [] if tiles[0].kind is MediaKind.PHOTO else lines_in(piece),
        "previous": keys[at - 1] if at else "",
        "following": keys[at + 1] if at + 1 < len(keys) else "",
        "number": at + 1,
        "total": len(keys),
    }
    return render(request, "guest/item.html", context)


@require_safe
@for_guests
def downloads(request: HttpRequest, seen: Guest, token: str) -> HttpResponseBase:
    """Ask in which form a guest wants the collection, or one piece of it (`?item=key`)."""
    pieces = _wanted(request.GET.get("item", ""), seen)
    choices = DownloadChoices(allowed=_allowed(seen), first=_first(pieces))
    return _choosing(request, seen, token, pieces, choices)


@require_POST
@for_guests
def download(request: HttpRequest, seen: Guest, token: str) -> HttpResponseBase:
    """Send what a guest asked for, where the link allows it."""
    pieces = _wanted(request.POST.get("item", ""), seen)
    choices = DownloadChoices(request.POST, allowed=_allowed(seen))
    if not choices.is_valid():
        return _choosing(request, seen, token, pieces, choices, status=400)
    try:
        made = plan(pieces, choices.wish())
        return deliver(request, made, name=seen.share.collection, guest=True)
    except TooMany as error:
        return _choosing(request, seen, token, pieces, choices, problem=str(error), status=503)
    except (AfterimageError, NotThere):
        words = "This can’t be made just now. Try another form, or again later."
        return _choosing(request, seen, token, pieces, choices, problem=words, status=409)


@require_http_methods(["POST"])
def open_with_password(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take a link's password."""
    try:
        found = working_share(token)
    except Http404:
        return closed(render(request, "guest/gone.html", status=404))
    wait_s = try_password(found, request.POST.get("password", "")[:1024], address=peer_address(request))
    if wait_s == 0.0:
        response: HttpResponse = HttpResponseRedirect(reverse("search:guest", args=[token]))
        remember_password(request, response, found, token)
        return closed(response)
    words = "That is not the password."
    if wait_s > 0:
        words = f"Too many wrong passwords. Try again in {math.ceil(wait_s / 60)} min."
    return closed(asking(request, token, problem=words, status=429 if wait_s > 0 else 403))


def _tiles(pieces: list[Piece]) -> list[SharedTile]:
    handouts = handouts_of({piece.asset_id for piece in pieces})
    looks = looks_of(pieces, {pk: handout.kind for pk, handout in handouts.items()})
    return [
        SharedTile(
            key=piece.key,
            kind=handouts[piece.asset_id].kind,
            name=handouts[piece.asset_id].name,
            note=piece.note,
            playing_ms=_playing_ms(piece, handouts[piece.asset_id]),
            small=looks[piece.key].small,
            large=looks[piece.key].large,
            width=handouts[piece.asset_id].width,
            height=handouts[piece.asset_id].height,
        )
        for piece in pieces
        if piece.asset_id in handouts
    ]


def _playing_ms(piece: Piece, handout: Handout) -> int:
    if handout.kind is MediaKind.PHOTO:
        return 0
    return handout.duration_ms if piece.whole else piece.end_ms - piece.start_ms


def _allowed(seen: Guest) -> Allowed:
    if not seen.share.may_download:
        raise Http404
    return Allowed(
        forms=tuple(seen.share.ordered), longest_side=seen.share.longest_side, location=seen.share.keep_location
    )


def _wanted(key: str, seen: Guest) -> list[Piece]:
    return [seen.piece(key)] if key else list(seen.pieces.values())


def _first(pieces: list[Piece]) -> DownloadForm:
    return DownloadForm.CLIP if any(not piece.whole for piece in pieces) else DownloadForm.ORIGINAL


def _choosing(
    request: HttpRequest,
    seen: Guest,
    token: str,
    pieces: list[Piece],
    choices: DownloadChoices,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "share": seen.share,
        "token": token,
        "choices": choices,
        "guest": True,
        "item": pieces[0].key if len(pieces) == 1 and len(seen.pieces) > 1 else "",
        "problem": problem,
        **about(pieces, choices),
    }
    return with_form(render(request, "guest/download.html", context, status=status))
