"""What a scan decided, written to the file rows, the assets and their first stage; batches, short transactions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from dam.catalog import jobs
from dam.catalog.models import Asset, FormerAsset, KnownFingerprint, MediaFile, StageRun
from dam.types import AssetState, FileState, Stage, StageState
from dam.types.files import FileMove, FileStamp, FingerprintedFile, KnownFile, SkippedPath

_BATCH = 400  # rows a query: SQLite takes 999 variables in Django's eyes
_Item = TypeVar("_Item")


@dataclass(slots=True, kw_only=True)
class Recorded:
    """How many files of a batch were what. `changed`: other content at a known path; `same`: only its dates."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    duplicate: int = 0
    same: int = 0


def record_files(library_id: int, files: Sequence[FingerprintedFile]) -> Recorded:
    """Give each file its row and its asset, in one transaction; a new asset's PREPARE becomes due in the same.

    A path in `files` stands there once. A file whose content is known from a path where it no longer is takes over
    that row: it has moved.
    """
    with transaction.atomic():
        return _Recording(library_id, files).write()


def move_files(library_id: int, moves: Sequence[FileMove]) -> None:
    """Give known files their new paths; their assets are untouched."""
    for batch in _batches(moves):
        with transaction.atomic():
            _clear_paths(library_id, [move.raw_path for move in batch], keep=[move.file_id for move in batch])
            rows = MediaFile.objects.in_bulk([move.file_id for move in batch])
            kept = [move for move in batch if move.file_id in rows]
            for move in kept:
                _place(rows[move.file_id], move.raw_path, move.stamp)
            _update([rows[move.file_id] for move in kept])
            _revive(row.asset_id for row in rows.values())


def skip_paths(library_id: int, paths: Sequence[SkippedPath]) -> None:
    """Write why each path is not indexed; what was indexed there keeps its asset, out of sight."""
    for batch in _batches(paths):
        with transaction.atomic():
            rows = _rows_at(library_id, [path.raw_path for path in batch])
            fresh = []
            for path in batch:
                row = rows.get(path.raw_path)
                if row is None:
                    row = MediaFile(library_id=library_id)
                    fresh.append(row)
                if row.asset_id is None:
                    _place(row, path.raw_path, path.stamp)
                row.state, row.reason = FileState.SKIPPED, path.reason
            MediaFile.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_BATCH)
            _update(list(rows.values()))


def mark_present(files: Iterable[KnownFile]) -> None:
    """Files that are back, as they were."""
    for batch in _batches(list(files)):
        with transaction.atomic():
            MediaFile.objects.filter(pk__in=[file.id for file in batch]).update(
                state=FileState.PRESENT, reason="", seen_at=timezone.now()
            )
            _revive(file.asset_id for file in batch)


def mark_missing(files: Iterable[KnownFile]) -> None:
    """Files that are gone from an online library: tombstones, from which a return or a move is recognised."""
    for batch in _batches(list(files)):
        MediaFile.objects.filter(pk__in=[file.id for file in batch]).update(
            state=FileState.MISSING, reason="The file is no longer there."
        )


def forget_files(files: Iterable[KnownFile]) -> None:
    """Drop the rows of skipped paths that are gone."""
    for batch in _batches(list(files)):
        MediaFile.objects.filter(pk__in=[file.id for file in batch], asset__isnull=True).delete()


def forget_ghosts() -> int:
    """Delete assets that have no file row and hold nothing: a download taken too early and since replaced.

    An asset that was ever prepared stays, and so does one that a worker is busy with.
    """
    ghosts = Asset.objects.filter(files__isnull=True, units__isnull=True, renditions__isnull=True)
    with transaction.atomic():
        busy = StageRun.objects.filter(state=StageState.RUNNING).values("asset_id")
        keys = list(ghosts.exclude(pk__in=busy).values_list("pk", flat=True))
        for batch in _batches(keys):
            Asset.objects.filter(pk__in=batch).delete()
    return len(keys)


