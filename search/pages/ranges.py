"""An open file and a request in, an HTTP answer out: whole, one range, or 416 (Django's FileResponse has no ranges).

The rules are RFC 9110, sections 13 (conditions) and 14 (ranges). Several ranges at once get the whole file, which
the standard allows; no browser asks for them while it plays.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date, parse_http_date_safe

_CHUNK_BYTES = 256 * 1024  # large enough to keep the calls few, small enough for many readers at once
_MAX_HEADER = 200  # a single range needs under 50 characters


class RangeNotSatisfiable(Exception):
    """The range is well formed but lies beyond the end of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """Bytes `first..last`, both included, as in the header."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


def parse_range(header: str, *, size: int) -> ByteRange | None:
    """Return the one range that `header` asks for, or None where the whole file is the right answer.

    None: no header, another unit, several ranges, or a header that is not well formed (to be ignored, RFC 9110
    14.2). Raises RangeNotSatisfiable.
    """
    unit, separator, spec = header.strip().partition("=")
    if not separator or unit.strip().lower() != "bytes" or "," in spec or len(header) > _MAX_HEADER:
        return None
    first_text, dash, last_text = (part.strip() for part in spec.partition("-"))
    if not dash or not all(_is_number(part) or not part for part in (first_text, last_text)):
        return None
    if not first_text:
        return _suffix(last_text, size=size)
    first = int(first_text)
    last = min(int(last_text), size - 1) if last_text else size - 1
    if last_text and int(last_text) < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable
    return ByteRange(first=first, last=last)


def serve(request: HttpRequest, file: BinaryIO, *, mime: str, etag: str, cache_control: str) -> HttpResponseBase:
    """Answer with an open, seekable file, which is closed in the end.

    `etag` without quotes; 200, 206, 304 or 416 for GET and HEAD.
    """
    status = os.fstat(file.fileno())
    quoted, modified = f'"{etag}"', int(status.st_mtime)
    if _not_modified(request, etag=quoted, modified=modified):
        file.close()
        return _with_headers(HttpResponseNotModified(), etag=quoted, modified=modified, cache_control=cache_control)
    try:
        wanted = _wanted(request, size=status.st_size, etag=quoted, modified=modified)
    except RangeNotSatisfiable:
        file.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{status.st_size}"
        return _with_headers(refused, etag=quoted, modified=modified, cache_control="no-store")
    response = _body(request, file, wanted, size=status.st_size, mime=mime)
    return _with_headers(response, etag=quoted, modified=modified, cache_control=cache_control)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _suffix(length_text: str, *, size: int) -> ByteRange | None:
    """Return the last so many bytes."""
    if not length_text:
        return None
    length = min(int(length_text), size)
    if length == 0:
        raise RangeNotSatisfiable
    return ByteRange(first=size - length, last=size - 1)


def _not_modified(request: HttpRequest, *, etag: str, modified: int) -> bool:
    tags = request.headers.get("If-None-Match", "")
    if tags:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and modified <= since


def _wanted(request: HttpRequest, *, size: int, etag: str, modified: int) -> ByteRange | None:
    header = request.headers.get("Range", "")
    if not header:
        return None
    condition = request.headers.get("If-Range", "").strip()
    # A weak tag never matches here (RFC 9110 13.1.5), and a date only exactly.
    if condition and condition != etag and parse_http_date_safe(condition) != modified:
        return None
    return parse_range(header, size=size)


def _body(
    request: HttpRequest, file: BinaryIO, wanted: ByteRange | None, *, size: int, mime: str
) -> HttpResponse | StreamingHttpResponse:
    length = wanted.length if wanted else size
    response: HttpResponse | StreamingHttpResponse
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(content_type=mime)
    else:
        file.seek(wanted.first if wanted else 0)
        response = StreamingHttpResponse(FileChunks(file, length=length), content_type=mime)
    response["Content-Length"] = str(length)
    if wanted:
        response.status_code = 206
        response["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{size}"
    return response


def _with_headers(response: HttpResponseBase, *, etag: str, modified: int, cache_control: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = cache_control
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


class FileChunks:
    """The next `length` bytes of a file in pieces. Django closes it, also on a broken connection, and so the file."""

    def __init__(self, file: BinaryIO, *, length: int) -> None:
        self._file = file
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces until the length is reached or the file ends (it was cut meanwhile)."""
        while self._left > 0:
            piece = self._file.read(min(_CHUNK_BYTES, self._left))
            if not piece:
                return
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()
