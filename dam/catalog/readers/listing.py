"""Assets and units as programs list them: by key, newest first, so that what comes in meanwhile moves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from dam.catalog.models import Asset, MediaFile, Rendition, Speech, Unit
from dam.types import AssetState, FileState, MediaKind, RenditionRole, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRow:
    """An asset as its row has it; `kind` None until it was read, `taken_at` the camera's wall time."""

    id: int
    kind: MediaKind | None
    state: AssetState
    reason: str
    format: str
    mime: str
    size_bytes: int
    width: int
    height: int
    duration_ms: int
    taken_at: datetime | None
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit with what is said in it ("" for pictures and silence)."""

    id: int
    asset_id: int
    kind: UnitKind
    position: int
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionRow:
    """A derived file; `unit_id` None for the asset's own."""

    id: int
    asset_id: int
    unit_id: int | None
    role: RenditionRole
    mime: str
    width: int
    height: int
    at_ms: int
    frames: int
    size_bytes: int
    colour: str


def list_assets(
    *,
    limit: int,
    before_id: int | None = None,
    library_id: int | None = None,
    kind: MediaKind | None = None,
    state: AssetState | None = None,
    added_after: datetime | None = None,
) -> list[AssetRow]:
    """Return the assets added last of which a file was not lost; `before_id`: where the page before ended."""
    files = MediaFile.objects.filter(asset=OuterRef("pk"), state=FileState.PRESENT)
    if library_id is not None:
        files = files.filter(library_id=library_id)
    rows = Asset.objects.filter(Exists(files))
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if state is not None:
        rows = rows.filter(state=state)
    if added_after is not None:
        rows = rows.filter(added_at__gt=added_after)
    return [as_row(row) for row in rows.order_by("-pk")[:limit]]


def as_row(asset: Asset) -> AssetRow:
    """Return what is listed of an asset."""
    return AssetRow(
        id=asset.pk,
        kind=MediaKind(asset.kind) if asset.kind else None,
        state=AssetState(asset.state),
        reason=asset.reason,
        format=asset.format,
        mime=asset.mime,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        duration_ms=asset.duration_ms,
        taken_at=asset.taken_at,
        added_at=asset.added_at,
    )


def asset_exists(asset_id: int) -> bool:
    """Tell whether there is such an asset."""
    return Asset.objects.filter(pk=asset_id).exists()


def list_units(
    asset_id: int, *, limit: int, after: tuple[int, int] | None = None, kind: UnitKind | None = None
) -> list[UnitRow]:
    """Return units of an asset by their time; `after` is the (start_ms, id) at which the page before ended."""
    rows = Unit.objects.filter(asset_id=asset_id)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if after is not None:
        rows = rows.filter(start_ms__gte=after[0]).exclude(start_ms=after[0], pk__lte=after[1])
    return _unit_rows(list(rows.order_by("start_ms", "pk")[:limit]))


def find_unit(unit_id: int) -> UnitRow | None:
    """Return a unit, or None."""
    rows = _unit_rows(list(Unit.objects.filter(pk=unit_id)))
    return rows[0] if rows else None


def list_renditions(asset_id: int, *, unit_id: int | None = None) -> list[RenditionRow]:
    """Return the derived files of an asset, or of one of its units alone, by their time."""
    rows = Rendition.objects.filter(asset_id=asset_id)
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    return [_rendition_row(row) for row in rows.order_by("at_ms", "pk")]


def find_rendition(rendition_id: int) -> RenditionRow | None:
    """Return a derived file's row, or None."""
    row = Rendition.objects.filter(pk=rendition_id).first()
    return _rendition_row(row) if row else None


def _unit_rows(units: Sequence[Unit]) -> list[UnitRow]:
    clips = [unit.pk for unit in units if unit.kind == UnitKind.CLIP]
    said = dict(Speech.objects.filter(unit_id__in=clips, weak=False).values_list("unit_id", "text"))
    return [
        UnitRow(
            id=unit.pk,
            asset_id=unit.asset_id,
            kind=UnitKind(unit.kind),
            position=unit.position,
            start_ms=unit.start_ms,
            end_ms=unit.end_ms,
            text=said.get(unit.pk, ""),
        )
        for unit in units
    ]


def _rendition_row(row: Rendition) -> RenditionRow:
    return RenditionRow(
        id=row.pk,
        asset_id=row.asset_id,
        unit_id=row.unit_id,
        role=RenditionRole(row.role),
        mime=row.mime,
        width=row.width,
        height=row.height,
        at_ms=row.at_ms,
        frames=row.frames,
        size_bytes=row.size_bytes,
        colour=row.colour,
    )
