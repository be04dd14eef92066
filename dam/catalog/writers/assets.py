"""What one decode of a file gave, written to the catalogue in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from dam.catalog import fulltext, jobs
from dam.catalog.merge import FIELDS
from dam.catalog.models import Asset, AssetMetadata, AssetPlace, MediaFile, Rendition, StageRun, Unit, UnitMeasure
from dam.catalog.writers.described import described_texts
from dam.catalog.writers.named_regions import as_json
from dam.catalog.writers.renditions import PlacedRendition, as_row, place
from dam.catalog.writers.replace import replace_units
from dam.catalog.writers.said import SidecarSaid, take_file, take_sidecar
from dam.types import FileState, MediaKind, MediaProbe, Plan, Prepared, RenditionRole, Stage, Traits, UnitKind

_FILE_DATE = "file:mtime"
_LOOKS = {RenditionRole.THUMB, RenditionRole.KEYFRAME}


def record_prepared(
    run: StageRun,
    prepared: Prepared,
    *,
    renditions: Path,
    plan: Plan,
    took_ms: int,
    sidecars: Sequence[tuple[MediaFile, SidecarSaid]] = (),
) -> bool:
    """Write units, renditions and metadata of a PREPARE run, and make the next stages due.

    `sidecars` are those beside the asset's files, with the file that each belongs to.
    Returns False (and changes no row) when another worker has taken the run over meanwhile. Raises StoreError.
    """
    asset = run.asset
    shared = [
        place(asset, file, name=_name(file.role, number), folder=renditions)
        for number, file in enumerate(prepared.renditions)
    ]
    of_units = [
        [
            place(asset, file, name=f"{_name(file.role, number)}-{position}-{file.at_ms}", folder=renditions)
            for number, file in enumerate(unit.renditions)
        ]
        for position, unit in enumerate(prepared.units)
    ]
    with transaction.atomic():
        if not jobs.still_ours(run):
            return False
        # The cut-out faces stay: of those that only somebody saw, no model makes them again.
        asset.renditions.exclude(role=RenditionRole.FACE).delete()
        _write_probe(asset, prepared.probe)
        placed = _take_words(asset, prepared.probe, sidecars)
        units = _write_units(asset, prepared, shared, of_units)
        if not placed:
            AssetPlace.objects.filter(asset=asset).delete()
        _write_described(asset)
        _write_measures(units, prepared)
        _enqueue_next(asset, prepared, plan, placed=placed)
        jobs.finish([run], took_ms=took_ms, note=prepared.partial_reason)
    return True


def mark_unsupported(run: StageRun, reason: str) -> None:
    """End a PREPARE run whose file is no media that we read."""
    with transaction.atomic():
        Asset.objects.filter(pk=run.asset_id).update(unsupported=True)
        jobs.fail(run, reason, max_attempts=1, final=True)


def _name(role: RenditionRole, number: int) -> str:
    return f"{role.value}-{number}"


def _write_probe(asset: Asset, probe: MediaProbe) -> None:
    metadata = probe.metadata
    asset.kind = probe.kind
    asset.format, asset.mime = probe.format, probe.mime
    asset.width, asset.height, asset.duration_ms = probe.width, probe.height, probe.duration_ms
    asset.browser_playable = probe.browser_playable
    asset.unsupported = False
    # Wall time, filed as if it were UTC: "photos of 12 May" means the photographer's day, not London's.
    taken_at = metadata.taken_at.replace(tzinfo=UTC) if metadata.taken_at else None
    if asset.taken_at is None or metadata.taken_source != _FILE_DATE or taken_at is None:
        asset.taken_at = taken_at
    else:  # writing metadata into a file makes its date younger
        asset.taken_at = min(asset.taken_at, taken_at)
    asset.save(
        update_fields=[
            "kind", "format", "mime", "width", "height", "duration_ms", "browser_playable", "unsupported", "taken_at",
        ]
    )  # fmt: skip
    # What a user may edit is merged, not overwritten: `_take_words`.
    said = {name: value for name, value in asdict(metadata).items() if name not in {"taken_at", *FIELDS}}
    said["regions"] = [as_json(region) for region in metadata.regions]
    rate = probe.frame_rate
    AssetMetadata.objects.update_or_create(
        asset=asset,
        defaults=said
        | {
            "frame_rate_numerator": rate.numerator if rate else 0,
            "frame_rate_denominator": rate.denominator if rate else 0,
            "timecode": probe.timecode,
            "video_start_ms": probe.video_start_ms,
            "video_frames": probe.video_frames,
            "time_reference": probe.time_reference,
            "video_codec": probe.video_codec,
            "audio_tracks": [asdict(track) for track in probe.audio_tracks],
            "rotation_deg": probe.rotation_deg,
            "hdr": probe.hdr,
            "bit_depth": probe.bit_depth,
            "has_alpha": probe.has_alpha,
        },
    )


def _take_words(asset: Asset, probe: MediaProbe, sidecars: Sequence[tuple[MediaFile, SidecarSaid]]) -> bool:
    """Merge what the file and its sidecars say; returns whether it is known where the asset was taken."""
    mtime_ns = asset.files.filter(state=FileState.PRESENT).aggregate(latest=Max("mtime_ns"))["latest"]
    changed_at = datetime.fromtimestamp(mtime_ns / 1e9, tz=UTC) if mtime_ns else None
    take_file(asset, probe.metadata, orientation=probe.orientation, changed_at=changed_at)
    for file, said in sidecars:
        take_sidecar(file, said, preparing=True)
    return AssetMetadata.objects.filter(asset=asset, latitude__isnull=False, longitude__isnull=False).exists()


def _write_units(
    asset: Asset, prepared: Prepared, shared: list[PlacedRendition], of_units: list[list[PlacedRendition]]
) -> list[Unit]:
    units = [
        Unit(asset=asset, kind=unit.kind, position=position, start_ms=unit.start_ms, end_ms=unit.end_ms)
        for position, unit in enumerate(prepared.units)
    ]
    if prepared.probe.kind == MediaKind.AUDIO and not units:
        # The file itself, so that its title can be found and music has a unit; speech adds its clips after it.
        units = [Unit(asset=asset, kind=UnitKind.CLIP, position=0, start_ms=0, end_ms=prepared.probe.duration_ms)]
    units = replace_units(asset, units)
    rows = [as_row(asset, None, placed) for placed in shared]
    for unit, placed_files in zip(units, of_units, strict=False):
        rows += [as_row(asset, unit, placed) for placed in placed_files]
    Rendition.objects.bulk_create(rows, batch_size=500)
    return units


def _write_described(asset: Asset) -> None:
    texts = described_texts([asset.pk])
    fulltext.index_units(fulltext.TextRow(unit_id=unit_id, described=text) for unit_id, text in texts.items())


def _write_measures(units: list[Unit], prepared: Prepared) -> None:
    measured = [(unit.motion, unit.loudness_lufs) for unit in prepared.units] or [(None, prepared.loudness_lufs)]
    UnitMeasure.objects.bulk_create(
        [
            UnitMeasure(unit=unit, motion=motion or "", loudness_lufs=loudness)
            for unit, (motion, loudness) in zip(units, measured, strict=False)
            if motion is not None or loudness is not None
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["motion", "loudness_lufs"],
    )


def _enqueue_next(asset: Asset, prepared: Prepared, plan: Plan, *, placed: bool) -> None:
    # A file prepared anew (a reader that got better, a retry) goes through every later stage again.
    asset.stages.exclude(stage=Stage.PREPARE).delete()
    probe = prepared.probe
    traits = Traits(
        kind=probe.kind,
        pictured=any(file.role in _LOOKS for unit in prepared.units for file in unit.renditions),
        audible=probe.kind is MediaKind.AUDIO or bool(probe.audio_tracks),
        placed=placed,
        browser_playable=probe.browser_playable,
    )
    jobs.enqueue_stages([asset.pk], plan.first_stages(traits))
