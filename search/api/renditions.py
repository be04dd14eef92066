"""Derived files and originals: what there is of an asset, and the bytes, whole or in ranges."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from pydantic import Field

from dam.catalog.readers.listing import RenditionRow, asset_exists, find_rendition, list_renditions
from dam.types import RenditionRole
from search.api.errors import Refused, answers, missing
from search.api.guard import MAY_FETCH_ORIGINALS
from search.api.pictures import bytes_url
from search.api.types import Id
from search.views.media import NotThere, original_bytes
from search.views.media import rendition_bytes as bytes_of_rendition

router = Router()

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_RANGES: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Range",
            "required": False,
            "description": "`bytes=0-1023`: one range; anything else gets the whole.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {
        200: {"description": "The whole file.", "content": {"*/*": _BYTES}},
        206: {"description": "The range that was asked for.", "content": {"*/*": _BYTES}},
        304: {"description": "It is still what If-None-Match or If-Modified-Since names."},
    },
}


class RenditionOut(Schema):
    """A derived file: a preview, a keyframe, a strip, a playable copy, a waveform, a face."""

    id: int
    asset_id: int
    unit_id: int | None = Field(description="Null for the asset's own.")
    role: RenditionRole
    mime: str
    width: int
    height: int
    at_ms: int
    frames: int = Field(description="Frames side by side, in a strip.")
    size_bytes: int
    colour: str = Field(description="Its mean colour as #rrggbb, or “”.")
    url: str = Field(description="Where its bytes are.")


class RenditionList(Schema):
    """The derived files of an asset, by their time."""

    renditions: list[RenditionOut]


@router.get("assets/{asset_id}/renditions", response=answers(RenditionList, 404), summary="Renditions of an asset")
def list_asset_renditions(request: HttpRequest, asset_id: Id, unit: Id | None = None) -> Any:
    """Return what was derived from an asset, or from one of its units alone."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    return RenditionList(renditions=[_out(row) for row in list_renditions(asset_id, unit_id=unit)])


@router.get("renditions/{rendition_id}", response=answers(RenditionOut, 404), summary="One rendition")
def get_rendition(request: HttpRequest, rendition_id: Id) -> Any:
    """Return what a rendition is; its bytes are at `url`."""
    row = find_rendition(rendition_id)
    if row is None:
        raise missing("rendition", rendition_id)
    return _out(row)


@router.api_operation(
    ["GET", "HEAD"],
    "renditions/{rendition_id}/bytes",
    response=answers(None, 404, 416),
    summary="The bytes of a rendition",
    openapi_extra=_RANGES,
)
def rendition_bytes(request: HttpRequest, rendition_id: Id) -> HttpResponseBase:
    """Return the file; it never changes, so that it can be cached for ever."""
    try:
        return bytes_of_rendition(request, rendition_id)
    except NotThere as error:
        raise Refused(404, "not_found", str(error)) from error


@router.api_operation(
    ["GET", "HEAD"],
    "assets/{asset_id}/original",
    response=answers(None, 404, 416),
    auth=MAY_FETCH_ORIGINALS,
    summary="The original file",
    openapi_extra=_RANGES,
)
def original_file(request: HttpRequest, asset_id: Id) -> HttpResponseBase:
    """Return the original as a download; 404 too while its drive is away."""
    try:
        return original_bytes(request, asset_id, download=True)
    except NotThere as error:
        raise Refused(404, "not_found", str(error)) from error


def _out(row: RenditionRow) -> RenditionOut:
    return RenditionOut(
        id=row.id,
        asset_id=row.asset_id,
        unit_id=row.unit_id,
        role=row.role,
        mime=row.mime,
        width=row.width,
        height=row.height,
        at_ms=row.at_ms,
        frames=row.frames,
        size_bytes=row.size_bytes,
        colour=row.colour,
        url=bytes_url(row.id),
    )
