"""The bytes of renditions and originals: stored types, ranges, and nothing outside the folders they belong to."""

import os
import stat
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dam.catalog.readers.asset import asset_mime, rendition_place, sources_of
from dam.config import config
from search.pages.ranges import serve

_FOR_EVER = "private, max-age=31536000, immutable"  # a rendition made anew has another id
_CHECK_FIRST = "private, no-cache"
# What a browser only shows or plays. Anything else, above all SVG and HTML, is a download and never a page.
_INLINE = {
    "image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp",
    "video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-matroska", "video/x-m4v",
    "audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/flac", "audio/x-flac", "audio/wav", "audio/x-wav",
    "audio/webm", "audio/opus", "audio/x-m4a", "audio/vnd.wave",
}  # fmt: skip


class NotThere(Exception):
    """The bytes that were asked for can't be had; the message says why."""


@require_safe
def rendition(request: HttpRequest, rendition_id: int, name: str) -> HttpResponseBase:  # noqa: ARG001 - for caches
    """Serve a derived file. `name` is there for people and caches; the id decides."""
    try:
        return rendition_bytes(request, rendition_id)
    except NotThere as error:
        return _gone(request, str(error))


@require_safe
def original(request: HttpRequest, asset_id: int) -> HttpResponseBase:
    """Serve an original from the first of its places that can be opened; `?download` saves it."""
    try:
        return original_bytes(request, asset_id, download="download" in request.GET)
    except NotThere as error:
        return _gone(request, str(error))


def rendition_bytes(request: HttpRequest, rendition_id: int) -> HttpResponseBase:
    """Return the bytes of a derived file, whole or the range that is asked for. Raises NotThere."""
    place = rendition_place(rendition_id)
    if place is None:
        raise NotThere("There is no such rendition.")
    try:
        file = open_below(config().places.renditions, Path(place.key))
    except OSError as error:
        name = Path(place.key).name
        raise NotThere(f"The file of {name} is not there. Retry the asset to make it again.") from error
    return serve(request, file, mime=place.mime, etag=f"r{rendition_id}-{place.size_bytes}", cache_control=_FOR_EVER)


def original_bytes(request: HttpRequest, asset_id: int, *, download: bool) -> HttpResponseBase:
    """Return the bytes of an original from the first of its places that can be opened. Raises NotThere."""
    about = asset_mime(asset_id)
    if about is None:
        raise NotThere("There is no such asset.")
    mime, name, fingerprint = about
    for source in sources_of(asset_id):
        try:
            file = open_below(source.root, source.path.relative_to(source.root))
        except (OSError, ValueError):
            continue
        status = os.fstat(file.fileno())
        # Another size or time: the content is no longer what was fingerprinted, so it gets a tag of its own.
        etag = f"{fingerprint[:32]}-{status.st_size:x}-{status.st_mtime_ns:x}"
        inline = mime in _INLINE and not download
        response = serve(
            request, file, mime=mime if inline else _download_type(mime), etag=etag, cache_control=_CHECK_FIRST
        )
        response["Content-Disposition"] = disposition("inline" if inline else "attachment", name)
        return response
    raise NotThere(f"{name} can't be opened now: its drive is not connected, or the file was moved or deleted.")


def open_below(root: Path, relative: Path) -> BinaryIO:
    """Open a regular file below `root`, following no link on the way. Raises OSError.

    Links inside the root are resolved first; what is opened is then walked to without following any, so a file
    swapped for a link between the two can't lead outside.
    """
    real_root = Path(os.path.realpath(root))
    inside = Path(os.path.realpath(real_root / relative))
    if not inside.is_relative_to(real_root) or inside == real_root:
        raise FileNotFoundError(str(relative))
    inside = inside.relative_to(real_root)
    handle = os.open(real_root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in inside.parts[:-1]:
        handle = _step(handle, part, os.O_RDONLY | os.O_DIRECTORY)
    # O_NONBLOCK: opening a pipe must not wait for its writer.
    handle = _step(handle, inside.name, os.O_RDONLY | os.O_NONBLOCK)
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FileNotFoundError(str(relative))
    return file


def _step(parent: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    finally:
        os.close(parent)


def _download_type(mime: str) -> str:
    return mime if mime in _INLINE else "application/octet-stream"


def disposition(how: str, name: str) -> str:
    """Return a Content-Disposition ("inline" or "attachment") with a name in any alphabet (RFC 6266)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _gone(request: HttpRequest, reason: str) -> HttpResponse:
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "404.html", {"reason": reason}, status=404)
    return JsonResponse({"error": reason}, status=404)
