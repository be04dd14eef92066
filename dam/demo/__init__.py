"""The demo library: a small photographer's archive that ships with the program, and its way into a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

MEDIA = Path(__file__).parent / "media"


def copy_demo_library(target: Path) -> int:
    """Copy the demo library's folders into a folder, made if it is missing; files that are there already stay.

    Modification times are kept. A file of the same name with other content is somebody's own and is left alone.

    Args:
        target: folder that receives the library's folders.

    Returns:
        How many files were copied; 0 when all were there.

    Raises:
        OSError: the folder can't be made or written.
    """
    copied = 0
    for source in sorted(path for path in MEDIA.rglob("*") if path.is_file()):
        place = target / source.relative_to(MEDIA)
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)
        copied += 1
    return copied
