"""From a path to a file's fingerprint (see `dam.engines.fingerprint`), with the stamp that it had meanwhile."""

import os
from pathlib import Path

from dam.engines.fingerprint import (
    BLOCK_BYTES,
    BLOCKS,
    EDGE_BYTES,
    WHOLE_BYTES,
    block_starts,
    fingerprint_descriptor,
)
from dam.errors import MediaVanished
from dam.types.files import FileStamp, FingerprintedFile
from indexer.beneath import open_regular, open_root

__all__ = [
    "BLOCKS",
    "BLOCK_BYTES",
    "EDGE_BYTES",
    "WHOLE_BYTES",
    "block_starts",
    "fingerprint_descriptor",
    "fingerprint_file",
]


def fingerprint_file(root: Path, raw_path: bytes) -> FingerprintedFile:
    """Read the file at `raw_path` below `root` and return its fingerprint with the stamp it had meanwhile.

    Raises MediaVanished if it changed while it was read, OSError if it can't be opened or is no regular file.
    """
    with open_root(root) as folder, open_regular(folder, raw_path) as descriptor:
        before = os.fstat(descriptor)
        fingerprint = fingerprint_descriptor(descriptor, size_bytes=before.st_size)
        after = os.fstat(descriptor)
    if _moment(before) != _moment(after):
        raise MediaVanished("The file changed while it was being read.")
    return FingerprintedFile(raw_path=raw_path, stamp=FileStamp.of(after), fingerprint=fingerprint)


def _moment(status: os.stat_result) -> tuple[int, int, int]:
    # The change time too: a program may write and then set the modification time back.
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns
