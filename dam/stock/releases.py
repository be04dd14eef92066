"""Releases on file: a document in, kept below the data folder under its BLAKE3; whom and what it holds for.

Documents are never opened here: they are stored, and given back as downloads.
"""

import os
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from blake3 import blake3

from dam.catalog.readers.releases import ReleaseView
from dam.catalog.readers.releases import release as find
from dam.catalog.writers import releases as writer
from dam.config import config
from dam.errors import StockError
from dam.types import ReleaseKind

MOST_BYTES = 50 * 1024 * 1024  # a scan of some pages in colour has 5
# What a document begins with, and what it is then: the ending that somebody gave it counts for nothing.
_KINDS = ((b"%PDF-", "application/pdf", "pdf"), (b"\xff\xd8\xff", "image/jpeg", "jpg"))


def add(
    kind: ReleaseKind,
    name: str,
    *,
    document: Iterable[bytes],
    file_name: str,
    signed_on: date | None = None,
    expires_on: date | None = None,
    note: str = "",
) -> int:
    """Put a release with its document on file; returns its id.

    Raises StockError for a document that is no PDF or JPEG, or too large, and for dates the wrong way round.
    """
    _check_dates(signed_on, expires_on)
    key, digest, mime, size = _store(document)
    return writer.create_release(
        kind,
        name or Path(file_name).stem,
        key=key,
        digest=digest,
        mime=mime,
        file_name=file_name[-255:],
        size_bytes=size,
        signed_on=signed_on,
        expires_on=expires_on,
        note=note,
    )


def get(release_id: int) -> ReleaseView:
    """Return a release. Raises StockError where there is none."""
    found = find(release_id)
    if found is None:
        raise StockError("This release is not there any more.")
    return found


def change(release_id: int, *, name: str, signed_on: date | None, expires_on: date | None, note: str) -> int:
    """Change what is said of a release; returns the correction. Raises StockError."""
    _check_dates(signed_on, expires_on)
    return writer.change_release(release_id, name=name, signed_on=signed_on, expires_on=expires_on, note=note)


def document_of(release: ReleaseView) -> Path | None:
    """Return where a release's document lies, or None where it is gone."""
    path = config().places.releases / release.key
    return path if release.key and path.is_file() else None


attach = writer.attach
detach = writer.detach
delete = writer.delete_release


def _check_dates(signed_on: date | None, expires_on: date | None) -> None:
    if signed_on and expires_on and expires_on < signed_on:
        raise StockError("A release can't expire before it is signed.")


def _store(document: Iterable[bytes]) -> tuple[str, str, str, int]:
    """Store a document; returns its key, BLAKE3, MIME type and size. Raises StockError."""
    folder = config().places.releases
    folder.mkdir(parents=True, exist_ok=True)
    hashed, size, start = blake3(), 0, b""
    handle, part = tempfile.mkstemp(prefix=".part-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in document:
                size += len(piece)
                if size > MOST_BYTES:
                    raise StockError(f"A document can have {MOST_BYTES // 1024 // 1024} MB at most.")
                start = start or piece[:8]
                hashed.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        found = next(((mime, ending) for begin, mime, ending in _KINDS if start.startswith(begin)), None)
        if found is None:
            raise StockError("A release is a PDF or a JPEG.")
        mime, ending = found
        key = f"{hashed.hexdigest()}.{ending}"
        Path(part).replace(folder / key)
    except OSError as error:
        raise StockError(f"The document can't be stored: {error.strerror}.") from error
    finally:
        Path(part).unlink(missing_ok=True)
    return key, hashed.hexdigest(), mime, size
