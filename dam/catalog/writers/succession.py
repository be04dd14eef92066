"""A file that another program rewrote: the same asset where only its metadata changed, seen by its renditions.

Reading a file anew makes the same renditions of the same picture, byte by byte: a preview of up to 2048 px, the
keyframes of every shot, the waveform of a recording. Where all of them are as they were, people, tags, collections
and edits stay with the asset, and what the file says now is merged into it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from dam.catalog import jobs
from dam.catalog.models import Asset, FormerAsset, KnownFingerprint, MediaFile, StageRun
from dam.catalog.writers.metadata_edits import write_words
from dam.catalog.writers.said import take_file
from dam.types import MediaKind, Prepared, RenditionFile, RenditionRole

_TELLING = {
    MediaKind.PHOTO: {RenditionRole.PREVIEW, RenditionRole.THUMB},
    MediaKind.VIDEO: {RenditionRole.PREVIEW, RenditionRole.KEYFRAME},
    MediaKind.AUDIO: {RenditionRole.WAVEFORM},
}


def rejoin(run: StageRun, prepared: Prepared, *, renditions: Path) -> int | None:
    """Give the files of a PREPARE run's asset back to the asset that they were, if only their metadata changed.

    Returns that asset; the run's own is gone then, and the run with it. None where the content is another.
    """
    files = list(MediaFile.objects.filter(asset_id=run.asset_id, former__isnull=False).select_related("former"))
    for file in files:
        former = Asset.objects.filter(pk=file.former.asset_id).first()
        if former is not None and _is_same(former, prepared, renditions=renditions):
            return former.pk if _join(run, former, prepared) else None
    FormerAsset.objects.filter(file__in=files).delete()
    return None


def _is_same(former: Asset, prepared: Prepared, *, renditions: Path) -> bool:
    probe = prepared.probe
    shape = (former.kind, former.width, former.height, former.duration_ms)
    if shape != (probe.kind, probe.width, probe.height, probe.duration_ms):
        return False
    telling = _TELLING[probe.kind]
    made = sorted(_made(prepared, telling), key=lambda pair: pair[0])
    rows = former.renditions.filter(role__in=telling).values_list("role", "at_ms", "key")
    kept = sorted(((str(role), at_ms), renditions / key) for role, at_ms, key in rows)
    if not made or [where for where, _ in made] != [where for where, _ in kept]:
        return False
    return all(_bytes(path) == _bytes(other) != b"" for (_, path), (_, other) in zip(made, kept, strict=True))


def _made(prepared: Prepared, telling: set[RenditionRole]) -> Iterator[tuple[tuple[str, int], Path]]:
    of_units: Iterable[RenditionFile] = (file for unit in prepared.units for file in unit.renditions)
    for file in [*prepared.renditions, *of_units]:
        if file.role in telling:
            yield (file.role.value, file.at_ms), file.path


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _join(run: StageRun, former: Asset, prepared: Prepared) -> bool:
    with transaction.atomic():
        if not jobs.still_ours(run):
            return False
        fresh = Asset.objects.get(pk=run.asset_id)
        MediaFile.objects.filter(asset=fresh).update(asset=former)
        FormerAsset.objects.filter(file__asset=former).delete()
        latest = former.files.order_by("-mtime_ns").values_list("mtime_ns", flat=True).first() or 0
        known = {former.fingerprint, fresh.fingerprint}
        fingerprint, size_bytes = fresh.fingerprint, fresh.size_bytes
        fresh.delete()
        KnownFingerprint.objects.bulk_create(
            [KnownFingerprint(fingerprint=each, asset=former) for each in known], ignore_conflicts=True
        )
        Asset.objects.filter(pk=former.pk).update(fingerprint=fingerprint, size_bytes=size_bytes)
        take_file(
            former,
            prepared.probe.metadata,
            orientation=prepared.probe.orientation,
            changed_at=datetime.fromtimestamp(latest / 1e9, tz=UTC),
        )
        write_words([former.pk])
    return True
