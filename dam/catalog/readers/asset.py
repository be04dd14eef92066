"""One asset whole: its files, shots, words and renditions, for its page and for whoever serves its bytes."""

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.models import Asset, AssetMetadata, MediaFile, Rendition, Unit
from dam.catalog.readers.browse import Picture, as_picture
from dam.catalog.readers.transcripts import Line, lines_of
from dam.types import FileState, MediaKind, RenditionRole, SourceFile, Stage, StageState, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """One path of an asset: `state` is present, missing or offline."""

    library_id: int
    library: str
    folder: str
    name: str
    full_path: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot of a video, `[start_ms, end_ms)`."""

    unit_id: int
    start_ms: int
    end_ms: int
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDetail:
    """All that the page of an asset shows; `first_unit_id` is what "more like this" starts from."""

    asset: Asset
    metadata: AssetMetadata | None
    files: tuple[FilePlace, ...]
    shots: tuple[Shot, ...]
    lines: tuple[Line, ...]
    transcript_model: str
    transcript_language: str
    preview: Picture | None
    proxy: Picture | None
    waveform: Picture | None
    proxy_due: bool
    first_unit_id: int | None
    unit_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionPlace:
    """Where a rendition lies below the renditions folder."""

    key: str
    mime: str
    size_bytes: int


def asset_detail(asset_id: int) -> AssetDetail | None:
    """Return everything about an asset, or None where there is none."""
    asset = Asset.objects.filter(pk=asset_id).select_related("metadata", "transcript").first()
    if asset is None:
        return None
    renditions = list(asset.renditions.order_by("at_ms"))
    own = {row.role: as_picture(row) for row in renditions if row.unit_id is None}
    of_unit = {
        (row.unit_id, row.role): as_picture(row) for row in reversed(renditions) if row.unit_id is not None
    }  # reversed: the earliest of a unit's keyframes stays
    units = list(asset.units.order_by("start_ms", "position"))
    thumb = next((picture for (_, role), picture in of_unit.items() if role == RenditionRole.THUMB), None)
    transcript = getattr(asset, "transcript", None)
    return AssetDetail(
        asset=asset,
        metadata=getattr(asset, "metadata", None),
        files=tuple(_files(asset)),
        shots=tuple(_shot(unit, of_unit) for unit in units if unit.kind == UnitKind.SHOT),
        lines=tuple(lines_of(asset_id)),
        transcript_model=transcript.model if transcript else "",
        transcript_language=transcript.language if transcript else "",
        preview=own.get(RenditionRole.PREVIEW) or thumb,
        proxy=own.get(RenditionRole.PROXY),
        waveform=own.get(RenditionRole.WAVEFORM),
        proxy_due=_proxy_due(asset),
        first_unit_id=units[0].pk if units else None,
        unit_count=len(units),
    )


def sources_of(asset_id: int) -> list[SourceFile]:
    """Return every present file of an asset whose library is online, the oldest row first."""
    rows = (
        MediaFile.objects.filter(asset_id=asset_id, state=FileState.PRESENT, library__online=True)
        .order_by("id")
        .values_list("library__root", "raw_path", "size_bytes", "mtime_ns")
    )
    return [
        SourceFile(
            path=Path(root) / os.fsdecode(bytes(raw_path)), root=Path(root), size_bytes=size, mtime_ns=mtime_ns
        )
        for root, raw_path, size, mtime_ns in rows
    ]


def rendition_place(rendition_id: int) -> RenditionPlace | None:
    """Return where a rendition lies, or None where there is none."""
    row = Rendition.objects.filter(pk=rendition_id).values_list("key", "mime", "size_bytes").first()
    return RenditionPlace(key=row[0], mime=row[1], size_bytes=row[2]) if row else None


def first_unit(asset_id: int) -> int | None:
    """Return the first unit of an asset, at which what is said of the whole stands; None while it is being read."""
    return Unit.objects.filter(asset_id=asset_id).order_by("position").values_list("pk", flat=True).first()


def asset_mime(asset_id: int) -> tuple[str, str, str] | None:
    """Return (stored MIME type, name to download as, fingerprint) of an asset, or None."""
    asset = Asset.objects.filter(pk=asset_id).only("mime", "fingerprint").first()
    if asset is None:
        return None
    path = MediaFile.objects.filter(asset_id=asset_id).order_by("state", "id").values_list("path", flat=True).first()
    return asset.mime, posixpath.basename(path or f"asset-{asset_id}"), asset.fingerprint


def _files(asset: Asset) -> list[FilePlace]:
    places = []
    for row in asset.files.select_related("library").order_by("state", "library__name", "path"):
        offline = row.state == FileState.PRESENT and not row.library.online
        places.append(
            FilePlace(
                library_id=row.library_id,
                library=row.library.name,
                folder=row.folder,
                name=posixpath.basename(row.path),
                full_path=f"{row.library.root.rstrip('/')}/{row.path}",
                state="offline" if offline else row.state,
            )
        )
    return places


def _shot(unit: Unit, pictures: dict[tuple[int, str], Picture]) -> Shot:
    return Shot(
        unit_id=unit.pk,
        start_ms=unit.start_ms,
        end_ms=unit.end_ms,
        picture=pictures.get((unit.pk, RenditionRole.KEYFRAME)),
    )


def _proxy_due(asset: Asset) -> bool:
    if asset.kind != MediaKind.VIDEO or asset.browser_playable:
        return False
    left = [StageState.DUE, StageState.RUNNING]
    return asset.stages.filter(stage=Stage.PROXY, state__in=left).exists()
