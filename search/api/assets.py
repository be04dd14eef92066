"""Assets: listed by when they were added, and each whole."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router
from pydantic import Field

from dam.catalog.models import AssetMetadata
from dam.catalog.readers.asset import AssetDetail, asset_detail
from dam.catalog.readers.browse import Tile, tiles_of_assets
from dam.catalog.readers.listing import AssetRow, as_row, list_assets
from dam.catalog.readers.people import FaceView, faces_in
from dam.catalog.readers.tags import TagView, tags_of_asset
from dam.types import AssetState, MediaKind
from search.api.asset_schemas import (
    AssetOut,
    AssetPage,
    AssetShort,
    FaceOut,
    FileOut,
    FindingOut,
    FindingsOut,
    MetadataOut,
    TagOut,
)
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers, missing
from search.api.pictures import bytes_url, picture_out
from search.api.types import Cursor, Id, Limit, Moment
from search.pages.understood import understood

router = Router()


@router.get("", response=answers(AssetPage, 400), summary="List assets")
def list_all_assets(
    request: HttpRequest,
    library: Annotated[Id | None, Field(description="Only those with a file in this library.")] = None,
    kind: MediaKind | None = None,
    state: AssetState | None = None,
    added_after: Annotated[Moment | None, Field(description="Only those added after this moment.")] = None,
    cursor: Cursor = None,
    limit: Limit = 60,
) -> Any:
    """Return assets, those added last first; none whose files are all gone.

    Assets that come in while pages are read stand before the first page: nothing is given twice or left out.
    """
    asked = {"library": library, "kind": kind, "state": state, "added_after": added_after}
    place = read_cursor(cursor, "assets", asked)
    rows = list_assets(
        limit=limit + 1,
        before_id=int(place[0] or 0) if place else None,
        library_id=library,
        kind=kind,
        state=state,
        added_after=added_after,
    )
    page = rows[:limit]
    return AssetPage(
        assets=shorts(page),
        next=write_cursor("assets", asked, [page[-1].id]) if len(rows) > limit else None,
    )


@router.get("/{asset_id}", response=answers(AssetOut, 404), summary="One asset, whole")
def get_asset(request: HttpRequest, asset_id: Id) -> Any:
    """Return everything that is known of an asset; its units have a list of their own."""
    detail = asset_detail(asset_id)
    if detail is None:
        raise missing("asset", asset_id)
    return _whole(detail)


def shorts(rows: Sequence[AssetRow]) -> list[AssetShort]:
    """Return assets as they stand in lists, in order."""
    tiles = {tile.asset_id: tile for tile in tiles_of_assets([row.id for row in rows])}
    return [AssetShort(**_short(row, tiles[row.id])) for row in rows if row.id in tiles]


def tag_out(view: TagView) -> TagOut:
    """Return a tag as it stands in answers."""
    return TagOut(
        tag_id=view.tag_id,
        name=view.name,
        key=view.key,
        kind=view.kind,
        certainty=round(view.certainty, 4),
        source=view.source,
        model=view.model,
        accepted=view.accepted,
        unit_id=view.unit_id,
        at_ms=view.at_ms,
    )


def face_out(face: FaceView) -> FaceOut:
    """Return an appearance as it stands in answers."""
    return FaceOut(
        id=face.id,
        asset_id=face.asset_id,
        unit_id=face.unit_id,
        person_id=face.person_id,
        person=face.person_name,
        source=face.source,
        likeness=round(face.likeness, 4),
        at_ms=face.at_ms,
        start_ms=face.start_ms,
        end_ms=face.end_ms,
        box=[round(share, 5) for share in (face.box.x, face.box.y, face.box.width, face.box.height)],
        crop=picture_out(face.crop),
    )


def _short(row: AssetRow, tile: Tile) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": tile.name,
        "path": tile.path,
        "library": tile.library,
        "offline": tile.offline,
        "kind": row.kind,
        "state": row.state,
        "reason": row.reason,
        "format": row.format,
        "mime": row.mime,
        "size_bytes": row.size_bytes,
        "width": row.width,
        "height": row.height,
        "duration_ms": row.duration_ms,
        "taken_at": row.taken_at,
        "added_at": row.added_at,
        "picture": picture_out(tile.picture),
    }


def _whole(detail: AssetDetail) -> AssetOut:
    asset = detail.asset
    return AssetOut(
        **_short(as_row(asset), tiles_of_assets([asset.pk])[0]),
        fingerprint=asset.fingerprint,
        browser_playable=asset.browser_playable,
        files=[
            FileOut(library_id=file.library_id, library=file.library, path=file.full_path, state=file.state)
            for file in detail.files
        ],
        metadata=_metadata(detail.metadata),
        unit_count=detail.unit_count,
        transcript_language=detail.transcript_language,
        transcript_model=detail.transcript_model,
        understood=_understood(asset.pk, timed=asset.kind == MediaKind.VIDEO),
        tags=[tag_out(view) for view in tags_of_asset(asset.pk)],
        faces=[face_out(face) for face in faces_in(asset.pk)],
        preview=picture_out(detail.preview),
        proxy_url=bytes_url(detail.proxy.id) if detail.proxy else None,
        original_url=reverse("api:original_file", args=[asset.pk]),
    )


def _metadata(row: AssetMetadata | None) -> MetadataOut | None:
    if row is None:
        return None
    fields = {name: getattr(row, name) for name in MetadataOut.model_fields}
    return MetadataOut(**{**fields, "keywords": [str(word) for word in row.keywords]})


def _understood(asset_id: int, *, timed: bool) -> list[FindingsOut]:
    return [
        FindingsOut(
            title=group.title,
            more=group.more,
            findings=[
                FindingOut(
                    words=finding.words,
                    source=finding.source,
                    certainty=finding.certainty,
                    note=finding.note,
                    at_ms=finding.at_ms,
                    search=parse_qs(urlsplit(finding.href).query)["q"][0],
                )
                for finding in group.findings
            ],
        )
        for group in understood(asset_id, timed=timed)
    ]
