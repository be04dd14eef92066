"""What guests' browsers fetch: pictures, what a player plays, captions; of the pieces of a link alone."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from dam.catalog.readers.handouts import handouts_of
from dam.catalog.readers.shared import lines_in, looks_of, proxy_id
from dam.catalog.readers.transcripts import Line
from dam.handoff.guests import playable
from dam.types import MediaKind, Piece
from search.pages.ranges import serve
from search.sharing import Guest
from search.views.guest_frame import for_guests
from search.views.media import NotThere, original_bytes, rendition_bytes

_PLAYED = {".mp4": "video/mp4", ".mov": "video/quicktime", ".wav": "audio/wav", ".m4a": "audio/mp4"}


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


def _cue(line: Line, piece: Piece) -> str:
    end_ms = line.end_ms if piece.whole else min(line.end_ms, piece.end_ms)
    text = line.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return f"{_vtt(max(0, line.start_ms - piece.start_ms))} --> {_vtt(end_ms - piece.start_ms)}\n{text}\n"


def _vtt(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
