"""Libraries added, edited, removed, and found to be online or not."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from dam.catalog.models import Library, MediaFile, StageRun
from dam.catalog.readers.libraries import find_library, list_libraries
from dam.config import config
from dam.errors import ConfigError
from dam.types import FileState, StageState
from dam.types.files import LibraryRoot


def add_library(
    root: Path, *, name: str = "", include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> LibraryRoot:
    """Add a folder as a library. Raises ConfigError if it can't be one: not a folder, inside another, …"""
    folder = checked_root(root)
    patterns = checked_patterns(include), checked_patterns(exclude)
    for other in list_libraries():
        if folder == other.root:
            raise ConfigError(f"{folder} is already the library “{other.name}”.")
        if folder.is_relative_to(other.root) or other.root.is_relative_to(folder):
            raise ConfigError(
                f"{folder} and the library “{other.name}” ({other.root}) lie one in the other. "
                f"`manage.py library remove {other.id}` makes room; what was indexed is kept."
            )
    try:
        with transaction.atomic():
            library = Library.objects.create(
                name=(name or folder.name or str(folder))[:200],
                root=str(folder),
                include=patterns[0],
                exclude=patterns[1],
            )
    except IntegrityError as error:
        raise ConfigError(f"{folder} is already a library.") from error
    return _known(library.pk)


def edit_library(
    library_id: int,
    *,
    name: str | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
) -> LibraryRoot:
    """Change what is given; the next scan applies it. Raises ConfigError for an unknown library or bad pattern."""
    _known(library_id)
    changes: dict[str, object] = {}
    if name is not None:
        changes["name"] = name[:200]
    if include is not None:
        changes["include"] = checked_patterns(include)
    if exclude is not None:
        changes["exclude"] = checked_patterns(exclude)
    if changes:
        Library.objects.filter(pk=library_id).update(**changes)
    return _known(library_id)


def remove_library(library_id: int) -> LibraryRoot:
    """Forget a library and its file rows; assets stay, hidden unless another library holds them.

    Raises ConfigError for an unknown library.
    """
    library = _known(library_id)
    with transaction.atomic():
        Library.objects.filter(pk=library_id).delete()
    return library


def set_online(library_id: int, *, online: bool) -> None:
    """Note whether a library's folder is there; when it is again, what waited for it is due at once."""
    with transaction.atomic():
        changed = Library.objects.filter(pk=library_id).exclude(online=online).update(online=online)
        if changed and online:
            held = MediaFile.objects.filter(library_id=library_id, state=FileState.PRESENT).values("asset_id")
            StageRun.objects.filter(asset_id__in=held, state=StageState.DUE, due_at__gt=timezone.now()).update(
                due_at=timezone.now()
            )


def note_scanned(library_id: int) -> None:
    """Note that a library was looked at from end to end just now."""
    Library.objects.filter(pk=library_id).update(scanned_at=timezone.now())


def checked_root(root: Path) -> Path:
    """Return the folder with links resolved. Raises ConfigError if it can't be a library's root."""
    try:
        folder = root.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"There is no folder {root}.") from error
    if not folder.is_dir():
        raise ConfigError(f"{root} is not a folder.")
    places = config().places
    if folder.is_relative_to(places.data.resolve()) and not folder.is_relative_to(places.demo.resolve()):
        raise ConfigError(f"{folder} is Afterimage's own data folder.")
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise ConfigError("The path of a library must be valid UTF-8 (the names in it need not be).") from error
    return folder


def checked_patterns(patterns: Iterable[str]) -> list[str]:
    """Return the patterns without blanks. Raises ConfigError for one that can't mean anything."""
    kept = [pattern.strip() for pattern in patterns if pattern.strip()]
    for pattern in kept:
        if pattern.startswith("!") or not pattern.strip("/"):
            raise ConfigError(f"The pattern {pattern!r} can't be used: write what is to match, without “!”.")
    return kept


def _known(library_id: int) -> LibraryRoot:
    library = find_library(library_id)
    if library is None:
        raise ConfigError(f"There is no library {library_id}.")
    return library
