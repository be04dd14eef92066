"""From a library's root and a relative path to an open descriptor, with no link followed on the way.

Every component is opened on its own, relative to the one above and with O_NOFOLLOW: a folder or a file that is
swapped for a link between a check and the opening is refused by the kernel, so nothing outside the root is ever
opened. O_NONBLOCK keeps a pipe from blocking us.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def open_root(root: Path) -> Iterator[int]:
    """Open a library's folder (itself may be a link). Raises OSError."""
    descriptor = os.open(root, _FOLDER)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def open_folder(root: int, raw_path: bytes) -> Iterator[int]:
    """Open the folder at `raw_path` below the open folder `root` (empty: the root itself). Raises OSError."""
    descriptor = _descend(root, raw_path.split(b"/") if raw_path else [])
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def open_regular(root: int, raw_path: bytes) -> Iterator[int]:
    """Open the regular file at `raw_path` below the open folder `root`, to read.

    Raises OSError; IsADirectoryError stands for anything that is no regular file.
    """
    *folders, name = raw_path.split(b"/")
    parent = _descend(root, folders)
    try:
        descriptor = os.open(name, os.O_RDONLY | _BELOW, dir_fd=parent)
    finally:
        os.close(parent)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise IsADirectoryError(0, "not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def status_beneath(root: int, raw_path: bytes) -> os.stat_result:
    """Return the stat of what is at `raw_path` itself, links not followed. Raises OSError."""
    if not raw_path:
        return os.fstat(root)
    *folders, name = raw_path.split(b"/")
    parent = _descend(root, folders)
    try:
        return os.stat(name, dir_fd=parent, follow_symlinks=False)
    finally:
        os.close(parent)


def _descend(root: int, folders: list[bytes]) -> int:
    current = os.dup(root)
    try:
        for folder in folders:
            below = os.open(folder, _FOLDER | _BELOW, dir_fd=current)
            os.close(current)
            current = below
    except OSError:
        os.close(current)
        raise
    return current
