"""What guests see of a shared collection, and nothing else: a frame of its own, the pieces, and their media.

Every address holds the link's token and the key of a piece; there is no id in it that could be tried. A link that is
not there, has run out or was revoked answers like any address that never was.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dam.catalog.readers.browse import Picture
from dam.catalog.readers.handouts import Handout, handouts_of
from dam.catalog.readers.shared import lines_in, looks_of, proxy_id
from dam.catalog.readers.transcripts import Line
from dam.catalog.writers.shares import note_visit
from dam.errors import AfterimageError
from dam.handoff.downloads import plan
from dam.handoff.guests import playable
from dam.types import DownloadForm, MediaKind, Piece
from search.access import peer_address
from search.pages.download_form import Allowed, DownloadChoices
from search.pages.ranges import serve
from search.sharing import Guest, PasswordWanted, guest, remember_password, try_password, working_share
from search.views.delivering import TooMany, deliver
from search.views.downloads import about
from search.views.media import NotThere, original_bytes, rendition_bytes
from search.views.ways import number

_PAGE = 120
_PLAYED = {".mp4": "video/mp4", ".mov": "video/quicktime", ".wav": "audio/wav", ".m4a": "audio/mp4"}
View = Callable[..., HttpResponseBase]


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


def for_guests(view: View) -> View:
    """Let a view see a Guest instead of a token, and let nothing of its answer be kept or told to other sites."""

    @wraps(view)
    def answered(request: HttpRequest, token: str, **parts: Any) -> HttpResponseBase:
        try:
            response = view(request, guest(request, token), token, **parts)
        except Http404:
            response = render(request, "guest/gone.html", status=404)
        except PasswordWanted:
            response = _asking(request, token)
        except AfterimageError:
            # A sentence of ours may name what a guest must not know of: files, folders, models.
            response = render(request, "guest/gone.html", {"later": True}, status=503)
        return _closed(response)

    return answered


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
def picture(request: HttpRequest, seen: Guest, _token: str, key: str, size: str) -> HttpResponseBase:
    """Serve the picture of a piece, "small" or "large"."""
    piece = seen.piece(key)
    handouts = handouts_of([piece.asset_id])
    looks = looks_of([piece], {pk: handout.kind for pk, handout in handouts.items()})[key]
    found = {"small": looks.small, "large": looks.large}.get(size)
    if found is None:
        raise Http404
    return _bytes(lambda: rendition_bytes(request, found.id))


@require_safe
@for_guests
def play(request: HttpRequest, seen: Guest, _token: str, key: str) -> HttpResponseBase:
    """Serve what a player plays: the piece, and nothing around it."""
    piece = seen.piece(key)
    handout = handouts_of([piece.asset_id]).get(piece.asset_id)
    if handout is None or handout.kind is MediaKind.PHOTO:
        raise Http404
    if piece.whole:
        proxy = proxy_id(piece.asset_id)
        if proxy is not None:
            return _bytes(lambda: rendition_bytes(request, proxy))
        if handout.browser_playable and (seen.share.keep_location or not handout.located):
            return _bytes(lambda: original_bytes(request, piece.asset_id, download=False))
    path = playable(piece, handout)
    mime = _PLAYED.get(path.suffix, "application/octet-stream")
    return serve(request, path.open("rb"), mime=mime, etag=path.stem, cache_control="private, no-cache")


@require_safe
@for_guests
def captions(_request: HttpRequest, seen: Guest, _token: str, key: str) -> HttpResponseBase:
    """Serve the words of a piece as WebVTT, on the clock of what is played."""
    piece = seen.piece(key)
    cues = [_cue(line, piece) for line in lines_in(piece)]
    return HttpResponse("WEBVTT\n\n" + "\n".join(cues), content_type="text/vtt; charset=utf-8")


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
        return _closed(render(request, "guest/gone.html", status=404))
    wait_s = try_password(found, request.POST.get("password", "")[:1024], address=peer_address(request))
    if wait_s == 0.0:
        response: HttpResponse = HttpResponseRedirect(reverse("search:guest", args=[token]))
        remember_password(request, response, found, token)
        return _closed(response)
    words = "That is not the password."
    if wait_s > 0:
        words = f"Too many wrong passwords. Try again in {math.ceil(wait_s / 60)} min."
    return _closed(_asking(request, token, problem=words, status=429 if wait_s > 0 else 403))


def _asking(request: HttpRequest, token: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    if not problem and request.path != reverse("search:guest", args=[token]):
        return render(request, "guest/gone.html", status=404)
    return _with_form(render(request, "guest/password.html", {"token": token, "problem": problem}, status=status))


def _with_form(response: HttpResponse) -> HttpResponse:
    """Let a page's form be sent: without any referrer a browser says that it comes from "null", which is refused."""
    response["Referrer-Policy"] = "same-origin"
    return response


def _closed(response: HttpResponseBase) -> HttpResponseBase:
    """Keep an answer out of search engines, shared caches and other sites' logs."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if response.get("Referrer-Policy") is None:
        response["Referrer-Policy"] = "no-referrer"
    if response.get("Cache-Control") is None:
        response["Cache-Control"] = "no-store"
    return response


def _bytes(answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer with media that a browser asks for again each time: a link may be revoked meanwhile."""
    try:
        response = answer()
    except NotThere as error:
        raise Http404 from error
    response["Cache-Control"] = "private, no-cache"
    if response.get("Content-Disposition"):
        response["Content-Disposition"] = "inline"
    return response


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
    return _with_form(render(request, "guest/download.html", context, status=status))


def _cue(line: Line, piece: Piece) -> str:
    end_ms = line.end_ms if piece.whole else min(line.end_ms, piece.end_ms)
    text = line.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return f"{_vtt(max(0, line.start_ms - piece.start_ms))} --> {_vtt(end_ms - piece.start_ms)}\n{text}\n"


def _vtt(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
