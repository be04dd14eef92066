"""Units: the photos, shots and clips that a search answers with, and what looks like one of them."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam.catalog.readers.browse import Tile, tiles_of_units
from dam.catalog.readers.listing import UnitRow, asset_exists, find_unit, list_units
from dam.types import UnitKind
from search.api.cursors import read_cursor, write_cursor
from search.api.errors import answers, missing
from search.api.pictures import PictureOut, picture_out
from search.api.search import hit_out
from search.api.search_schemas import HitOut
from search.api.types import Cursor, Id, Limit
from search.service import more_like

router = Router()


class UnitOut(Schema):
    """A photo, a shot of a video, or a clip of a recording: `[start_ms, end_ms)`."""

    id: int
    asset_id: int
    unit: UnitKind
    position: int = Field(description="The n-th of its kind in the asset.")
    start_ms: int
    end_ms: int
    text: str = Field(description="What is said in it, or “”.")
    picture: PictureOut | None
    strip: PictureOut | None = Field(description="Frames of a shot side by side.")


class UnitPage(Schema):
    """A page of units, by their time."""

    units: list[UnitOut]
    next: str | None


class SimilarOut(Schema):
    """What looks like a unit, the most alike first."""

    hits: list[HitOut]
    good_count: int


@router.get("assets/{asset_id}/units", response=answers(UnitPage, 400, 404), summary="Units of an asset")
def list_asset_units(
    request: HttpRequest, asset_id: Id, unit: UnitKind | None = None, cursor: Cursor = None, limit: Limit = 60
) -> Any:
    """Return the shots and clips of an asset by their time, or its one photo."""
    if not asset_exists(asset_id):
        raise missing("asset", asset_id)
    listing, asked = f"units of {asset_id}", {"unit": unit}
    place = read_cursor(cursor, listing, asked)
    after = (int(place[0] or 0), int(place[1] or 0)) if place else None
    rows = list_units(asset_id, limit=limit + 1, after=after, kind=unit)
    page = rows[:limit]
    tiles = tiles_of_units([row.id for row in page])
    return UnitPage(
        units=[_out(row, tiles.get(row.id)) for row in page],
        next=write_cursor(listing, asked, [page[-1].start_ms, page[-1].id]) if len(rows) > limit else None,
    )


@router.get("units/{unit_id}", response=answers(UnitOut, 404), summary="One unit")
def get_unit(request: HttpRequest, unit_id: Id) -> Any:
    """Return one photo, shot or clip."""
    row = find_unit(unit_id)
    if row is None:
        raise missing("unit", unit_id)
    return _out(row, tiles_of_units([unit_id]).get(unit_id))


@router.get("units/{unit_id}/similar", response=answers(SimilarOut, 404, 503), summary="What looks like a unit")
def similar_units(request: HttpRequest, unit_id: Id, limit: Limit = 20) -> Any:
    """Return units of other assets that look like this one; none for a clip, which has no picture."""
    if find_unit(unit_id) is None:
        raise missing("unit", unit_id)
    found = more_like(unit_id, limit=limit)
    tiles = tiles_of_units([hit.unit_id for hit in found.hits])
    hits = [hit_out(hit, tiles[hit.unit_id]) for hit in found.hits if hit.unit_id in tiles]
    return SimilarOut(hits=hits, good_count=found.good_count)


def _out(row: UnitRow, tile: Tile | None) -> UnitOut:
    return UnitOut(
        id=row.id,
        asset_id=row.asset_id,
        unit=row.kind,
        position=row.position,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        text=row.text,
        picture=picture_out(tile.picture) if tile else None,
        strip=picture_out(tile.strip) if tile else None,
    )
