"""Metadata written into the media file itself, by way of a copy whose picture and sound are proven to be the same.

The bytes change, and with them the fingerprint: the asset knows both before the copy takes the original's place, so
that a scan at any moment, and one after a crash at any moment, finds the asset that it was.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import transaction

from dam.catalog.merge import FIELDS, same, values_of
from dam.catalog.readers.media_places import MediaPlace
from dam.catalog.readers.metadata_writes import ToWrite
from dam.catalog.writers import rewritten
from dam.catalog.writers.said import agree
from dam.engines.fingerprint import fingerprint_descriptor
from dam.engines.media.regions import Frame
from dam.errors import MetadataToolFailed
from dam.metadata.bench import Bench
from dam.metadata.folders import Folder
from dam.metadata.regions import REGIONS, TRACKS, region_info, tracks
from dam.metadata.sidecar_names import RAW
from dam.metadata.tags import TagChanges, altered, iptc_changes, is_same_value, unmet, xmp_changes
from dam.types import SourceFile
from dam.types.files import FileStamp

log = structlog.get_logger(__name__)

# By what the file is, not what it is called: ExifTool 12.57 writes XMP into these, and our decoders read it back.
# Raw files are never written to, whatever their inside looks like: their makers' parts may hold addresses that no
# program knows.
_EXTENSIONS = {
    "jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tif", "heif": ".heic", "avif": ".avif",
    "mp4": ".mp4", "mov": ".mov", "m4a": ".m4a", "3gp": ".3gp",
}  # fmt: skip
_WITH_IPTC = {"jpeg", "tiff"}


def takes(place: MediaPlace) -> bool:
    """Tell whether a media file is of a format that metadata is written into."""
    extension = place.name.rpartition(b".")[2].lower()
    return place.format in _EXTENSIONS and extension not in RAW


def write(place: MediaPlace, wanted: ToWrite, folder: Folder, bench: Bench) -> str | None:
    """Write into the file; returns what could not be said there ("": all was), None where it said all already.

    Raises MetadataToolFailed, MediaError, OSError.
    """
    status = folder.status(place.name)
    if status is None:
        raise MetadataToolFailed("The file is no longer there.")
    stamp = FileStamp.of(status)
    work = folder.working_name(place.file_id, _EXTENSIONS[place.format])
    try:
        folder.copy(place.name, work)
        with folder.linked(bench.scratch) as link:
            path = link / work.decode()
            original = bench.reader.read_essence(_source(folder, work))
            before = bench.tool.read(path)
            changes = _changes(place, wanted, before, there=values_of(original.metadata))
            if changes is None:
                agree(place.asset_id, wanted.values, in_file=values_of(original.metadata))
                return None
            bench.tool.write(path, values=changes.values, clear=changes.clear, recode_iptc=changes.iptc)
            _check(changes, before, bench.tool.read(path))
            written = bench.reader.read_essence(_source(folder, work))
        if written.digest != original.digest:
            raise MetadataToolFailed("Writing would have changed the picture or the sound; the file is as it was.")
        folder.keep_attributes(work, place.name)
        now = folder.status(place.name)
        if now is None or not FileStamp.of(now).agrees_with(stamp):
            raise MetadataToolFailed("Another program wrote to the file at the same moment; it is tried again.")
        fingerprint, size_bytes = _fingerprint(folder, work)
        rewritten.expect(place.asset_id, fingerprint)
        folder.put(work, place.name)
        finished = folder.status(place.name)
    finally:
        folder.drop(work)
    with transaction.atomic():
        rewritten.note(
            place.file_id,
            place.asset_id,
            fingerprint=fingerprint,
            size_bytes=size_bytes,
            stamp=FileStamp.of(finished) if finished is not None else stamp,
        )
        agree(place.asset_id, wanted.values, in_file=values_of(written.metadata))
    log.info("wrote metadata into a file", asset=place.asset_id, file=place.file_id)
    return _note(changes)


@dataclass(slots=True, kw_only=True)
class _Changes(TagChanges):
    """What is to be written into a file; `iptc` tells that the older form is part of it."""

    iptc: bool = False


def _changes(
    place: MediaPlace, wanted: ToWrite, before: dict[str, object], *, there: dict[str, object]
) -> _Changes | None:
    """Return what is to be written, or None where the file says all of it already."""
    frame = Frame(width=wanted.width, height=wanted.height, orientation=wanted.orientation or 1)
    differs = not all(same(wanted.values.get(name), there.get(name)) for name in FIELDS)
    # All that there is to say is said in XMP, also what the file said only in EXIF; what is not said is taken away.
    unsaid = {name: there[name] for name in FIELDS if wanted.values.get(name) in (None, "", [])}
    made = _Changes()
    _add(made, xmp_changes(wanted.values, unsaid))
    table = region_info(before.get(REGIONS), wanted.regions, ours=(), frame=frame)
    if not is_same_value(table, before.get(REGIONS)):
        made.put(REGIONS, table)
        differs = True
    if wanted.frame_rate is not None and (wanted.markers or TRACKS in before):
        marked = tracks(before.get(TRACKS), wanted.markers, wanted.frame_rate)
        if not is_same_value(marked, before.get(TRACKS)):
            made.put(TRACKS, marked)
            differs = True
    if not differs:
        return None
    if place.format in _WITH_IPTC:
        older = iptc_changes(wanted.values)
        made.iptc = bool(older.values) or any(name in before for name in older.clear)
        if made.iptc:
            _add(made, older)
    return made


def _add(changes: TagChanges, others: TagChanges) -> None:
    changes.values.update(others.values)
    changes.clear.extend(others.clear)
    changes.notes.extend(others.notes)


def _check(changes: TagChanges, before: dict[str, object], after: dict[str, object]) -> None:
    wrong = unmet(changes, after)
    if wrong:
        raise MetadataToolFailed(f"What was written does not read back the same: {', '.join(wrong[:5])}.")
    harmed = altered(before, after, touched=changes.touched())
    if harmed:
        raise MetadataToolFailed(f"Writing would have changed other fields: {', '.join(harmed[:5])}.")


def _note(changes: TagChanges) -> str:
    if not changes.notes:
        return ""
    return f"All is in the file's XMP; its older IPTC can't hold it all: {'; '.join(changes.notes)}."


def _source(folder: Folder, work: bytes) -> SourceFile:
    status = folder.status(work)
    if status is None:
        raise MetadataToolFailed("The copy of the file is gone.")
    root = Path(os.fsdecode(folder.path))
    return SourceFile(path=root / work.decode(), root=root, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)


def _fingerprint(folder: Folder, name: bytes) -> tuple[str, int]:
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder.descriptor)
    try:
        size_bytes = os.fstat(descriptor).st_size
        return fingerprint_descriptor(descriptor, size_bytes=size_bytes), size_bytes
    finally:
        os.close(descriptor)
