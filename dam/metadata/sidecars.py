"""Sidecars found, read, and merged with what the catalogue holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from blake3 import blake3
from django.db import transaction

from dam.catalog.models import MediaFile
from dam.catalog.readers.media_places import MediaPlace, places_by_stem, places_of, siblings_of
from dam.catalog.readers.metadata_writes import sidecar_row, to_write
from dam.catalog.writers.said import SidecarSaid, take_sidecar
from dam.engines.media.regions import Frame
from dam.engines.media.xmp import MAX_XMP_BYTES, is_xmp, read_xmp
from dam.errors import MetadataToolFailed
from dam.metadata.folders import Folder, opened_folder
from dam.metadata.sidecar_names import sidecar_names, stem_of

log = structlog.get_logger(__name__)


class SidecarUnreadable(MetadataToolFailed):
    """A sidecar is there, but can't be read: it is never written over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSidecar:
    """A sidecar as it is on disk: its name in the folder of its media file."""

    name: bytes
    said: SidecarSaid


def find_sidecar(folder: Folder, place: MediaPlace, *, frame: Frame | None = None) -> FoundSidecar | None:
    """Read the sidecar of a media file in its open folder; None where there is none.

    `frame`: the size and the turn of its picture, where they are known better than the catalogue knows them.
    Raises SidecarUnreadable, OSError.
    """
    for name in sidecar_names(place.name, siblings_of(place)).read:
        status = folder.status(name)
        if status is None:
            continue
        data = folder.read(name, most=MAX_XMP_BYTES)
        if data is None:
            continue
        shown = name.decode("utf-8", "backslashreplace")
        if len(data) > MAX_XMP_BYTES:
            raise SidecarUnreadable(f"The sidecar {shown} is larger than the {MAX_XMP_BYTES >> 20} MB that are read.")
        if not is_xmp(data):
            raise SidecarUnreadable(
                f"The sidecar {shown} can't be read as XMP. Move it away to have a new one written."
            )
        changed_at = datetime.fromtimestamp(status.st_mtime, tz=UTC)
        return FoundSidecar(name=name, said=as_said(place, name, data, changed_at, frame=frame or frame_of(place)))
    return None


def as_said(place: MediaPlace, name: bytes, data: bytes, changed_at: datetime, *, frame: Frame) -> SidecarSaid:
    """Return what the bytes of a sidecar say."""
    raw_path = place.folder + b"/" + name if place.folder else name
    return SidecarSaid(
        raw_path=raw_path,
        path=raw_path.decode("utf-8", "backslashreplace"),
        digest=blake3(data).hexdigest(),
        changed_at=changed_at,
        metadata=read_xmp(data, frame),
    )


def frame_of(place: MediaPlace) -> Frame:
    """Return the size and the turn of a place's picture, as the catalogue knows them."""
    wanted = to_write(place.asset_id)
    if wanted is None:
        return Frame()
    return Frame(width=wanted.width, height=wanted.height, orientation=wanted.orientation or 1)


def sidecars_of(asset_id: int, *, frame: Frame) -> list[tuple[MediaFile, SidecarSaid]]:
    """Return the sidecars beside an asset's files that can be read now, each with its file."""
    found = []
    for place in places_of(asset_id):
        if not place.here:
            continue
        said = _try_to_find(place, frame=frame)
        if said is not None:
            found.append((MediaFile(pk=place.file_id, asset_id=asset_id), said.said))
    return found


def read_changed(library_id: int, raw_paths: Iterable[bytes]) -> int:
    """Merge what the sidecars at these paths of a library say now; returns for how many files something changed."""
    places: dict[int, MediaPlace] = {}
    for raw_path in raw_paths:
        folder, slash, name = raw_path.rpartition(b"/")
        stem = folder + slash + stem_of(name)
        places.update((place.file_id, place) for place in places_by_stem(library_id, [stem]) if place.here)
    return sum(read_back(place) for place in places.values())


def read_back(place: MediaPlace) -> bool:
    """Merge what the sidecar of one media file says, if there is one; tells whether something changed."""
    found = _try_to_find(place)
    if found is None:
        return False
    with transaction.atomic():
        merged = take_sidecar(MediaFile(pk=place.file_id, asset_id=place.asset_id), found.said)
    if merged is not None:
        log.info("read a sidecar", asset=place.asset_id, sidecar=found.said.path, conflicts=merged.conflicts)
    return merged is not None


def would_change(place: MediaPlace) -> bool:
    """Tell whether the sidecar of a media file is not as it was when it was last read or written."""
    found = _try_to_find(place)
    row = sidecar_row(place.file_id)
    return found is not None and (row is None or row.digest != found.said.digest)


def _try_to_find(place: MediaPlace, *, frame: Frame | None = None) -> FoundSidecar | None:
    try:
        with opened_folder(bytes(place.root), place.folder) as folder:
            return find_sidecar(folder, place, frame=frame)
    except SidecarUnreadable as error:
        log.warning("a sidecar can't be used", asset=place.asset_id, reason=str(error))
    except OSError as error:
        log.info("a sidecar can't be looked for", asset=place.asset_id, reason=str(error.strerror))
    return None
