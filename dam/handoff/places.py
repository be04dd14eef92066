"""Where a file is for an edit on another machine, as a path to read and as an address."""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import quote_from_bytes

from dam.types.handoff import PathMap

_DRIVE = re.compile(r"[A-Za-z]:([\\/]|$)")
_NOT_FOR_REELS = re.compile("[^A-Z0-9]")
_REEL_LENGTH = 8  # CMX 3600
_RESERVED_REELS = ("AX", "BL", "BLACK", "BARS")  # no file: an unknown source, black, colour bars
# XML 1.0 has no other control characters; those that turn the direction of writing could show a line as another.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    r"""Return text on one line that may stand in any format; bytes that are no UTF-8 are shown as `\xff`."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return " ".join(_UNWANTED.sub("", shown).split())


def there(path: Path, path_map: PathMap | None) -> str:
    """Return a path as the machine of the edit has it; it may hold surrogate escapes."""
    here = os.fspath(path)
    if path_map is None or not path_map.there:
        return here
    begins = path_map.here.rstrip("/")
    if here != begins and not here.startswith(begins + "/"):
        return here
    rest = here[len(begins) :]
    if _is_windows(path_map.there):
        return path_map.there.rstrip("\\/") + rest.replace("/", "\\")
    return path_map.there.rstrip("/") + rest


def url_of(path: str) -> str:
    """Return the `file:` address (RFC 8089) of a path of any system; every byte but the plainest is escaped."""
    if path.startswith("\\\\"):
        return "file:" + _escaped(path.replace("\\", "/"))
    if _DRIVE.match(path):
        return f"file:///{path[:2]}" + _escaped(path[2:].replace("\\", "/"))
    return "file://" + _escaped(os.fspath(PurePosixPath("/") / path))


def reels(paths: Iterable[Path]) -> dict[Path, str]:
    """Return a reel name for each file: eight of A-Z and 0-9, no two alike.

    Editing systems throw away what else a name has, and then take two files for one; so it is told apart here.
    """
    given: dict[Path, str] = {}
    taken = set(_RESERVED_REELS)
    for path in paths:
        if path in given:
            continue
        bare = _NOT_FOR_REELS.sub("", _without_accents(plain(path.stem)).upper()) or "REEL"
        reel, number = bare[:_REEL_LENGTH], 1
        while reel in taken:
            number += 1
            reel = f"{bare[: _REEL_LENGTH - len(str(number))]}{number}"
        taken.add(reel)
        given[path] = reel
    return given


def _is_windows(path: str) -> bool:
    return path.startswith("\\\\") or bool(_DRIVE.match(path))


def _escaped(path: str) -> str:
    return quote_from_bytes(os.fsencode(path), safe="/")


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text)
