"""The folder of a media file, opened with no link followed on the way, and what is done in it.

Names are bytes: one that is no UTF-8, holds a newline or begins with "-" is a name like any other. A program that
takes only text is given a link of ours to the folder, and a name of ours in it.
"""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MARK = ".afterimage-"  # begins what we are working on: hidden, so no scan takes it for media
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """An open folder; `descriptor` is valid while `opened_folder` is."""

    descriptor: int
    path: bytes

    def status(self, name: bytes) -> os.stat_result | None:
        """Return the stat of a regular file in it, or None where there is none (a link is none)."""
        try:
            found = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def read(self, name: bytes, *, most: int) -> bytes | None:
        """Return a file's bytes, at most `most` + 1 of them; None where it is not there. Raises OSError."""
        try:
            descriptor = os.open(name, os.O_RDONLY | _BELOW, dir_fd=self.descriptor)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            return file.read(most + 1)

    def is_writable(self, key: int) -> bool:
        """Tell whether files can be made in it: by making one, for rights alone say little on shares."""
        name = self.working_name(key)
        try:
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BELOW, 0o600, dir_fd=self.descriptor)
        except OSError:
            return False
        os.close(descriptor)
        self.drop(name)
        return True

    def working_name(self, key: int, extension: str = "") -> bytes:
        """Return a name for work in progress on the file row `key`, plain ASCII."""
        return f"{_MARK}{key}-{secrets.token_hex(6)}{extension}".encode()

    def copy(self, name: bytes, to: bytes) -> None:
        """Copy a file within the folder, with its mode, owner (where that may be), and extended attributes."""
        source = os.open(name, os.O_RDONLY | _BELOW, dir_fd=self.descriptor)
        try:
            target = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BELOW, 0o600, dir_fd=self.descriptor)
            try:
                with os.fdopen(os.dup(source), "rb") as reading, os.fdopen(os.dup(target), "wb") as writing:
                    shutil.copyfileobj(reading, writing, _CHUNK)
                keep_attributes(source, target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def keep_attributes(self, name: bytes, of: bytes) -> None:
        """Give a file the mode, owner and extended attributes of another."""
        source = os.open(of, os.O_RDONLY | _BELOW, dir_fd=self.descriptor)
        try:
            target = os.open(name, os.O_RDONLY | _BELOW, dir_fd=self.descriptor)
            try:
                keep_attributes(source, target)
            finally:
                os.close(target)
        finally:
            os.close(source)

    def put(self, name: bytes, to: bytes) -> None:
        """Let a finished file take the place of another, at once and for good: its bytes are on disk before."""
        descriptor = os.open(name, os.O_RDONLY | _BELOW, dir_fd=self.descriptor)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(name, to, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        with contextlib.suppress(OSError):  # some network drives have no such call
            os.fsync(self.descriptor)

    def drop(self, name: bytes) -> None:
        """Remove a file of ours."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)

    def sweep(self, key: int) -> int:
        """Remove what a process that died left here of its work on the file row `key`; returns how many files."""
        with os.scandir(self.descriptor) as entries:
            left = [entry.name for entry in entries if entry.name.startswith(f"{_MARK}{key}-")]
        for name in left:
            self.drop(os.fsencode(name))
        return len(left)

    @contextlib.contextmanager
    def linked(self, scratch: Path, *, name: bytes = b"") -> Iterator[Path]:
        """Yield a path to the folder, or to a file in it, for any program: a link in `scratch` with a plain name."""
        scratch.mkdir(parents=True, exist_ok=True)
        link = scratch / f"folder-{secrets.token_hex(6)}"
        os.symlink(self.path + (b"/" + name if name else b""), os.fsencode(link))  # noqa: PTH211 - the target is bytes
        try:
            yield link
        finally:
            link.unlink(missing_ok=True)


@contextlib.contextmanager
def opened_folder(root: bytes, raw_path: bytes = b"") -> Iterator[Folder]:
    """Open the folder `raw_path` below `root` (itself may be a link). Raises OSError."""
    current = os.open(root, _FOLDER)
    try:
        for part in raw_path.split(b"/") if raw_path else []:
            below = os.open(part, _FOLDER | _BELOW, dir_fd=current)
            os.close(current)
            current = below
        yield Folder(descriptor=current, path=root.rstrip(b"/") + (b"/" + raw_path if raw_path else b""))
    finally:
        os.close(current)


def keep_attributes(source: int, target: int) -> None:
    """Give an open file the owner, mode and extended attributes of another, as far as this user may."""
    status = os.fstat(source)
    with contextlib.suppress(OSError):  # another user's file: its group may still be ours to give
        os.fchown(target, -1, status.st_gid)
    with contextlib.suppress(OSError):
        os.fchown(target, status.st_uid, -1)
    with contextlib.suppress(OSError):
        os.fchmod(target, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for attribute in os.listxattr(source):
                with contextlib.suppress(OSError):
                    os.setxattr(target, attribute, os.getxattr(source, attribute))
