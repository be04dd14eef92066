"""From a folder to the catalogue's files and assets: scan → reconcile → settle → fingerprint → record.

`Intake` does it in bounded steps, so that one watcher serves many libraries; `scan_library` runs the steps to the
end. All that must survive a crash is in the catalogue: whatever was under way is found again by the next scan.
"""

import errno
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

import structlog

from dam.catalog.readers.files import has_present_files, known_files
from dam.catalog.readers.libraries import find_library
from dam.catalog.writers import files as write
from dam.catalog.writers.libraries import note_scanned, set_online
from dam.config import config
from dam.errors import ConfigError, MediaVanished
from dam.metadata.sidecars import read_changed
from dam.types.files import FileStamp, FingerprintedFile, FoundFile, LibraryRoot, SkippedPath
from indexer.beneath import open_root, status_beneath
from indexer.fingerprint import fingerprint_file
from indexer.reconcile import Plan, reconcile
from indexer.rules import Rules, subtitle_stems
from indexer.scan import RootOffline, Scan, outermost, scan
from indexer.stability import FileStabilityTracker, long_unchanged
from indexer.tasks import wake

log = structlog.get_logger()

_STEP_FILES = 200  # a transaction of this size takes some 20 ms
_STEP_S = 1.0  # so that what was read goes on to be prepared, and other libraries get their turn
_WAIT_S = 60.0  # how long `scan_library` waits for files that are still being written
_NAP_S = 0.1
_CANNOT_READ = {errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG, errno.EBUSY, errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What became of a library's files: counts since the intake began.

    `back` were missing and are there again; `touched` have other dates but the content that they had; `left` are
    still to be read or still being written. `online` is False when the root was not there.
    """

    new: int = 0
    changed: int = 0
    moved: int = 0
    duplicate: int = 0
    missing: int = 0
    back: int = 0
    touched: int = 0
    skipped: int = 0
    unchanged: int = 0
    left: int = 0
    online: bool = True

    @property
    def total(self) -> int:
        """How many files and other paths were looked at, and are there."""
        counted = self.new + self.changed + self.moved + self.duplicate + self.back + self.touched
        return counted + self.skipped + self.unchanged + self.left

    def __str__(self) -> str:
        """Return the counts that are not zero, in words."""
        names = {"touched": "with new dates", "left": "still being written"}
        parts = [
            f"{count:,} {names.get(name, name)}" for name, count in asdict(self).items() if name != "online" and count
        ]
        return ", ".join(parts) if self.online else "offline"


Progress = Callable[[ScanReport], None]


class Intake:
    """Takes in the files of one library. Not for several threads at a time."""

    def __init__(
        self, library: LibraryRoot, *, settle_s: float, settle: bool = True, on_progress: Progress | None = None
    ) -> None:
        self.library = library
        self.online = library.online
        self.folders = 0
        self._rules = Rules(include=library.include, exclude=library.exclude)
        self._settle_s = settle_s
        self._settle = settle
        self._on_progress = on_progress
        self._tracker = FileStabilityTracker(settle_s=settle_s)
        self._ready: dict[bytes, FoundFile] = {}
        self._counts: Counter[str] = Counter()

    @property
    def report(self) -> ScanReport:
        """The counts so far."""
        return ScanReport(**self._counts, left=len(self._ready) + len(self._tracker), online=self.online)

    @property
    def has_ready(self) -> bool:
        """Whether `step` would read something now."""
        return bool(self._ready) or bool(self._tracker.due(time.monotonic()))

    @property
    def waiting(self) -> int:
        """How many files are still being written."""
        return len(self._tracker)

    def examine(self, under: Iterable[bytes] = (b"",)) -> bool:
        """Look at these paths (relative; empty: everything) and write at once all that needs no reading.

        Returns False, and changes nothing but the library's `online`, when the root is not there.
        """
        # Of a library that was not there any path may have changed.
        paths = outermost(under) if self.online else [b""]
        try:
            found = scan(
                self.library.root,
                self._rules,
                under=paths,
                own_data=config().places.data,
                on_folder=self._tell_found,
            )
        except RootOffline as error:
            return self._go_offline(str(error))
        if found.bare and has_present_files(self.library.id):
            return self._go_offline(f"The folder {self.library.root} is empty, though it held files.")
        self._go_online(sure=paths == [b""])
        plan = reconcile(known_files(self.library.id, under=paths), found)
        self._carry_out(plan)
        self._take(plan.to_read)
        if paths == [b""]:
            self.folders = found.folders
            note_scanned(self.library.id)
            write.forget_ghosts()
        self._tell()
        return True

    def step(self) -> bool:
        """Read and record some of what is ready; returns whether there was anything to do."""
        again = self._settle_due()
        batch, again_too = self._read_some()
        again += again_too
        if batch:
            self._record(batch)
        if again:
            self.examine(again)
        self._tell()
        return bool(batch or again)

    def _go_offline(self, why: str) -> bool:
        if self.online:
            log.warning("library offline", library=self.library.id, why=why)
        self.online = False
        self._ready.clear()
        self._tracker.clear()
        set_online(self.library.id, online=False)
        return False

    def _go_online(self, *, sure: bool) -> None:
        if not self.online:
            log.info("library online again", library=self.library.id)
        if sure:
            set_online(self.library.id, online=True)
        self.online = True

    def _carry_out(self, plan: Plan) -> None:
        library_id = self.library.id
        write.move_files(library_id, plan.moves)
        write.mark_present(plan.back)
        write.mark_missing(plan.gone)
        write.skip_paths(library_id, plan.skips)
        write.forget_files(plan.forget)
        by_folder: dict[bytes, list[bytes]] = defaultdict(list)
        for raw_path in plan.subtitles:
            by_folder[raw_path.rpartition(b"/")[0]] += subtitle_stems(raw_path)
        for folder, stems in by_folder.items():
            write.transcribe_again(library_id, folder, stems)
        read_changed(library_id, plan.sidecars)
        self._counts.update(
            moved=len(plan.moves),
            back=len(plan.back),
            missing=len(plan.gone),
            skipped=len(plan.skips),
            unchanged=plan.unchanged,
        )

    def _take(self, files: Iterable[FoundFile]) -> None:
        now_ns, now_s = time.time_ns(), time.monotonic()
        for file in files:
            if not self._settle or long_unchanged(file.stamp, now_ns=now_ns, settle_s=self._settle_s):
                self._tracker.forget(file.raw_path)
                self._ready[file.raw_path] = file
            else:
                self._ready.pop(file.raw_path, None)
                self._tracker.note(file.raw_path, file.stamp, now_s=now_s)

    def _settle_due(self) -> list[bytes]:
        """Move what stopped growing to what is ready; returns the paths that have to be looked at anew."""
        due = self._tracker.due(time.monotonic())
        if not due:
            return []
        again = []
        try:
            with open_root(self.library.root) as root:
                for raw_path in due:
                    try:
                        stamp = FileStamp.of(status_beneath(root, raw_path))
                    except OSError:
                        self._tracker.forget(raw_path)
                        again.append(raw_path)
                        continue
                    if self._tracker.confirm(raw_path, stamp, now_s=time.monotonic()):
                        self._ready[raw_path] = FoundFile(raw_path=raw_path, stamp=stamp)
        except OSError as error:
            self._go_offline(f"The folder can't be opened: {error.strerror}.")
        return again

    def _read_some(self) -> tuple[list[FingerprintedFile], list[bytes]]:
        batch: list[FingerprintedFile] = []
        again: list[bytes] = []
        until_s = time.monotonic() + _STEP_S
        while self._ready and len(batch) < _STEP_FILES and time.monotonic() < until_s:
            raw_path, file = next(iter(self._ready.items()))
            del self._ready[raw_path]
            try:
                batch.append(fingerprint_file(self.library.root, raw_path))
            except MediaVanished:
                self._tracker.note(raw_path, file.stamp, now_s=time.monotonic())
            except OSError as error:
                # Gone, or no file any more but a link, a pipe, a folder: another look says which.
                if error.errno in _CANNOT_READ:
                    self._refuse(raw_path, error)
                else:
                    again.append(raw_path)
        return batch, again

    def _refuse(self, raw_path: bytes, error: OSError) -> None:
        reason = f"Can't be read: {error.strerror}."
        write.skip_paths(self.library.id, [SkippedPath(raw_path=raw_path, reason=reason)])
        self._counts["skipped"] += 1

    def _record(self, batch: list[FingerprintedFile]) -> None:
        done = write.record_files(self.library.id, batch)
        wake()
        self._counts.update(
            new=done.new, changed=done.changed, moved=done.moved, duplicate=done.duplicate, touched=done.same
        )
        # A file counted as missing a moment ago that now turns out to have moved.
        self._counts["missing"] = max(0, self._counts["missing"] - done.moved)
        if done.changed:
            write.forget_ghosts()

    def _tell_found(self, found: Scan) -> None:
        if self._on_progress is not None:
            self._on_progress(ScanReport(**self._counts, left=len(found.files), online=True))

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.report)


def scan_library(
    library_id: int,
    *,
    on_progress: Progress | None = None,
    settle: bool = True,
    under: Iterable[bytes] = (b"",),
    wait_s: float = _WAIT_S,
) -> ScanReport:
    """Take in a library (or what lies at the relative paths `under`) and return what became of its files.

    Files that are still being written are waited for, at most `wait_s` after all others are done; `settle=False`
    takes them as they are. Raises ConfigError for an unknown library.
    """
    library = find_library(library_id)
    if library is None:
        raise ConfigError(f"There is no library {library_id}.")
    intake = Intake(library, settle_s=config().limits.settle_s, settle=settle, on_progress=on_progress)
    if not intake.examine(under):
        return intake.report
    until_s = time.monotonic() + wait_s
    while intake.report.left:
        if intake.step():
            until_s = time.monotonic() + wait_s
        elif time.monotonic() >= until_s:
            break
        else:
            time.sleep(_NAP_S)
    return intake.report
