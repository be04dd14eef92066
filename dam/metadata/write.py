"""One job: an asset's metadata to one of its files, into a sidecar, into the file itself, or into the shadow tree.

Nothing is changed in place. A copy is written beside the target, read back and compared, brought to disk, and takes
the target's place in one step; a process that dies at any moment leaves the target as it was, and the job is claimed
again.
"""

import stat
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from blake3 import blake3
from django.db import transaction
from django.utils import timezone

from dam.catalog.metadata_choices import write_mode
from dam.catalog.models import MediaFile, MetadataWrite
from dam.catalog.readers.media_places import MediaPlace, place_of, siblings_of
from dam.catalog.readers.metadata_writes import SidecarRow, ToWrite, sidecar_row, to_write
from dam.catalog.writers import metadata_writes as jobs
from dam.catalog.writers.named_regions import as_json
from dam.catalog.writers.said import SidecarSaid, agree, note_orientation, note_sidecar, take_sidecar
from dam.engines.media.regions import Frame
from dam.engines.media.xmp import MAX_XMP_BYTES, is_xmp
from dam.errors import MediaError, MetadataToolFailed, MetadataToolMissing
from dam.metadata import embed, shadow
from dam.metadata.bench import Bench
from dam.metadata.folders import Folder, opened_folder
from dam.metadata.regions import REGIONS, TRACKS, region_info, tracks
from dam.metadata.sidecar_names import sidecar_names
from dam.metadata.sidecars import SidecarUnreadable, as_said, find_sidecar
from dam.metadata.tags import TagChanges, altered, is_same_value, unmet, xmp_changes
from dam.types import WriteMode
from dam.types.metadata_write import WriteState

log = structlog.get_logger(__name__)

_AWAY_S = 300.0  # an unplugged drive
_NO_TOOL_S = 600.0
_ORIENTATION = "IFD0:Orientation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended, where it wrote to ("": nothing had to be written), and what is to be said of it."""

    state: WriteState
    target: str = ""
    reason: str = ""


def write_next(bench: Bench, *, owner: str, lease_s: int) -> bool:
    """Do one job that is due; returns whether there was any."""
    job = jobs.claim(owner=owner, lease_s=lease_s)
    if job is None:
        return False
    try:
        _do(job, bench)
    except Exception as error:  # the rim of a job, as of a step of the pipeline
        log.exception("writing metadata failed", file=job.pk)
        jobs.fail(job, f"An unexpected problem ({type(error).__name__}: {error}); please report it.")
    return True


def _do(job: MetadataWrite, bench: Bench) -> None:
    place = place_of(job.pk)
    if place is None:
        jobs.give_up(job, "The file is no longer in the library.")
        return
    if not place.here:
        jobs.postpone(job, "The file is not there now: its drive is not connected.", seconds=_AWAY_S)
        return
    try:
        outcome = write_place(place, bench, left_behind=job.losses > 1)
    except MetadataToolMissing as error:
        jobs.postpone(job, str(error), seconds=_NO_TOOL_S)
    except SidecarUnreadable as error:
        jobs.give_up(job, str(error), state=WriteState.CONFLICT)
    except (MetadataToolFailed, MediaError) as error:
        jobs.fail(job, str(error))
    except OSError as error:
        jobs.fail(job, f"The folder can't be written to: {error.strerror}.")
    else:
        jobs.finish(job, outcome.state, target=outcome.target, reason=outcome.reason)


def write_place(place: MediaPlace, bench: Bench, *, left_behind: bool = False) -> Outcome:
    """Write an asset's metadata to one of its files, by the user's choice of where.

    `left_behind`: a process died while it was at this. Raises MetadataToolFailed, MediaError, OSError.
    """
    mode = write_mode()
    if mode is WriteMode.NONE:
        return Outcome(state=WriteState.DONE)
    with opened_folder(bytes(place.root), place.folder) as folder:
        if left_behind:
            folder.sweep(place.file_id)
        if mode is WriteMode.EMBED and embed.takes(place):
            if not _is_protected(folder, place, place.name):
                return _embedded(place, folder, bench)
            log.info("a read-only original: its metadata goes to the shadow tree", file=place.file_id)
        return _sidecar(place, folder, bench)


def _embedded(place: MediaPlace, folder: Folder, bench: Bench) -> Outcome:
    wanted = to_write(place.asset_id)
    if wanted is None:
        return Outcome(state=WriteState.DONE)
    note = embed.write(place, wanted, folder, bench)
    return Outcome(state=WriteState.DONE, target=place.path if note is not None else "", reason=note or "")


def _sidecar(place: MediaPlace, folder: Folder, bench: Bench) -> Outcome:
    row = sidecar_row(place.file_id)
    found = find_sidecar(folder, place)
    if found is not None and (row is None or row.digest != found.said.digest):
        # Somebody else wrote meanwhile: what they changed is merged before anything is written over it.
        take_sidecar(_file(place), found.said)
    wanted = to_write(place.asset_id)
    name = found.name if found is not None else sidecar_names(place.name, siblings_of(place)).new
    aside = shadow.holds(bench.shadow, place, name)
    if wanted is None or (found is None and wanted.values == wanted.agreed and not wanted.regions and not aside):
        return Outcome(state=WriteState.DONE)  # not read yet, or an edit that was taken back before it was written
    there = found.said if found is not None else None
    if _is_protected(folder, place, name if found is not None else None):
        return _into_shadow(place, folder, name, wanted, bench, there=there)
    said, changed = _write_sidecar(place, folder, name, wanted, bench, there=there)
    with transaction.atomic():
        note_sidecar(_file(place), said, regions=[as_json(region) for region in wanted.regions])
        agree(place.asset_id, wanted.values)
    if aside:
        shadow.drop(bench.shadow, place, name)
    return Outcome(state=WriteState.DONE, target=said.path if changed else "")


