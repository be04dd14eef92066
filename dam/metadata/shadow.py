"""The shadow tree: sidecars of originals that can't be written to, below the data folder, as they would lie there."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from dam.catalog.readers.media_places import MediaPlace
from dam.metadata.folders import Folder, opened_folder


@contextlib.contextmanager
def opened(root: Path, place: MediaPlace) -> Iterator[Folder]:
    """Open (and make) the shadow of the folder of a media file. Raises OSError."""
    library = os.fsencode(root / str(place.library_id))
    os.makedirs(os.path.join(library, place.folder) if place.folder else library, exist_ok=True)  # noqa: PTH103, PTH118
    with opened_folder(library, place.folder) as folder:
        yield folder


def write(folder: Folder, name: bytes, data: bytes) -> None:
    """Put a copy of what could not be written to into the shadow tree."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644, dir_fd=folder.descriptor)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def holds(root: Path, place: MediaPlace, name: bytes) -> bool:
    """Tell whether a sidecar is kept in the shadow tree."""
    try:
        with opened_folder(os.fsencode(root / str(place.library_id)), place.folder) as folder:
            return folder.status(name) is not None
    except OSError:
        return False


def drop(root: Path, place: MediaPlace, name: bytes) -> None:
    """Remove a sidecar from the shadow tree: it is where it belongs now."""
    with contextlib.suppress(OSError), opened(root, place) as folder:
        folder.drop(name)


def shown(root: Path, place: MediaPlace, name: bytes) -> str:
    """Return where a sidecar lies in the shadow tree, for people."""
    inner = (place.folder + b"/" if place.folder else b"") + name
    return f"{root / str(place.library_id)}/{inner.decode('utf-8', 'backslashreplace')}"
