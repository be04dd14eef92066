"""What the catalogue knows of the files of a library, in the compact form that a scan compares with."""

from collections.abc import Iterable, Iterator

from django.db.models import Q

from dam.catalog.models import Library, MediaFile
from dam.types import FileState
from dam.types.files import FileStamp, KnownFile

_FIELDS = ("pk", "raw_path", "asset_id", "size_bytes", "mtime_ns", "inode", "state", "reason")
_PATHS_A_QUERY = 200  # three terms each; SQLite takes an expression of depth 1,000


def known_files(library_id: int, *, under: Iterable[bytes] = (b"",)) -> Iterator[KnownFile]:
    """Give the rows of a library at and below each path of `under` (relative; empty: the root), each once."""
    paths = list(under)
    if b"" in paths:
        yield from _rows(
            MediaFile.objects.filter(library_id=library_id).values_list(*_FIELDS).iterator(chunk_size=2000)
        )
        return
    seen: set[int] = set()
    for start in range(0, len(paths), _PATHS_A_QUERY):
        wanted = Q(library_id=library_id, raw_path__in=paths[start : start + _PATHS_A_QUERY])
        for path in paths[start : start + _PATHS_A_QUERY]:
            # The library in each term, so that each is looked up in the index. What lies below "a" is what sorts
            # between "a/" and "a0": "0" follows "/".
            wanted |= Q(library_id=library_id, raw_path__gte=path + b"/", raw_path__lt=path + b"0")
        for row in _rows(MediaFile.objects.filter(wanted).values_list(*_FIELDS).iterator(chunk_size=2000)):
            if row.id not in seen:
                seen.add(row.id)
                yield row


def has_present_files(library_id: int) -> bool:
    """Tell whether a library is known to hold anything."""
    return MediaFile.objects.filter(library_id=library_id, state=FileState.PRESENT).exists()


def is_known_library(library_id: int) -> bool:
    """Tell whether the library has not been removed meanwhile."""
    return Library.objects.filter(pk=library_id).exists()


def _rows(rows: Iterable[tuple[int, bytes, int | None, int, int, str, str, str]]) -> Iterator[KnownFile]:
    for key, raw_path, asset_id, size_bytes, mtime_ns, inode, state, reason in rows:
        yield KnownFile(
            id=key,
            raw_path=bytes(raw_path),
            asset_id=asset_id,
            stamp=FileStamp(size_bytes=size_bytes, mtime_ns=mtime_ns, inode=inode),
            state=FileState(state),
            reason=reason,
        )