def transcribe_again(library_id: int, folder: bytes, stems: Iterable[bytes]) -> int:
    """Make TRANSCRIBE due again for what lies in `folder` under one of these names without extension.

    Only where it had ended. Returns for how many assets.
    """
    prefix = folder + b"/" if folder else b""
    assets: set[int] = set()
    for stem in stems:
        start = prefix + stem + b"."
        rows = MediaFile.objects.filter(
            library_id=library_id, asset__isnull=False, raw_path__gt=start, raw_path__lt=start[:-1] + b"/"
        )
        assets.update(
            asset_id
            for asset_id, raw_path in rows.values_list("asset_id", "raw_path")
            if b"." not in bytes(raw_path)[len(start) :]
        )
    ended = StageRun.objects.filter(
        asset_id__in=assets, stage=Stage.TRANSCRIBE, state__in=[StageState.DONE, StageState.FAILED]
    )
    return jobs.redo(list(ended.values_list("asset_id", flat=True)), stage=Stage.TRANSCRIBE)


def path_for_people(raw_path: bytes) -> str:
    r"""Return a path as text; bytes that are not UTF-8 appear as `\xff`."""
    return raw_path.decode("utf-8", "backslashreplace")


class _Recording:
    """One batch of fingerprinted files on its way into the catalogue; used inside a transaction."""

    def __init__(self, library_id: int, files: Sequence[FingerprintedFile]) -> None:
        self._library_id = library_id
        self._files = files
        self._done = Recorded()
        self._fresh: list[MediaFile] = []
        self._altered: list[MediaFile] = []
        self._former: list[FormerAsset] = []

    def write(self) -> Recorded:
        self._assets, made = _assets_of(self._files)
        self._made = frozenset(made)
        self._unplaced = set(made)
        self._rows = _rows_at(self._library_id, [file.raw_path for file in self._files])
        self._strays = self._missing_rows()
        for file in self._files:
            self._settle(file)
        _update(self._altered)
        MediaFile.objects.bulk_create(self._fresh, ignore_conflicts=True, batch_size=_BATCH)
        # The first that is not resolved yet stays: a file that is rewritten twice is still what it was before.
        FormerAsset.objects.bulk_create(self._former, ignore_conflicts=True, batch_size=_BATCH)
        jobs.enqueue(made, stage=Stage.PREPARE)
        _revive(set(self._assets.values()) - set(made))
        return self._done

    def _missing_rows(self) -> dict[int, list[MediaFile]]:
        strays: dict[int, list[MediaFile]] = defaultdict(list)
        for batch in _batches(list(self._assets.values())):
            rows = MediaFile.objects.filter(library_id=self._library_id, state=FileState.MISSING, asset_id__in=batch)
            for row in rows.order_by("pk"):
                strays[row.asset_id or 0].append(row)
        return strays

    def _settle(self, file: FingerprintedFile) -> None:
        asset_id = self._assets[file.fingerprint]
        row = self._rows.get(file.raw_path)
        if row is not None and row.asset_id == asset_id:
            self._put(row, file)
            self._done.same += 1
            return
        stray = next((stray for stray in self._strays[asset_id] if bytes(stray.raw_path) != file.raw_path), None)
        if stray is not None:
            self._take_over(stray, row, file)
            self._done.moved += 1
        elif row is not None:
            known_before = row.asset_id is not None
            if row.asset_id is not None and asset_id in self._made:
                # Perhaps only its metadata was rewritten: reading it will tell.
                self._former.append(FormerAsset(file_id=row.pk, asset_id=row.asset_id))
            row.asset_id = asset_id
            self._put(row, file)
            self._count(asset_id, changed=known_before)
        else:
            fresh = MediaFile(library_id=self._library_id, asset_id=asset_id)
            _place(fresh, file.raw_path, file.stamp)
            self._fresh.append(fresh)
            self._count(asset_id, changed=False)
        self._unplaced.discard(asset_id)

    def _take_over(self, stray: MediaFile, occupant: MediaFile | None, file: FingerprintedFile) -> None:
        self._strays[stray.asset_id or 0].remove(stray)
        if occupant is not None:
            # Renamed onto another file: what was there has no place any more.
            if occupant in self._altered:
                self._altered.remove(occupant)
            occupant.delete()
        # At once, not with the rest: a later file of this batch may want the path that is given up here.
        _place(stray, file.raw_path, file.stamp)
        stray.save()

    def _put(self, row: MediaFile, file: FingerprintedFile) -> None:
        _place(row, file.raw_path, file.stamp)
        self._altered.append(row)
        strays = self._strays[row.asset_id or 0]
        if row in strays:
            strays.remove(row)

    def _count(self, asset_id: int, *, changed: bool) -> None:
        if changed:
            self._done.changed += 1
        elif asset_id in self._unplaced:
            self._done.new += 1
        else:
            self._done.duplicate += 1


