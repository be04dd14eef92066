"""Zip archives of any size, written while they are sent: entries in, pieces of the archive out.

    for piece in stream_zip([entry_of(name, opener), …]): …

Nothing is deflated: photos, video and sound are compressed already. One piece at a time is in memory. The archive is
written by Python's own `zipfile`, onto something that can't be rewound: sizes and checksums stand behind each file
and in the directory at the end (APPNOTE 4.3.9), with ZIP64 fields where they are needed.
"""

import stat
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from dam.errors import AfterimageError, HandOffError
from dam.handoff.names import UniqueNames, safe_name

REPORT = "MISSING.txt"
_PIECE_BYTES = 256 * 1024
_READABLE = (stat.S_IFREG | 0o644) << 16
# Sizes of the parts of an archive, APPNOTE 4.3.7, 4.3.9, 4.3.12 and 4.3.14 to 4.3.16, without names and ZIP64 fields.
_LOCAL, _DESCRIPTOR, _CENTRAL, _END = 30, 16, 46, 22
_LOCAL_64, _DESCRIPTOR_64, _END_64 = 20, 24, 56 + 20
_SMALL = (1 << 31) - 1  # from here on `zipfile` writes ZIP64 fields
_MANY = (1 << 16) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One file of an archive. `pieces` opens it and yields its bytes; whatever it raises of AfterimageError and
    OSError is reported in the archive. `size_bytes` is known or None. Names are made safe and unique when written.
    """

    name: str
    pieces: Callable[[], Iterator[bytes]]
    folder: str = ""
    size_bytes: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What could not be had for an archive, and why."""

    name: str
    reason: str


def file_pieces(opener: Callable[[], BinaryIO]) -> Callable[[], Iterator[bytes]]:
    """Return what reads a file piece by piece and closes it."""

    def pieces() -> Iterator[bytes]:
        with opener() as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    return pieces


def stream_zip(
    entries: Iterable[ZipEntry], *, missing: Iterable[Missing] = (), length: int | None = None
) -> Iterator[bytes]:
    """Yield an archive of the entries, each taken when the one before is written.

    An entry that can't be had, or breaks off, is named in a text file at the archive's end, as are `missing` ones
    that are known already. Where a `length` was promised (`zip_length`), an entry that breaks off raises HandOffError
    instead: whoever receives it must see that it is not whole. Close the iterator to stop early: the entry being read
    is closed, and no further one is taken.
    """
    sink, names, left_out = _Sink(), UniqueNames(), list(missing)
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True)  # type: ignore[call-overload]
    for entry in entries:
        try:
            yield from _file(archive, sink, entry, names)
        except (AfterimageError, OSError) as error:
            if length is not None:
                raise HandOffError(f"{safe_name(entry.name)} broke off: {_words(error)}") from error
            left_out.append(Missing(name=entry.name, reason=_words(error)))
    if left_out:
        with archive.open(_info(names.take(REPORT), datetime.now().astimezone()), "w") as file:
            file.write(report(left_out))
    archive.close()
    yield sink.taken()


def zip_length(entries: Iterable[ZipEntry], *, missing: Iterable[Missing] = ()) -> int | None:
    """Return how many bytes `stream_zip` yields for these entries; None where a size is not known."""
    names, offset, directory, count = UniqueNames(), 0, 0, 0
    listed = [(names.take(entry.name, folder=entry.folder), entry.size_bytes, False) for entry in entries]
    left_out = list(missing)
    if left_out:
        listed.append((names.take(REPORT), len(report(left_out)), True))
    for name, size, is_report in listed:
        if size is None:
            return None
        name_bytes = len(name.encode())
        far = [value for value in (size, size, offset) if value > _SMALL]
        directory += _CENTRAL + name_bytes + (4 + 8 * len(far) if far else 0)
        large = _is_large(size) and not is_report
        offset += (_LOCAL + _LOCAL_64 if large else _LOCAL) + name_bytes + size
        offset += _DESCRIPTOR_64 if large else _DESCRIPTOR
        count += 1
    beyond = count > _MANY or offset > _SMALL or directory > _SMALL
    return offset + directory + _END + (_END_64 if beyond else 0)


def report(missing: Iterable[Missing]) -> bytes:
    """Return the text that says what is not in an archive, and why."""
    lines = [f"{safe_name(each.name)}\r\n    {each.reason}\r\n" for each in missing]
    return ("These are not in this archive, or not whole:\r\n\r\n" + "\r\n".join(lines)).encode("utf-8-sig")


def _file(archive: zipfile.ZipFile, sink: "_Sink", entry: ZipEntry, names: UniqueNames) -> Iterator[bytes]:
    """Yield one entry of the archive. What it can't be opened for leaves no trace."""
    pieces = entry.pieces()
    try:
        first = next(pieces, b"")  # opened before its header is written
        info = _info(names.take(entry.name, folder=entry.folder), entry.modified)
        with archive.open(info, "w", force_zip64=entry.size_bytes is None or _is_large(entry.size_bytes)) as file:
            left = entry.size_bytes
            for piece in _bounded(chain([first], pieces), left):
                file.write(piece)
                yield sink.taken()
                left = None if left is None else left - len(piece)
            if left:
                raise HandOffError(f"The file ended {left:,} bytes before its end; it was changed meanwhile.")
    finally:
        if isinstance(pieces, Generator):
            pieces.close()
    yield sink.taken()


def _bounded(pieces: Iterable[bytes], size: int | None) -> Iterator[bytes]:
    """Yield no more than was announced: a file may grow while it is read."""
    left = size
    for piece in pieces:
        part = piece if left is None else piece[:left]
        if part:
            yield part
        if left is not None:
            left -= len(part)
            if left <= 0:
                return


def _is_large(size: int) -> bool:
    # As `zipfile` decides itself for a size that it knows: with room for what compression might add.
    return size * 1.05 > _SMALL


def _info(name: str, modified: datetime | None) -> zipfile.ZipInfo:
    moment = modified or datetime.now().astimezone()
    year = min(max(moment.year, 1980), 2107)  # what the format can say
    date = (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    info = zipfile.ZipInfo(name, date)
    info.create_system = 3  # Unix, whatever this runs on: the rights below are Unix's
    info.external_attr = _READABLE
    return info


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The file can't be read: {error.strerror or type(error).__name__}."
    return str(error)


class _Sink:
    """Takes what the archive's writer writes until it is sent. It can't be rewound, on purpose."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
