"""What handing out needs of assets: their files, sizes and clocks, in a number of queries that does not grow."""

import os
import posixpath
from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dam.catalog.ids import among
from dam.catalog.models import Asset, CollectionItem, MediaFile, Unit
from dam.types import CollectionKind, FileState, FrameRate, MediaKind, Piece, SourceFile, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """An asset as it can be handed out; `sources` are its files that can be opened now, maybe none.

    `located`: its file says where it was taken. `timecode` is that of the first frame, "" for none.
    """

    asset_id: int
    kind: MediaKind
    name: str
    sources: tuple[SourceFile, ...]
    away: bool  # there is a file, on a drive that is not connected
    mime: str
    fingerprint: str
    size_bytes: int
    width: int
    height: int
    duration_ms: int
    browser_playable: bool
    taken_at: datetime | None
    rate: FrameRate | None
    timecode: str
    video_start_ms: int  # when the first picture comes
    located: bool


def handouts_of(asset_ids: Several[int]) -> dict[int, Handout]:
    """Return these assets by id; those that are gone, or were never read, are left out."""
    wanted = among(asset_ids)
    sources: dict[int, list[SourceFile]] = defaultdict(list)
    names: dict[int, tuple[bool, str]] = {}
    away: set[int] = set()
    files = MediaFile.objects.filter(asset_id__in=wanted).order_by("id")
    rows = files.values_list(
        "asset_id", "path", "raw_path", "size_bytes", "mtime_ns", "state", "library__root", "library__online"
    )
    for asset_id, path, raw_path, size, mtime_ns, state, root, online in rows:
        there = state == FileState.PRESENT
        if asset_id not in names or (there and not names[asset_id][0]):
            names[asset_id] = there, posixpath.basename(path)
        if there and online:
            place = Path(root) / os.fsdecode(bytes(raw_path))
            source = SourceFile(path=place, root=Path(root), size_bytes=size, mtime_ns=mtime_ns)
            sources[asset_id].append(source)
        elif there:
            away.add(asset_id)
    assets = Asset.objects.filter(pk__in=wanted).exclude(kind="").select_related("metadata")
    return {
        asset.pk: _handout(asset, names.get(asset.pk, (False, f"asset-{asset.pk}"))[1], sources[asset.pk], away)
        for asset in assets
    }


def pieces_of_units(unit_ids: Sequence[int]) -> list[Piece]:
    """Return these units as pieces, in the order given: a photo is whole, a shot or clip a stretch."""
    rows = Unit.objects.filter(pk__in=among(unit_ids)).values_list("pk", "asset_id", "kind", "start_ms", "end_ms")
    found = {
        pk: Piece(asset_id=asset_id, unit_id=pk)
        if kind == UnitKind.PHOTO
        else Piece(asset_id=asset_id, unit_id=pk, start_ms=start_ms, end_ms=end_ms)
        for pk, asset_id, kind, start_ms, end_ms in rows
    }
    return [found[pk] for pk in dict.fromkeys(unit_ids) if pk in found]


def pieces_of_made(collection_id: int) -> list[Piece]:
    """Return what somebody put into a collection, in its order."""
    rows = CollectionItem.objects.filter(collection_id=collection_id, collection__kind=CollectionKind.MADE)
    return [
        Piece(asset_id=row.asset_id, unit_id=row.unit_id, start_ms=row.start_ms, end_ms=row.end_ms, note=row.note)
        for row in rows.order_by("position", "pk")
    ]


def with_units(pieces: Iterable[Piece]) -> list[Piece]:
    """Return pieces that were kept by their times with the units that are those now; gone assets are left out."""
    kept = list(pieces)
    assets = {piece.asset_id for piece in kept}
    there = set(Asset.objects.filter(pk__in=among(assets)).values_list("pk", flat=True))
    units = {
        (asset_id, start_ms, end_ms): pk
        for pk, asset_id, start_ms, end_ms in Unit.objects.filter(asset_id__in=among(assets))
        .order_by("-pk")
        .values_list("pk", "asset_id", "start_ms", "end_ms")
    }
    return [
        Piece(
            asset_id=piece.asset_id,
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            unit_id=units.get((piece.asset_id, piece.start_ms, piece.end_ms)),
            note=piece.note,
        )
        for piece in kept
        if piece.asset_id in there
    ]


def _handout(asset: Asset, name: str, sources: Sequence[SourceFile], away: set[int]) -> Handout:
    data = getattr(asset, "metadata", None)
    rate = None
    if data is not None and data.frame_rate_numerator and data.frame_rate_denominator:
        rate = FrameRate(numerator=data.frame_rate_numerator, denominator=data.frame_rate_denominator)
    return Handout(
        asset_id=asset.pk,
        kind=MediaKind(asset.kind),
        name=name,
        sources=tuple(sources),
        away=asset.pk in away,
        mime=asset.mime,
        fingerprint=asset.fingerprint,
        size_bytes=asset.size_bytes,
        width=asset.width,
        height=asset.height,
        duration_ms=asset.duration_ms,
        browser_playable=asset.browser_playable,
        taken_at=asset.taken_at,
        rate=rate,
        timecode=data.timecode if data is not None else "",
        video_start_ms=data.video_start_ms if data is not None else 0,
        located=data is not None and data.latitude is not None,
    )
