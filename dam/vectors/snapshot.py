"""Vectors on disk for a fast start: one file per space, written atomically, checked whole before it is used.

    magic (8 bytes) | header length (u32) | header (JSON) | ids (count × i64) | rows (count × dimensions × fp16)
    | SHA-256 of all that precedes

Everything is little-endian. The catalogue stays the truth: a file that is torn, changed, of another space, size or
version is ignored with a log line, and the vectors are read from their rows again.
"""

import fcntl
import hashlib
import json
import logging
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors

_log = logging.getLogger(__name__)

FORMAT_VERSION = 1
_MAGIC = b"AFTRVEC\n"
_MAX_HEADER_BYTES = 4096
_DIGEST_BYTES = hashlib.sha256().digest_size
_CHUNK_ROWS = 4096
_CHUNK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The rows of one space as they were: `ids` (n,) ascending, `rows` (n, dimensions) fp16, mapped from the file."""

    ids: NDArray[np.int64]
    rows: NDArray[np.float16]
    last_seen: int


def path_of(folder: Path, space: str) -> Path:
    """Return where the snapshot of a space lies."""
    name = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in space)
    return folder / f"{name}.vectors"


def save(
    path: Path,
    *,
    space: str,
    dimensions: int,
    ids: NDArray[np.int64],
    get: Callable[[list[int]], Vectors],
    last_seen: int,
) -> None:
    """Write the rows that `get` gives for `ids`, so that `path` is at any moment the old file or the new one.

    Raises StoreError when the disk refuses.
    """
    header = json.dumps(
        {
            "version": FORMAT_VERSION,
            "space": space,
            "dimensions": dimensions,
            "count": len(ids),
            "last_seen": last_seen,
        }
    ).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                digest = hashlib.sha256()
                for part in _parts(header, ids, get):
                    digest.update(part)
                    file.write(part)
                file.write(digest.digest())
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"The index snapshot {path} can't be written: {error}") from error


def load(path: Path, *, space: str, dimensions: int) -> Snapshot | None:
    """Return the snapshot at `path`, or None (and a log line) where it is absent, damaged or of something else."""
    try:
        _check_digest(path)
        return _read(path, space=space, dimensions=dimensions)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        _log.warning("the index snapshot %s is not used, its vectors are read again: %s", path, error)
        return None


@contextmanager
def writer_lock(path: Path) -> Iterator[bool]:
    """Yield whether this process alone may write the snapshot at `path` now; others only read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def remove_leftovers(path: Path) -> None:
    """Delete what a crash in the middle of `save` left beside `path`; only for the holder of the writer lock."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        part.unlink(missing_ok=True)


def _parts(header: bytes, ids: NDArray[np.int64], get: Callable[[list[int]], Vectors]) -> Iterator[bytes]:
    yield _MAGIC + struct.pack("<I", len(header)) + header
    yield np.ascontiguousarray(ids, dtype="<i8").tobytes()
    for start in range(0, len(ids), _CHUNK_ROWS):
        yield get(ids[start : start + _CHUNK_ROWS].tolist()).astype("<f2").tobytes()


def _check_digest(path: Path) -> None:
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size - _DIGEST_BYTES
        if left < len(_MAGIC):
            raise ValueError("it is cut short")
        digest = hashlib.sha256()
        while left > 0 and (part := file.read(min(left, _CHUNK_BYTES))):
            digest.update(part)
            left -= len(part)
        if file.read() != digest.digest():
            raise ValueError("its checksum is wrong")


def _read(path: Path, *, space: str, dimensions: int) -> Snapshot:
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("it is no snapshot")
        (length,) = struct.unpack("<I", file.read(4))
        if length > _MAX_HEADER_BYTES:
            raise ValueError("its header is too long")
        header = json.loads(file.read(length))
        start = file.tell()
    told = (header["version"], header["space"], header["dimensions"])
    if told != (FORMAT_VERSION, space, dimensions):
        raise ValueError(f"it holds {told}, wanted is {(FORMAT_VERSION, space, dimensions)}")
    count = int(header["count"])
    if path.stat().st_size != start + count * (8 + 2 * dimensions) + _DIGEST_BYTES:
        raise ValueError("its size is wrong")
    if not count:
        return Snapshot(
            ids=np.empty(0, np.int64), rows=np.empty((0, dimensions), np.float16), last_seen=int(header["last_seen"])
        )
    return Snapshot(
        ids=np.fromfile(path, dtype="<i8", count=count, offset=start).astype(np.int64),
        rows=np.memmap(path, dtype="<f2", mode="r", offset=start + count * 8, shape=(count, dimensions)),
        last_seen=int(header["last_seen"]),
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
