"""A picture given as a search: taken in, and shown again."""

from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dam.config import config
from dam.errors import MediaError
from search.pages.ranges import serve
from search.vectors.example_pictures import MAX_BYTES, path_of, take
from search.views.media import open_below

_FOR_EVER = "private, max-age=2592000, immutable"  # the name is of the content
_ROOM_BYTES = 64 * 1024  # of a form around the file


@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Keep the picture of a form's field `picture`, and search for what looks like it.

    A script gets `{"like": "picture-…"}`, or `{"error": …}` with 400, 413 or 422; a form goes to the results,
    with the words of its field `q` beside the picture.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + _ROOM_BYTES:  # before anything of it is decoded
        return _refused(request, f"That file is larger than {MAX_BYTES // 1024**2} MB. Give a smaller copy.", 413)
    file = request.FILES.get("picture")
    if file is None or not file.size:
        return _refused(request, "There was no picture in that. Drop a picture file, or choose one.", 400)
    try:
        name = take(file.chunks())
    except MediaError as error:
        return _refused(request, f"That can't be searched for: {error}", 422)
    if _by_script(request):
        return JsonResponse({"like": f"picture-{name}"})
    words = " ".join(request.POST.get("q", "").split())
    asked = f"{words} like:picture-{name}".strip()
    return HttpResponseRedirect(f"{reverse('search:home')}?{urlencode({'q': asked})}")


@require_safe
def given(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a picture that was given."""
    try:
        file = open_below(config().places.queries, Path(path_of(name).name))
    except OSError:
        return JsonResponse({"error": "That picture is not kept any more."}, status=404)
    return serve(request, file, mime="image/jpeg", etag=name, cache_control=_FOR_EVER)


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"error": reason}, status=status)
    messages.error(request, reason)
    return HttpResponseRedirect(reverse("search:home"))
