"""A library in a temporary folder, and what the catalogue says of it."""

import os
from dataclasses import dataclass
from pathlib import Path

from dam.catalog.models import Asset, MediaFile, StageRun
from dam.catalog.writers.libraries import add_library
from dam.types import FileState
from dam.types.files import LibraryRoot
from indexer.intake import ScanReport, scan_library

OLD_NS = 1_700_000_000_000_000_000  # long settled


@dataclass(slots=True)
class Shelf:
    """A library with helpers; paths are relative to its root."""

    root: Path
    library: LibraryRoot

    def put(self, name: str, content: bytes, *, mtime_ns: int = OLD_NS) -> Path:
        """Write a file that was last written long ago."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(mtime_ns, mtime_ns))
        return path

    def scan(self) -> ScanReport:
        """Scan to the end."""
        return scan_library(self.library.id)

    def row(self, name: str) -> MediaFile:
        """Return the row of a path."""
        return MediaFile.objects.get(library_id=self.library.id, raw_path=os.fsencode(name))

    def asset(self, name: str) -> int:
        """Return the asset at a path."""
        row = self.row(name)
        assert row.state == FileState.PRESENT, (name, row.state, row.reason)
        assert row.asset_id is not None
        return row.asset_id

    def reason(self, name: str) -> str:
        """Return why a path is skipped."""
        row = self.row(name)
        assert row.state == FileState.SKIPPED
        assert row.asset_id is None
        return row.reason

    def states(self) -> dict[str, str]:
        """Return {path: state}."""
        return dict(MediaFile.objects.filter(library_id=self.library.id).values_list("path", "state"))

    def work(self) -> int:
        """Return how many stages were ever made due: a moved file must not add any."""
        return StageRun.objects.count()


def make_shelf(root: Path) -> Shelf:
    """Make a folder and add it as a library."""
    root.mkdir(parents=True, exist_ok=True)
    return Shelf(root=root, library=add_library(root))


def asset_count() -> int:
    """Return how many assets there are."""
    return Asset.objects.count()
