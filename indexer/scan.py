"""From a library's folder to what lies in it: files worth indexing, and the rest with reasons. Nothing is read.

Names are bytes, so one that is no UTF-8 is a name like any other. No link is followed, no pipe or device opened; the
walk keeps its own stack, so a deep tree is no deeper for us than a flat one.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dam.errors import AfterimageError
from dam.types.files import FileStamp, FoundFile, SkippedPath
from indexer.beneath import open_folder, open_root, status_beneath
from indexer.rules import HIDDEN, SIDECAR, SYSTEM, Rules

TOO_DEEP = "A folder too deep to be indexed."
OWN_DATA = "Afterimage's own data folder."
LINK_INSIDE = "A link to something in this library, which is indexed where it lies."
LINK_OUTSIDE = "A link that leads out of the library's folder."
LINK_BROKEN = "A link that leads nowhere."
_KINDS = (
    (stat.S_ISFIFO, "A pipe, not a file."),
    (stat.S_ISSOCK, "A socket, not a file."),
    (stat.S_ISCHR, "A device, not a file."),
    (stat.S_ISBLK, "A device, not a file."),
)
# PostgreSQL indexes at most 2,704 bytes, and programs open paths of at most 4,096: a name of 255 bytes still fits.
_LONGEST_FOLDER = 2000
# A folder that went away between its listing and its opening; ENOTDIR and ELOOP: something else took its name.
_VANISHED = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


class RootOffline(AfterimageError):
    """A library's folder is not there or can't be listed: a drive that is not plugged in, a share not mounted."""


@dataclass(slots=True)
class Scan:
    """What lies below a library's root, or below the paths that were asked for.

    `blind` are folders that could not be listed: nothing is known of what they hold. `barred` are folders that were
    not entered, with their reason; `folders` counts those that were. `bare`: the whole root was looked at, and it
    holds nothing at all but hidden and system names.
    """

    files: list[FoundFile] = field(default_factory=list)
    skipped: list[SkippedPath] = field(default_factory=list)
    blind: set[bytes] = field(default_factory=set)
    barred: dict[bytes, str] = field(default_factory=dict)
    folders: int = 0
    bare: bool = False


def scan(
    root: Path,
    rules: Rules,
    *,
    under: Iterable[bytes] = (b"",),
    own_data: Path | None = None,
    on_folder: Callable[[Scan], None] | None = None,
) -> Scan:
    """Look at everything below each path of `under` (a file, a folder, or nothing any more; empty: the root).

    `own_data` is a folder never to be entered; `on_folder` is called with the scan so far after each folder.
    Raises RootOffline.
    """
    try:
        with open_root(root) as descriptor:
            walk = _Walk(root, descriptor, rules, own_data=own_data, on_folder=on_folder)
            for raw_path in outermost(under):
                walk.look_at(raw_path)
            return walk.result
    except OSError as error:
        raise RootOffline(f"The folder {root} can't be opened: {error.strerror}.") from error


def outermost(paths: Iterable[bytes]) -> list[bytes]:
    """Return the paths without those that lie below another of them."""
    kept: list[bytes] = []
    # With the separator as the lowest byte, a folder is directly followed by what it holds.
    for path in sorted(set(paths), key=lambda path: path.split(b"/")):
        if kept and (not kept[-1] or path.startswith(kept[-1] + b"/")):
            continue
        kept.append(path)
        if not path:
            break
    return kept


class _Walk:
    """One walk: collects into `result`."""

    def __init__(
        self,
        root: Path,
        descriptor: int,
        rules: Rules,
        *,
        own_data: Path | None,
        on_folder: Callable[[Scan], None] | None,
    ) -> None:
        self.result = Scan()
        self._descriptor = descriptor
        self._rules = rules
        self._real_root = os.fsencode(os.path.realpath(root))
        self._own = _identity(own_data)
        self._on_folder = on_folder

    def look_at(self, raw_path: bytes) -> None:
        """Walk what is at one path."""
        if not raw_path:
            self._walk_folder(b"")
            self._judge_bareness()
            return
        reason = self._rules.ancestor_reason(raw_path)
        if reason:
            self.result.barred[raw_path] = reason
            return
        try:
            status = status_beneath(self._descriptor, raw_path)
        except OSError as error:
            if error.errno not in _VANISHED:
                self._cannot_list(raw_path, error)
            return
        if stat.S_ISDIR(status.st_mode):
            if self._enters(raw_path, inode=status.st_ino):
                self._walk_folder(raw_path)
        else:
            self._file(raw_path, status.st_mode, lambda: status)

    def _walk_folder(self, top: bytes) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                waiting.extend(self._list_folder(folder))
            except OSError as error:
                if not folder:
                    raise
                if error.errno not in _VANISHED:
                    self._cannot_list(folder, error)
            if self._on_folder is not None:
                self._on_folder(self.result)

    def _list_folder(self, folder: bytes) -> list[bytes]:
        below: list[bytes] = []
        prefix = folder + b"/" if folder else b""
        with open_folder(self._descriptor, folder) as descriptor, os.scandir(descriptor) as entries:
            for entry in entries:
                raw_path = prefix + os.fsencode(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    if self._enters(raw_path, inode=entry.inode()):
                        below.append(raw_path)
                else:
                    self._entry(raw_path, entry)
        self.result.folders += 1
        return below

    def _entry(self, raw_path: bytes, entry: "os.DirEntry[str]") -> None:
        if entry.is_symlink():
            self._file(raw_path, stat.S_IFLNK, None)
            return
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        except OSError as error:
            self._skip(raw_path, f"Can't be looked at: {error.strerror}.")
            return
        self._file(raw_path, status.st_mode, lambda: status)

    def _file(self, raw_path: bytes, mode: int, status: Callable[[], os.stat_result] | None) -> None:
        reason = self._rules.file_reason(raw_path)
        if stat.S_ISLNK(mode):
            self._skip(raw_path, reason if reason in {HIDDEN, SYSTEM} else self._link_reason(raw_path))
        elif not stat.S_ISREG(mode):
            self._skip(raw_path, next((text for test, text in _KINDS if test(mode)), "Not a regular file."))
        elif reason:
            # Of a sidecar it matters when it changes.
            stamp = FileStamp.of(status()) if status is not None and reason == SIDECAR else FileStamp()
            self.result.skipped.append(SkippedPath(raw_path=raw_path, reason=reason, stamp=stamp))
        elif status is not None:
            self.result.files.append(FoundFile(raw_path=raw_path, stamp=FileStamp.of(status())))

    def _enters(self, raw_path: bytes, *, inode: int) -> bool:
        reason = self._rules.folder_reason(raw_path)
        if not reason and self._own is not None and inode == self._own[1] and self._is_own(raw_path):
            reason = OWN_DATA
        if len(_shown(raw_path)) > _LONGEST_FOLDER:
            reason = TOO_DEEP
        if reason:
            self.result.barred[raw_path] = reason
            self._skip(raw_path, reason)
        return not reason

    def _is_own(self, raw_path: bytes) -> bool:
        try:
            status = status_beneath(self._descriptor, raw_path)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._own

    def _link_reason(self, raw_path: bytes) -> str:
        try:
            target = os.path.realpath(self._real_root + b"/" + raw_path, strict=True)
        except OSError as error:
            return "A link that leads in a circle." if error.errno == errno.ELOOP else LINK_BROKEN
        inside = target == self._real_root or target.startswith(self._real_root.rstrip(b"/") + b"/")
        return LINK_INSIDE if inside else LINK_OUTSIDE

    def _skip(self, raw_path: bytes, reason: str) -> None:
        self.result.skipped.append(SkippedPath(raw_path=raw_path, reason=reason))

    def _cannot_list(self, folder: bytes, error: OSError) -> None:
        self.result.blind.add(folder)
        self._skip(folder, f"Can't be opened: {error.strerror}.")

    def _judge_bareness(self) -> None:
        found = self.result
        with os.scandir(self._descriptor) as entries:
            folders = any(
                entry.is_dir(follow_symlinks=False) and os.fsencode(entry.name) not in found.barred
                for entry in entries
            )
        found.bare = not (
            folders or found.files or any(path.reason not in {HIDDEN, SYSTEM} for path in found.skipped)
        )


def _shown(raw_path: bytes) -> bytes:
    """Return a path as the catalogue shows it: a byte that is no UTF-8 takes four."""
    return raw_path if raw_path.isascii() else raw_path.decode("utf-8", "backslashreplace").encode()


def _identity(folder: Path | None) -> tuple[int, int] | None:
    if folder is None:
        return None
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
