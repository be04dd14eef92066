"""An archive on disk: files written with their hashes, a manifest that makes it whole, and the check of both.

A folder without a manifest, or with a file that is cut, changed or missing, is no archive: it is refused whole.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from blake3 import blake3
from django.utils import timezone

from dam.errors import TakeoutError

FORMAT = "afterimage-takeout"
VERSION = 1
MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_LONGEST_MANIFEST = 1 << 30  # a line of about 150 bytes for each file
_LONGEST_ROW = 256 << 20  # the words of a day's recording are about 20 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the archive."""

    size_bytes: int
    blake3: str
    rows: int | None = None


class Writing:
    """An archive that is being written, into a folder of its own beside the place where it is to be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: dict[str, Entry] = {}

    def rows(self, path: str, rows: Iterable[dict[str, Any]]) -> int:
        """Write a JSON object a line; returns how many."""
        count = 0

        def write(file: "_Hashed") -> None:
            nonlocal count
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n")
                count += 1

        self._put(path, write)
        self._entries[path] = Entry(**asdict(self._entries[path]) | {"rows": count})
        return count

    def text(self, path: str, text: str) -> None:
        """Write a text file."""
        self._put(path, lambda file: file.write(text.encode("utf-8", "surrogateescape")))

    def copy(self, path: str, source: Path) -> None:
        """Copy a file. Raises OSError."""

        def write(file: "_Hashed") -> None:
            with source.open("rb") as opened:
                while block := opened.read(_BLOCK):
                    file.write(block)

        self._put(path, write)

    def finish(self) -> None:
        """Write the manifest: with it the folder is an archive."""
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": timezone.now().isoformat(),
            "files": {path: _said(entry) for path, entry in sorted(self._entries.items())},
        }
        self._put(MANIFEST, lambda file: file.write(json.dumps(manifest, indent=1).encode("ascii")))

    def _put(self, path: str, write: Callable[["_Hashed"], None]) -> None:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as opened:
            file = _Hashed(opened)
            write(file)
            opened.flush()
            os.fsync(opened.fileno())
        self._entries[_quoted(path)] = Entry(size_bytes=file.size_bytes, blake3=file.digest.hexdigest())


@contextmanager
def writing(folder: Path) -> Iterator[Writing]:
    """Write an archive whole or not at all. Raises TakeoutError where something is there, or it can't be written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TakeoutError(f"“{folder}” is not empty: choose a new folder for the archive.")
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of an attempt that was interrupted
        part.mkdir(parents=True)
        archive = Writing(part)
        yield archive
        archive.finish()
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise TakeoutError(f"The archive can’t be written: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


class Archive:
    """An archive that was found whole."""

    def __init__(self, folder: Path, entries: dict[str, Entry]) -> None:
        self._folder = folder
        self._entries = entries

    def rows(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of a file; none where the archive has no such file. Raises TakeoutError."""
        if path not in self._entries:
            return
        with (self._folder / path).open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST_ROW + 1):
                number += 1
                yield _row(line, f"{path}:{number}")

    def path(self, path: str) -> Path | None:
        """Return where a file of the archive lies, or None where it has none of that name."""
        return self._folder / path if path in self._entries else None


def opened(folder: Path) -> Archive:
    """Check every file of an archive against its manifest. Raises TakeoutError, which names what is wrong."""
    entries = _manifest(folder)
    try:
        for path, entry in entries.items():
            place = folder / _unquoted(path)
            if not place.is_file() or place.is_symlink():
                raise TakeoutError(f"The archive is not whole: {path} is missing. Nothing was changed.")
            digest = blake3()
            with place.open("rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
            if place.stat().st_size != entry.size_bytes or digest.hexdigest() != entry.blake3:
                raise TakeoutError(f"The archive is not whole: {path} is cut or changed. Nothing was changed.")
    except OSError as error:
        raise TakeoutError(f"The archive can’t be read: {error}") from error
    return Archive(folder, entries)


class _Hashed:
    """A file that hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = blake3()
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.digest.update(data)
        self.size_bytes += len(data)


def _manifest(folder: Path) -> dict[str, Entry]:
    try:
        with (folder / MANIFEST).open("rb") as file:
            said = json.loads(file.read(_LONGEST_MANIFEST))
        known = said["format"] == FORMAT
        version = int(said["version"])
        entries = {_checked(path): Entry(**entry) for path, entry in said["files"].items()}
    except FileNotFoundError as error:
        raise TakeoutError(
            f"“{folder}” is no archive, or one that was not finished: {MANIFEST} is missing."
        ) from error
    except OSError as error:
        raise TakeoutError(f"The archive can’t be read: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TakeoutError("The archive’s manifest is cut or damaged. Nothing was changed.") from error
    if not known or version > VERSION:
        raise TakeoutError(f"This archive is of version {version}; this program reads {FORMAT} up to {VERSION}.")
    return entries


def _checked(path: str) -> str:
    """Return a path of a manifest. Raises ValueError for one that leads out of the archive."""
    parts = PurePosixPath(_unquoted(path)).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError(path)
    return path


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise TakeoutError(f"The archive is damaged: {where} is no JSON.") from error
    if not isinstance(row, dict):
        raise TakeoutError(f"The archive is damaged: {where} is no object.")
    return row


def _said(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if value is not None}


def _quoted(path: str) -> str:
    r"""Return a path as JSON may hold it: bytes that are not UTF-8 as `\xff`, and a backslash as two."""
    return os.fsencode(path.replace("\\", "\\\\")).decode("utf-8", "backslashreplace")


def _unquoted(path: str) -> str:
    """Return the path that `_quoted` wrote."""
    parts = path.split("\\\\")
    return "\\".join(_bytes_back(part) for part in parts)


def _bytes_back(text: str) -> str:
    first, *rest = text.split("\\x")
    return first + "".join(os.fsdecode(bytes([int(part[:2], 16)])) + part[2:] for part in rest)
