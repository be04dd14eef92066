"""Stretches of videos and recordings with all that an edit has to know of them, in a fixed number of queries."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.models import Asset, AssetMetadata, CollectionItem, MediaFile, Speech, Unit
from dam.types import AudioTrack, FileState, FrameRate, MediaKind
from dam.types.handoff import Piece, PieceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What a piece is of: both times are 0 for the whole asset."""

    asset_id: int
    unit_id: int | None = None
    start_ms: int = 0
    end_ms: int = 0
    note: str = ""


def pieces_of(things: Sequence[tuple[int, int | None]]) -> list[Piece]:
    """Return a piece for each (asset, unit), in the order given; without a unit it is the whole asset.

    What is gone is left out, and so is a unit of another asset.
    """
    units = Unit.objects.in_bulk([unit_id for _, unit_id in things if unit_id is not None])
    wanted = []
    for asset_id, unit_id in things:
        unit = units.get(unit_id) if unit_id is not None else None
        if unit is not None and unit.asset_id == asset_id:
            wanted.append(_Wanted(asset_id=asset_id, unit_id=unit.pk, start_ms=unit.start_ms, end_ms=unit.end_ms))
        elif unit_id is None:
            wanted.append(_Wanted(asset_id=asset_id))
    return _pieces(wanted)


def pieces_of_collection(collection_id: int) -> list[Piece]:
    """Return a piece for each item of a made collection, in its order, with the items' notes."""
    rows = CollectionItem.objects.filter(collection_id=collection_id).order_by("position", "pk")
    return _pieces(
        [
            _Wanted(
                asset_id=row.asset_id, unit_id=row.unit_id, start_ms=row.start_ms, end_ms=row.end_ms, note=row.note
            )
            for row in rows
        ]
    )


def _pieces(wanted: Sequence[_Wanted]) -> list[Piece]:
    asset_ids = {one.asset_id for one in wanted}
    assets = Asset.objects.in_bulk(asset_ids)
    metadata = AssetMetadata.objects.in_bulk(asset_ids)
    places = _places(asset_ids)
    lines = _lines(asset_ids)
    return [
        _piece(one, assets[one.asset_id], metadata.get(one.asset_id), places[one.asset_id], lines[one.asset_id])
        for one in wanted
        if one.asset_id in assets and one.asset_id in places
    ]


def _piece(
    one: _Wanted, asset: Asset, data: AssetMetadata | None, place: tuple[Path, bool], lines: Sequence[PieceLine]
) -> Piece:
    data = data or AssetMetadata()
    path, offline = place
    end_ms = one.end_ms if one.end_ms > one.start_ms else asset.duration_ms
    rated = asset.kind == MediaKind.VIDEO and data.frame_rate_numerator > 0 and data.frame_rate_denominator > 0
    return Piece(
        asset_id=asset.pk,
        unit_id=one.unit_id,
        kind=MediaKind(asset.kind) if asset.kind else MediaKind.PHOTO,
        path=path,
        offline=offline,
        start_ms=one.start_ms,
        end_ms=end_ms,
        duration_ms=asset.duration_ms,
        width=asset.width,
        height=asset.height,
        frame_rate=(
            FrameRate(numerator=data.frame_rate_numerator, denominator=data.frame_rate_denominator) if rated else None
        ),
        timecode=data.timecode,
        video_start_ms=data.video_start_ms,
        video_frames=data.video_frames,
        time_reference=data.time_reference,
        audio_tracks=tuple(AudioTrack(**track) for track in data.audio_tracks),
        title=data.title,
        keywords=tuple(data.keywords),
        note=one.note,
        lines=tuple(line for line in lines if line.start_ms < end_ms and line.end_ms > one.start_ms),
    )


def _places(asset_ids: Iterable[int]) -> dict[int, tuple[Path, bool]]:
    """Return the path of an asset's best file, and whether it is away: one that is there before any other."""
    rows = (
        MediaFile.objects.filter(asset_id__in=asset_ids)
        .order_by("id")
        .values_list("asset_id", "raw_path", "state", "library__root", "library__online")
    )
    best: dict[int, tuple[int, Path, bool]] = {}
    for asset_id, raw_path, state, root, online in rows:
        if asset_id is None:
            continue
        rank = (0 if state == FileState.PRESENT else 2) + (0 if online else 1)
        if asset_id not in best or rank < best[asset_id][0]:
            best[asset_id] = (rank, Path(root) / os.fsdecode(bytes(raw_path)), rank > 0)
    return {asset_id: (path, away) for asset_id, (_, path, away) in best.items()}


def _lines(asset_ids: Iterable[int]) -> dict[int, list[PieceLine]]:
    """Return the spoken lines of assets in time order; weak ones are never shown."""
    rows = (
        Speech.objects.filter(unit__asset_id__in=asset_ids, weak=False)
        .order_by("unit__start_ms", "pk")
        .values_list("unit__asset_id", "unit__start_ms", "unit__end_ms", "text", "speaker__name")
    )
    lines: dict[int, list[PieceLine]] = defaultdict(list)
    for asset_id, start_ms, end_ms, text, speaker in rows:
        lines[asset_id].append(PieceLine(start_ms=start_ms, end_ms=end_ms, text=text, speaker=speaker or ""))
    return lines
