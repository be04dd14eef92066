"""Which assets a path names: as people type it, absolute or relative to where they are or to a library."""

import os
from pathlib import Path

from dam.catalog.models import Library, MediaFile


def assets_at(path: str) -> list[tuple[int, str]]:
    """Return (asset, absolute path) of the files that a path names; several where libraries hold the same name.

    An absolute path, or one from the working folder, is looked for first; else it is one inside a library.
    """
    raw = os.fsencode(path)
    absolute = os.path.abspath(raw)  # noqa: PTH100 - bytes, and links stay as they are
    found: list[tuple[int, str]] = []
    roots = [(pk, os.fsencode(root)) for pk, root in Library.objects.order_by("pk").values_list("pk", "root")]
    for library_id, root in roots:
        for place in dict.fromkeys((absolute, os.path.realpath(absolute))):
            if place.startswith(root.rstrip(b"/") + b"/"):
                found += _files(library_id, root, place[len(root.rstrip(b"/")) + 1 :])
    if not found and not Path(path).is_absolute():
        inside = os.path.normpath(raw)
        for library_id, root in roots:
            found += _files(library_id, root, inside)
    return list(dict.fromkeys(found))


def _files(library_id: int, root: bytes, raw_path: bytes) -> list[tuple[int, str]]:
    rows = MediaFile.objects.filter(library_id=library_id, raw_path=raw_path, asset__isnull=False)
    text = os.fsdecode(root)
    return [(asset_id, f"{text.rstrip('/')}/{shown}") for asset_id, shown in rows.values_list("asset_id", "path")]
