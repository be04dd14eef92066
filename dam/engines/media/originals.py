"""From a `SourceFile` to an open descriptor that is proven to be that regular file inside its library."""

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dam.errors import MediaVanished, UnsupportedMedia
from dam.types import SourceFile

_F_GETPATH = 50  # macOS: sys/fcntl.h; Python has no name for it before 3.9 on every build
_LINK = "This is a link, not a file; what it points to is indexed where it lies."
_CHANGED = "The file changed while it was being read."


@contextmanager
def opened_original(source: SourceFile) -> Iterator[int]:
    """Open an original for reading; yields the descriptor, and checks at the end that the file is still the same.

    What is opened is what is checked: the descriptor must be a regular file of the expected size whose real
    path lies inside `source.root`. Raises MediaVanished, UnsupportedMedia.
    """
    fd = _open(source.path)
    try:
        before = os.fstat(fd)
        _check(source, fd, before)
        yield fd
        after = os.fstat(fd)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise MediaVanished(_CHANGED)
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    try:
        _refuse_irregular(os.lstat(path))  # opening a device can already do something
        # O_NONBLOCK: a pipe put in the place of the file between the two calls must not hold us.
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaVanished("The file is no longer there.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnsupportedMedia(_LINK) from error
        raise MediaVanished(f"The file can't be read: {error.strerror}.") from error


def _refuse_irregular(status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise UnsupportedMedia(_LINK)
    if not stat.S_ISREG(status.st_mode):
        raise UnsupportedMedia("This is not a regular file but a folder, pipe, socket or device.")


def _check(source: SourceFile, fd: int, status: os.stat_result) -> None:
    _refuse_irregular(status)
    if not Path(_real_path(fd)).is_relative_to(os.path.realpath(source.root)):
        raise UnsupportedMedia("The file lies outside its library.")
    if status.st_nlink == 0:
        raise MediaVanished("The file is no longer there.")
    if status.st_size != source.size_bytes:
        raise MediaVanished(_CHANGED)


def _real_path(fd: int) -> str:
    if sys.platform == "darwin":
        return os.fsdecode(fcntl.fcntl(fd, _F_GETPATH, bytes(1024)).rstrip(b"\0"))
    return str(Path(f"/proc/self/fd/{fd}").readlink())
