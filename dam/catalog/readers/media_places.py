"""Media files as places to write to: each with its root and its name in bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dam.catalog.models import MediaFile
from dam.types import FileState
from dam.types.metadata_write import WriteState

_STRETCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlace:
    """A media file by its row: where it is, what it is, and whether its library is there."""

    file_id: int
    asset_id: int
    library_id: int
    root: Path
    raw_path: bytes
    path: str
    kind: str
    format: str
    size_bytes: int
    mtime_ns: int
    here: bool

    @property
    def folder(self) -> bytes:
        """The folder below the root, in bytes."""
        return self.raw_path.rpartition(b"/")[0]

    @property
    def name(self) -> bytes:
        """The name in that folder."""
        return self.raw_path.rpartition(b"/")[2]


def place_of(file_id: int) -> MediaPlace | None:
    """Return a media file by its row, or None where it is gone or is no asset's."""
    return next(iter(_places(MediaFile.objects.filter(pk=file_id, asset__isnull=False))), None)


def places_of(asset_id: int) -> list[MediaPlace]:
    """Return every place of an asset, missing ones and those of libraries that are not there too."""
    return _places(MediaFile.objects.filter(asset_id=asset_id).exclude(state=FileState.SKIPPED).order_by("pk"))


def places_by_stem(library_id: int, raw_stems: Iterable[bytes]) -> list[MediaPlace]:
    """Return the media files of a library with one of these paths, or one of them and an extension."""
    found: dict[int, MediaPlace] = {}
    for stem in raw_stems:
        # What begins with "a." sorts between "a." and "a/".
        rows = MediaFile.objects.filter(library_id=library_id, raw_path__gt=stem + b".", raw_path__lt=stem + b"/")
        exact = MediaFile.objects.filter(library_id=library_id, raw_path=stem)
        for place in _places((rows | exact).filter(asset__isnull=False)):
            if place.raw_path == stem or b"." not in place.raw_path[len(stem) + 1 :]:
                found[place.file_id] = place
    return list(found.values())


def siblings_of(place: MediaPlace) -> list[bytes]:
    """Return the names of the media files beside one that share its stem, itself too."""
    stem = place.raw_path.rpartition(b".")[0] if b"." in place.name else place.raw_path
    return [other.name for other in places_by_stem(place.library_id, [stem])]


def due_places(asset_ids: Iterable[int] | None = None) -> list[MediaPlace]:
    """Return the files whose metadata is still to be written, of these assets or of all."""
    states = [WriteState.DUE, WriteState.RUNNING, WriteState.SHADOW]
    rows = MediaFile.objects.filter(metadata_write__state__in=states)
    if asset_ids is not None:
        rows = rows.filter(asset_id__in=list(asset_ids))
    return _places(rows.filter(asset__isnull=False).order_by("pk"))


def present_places() -> Iterator[MediaPlace]:
    """Yield every media file that is there now."""
    last = 0
    while True:
        rows = MediaFile.objects.filter(pk__gt=last, state=FileState.PRESENT, library__online=True).order_by("pk")
        some = _places(rows.filter(asset__isnull=False)[:_STRETCH])
        if not some:
            return
        yield from some
        last = some[-1].file_id


def _places(rows: Any) -> list[MediaPlace]:
    fields = (
        "pk", "asset_id", "library_id", "library__root", "raw_path", "path", "asset__kind", "asset__format",
        "size_bytes", "mtime_ns", "state", "library__online",
    )  # fmt: skip
    return [
        MediaPlace(
            file_id=pk,
            asset_id=asset_id,
            library_id=library_id,
            root=Path(root),
            raw_path=bytes(raw_path),
            path=path,
            kind=kind or "",
            format=format_ or "",
            size_bytes=size_bytes,
            mtime_ns=mtime_ns,
            here=state == FileState.PRESENT and online,
        )
        for (pk, asset_id, library_id, root, raw_path, path, kind, format_, size_bytes, mtime_ns, state, online) in (
            rows.values_list(*fields)
        )
    ]
