"""An archive into this installation: all of it or nothing; what is said here already stays.

archive ─every hash→ whole ─one transaction, tables in order→ catalogue; documents beside it ─→ a report
"""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from dam.catalog.portable.arrival import Arrival
from dam.catalog.portable.assets import take_libraries
from dam.errors import TakeoutError
from dam.takeout.folder import Archive, opened
from dam.takeout.tables import LIBRARIES, TABLES

_DOCUMENT = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}", re.ASCII)
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of an archive: by table, how many rows were added, were there, or could not be placed ("left")."""

    counts: Mapping[str, Mapping[str, int]]
    documents: int
    problems: tuple[str, ...] = field(default_factory=tuple)

    @property
    def left(self) -> int:
        """How many rows could not be placed."""
        return sum(count.get("left", 0) for count in self.counts.values())


def restore(
    folder: Path,
    *,
    documents: Path,
    roots: Mapping[str, str] | None = None,
    dry_run: bool = False,
    tell: Tell = lambda _table: None,
) -> Restored:
    """Take an archive in; `roots` says which library's folder is where now. May be done again: nothing doubles.

    With `dry_run` it is all done and taken back. Raises TakeoutError; then nothing was changed.
    """
    archive = opened(folder)
    arrival = Arrival()
    with transaction.atomic():
        for table in TABLES:
            tell(table.name)
            rows = archive.rows(table.file)
            try:
                if table is LIBRARIES or table.take is None:
                    take_libraries(rows, arrival, roots=roots or {})
                else:
                    table.take(rows, arrival)
            except (KeyError, TypeError, ValueError) as error:
                raise TakeoutError(
                    f"The archive is damaged: {table.file} has a row of another shape ({error})."
                ) from error
        copied = 0 if dry_run else _documents(archive, documents)
        if dry_run:
            transaction.set_rollback(True)
    return Restored(
        counts={name: dict(count) for name, count in arrival.counts.items()},
        documents=copied,
        problems=tuple(arrival.problems),
    )


def _documents(archive: Archive, folder: Path) -> int:
    """Copy the documents that are not here; inside the transaction, so that a full disk leaves nothing half done."""
    count = 0
    for row in archive.rows("tables/releases.jsonl"):
        key = str(row.get("key", ""))
        source = archive.path(f"documents/{key}") if _DOCUMENT.fullmatch(key) else None
        if source is None or (folder / key).exists():
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _copy(source, folder / key)
        except OSError as error:
            raise TakeoutError(f"A release can’t be written: {error}") from error
        count += 1
    return count


def _copy(source: Path, target: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(source.read_bytes())
            file.flush()
            os.fsync(file.fileno())
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise
