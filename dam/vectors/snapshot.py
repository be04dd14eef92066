"""Vectors on disk for a fast start: one file per space, written atomically, checked whole before it is used.

    magic (8 bytes) | header length (u32) | header (JSON) | sections, each from a multiple of 64 | BLAKE3 of it all

Sections are `ids` (i64, ascending), columns that the owner keeps beside them, `rows` (fp16, in FAISS's own envelope,
so that it can search them where they lie) and, for many rows, `index` (dam.vectors.build). All is little-endian. The
catalogue stays the truth: a file that is torn, changed, of another space, size or version is ignored with a log
line, and the vectors are read from their rows again.
"""

import fcntl
import json
import logging
import mmap
import os
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors
from dam.vectors import flat

_log = logging.getLogger(__name__)

FORMAT_VERSION = 2
_MAGIC = b"AFTRVEC\n"
_MAX_HEADER_BYTES = 4096
_DIGEST_BYTES = 32
_ALIGNED = 64
_CHUNK_ROWS = 4096
_OWN = frozenset({"ids", "rows", "index"})

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The rows of one space as they were: `ids` (n,) ascending, `columns` (n,) each, `rows` (n, dimensions) fp16.

    `rows`, `flat` (the same, as FAISS reads them) and `index` are mapped from the file, which stays there for them
    even when it is deleted or replaced.
    """

    path: Path
    file: tuple[int, int]  # device and inode: whether another one has taken its place
    ids: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    rows: NDArray[np.float16]
    flat: Bytes
    index: Bytes | None = None
    last_seen: int

    @property
    def is_current(self) -> bool:
        """Whether it is still what lies at its path."""
        return file_at(self.path) == self.file


@runtime_checkable
class RestsOnSnapshots(Protocol):
    """A store that can search a snapshot where it lies, so that its rows need no memory of the process's own."""

    def rest_on(self, loaded: Snapshot, *, known: NDArray[np.int64]) -> None:
        """Take a snapshot's rows as the bulk, of which only `known` (ascending) are there; the others stay as is."""
        ...


def path_of(folder: Path, space: str) -> Path:
    """Return where the snapshot of a space lies."""
    name = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in space)
    return folder / f"{name}.vectors"


def file_at(path: Path) -> tuple[int, int] | None:
    """Return which file lies at a path, as device and inode, or None."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


def save(
    path: Path,
    *,
    space: str,
    dimensions: int,
    ids: NDArray[np.int64],
    get: Callable[[list[int]], Vectors],
    last_seen: int,
    columns: Mapping[str, NDArray[Any]] | None = None,
    index: Bytes | None = None,
) -> None:
    """Write the rows that `get` gives for `ids`, so that `path` is at any moment the old file or the new one.

    Raises StoreError when the disk refuses.
    """
    small = {"ids": ids.astype("<i8"), **(columns or {}), **({} if index is None else {"index": index})}
    envelope = flat.envelope(len(ids), dimensions)
    sizes = {name: values.nbytes for name, values in small.items()}
    sizes["rows"] = len(envelope) + len(ids) * dimensions * 2
    told = {
        "version": FORMAT_VERSION,
        "space": space,
        "dimensions": dimensions,
        "count": len(ids),
        "last_seen": last_seen,
        "faiss": flat.version(),
        "envelope": len(envelope),
        "types": {name: values.dtype.str for name, values in small.items()},
    }
    header, places = _laid_out(told, sizes)
    content = {name: iter([np.ascontiguousarray(values).tobytes()]) for name, values in small.items()}
    content |= {"": iter([header]), "rows": _rows(envelope, ids, get)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                digest = blake3()
                for part in _padded(places, content):
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
        with path.open("rb") as file:
            return _read(path, file.fileno(), space=space, dimensions=dimensions)
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


def _laid_out(told: dict[str, Any], sizes: Mapping[str, int]) -> tuple[bytes, dict[str, int]]:
    """Return what stands before the sections, named "", and where each begins."""
    order = sorted(sizes, key=lambda name: {"rows": 1, "index": 2}.get(name, 0))
    places, place = {}, len(_MAGIC) + 4 + _MAX_HEADER_BYTES
    for name in order:
        place += -place % _ALIGNED
        places[name] = place
        place += sizes[name]
    sections = {name: [places[name], sizes[name]] for name in order}
    places[""] = 0
    header = json.dumps({**told, "sections": sections, "size": place}).encode()
    if len(header) > _MAX_HEADER_BYTES:
        raise StoreError("The header of the index snapshot is too long; the name of the space may be.")
    return _MAGIC + struct.pack("<I", len(header)) + header, places


def _padded(places: Mapping[str, int], content: Mapping[str, Iterator[bytes]]) -> Iterator[bytes]:
    written = 0
    for name, place in sorted(places.items(), key=lambda each: each[1]):
        yield bytes(place - written)
        written = place
        for part in content[name]:
            written += len(part)
            yield part


def _rows(envelope: bytes, ids: NDArray[np.int64], get: Callable[[list[int]], Vectors]) -> Iterator[bytes]:
    yield envelope
    for start in range(0, len(ids), _CHUNK_ROWS):
        yield get(ids[start : start + _CHUNK_ROWS].tolist()).astype("<f2").tobytes()


def _read(path: Path, handle: int, *, space: str, dimensions: int) -> Snapshot:
    told = os.fstat(handle)
    if told.st_size < len(_MAGIC) + 4 + _DIGEST_BYTES:
        raise ValueError("it is cut short")
    # From here on what lies at the path may change: only what is open is looked at.
    with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as whole:
        with memoryview(whole)[:-_DIGEST_BYTES] as covered:
            digest = blake3(max_threads=blake3.AUTO).update(covered).digest()
        if digest != whole[-_DIGEST_BYTES:]:
            raise ValueError("its checksum is wrong")
        start = len(_MAGIC) + 4
        if whole[: len(_MAGIC)] != _MAGIC:
            raise ValueError("it is no snapshot")
        (length,) = struct.unpack("<I", whole[len(_MAGIC) : start])
        header = json.loads(whole[start : start + length])
    found = (header["version"], header["space"], header["dimensions"])
    if found != (FORMAT_VERSION, space, dimensions):
        raise ValueError(f"it holds {found}, wanted is {(FORMAT_VERSION, space, dimensions)}")
    if header["size"] != told.st_size - _DIGEST_BYTES:
        raise ValueError("its size is wrong")
    # Mapped anew: the pages that the checksum went through are given back.
    mapped = np.frombuffer(mmap.mmap(handle, 0, access=mmap.ACCESS_READ), dtype=np.uint8)
    sections = {name: mapped[place : place + size] for name, (place, size) in header["sections"].items()}
    count, types = int(header["count"]), header["types"]
    return Snapshot(
        path=path,
        file=(told.st_dev, told.st_ino),
        ids=sections["ids"].view(types["ids"]).astype(np.int64),
        columns={name: sections[name].view(types[name]).copy() for name in sections.keys() - _OWN},
        rows=sections["rows"][header["envelope"] :].view("<f2").reshape(count, dimensions),
        flat=sections["rows"],
        # Codes are laid out as one version of FAISS had them; another one may read them wrongly.
        index=sections["index"] if "index" in sections and header["faiss"] == flat.version() else None,
        last_seen=int(header["last_seen"]),
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
