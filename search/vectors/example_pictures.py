"""Pictures as queries: a unit's, a part of one, or one that the user gave; and their vectors."""

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import blake3
import numpy as np

from dam import wiring
from dam.catalog.readers.sources import clearest_look
from dam.config import config
from dam.engines.pictures import load_pictures
from dam.errors import QueryError, UnsupportedMedia
from dam.ports import Pixels, Vectors
from dam.types import Example, Region, RenditionRole, SourceFile, UnitKind
from search.vectors.query_vectors import remembered
from search.vectors.spaces import Spaces

MAX_BYTES = 64 * 1024 * 1024  # more than any photo that is sent over a page; RAW files of 100 MP are below it
_NAME_BYTES = 8  # of the content's BLAKE3: names of some hundred files
_KEPT_S = 30 * 24 * 3600.0
_KEPT_FILES = 500


def take(parts: Iterable[bytes]) -> str:
    """Keep a given picture for searches, as a JPEG made by a decoder child; returns its name for `like:picture-…`.

    Only what is made of it stays, for a month. Raises MediaError for what is no picture, OSError for a full disk.
    """
    places = config().places
    places.scratch.mkdir(parents=True, exist_ok=True)
    places.queries.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.scratch, prefix="query-") as folder:
        root = Path(os.path.realpath(folder))
        given, digest = root / "given", blake3.blake3()
        with given.open("wb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        name = digest.hexdigest(length=_NAME_BYTES)
        path = path_of(name)
        if not path.exists():
            _picture_of(given, out_dir=root / "made").replace(path)
        os.utime(path)
    _prune(places.queries, but=path)
    return name


def path_of(name: str) -> Path:
    """Return where the picture of that name lies; `name` has to be hexadecimal digits."""
    return config().places.queries / f"{name}.jpg"


def vectors_of(example: Example, spaces: Spaces) -> Vectors:
    """Return an example's vectors (n, dimensions) by the model that answers: several for a shot's several frames.

    Raises QueryError where it is gone or has no picture, EngineError.
    """
    if example.unit_id is not None and example.region is None:
        index = spaces.picture
        own = index.columns.ids_of_units([example.unit_id])
        if not len(own):
            raise QueryError(f"Of number {example.unit_id} no picture is known here: like: needs a photo or a shot.")
        return index.store.get(own.tolist())
    embedder = spaces.embedder
    key = ("example", embedder.info.space, example.unit_id, example.picture, example.region)
    return remembered(key, lambda: embedder.embed_images([pixels_of(example)]))


def pixels_of(example: Example) -> Pixels:
    """Return the picture, or the part of it, as (height, width, 3) sRGB. Raises QueryError where it is gone."""
    if example.unit_id is not None:
        look = clearest_look(example.unit_id)
        path = config().places.renditions / look.key if look else None
        gone = f"Of number {example.unit_id} no picture is known here: like: needs a photo or a shot."
    else:
        path = path_of(example.picture)
        gone = "The picture of this search is not kept any more: give it again."
    (found,) = load_pictures([path]) if path else (None,)
    if found is None:
        raise QueryError(gone)
    return found if example.region is None else _part(found, example.region)


def _part(picture: Pixels, region: Region) -> Pixels:
    height, width = picture.shape[:2]
    left, top = int(region.x * width), int(region.y * height)
    right = max(left + 1, round((region.x + region.width) * width))
    bottom = max(top + 1, round((region.y + region.height) * height))
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _picture_of(given: Path, *, out_dir: Path) -> Path:
    status = given.stat()
    source = SourceFile(path=given, root=given.parent, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)
    out_dir.mkdir()
    prepared = wiring.media_reader().prepare(source, out_dir=out_dir)
    photo = next((unit for unit in prepared.units if unit.kind is UnitKind.PHOTO), None)
    if photo is None:
        raise UnsupportedMedia("That is no picture. Give a photo, or a frame that you saved as a picture.")
    made = {item.role: item.path for item in (*photo.renditions, *prepared.renditions)}
    return made.get(RenditionRole.PREVIEW) or made[RenditionRole.THUMB]


def _prune(folder: Path, *, but: Path) -> None:
    """Delete what nobody asked for in a month, and the oldest of too many."""
    aged = sorted(((path.stat().st_mtime, path) for path in folder.glob("*.jpg")), reverse=True)
    for place, (asked_at, path) in enumerate(aged):
        if path != but and (place >= _KEPT_FILES or time.time() - asked_at > _KEPT_S):
            path.unlink(missing_ok=True)
