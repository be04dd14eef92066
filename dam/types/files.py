"""What flows from a folder to the catalogue's file rows, before anything is decoded."""

import os
from dataclasses import dataclass
from pathlib import Path

from dam.types.media import FileState


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryRoot:
    """A library as the indexer needs it: where it is and what of it is wanted."""

    id: int
    name: str
    root: Path
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    online: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What tells one state of a file from another without reading it; `inode` is "device:inode"."""

    size_bytes: int = 0
    mtime_ns: int = 0
    inode: str = ""

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStamp":
        """Return the stamp that a stat gives."""
        return cls(
            size_bytes=status.st_size,
            mtime_ns=status.st_mtime_ns,
            inode=f"{status.st_dev}:{status.st_ino}",
        )

    def agrees_with(self, other: "FileStamp") -> bool:
        """Tell whether a file with this stamp still holds what it held.

        The device is left out: its number changes when a drive is plugged in again, and a whole library must not
        be read anew for that.
        """
        return (
            self.size_bytes == other.size_bytes
            and self.mtime_ns == other.mtime_ns
            and self.inode.rpartition(":")[2] == other.inode.rpartition(":")[2]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file row of the catalogue; `raw_path` is relative to the root, in bytes, `/`-separated."""

    id: int
    raw_path: bytes
    asset_id: int | None
    stamp: FileStamp
    state: FileState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A regular file that a scan found worth indexing."""

    raw_path: bytes
    stamp: FileStamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPath:
    """A file or folder that is not indexed, with the reason in a sentence."""

    raw_path: bytes
    reason: str
    stamp: FileStamp = FileStamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintedFile:
    """A file whose content is known: 64 hexadecimal digits, and the stamp that it had while it was read."""

    raw_path: bytes
    stamp: FileStamp
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMove:
    """A known file that now lies at `raw_path`."""

    file_id: int
    raw_path: bytes
    stamp: FileStamp
