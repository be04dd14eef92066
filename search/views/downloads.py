"""Downloads: the page that asks in which form, and the answer that streams."""

from collections import Counter

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dam.errors import AfterimageError
from dam.handoff.downloads import DownloadWish, plan
from dam.types import DownloadForm, MediaKind
from search.pages.download_form import Allowed, DownloadChoices
from search.pages.handing import Asked, read_asked_pieces
from search.views.delivering import TooMany, deliver
from search.views.media import NotThere

_OWNER = Allowed()
_SHOWN_MISSING = 5


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Ask in which form a selection, a collection or an asset is wanted; nothing is sent yet."""
    try:
        asked = read_asked_pieces(request)
    except AfterimageError as error:
        return render(request, "handoff/download.html", {"problem": str(error)}, status=400)
    first = DownloadForm.CLIP if any(not piece.whole for piece in asked.pieces) else DownloadForm.ORIGINAL
    return _page(request, asked, DownloadChoices(allowed=_OWNER, first=first))


@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Send what the form asks for, as one file or as a zip."""
    try:
        asked = read_asked_pieces(request)
    except AfterimageError as error:
        return render(request, "handoff/download.html", {"problem": str(error)}, status=400)
    choices = DownloadChoices(request.POST, allowed=_OWNER)
    if not choices.is_valid():
        return _page(request, asked, choices, status=400)
    try:
        made = plan(asked.pieces, choices.wish())
        return deliver(request, made, name=asked.name or "Afterimage")
    except TooMany as error:
        return _page(request, asked, choices, problem=str(error), status=503)
    except (AfterimageError, NotThere) as error:
        return _page(request, asked, choices, problem=str(error), status=409)


def _page(request: HttpRequest, asked: Asked, choices: DownloadChoices, **more: object) -> HttpResponse:
    status = more.pop("status", 200)
    context = {"asked": asked, "choices": choices, **about(asked.pieces, choices), **more}
    return render(request, "handoff/download.html", context, status=int(str(status)))


def about(pieces: object, choices: DownloadChoices) -> dict[str, object]:
    """Return what the page says of a download beforehand: how many of what, about how large, and what is missing."""
    forms = []
    missing: tuple[object, ...] = ()
    kinds: Counter[MediaKind] = Counter()
    for form in choices.allowed.forms:
        made = plan(pieces, DownloadWish(form=form, longest_side=choices.allowed.longest_side or 2048))  # type: ignore[arg-type]
        missing = made.missing
        kinds = Counter(part.handout.kind for part in made.parts)
        forms.append((form, len(made.parts), made.bytes_about, made.exact))
    return {
        "forms": forms,
        "has_video": bool(kinds[MediaKind.VIDEO]),
        "has_audio": bool(kinds[MediaKind.AUDIO]),
        "has_photo": bool(kinds[MediaKind.PHOTO]),
        "missing": missing[:_SHOWN_MISSING],
        "missing_more": max(0, len(missing) - _SHOWN_MISSING),
        "nothing": not kinds,
    }
