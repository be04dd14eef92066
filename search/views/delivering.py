"""A planned download as an HTTP answer: one file as it is, many as a zip that is written while it is sent."""

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from dam.errors import HandOffError
from dam.handoff.downloads import Plan
from dam.handoff.making import Delivery, SingleFile
from dam.handoff.names import safe_name
from search.views.media import disposition, original_bytes

# Of the web server's 32 threads: pages must go on while others download.
_MOST_AT_ONCE = 12
_MOST_FOR_GUESTS = 6
_ALL = threading.BoundedSemaphore(_MOST_AT_ONCE)
_GUESTS = threading.BoundedSemaphore(_MOST_FOR_GUESTS)


class TooMany(HandOffError):
    """As many downloads as are served at once are going on already."""


def deliver(request: HttpRequest, plan: Plan, *, name: str, guest: bool = False) -> HttpResponseBase:
    """Answer with the files of a plan, the only one by itself, else zipped.

    Raises HandOffError where nothing can be had, TooMany, MediaError where the one file can't be made, and
    `search.views.media.NotThere` where the one original can't be opened.
    """
    if not plan.parts:
        words = "; ".join(f"{each.name}: {each.reason}" for each in plan.missing[:3])
        raise HandOffError(f"Nothing of this can be downloaded now. {words}".strip())
    if len(plan.parts) == 1 and not plan.missing and plan.exact:
        return original_bytes(request, plan.parts[0].handout.asset_id, download=True)
    release = _place(guest=guest)
    try:
        if len(plan.parts) == 1 and not plan.missing:
            single = SingleFile(plan.parts[0], on_close=release)
            return _streamed(single, single.made.mime, single.made.name, single.length)
        delivery = Delivery(plan, on_close=release)
    except BaseException:
        release()
        raise
    return _streamed(delivery, "application/zip", f"{safe_name(name)}.zip", delivery.length)


def _streamed(body: Delivery | SingleFile, mime: str, name: str, length: int | None) -> StreamingHttpResponse:
    response = StreamingHttpResponse(body, content_type=mime)  # Django closes it, also when the browser goes away
    if length is not None:
        response["Content-Length"] = str(length)
    response["Content-Disposition"] = disposition("attachment", name)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Accel-Buffering"] = "no"  # a proxy must not collect it before it sends
    return response


def _place(*, guest: bool) -> Callable[[], None]:
    """Take a place among those that download; returns what gives it back, once. Raises TooMany."""
    taken: list[threading.BoundedSemaphore] = []
    for semaphore in (_ALL, _GUESTS) if guest else (_ALL,):
        if not semaphore.acquire(blocking=False):
            for other in taken:
                other.release()
            raise TooMany("Many downloads are going on just now; try again in a few minutes.")
        taken.append(semaphore)

    def release() -> None:
        while taken:
            taken.pop().release()

    return release
