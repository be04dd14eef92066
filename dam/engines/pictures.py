"""Renditions to pixels for the models: our own JPEG files only, never an original."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dam.errors import StoreError
from dam.ports import Pixels

_THREADS = 4  # JPEG decoding releases the GIL; more threads than this outran every encoder tried


def load_pictures(paths: Sequence[Path]) -> list[Pixels | None]:
    """Return each picture as (height, width, 3) sRGB; None where the file is missing or can't be read."""
    if len(paths) < 2:
        return [_load(path) for path in paths]
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        return list(pool.map(_load, paths))


def _load(path: Path) -> Pixels | None:
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=["JPEG"]) as picture:
            return np.asarray(picture.convert("RGB"))
    except (FileNotFoundError, UnidentifiedImageError):
        return None
    except OSError as error:
        if "truncated" in str(error) or "broken" in str(error):
            return None
        raise StoreError(f"A rendition can't be read: {path}: {error}") from error
