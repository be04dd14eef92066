"""From what the catalogue knows and what a scan found to what happened to each path: pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dam.types import FileState
from dam.types.files import FileMove, FileStamp, FoundFile, KnownFile, SkippedPath
from indexer.rules import is_subtitle, is_xmp
from indexer.scan import Scan


@dataclass(slots=True)
class Plan:
    """What is to be done; a path stands in one list only.

    `to_read` has to be fingerprinted before more can be said: new files, changed ones, second copies, and moves
    that the inode does not tell. `bar` are known files that are no longer wanted; `forget` are rows of skipped
    paths that are gone. `subtitles` appeared, changed or vanished.
    """

    unchanged: int = 0
    back: list[KnownFile] = field(default_factory=list)
    moves: list[FileMove] = field(default_factory=list)
    to_read: list[FoundFile] = field(default_factory=list)
    skips: list[SkippedPath] = field(default_factory=list)
    gone: list[KnownFile] = field(default_factory=list)
    forget: list[KnownFile] = field(default_factory=list)
    subtitles: list[bytes] = field(default_factory=list)
    sidecars: list[bytes] = field(default_factory=list)


def reconcile(known: Iterable[KnownFile], found: Scan) -> Plan:
    """Compare the rows of the places that were scanned with what is there."""
    rows = {row.raw_path: row for row in known}
    plan = Plan()
    there = {file.raw_path for file in found.files} | {path.raw_path for path in found.skipped}
    absent = [row for path, row in rows.items() if path not in there]
    movable = _movable(absent)
    moved: set[int] = set()
    for file in found.files:
        row = rows.get(file.raw_path)
        origin = None if row is not None else movable.pop(_content_key(file.stamp), None)
        if origin is not None:
            moved.add(origin.id)
            plan.moves.append(FileMove(file_id=origin.id, raw_path=file.raw_path, stamp=file.stamp))
        elif row is None or row.asset_id is None or not row.stamp.agrees_with(file.stamp):
            plan.to_read.append(file)
        elif row.state == FileState.PRESENT:
            plan.unchanged += 1
        else:
            plan.back.append(row)
    _reconcile_skipped(plan, rows, found)
    _reconcile_absent(plan, [row for row in absent if row.id not in moved], found)
    return plan


def _movable(absent: Iterable[KnownFile]) -> dict[tuple[int, int, str], KnownFile]:
    """Index the files that are no longer where they were by what a rename leaves as it is.

    An inode is given anew after a deletion, but hardly to a file of the same size and the same nanosecond.
    """
    return {_content_key(row.stamp): row for row in absent if row.asset_id is not None and row.stamp.inode}


def _content_key(stamp: FileStamp) -> tuple[int, int, str]:
    return stamp.size_bytes, stamp.mtime_ns, stamp.inode


def _reconcile_skipped(plan: Plan, rows: dict[bytes, KnownFile], found: Scan) -> None:
    for path in found.skipped:
        row = rows.get(path.raw_path)
        stamp_is_new = row is None or (row.asset_id is None and not row.stamp.agrees_with(path.stamp))
        if row is None or stamp_is_new or row.state != FileState.SKIPPED or row.reason != path.reason:
            plan.skips.append(path)
        else:
            plan.unchanged += 1
        if stamp_is_new:
            _note_sidecar(plan, path.raw_path, known=bool(rows))


def _reconcile_absent(plan: Plan, absent: Iterable[KnownFile], found: Scan) -> None:
    for row in absent:
        above = _ancestors(row.raw_path)
        if any(folder in found.blind for folder in above):
            continue
        reason = next((found.barred[folder] for folder in above if folder in found.barred), "")
        if row.asset_id is None:
            plan.forget.append(row)
            _note_sidecar(plan, row.raw_path, known=True)
        elif reason:
            if row.state != FileState.SKIPPED or row.reason != reason:
                plan.skips.append(SkippedPath(raw_path=row.raw_path, reason=reason))
        elif row.state != FileState.MISSING:
            plan.gone.append(row)


def _note_sidecar(plan: Plan, raw_path: bytes, *, known: bool) -> None:
    if is_subtitle(raw_path):
        plan.subtitles.append(raw_path)
    elif known and is_xmp(raw_path):  # what comes with its media file is read with it
        plan.sidecars.append(raw_path)


def _ancestors(raw_path: bytes) -> list[bytes]:
    parts = raw_path.split(b"/")
    return [b"/".join(parts[:length]) for length in range(1, len(parts) + 1)]