def _assets_of(files: Sequence[FingerprintedFile]) -> tuple[dict[str, int], list[int]]:
    """Return {fingerprint: asset id}, and the ids of the assets that had to be made."""
    sizes = {file.fingerprint: file.stamp.size_bytes for file in files}
    known = _find_assets(list(sizes))
    lacking = [
        Asset(fingerprint=fingerprint, size_bytes=size, state=AssetState.PENDING)
        for fingerprint, size in sizes.items()
        if fingerprint not in known
    ]
    # Another process may be making the same ones: the fingerprint is unique, one of us wins, both read it back.
    Asset.objects.bulk_create(lacking, ignore_conflicts=True, batch_size=_BATCH)
    made = _find_assets([asset.fingerprint for asset in lacking])
    return known | made, list(made.values())


def _find_assets(fingerprints: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in _batches(fingerprints):
        # Of a file into which metadata was written, the content before and after is known.
        found.update(KnownFingerprint.objects.filter(fingerprint__in=batch).values_list("fingerprint", "asset_id"))
        found.update(Asset.objects.filter(fingerprint__in=batch).values_list("fingerprint", "pk"))
    return found


def _rows_at(library_id: int, raw_paths: list[bytes]) -> dict[bytes, MediaFile]:
    rows: dict[bytes, MediaFile] = {}
    for batch in _batches(raw_paths):
        for row in MediaFile.objects.filter(library_id=library_id, raw_path__in=batch):
            rows[bytes(row.raw_path)] = row
    return rows


def _place(row: MediaFile, raw_path: bytes, stamp: FileStamp) -> None:
    path = path_for_people(raw_path)
    row.raw_path, row.path, row.folder = raw_path, path, path.rpartition("/")[0]
    row.size_bytes, row.mtime_ns, row.inode = stamp.size_bytes, stamp.mtime_ns, stamp.inode
    row.state, row.reason, row.seen_at = FileState.PRESENT, "", timezone.now()


def _update(rows: Sequence[MediaFile]) -> None:
    MediaFile.objects.bulk_update(
        rows,
        ["asset", "raw_path", "path", "folder", "size_bytes", "mtime_ns", "inode", "state", "reason", "seen_at"],
        batch_size=_BATCH,
    )


def _clear_paths(library_id: int, raw_paths: list[bytes], *, keep: list[int]) -> None:
    MediaFile.objects.filter(library_id=library_id, raw_path__in=raw_paths).exclude(pk__in=keep).delete()


def _revive(asset_ids: Iterable[int | None]) -> None:
    """Do at once what waited for the content to be there, and again what failed, perhaps because it was not."""
    there = {asset_id for asset_id in asset_ids if asset_id is not None}
    now = timezone.now()
    for batch in _batches(sorted(there)):
        StageRun.objects.filter(asset_id__in=batch, state=StageState.DUE, due_at__gt=now).update(due_at=now)
        failed = list(Asset.objects.filter(pk__in=batch, state=AssetState.QUARANTINED).values_list("pk", flat=True))
        if failed:
            jobs.retry(asset_ids=failed)


def _batches(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
