"""What one decode of a file gave, written to the catalogue in one transaction."""

from dataclasses import asdict
from datetime import UTC
from pathlib import Path

from django.db import transaction

from dam.catalog import fulltext, jobs
from dam.catalog.models import Asset, AssetMetadata, MediaFile, Rendition, StageRun, Unit
from dam.catalog.writers.renditions import PlacedRendition, as_row, place
from dam.catalog.writers.units import forget_units
from dam.types import MediaKind, MediaProbe, Prepared, RenditionRole, Stage, UnitKind

_LOOKS = {RenditionRole.THUMB, RenditionRole.KEYFRAME}


def record_prepared(
    run: StageRun,
    prepared: Prepared,
    *,
    renditions: Path,
    picture_models: tuple[str, ...],
    speech_model: str,
    took_ms: int,
) -> bool:
    """Write units, renditions and metadata of a PREPARE run, and make the next stages due.

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
        forget_units(asset.units.values_list("pk", flat=True))
        asset.renditions.all().delete()
        _write_probe(asset, prepared.probe)
        units = _write_units(asset, prepared, shared, of_units)
        _write_described(asset, units, prepared.probe)
        _enqueue_next(asset, prepared, picture_models=picture_models, speech_model=speech_model)
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
    asset.taken_at = metadata.taken_at.replace(tzinfo=UTC) if metadata.taken_at else None
    asset.save(
        update_fields=[
            "kind", "format", "mime", "width", "height", "duration_ms", "browser_playable", "unsupported", "taken_at",
        ]
    )  # fmt: skip
    said = asdict(metadata)
    del said["taken_at"]
    said["keywords"] = list(metadata.keywords)
    rate = probe.frame_rate
    AssetMetadata.objects.update_or_create(
        asset=asset,
        defaults=said
        | {
            "frame_rate_numerator": rate.numerator if rate else 0,
            "frame_rate_denominator": rate.denominator if rate else 0,
            "timecode": probe.timecode,
            "video_codec": probe.video_codec,
            "audio_tracks": [asdict(track) for track in probe.audio_tracks],
            "rotation_deg": probe.rotation_deg,
            "hdr": probe.hdr,
            "bit_depth": probe.bit_depth,
            "has_alpha": probe.has_alpha,
        },
    )


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
    Unit.objects.bulk_create(units, batch_size=500)
    rows = [as_row(asset, None, placed) for placed in shared]
    for unit, placed_files in zip(units, of_units, strict=False):
        rows += [as_row(asset, unit, placed) for placed in placed_files]
    Rendition.objects.bulk_create(rows, batch_size=500)
    return units


def _write_described(asset: Asset, units: list[Unit], probe: MediaProbe) -> None:
    if not units:
        return
    metadata = probe.metadata
    names = MediaFile.objects.filter(asset=asset).values_list("path", flat=True)[:10]
    parts = [
        metadata.title, metadata.description, " ".join(metadata.keywords), metadata.creator,
        metadata.camera_make, metadata.camera_model, *(name.rpartition(".")[0].replace("/", " ") for name in names),
    ]  # fmt: skip
    text = "\n".join(part for part in parts if part)
    fulltext.index_units([fulltext.TextRow(unit_id=units[0].pk, described=text)])


def _enqueue_next(asset: Asset, prepared: Prepared, *, picture_models: tuple[str, ...], speech_model: str) -> None:
    # A file prepared anew (a reader that got better, a retry) goes through every later stage again.
    asset.stages.exclude(stage=Stage.PREPARE).delete()
    if any(file.role in _LOOKS for unit in prepared.units for file in unit.renditions):
        for model in picture_models:
            jobs.enqueue([asset.pk], stage=Stage.EMBED, model=model)
    if prepared.probe.kind != MediaKind.PHOTO:
        # Silent ones, too: a subtitle may lie beside them, or come later.
        jobs.enqueue([asset.pk], stage=Stage.TRANSCRIBE, model=speech_model)
    if prepared.probe.kind == MediaKind.VIDEO and not prepared.probe.browser_playable:
        jobs.enqueue([asset.pk], stage=Stage.PROXY)