def _into_shadow(
    place: MediaPlace, folder: Folder, name: bytes, wanted: ToWrite, bench: Bench, *, there: SidecarSaid | None
) -> Outcome:
    """Write where we may: the sidecar as it would be. Nothing is agreed on by that: its place says what it did."""
    with shadow.opened(bench.shadow, place) as beside:
        beside.drop(name)
        if there is not None:
            shadow.write(beside, name, folder.read(name, most=MAX_XMP_BYTES) or b"")
        said, _ = _write_sidecar(place, beside, name, wanted, bench, there=there)
    return Outcome(
        state=WriteState.SHADOW,
        target=shadow.shown(bench.shadow, place, name),
        reason=f"{place.path.rpartition('/')[0] or 'The folder'} can't be written to. {said.path} is kept aside, and "
        "goes to its place as soon as it can.",
    )


def _write_sidecar(
    place: MediaPlace,
    folder: Folder,
    name: bytes,
    wanted: ToWrite,
    bench: Bench,
    *,
    there: SidecarSaid | None,
) -> tuple[SidecarSaid, bool]:
    """Write one sidecar by way of a copy; returns what it says then, and whether anything had to be written."""
    frame = _frame(wanted)
    if wanted.regions and not wanted.orientation:
        frame = _with_orientation(place, wanted, bench)
    work = folder.working_name(place.file_id, ".xmp")
    try:
        with folder.linked(bench.scratch) as link:
            path = link / work.decode()
            if there is not None:
                folder.copy(name, work)
            before = bench.tool.read(path) if there is not None else {}
            changes = _changes(wanted, before, there, sidecar_row(place.file_id), frame)
            if changes.any:
                changes.values["XMP-xmp:MetadataDate"] = f"{datetime.now(tz=UTC):%Y:%m:%d %H:%M:%S+00:00}"
                bench.tool.write(path, values=changes.values, clear=changes.clear)
                _check(changes, before, bench.tool.read(path))
            elif there is None:
                raise MetadataToolFailed("There is nothing to write.")
        data = folder.read(work, most=MAX_XMP_BYTES)
        if data is None or not is_xmp(data):
            raise MetadataToolFailed("The new sidecar can't be read back.")
        said = as_said(place, name, data, timezone.now(), frame=frame)
        if changes.any:
            _swap(folder, work, name, there)
    finally:
        folder.drop(work)
    return said, changes.any


def _swap(folder: Folder, work: bytes, name: bytes, there: SidecarSaid | None) -> None:
    now = folder.read(name, most=MAX_XMP_BYTES)
    if (now is None) != (there is None) or (
        now is not None and there is not None and blake3(now).hexdigest() != there.digest
    ):
        raise MetadataToolFailed("Another program wrote to the sidecar at the same moment; it is tried again.")
    if there is not None:
        folder.keep_attributes(work, name)
    folder.put(work, name)


def _changes(
    wanted: ToWrite, before: dict[str, object], there: SidecarSaid | None, row: SidecarRow | None, frame: Frame
) -> TagChanges:
    changes = xmp_changes(wanted.values, there.values if there else {})
    table = region_info(before.get(REGIONS), wanted.regions, ours=row.regions if row else (), frame=frame)
    if not is_same_value(table, before.get(REGIONS)):
        changes.put(REGIONS, table)
    if wanted.frame_rate is not None and (wanted.markers or TRACKS in before):
        marked = tracks(before.get(TRACKS), wanted.markers, wanted.frame_rate)
        if not is_same_value(marked, before.get(TRACKS)):
            changes.put(TRACKS, marked)
    return changes


def _check(changes: TagChanges, before: dict[str, object], after: dict[str, object]) -> None:
    wrong = unmet(changes, after)
    if wrong:
        raise MetadataToolFailed(f"What was written does not read back the same: {', '.join(wrong[:5])}.")
    harmed = altered(before, after, touched=changes.touched())
    if harmed:
        raise MetadataToolFailed(f"Writing would have changed other fields: {', '.join(harmed[:5])}.")


def _with_orientation(place: MediaPlace, wanted: ToWrite, bench: Bench) -> Frame:
    """Ask the file how it is turned, where the catalogue does not know it yet."""
    with (
        opened_folder(bytes(place.root), place.folder) as folder,
        folder.linked(bench.scratch, name=place.name) as link,
    ):
        found = bench.tool.read(link, tags=[_ORIENTATION]).get(_ORIENTATION)
    turn = int(str(found)) if str(found) in {"1", "2", "3", "4", "5", "6", "7", "8"} else 1
    note_orientation(place.asset_id, turn)
    return Frame(width=wanted.width, height=wanted.height, orientation=turn)


def _is_protected(folder: Folder, place: MediaPlace, name: bytes | None) -> bool:
    """Tell whether a file may not be replaced: its folder can't be written to, or it is marked as read-only."""
    status = folder.status(name) if name is not None else None
    if status is not None and not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return True
    return not folder.is_writable(place.file_id)


def _frame(wanted: ToWrite) -> Frame:
    return Frame(width=wanted.width, height=wanted.height, orientation=wanted.orientation or 1)


def _file(place: MediaPlace) -> MediaFile:
    return MediaFile(pk=place.file_id, asset_id=place.asset_id)
