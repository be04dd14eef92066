"""Finished renditions from the scratch folder to their place: files first, rows after, so no row lacks its file."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.models import Asset, Rendition, Unit
from dam.errors import StoreError
from dam.types import RenditionFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRendition:
    """A rendition at its final place; `key` is its path below the renditions folder."""

    file: RenditionFile
    key: str
    size_bytes: int


def place(asset: Asset, file: RenditionFile, *, name: str, folder: Path) -> PlacedRendition:
    """Move a finished file below `folder`, under a name made of the fingerprint and `name`.

    The same file made again gets the same key, so a repeated run replaces and never piles up. Raises StoreError.
    """
    fingerprint = asset.fingerprint
    key = f"{fingerprint[:2]}/{fingerprint[2:]}/{name}{file.path.suffix}"
    target = folder / key
    try:
        size = file.path.stat().st_size
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            file.path.replace(target)
        except OSError:  # the scratch folder is on another file system: copy, then rename in place
            beside = target.with_name(f".{target.name}.new")
            shutil.copyfile(file.path, beside)
            beside.replace(target)
            file.path.unlink()
    except OSError as error:
        raise StoreError(f"A rendition can't be written to {target.parent}: {error.strerror}.") from error
    return PlacedRendition(file=file, key=key, size_bytes=size)


def as_row(asset: Asset, unit: Unit | None, placed: PlacedRendition) -> Rendition:
    """Return the unsaved row of a placed rendition."""
    file = placed.file
    return Rendition(
        asset=asset,
        unit=unit,
        role=file.role,
        key=placed.key,
        mime=file.mime,
        width=file.width,
        height=file.height,
        at_ms=file.at_ms,
        frames=file.frames,
        size_bytes=placed.size_bytes,
        colour=file.colour,
        placeholder=file.placeholder,
    )
