"""Somebody, or everybody, gone for good: rows, vectors, crops and snapshots deleted, and their bytes overwritten.

    delete rows, leave tombstones ─▶ delete crops ─▶ delete snapshots ─▶ rewrite the database file ─▶ snapshots again

The originals are never touched; where a file itself names the person, the report says so.
"""

import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError, connection, transaction

from dam.catalog import preferences
from dam.catalog.models import Face, Person
from dam.catalog.readers.appearances import files_naming
from dam.catalog.writers import faces as faces_writer
from dam.catalog.writers.speakers import forget_speaker
from dam.config import Places, config
from dam.errors import PeopleError
from dam.people import vectors
from dam.vectors import snapshot

_log = logging.getLogger(__name__)

_TABLES = (
    "catalog_face", "catalog_embedding", "catalog_person", "catalog_facerefusal", "catalog_correction",
    "catalog_assetmetadata", "catalog_rendition", "catalog_ignoredregion", "catalog_stagerun", "catalog_speaker",
)  # fmt: skip
_CHECKPOINT_TRIES = 50  # readers of an old state end within moments; each try waits
_CHECKPOINT_WAIT_S = 0.2
_LOCK_TRIES = 100
_LOCK_WAIT_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetReport:
    """What went: appearances, in how many photos and videos, and crops. `wiped`: the database holds no trace.

    `named_in` are the files that name the person themselves, as paths; the program does not change them.
    """

    faces: int
    assets: int
    crops: int
    named_in: tuple[str, ...] = ()
    wiped: bool = True


def forget(person_id: int, *, places: Places | None = None) -> ForgetReport:
    """Delete everything that was derived of a person; they are not looked for again where they were seen.

    Not to be called inside a transaction. Raises PeopleError for a person who is not there.
    """
    folders = places or config().places
    _delete_securely()
    with transaction.atomic(durable=True):
        row = Person.objects.select_for_update().filter(pk=person_id).first()
        if row is None:
            raise PeopleError("That person is not known (any more).")
        named_in = files_naming(row.name) if row.name else ()
        faces = list(Face.objects.filter(person=row).select_related("unit"))
        assets = {face.unit.asset_id for face in faces}
        faces_writer.ignore_where(faces)
        spaces = faces_writer.delete_faces([face.pk for face in faces])
        faces_writer.forget_said(person_id, row.name, {face.pk for face in faces})
        forget_speaker(person_id, row.name)
        row.delete()
    crops = faces_writer.delete_unlisted_crops(assets, folder=folders.renditions)
    wiped = _wipe(spaces, folders.snapshots)
    return ForgetReport(faces=len(faces), assets=len(assets), crops=crops, named_in=tuple(named_in), wiped=wiped)


def switch_faces(on: bool, *, places: Places | None = None) -> int:
    """Turn the looking for faces on, or off: then all faces, people, vectors and crops are deleted.

    Returns how many faces went. Not to be called inside a transaction.
    """
    folders = places or config().places
    if on:
        with transaction.atomic(durable=True):
            preferences.switch(preferences.FACES, on=True)
            faces_writer.read_regions_again()
        return 0
    _delete_securely()
    with transaction.atomic(durable=True):
        preferences.switch(preferences.FACES, on=False)
        count, spaces = faces_writer.delete_everything()
    faces_writer.delete_all_crops(folders.renditions)
    _wipe(spaces, folders.snapshots)
    return count


def _delete_securely() -> None:
    """Have SQLite overwrite what it deletes, also where the rewriting of the file should fail later."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def _wipe(spaces: Collection[str], snapshots: Path) -> bool:
    """Make deleted bytes go from memory and disk; returns whether nothing is left."""
    for space in spaces:
        vectors.drop(space)
    _remove_snapshots(spaces, snapshots)
    wiped = _wipe_database()
    # Again: a process that had looked before the deletion may have been writing one just then.
    _remove_snapshots(spaces, snapshots)
    return wiped


def _remove_snapshots(spaces: Iterable[str], folder: Path) -> None:
    for space in spaces:
        path = snapshot.path_of(folder, space)
        if not path.parent.is_dir():
            continue
        for _ in range(_LOCK_TRIES):
            with snapshot.writer_lock(path) as ours:
                if ours:
                    snapshot.remove_leftovers(path)
                    path.unlink(missing_ok=True)
                    break
            time.sleep(_LOCK_WAIT_S)


def _wipe_database() -> bool:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in _TABLES:
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(table)}")
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            return _checkpoint()
    except OperationalError as error:
        _log.warning("the database could not be rewritten, traces may be left in its free pages: %s", error)
        return False
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=OFF")


def _checkpoint() -> bool:
    """Move all into the database file and cut the log to nothing, once nobody reads an older state."""
    for _ in range(_CHECKPOINT_TRIES):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = cursor.fetchone()[0]
        if not busy:
            return True
        time.sleep(_CHECKPOINT_WAIT_S)
    _log.warning("the database's log could not be emptied: another process keeps reading an older state")
    return False
