"""The libraries, as the indexer needs them."""

from pathlib import Path

from dam.catalog.models import Library
from dam.types.files import LibraryRoot


def list_libraries() -> list[LibraryRoot]:
    """Return every library, by id."""
    return [_as_root(library) for library in Library.objects.order_by("pk")]


def find_library(library_id: int) -> LibraryRoot | None:
    """Return a library, or None."""
    library = Library.objects.filter(pk=library_id).first()
    return _as_root(library) if library else None


def find_covering(folder: Path) -> LibraryRoot | None:
    """Return the library whose root is `folder` or lies above it, or None."""
    resolved = folder.expanduser().resolve()
    return next((library for library in list_libraries() if resolved.is_relative_to(library.root)), None)


def _as_root(library: Library) -> LibraryRoot:
    return LibraryRoot(
        id=library.pk,
        name=library.name,
        root=Path(library.root),
        include=tuple(library.include),
        exclude=tuple(library.exclude),
        online=library.online,
    )
