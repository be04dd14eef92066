"""The JSON API below `/api/`: one module a noun, over the same readers and services as the pages.

guard (who asks, and what they may) → a module's operation → readers and services → its schemas → JSON
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.operation import Operation

from search.api import (
    assets,
    collections,
    described,
    jobs,
    libraries,
    made,
    people,
    renditions,
    root,
    search,
    shares,
    tags,
    transcripts,
    units,
)
from search.api.document import Document
from search.api.errors import Refused, handle_errors, refusal
from search.api.guard import MAY_READ

__all__ = ["api"]

_ABOUT = """Find and read everything that Afterimage has indexed on this machine.

Times are whole milliseconds from the start of the asset; scores and certainties lie between 0 and 1. Lists come in
pages: `next` is the `cursor` of the following page, null at the end. Every error has the same shape,
`{"error": {"code", "message"}}`."""


class _Api(NinjaAPI):
    """The API with its own document and short operation ids."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Document:
        return Document(self, path_prefix if path_prefix is not None else self.get_root_path(path_params or {}))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show the document to whoever may read."""

    @wraps(view)
    def guarded(request: HttpRequest, **options: Any) -> HttpResponse:
        try:
            MAY_READ(request)
        except Refused as error:
            return refusal(request, error)
        return view(request, **options)

    return guarded


api = _Api(
    title="Afterimage",
    version="1",
    description=_ABOUT,
    docs_url=None,  # pages that show such documents load scripts from elsewhere; docs/api.md is to be read
    docs_decorator=_guarded,
    urls_namespace="api",
    auth=MAY_READ,
)
handle_errors(api)
api.add_router("", root.router)
api.add_router("search", search.router, tags=["search"])
api.add_router("assets", assets.router, tags=["assets"])
api.add_router("", described.router, tags=["metadata"])
api.add_router("", units.router, tags=["units"])
api.add_router("", transcripts.router, tags=["transcripts"])
api.add_router("", renditions.router, tags=["renditions"])
api.add_router("libraries", libraries.router, tags=["libraries"])
api.add_router("people", people.router, tags=["people"])
api.add_router("", tags.router, tags=["tags"])
api.add_router("collections/made", made.router, tags=["collections"])  # before the ids of the next
api.add_router("collections", collections.router, tags=["collections"])
api.add_router("", shares.router, tags=["shares"])
api.add_router("", jobs.router, tags=["jobs"])
