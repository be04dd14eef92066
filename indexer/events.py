"""From the operating system's file events to paths that are worth another look; what is true there, stat tells.

An event only marks a path: watchdog's kinds (created, moved, …) are not trusted, since they may be late, doubled or
lost. Paths are given out when they have been quiet for a moment.
"""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

log = structlog.get_logger()

QUIET_S = 0.2  # both halves of a rename, and the last writes of a small file, come within this time
AT_MOST_S = 2.0  # a path that is never quiet (a growing file) is given out this often
MANY_PATHS = 2000  # more than this, and one walk over the whole library is cheaper
_WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
# Not opened and closed-unwritten: our own reading would call us again, for ever. Not "folder modified": it comes
# with each change of a file, and would have us walk the whole folder.
_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileMovedEvent, FileDeletedEvent, FileAttribEvent,
    DirCreatedEvent, DirMovedEvent, DirDeletedEvent, DirAttribEvent,
]  # fmt: skip


@dataclass(slots=True)
class _Mark:
    first_s: float
    last_s: float


@dataclass(slots=True)
class DirtyPaths:
    """Paths marked by events of one library, relative to its root; safe to mark from another thread."""

    _marks: dict[bytes, _Mark] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def mark(self, raw_path: bytes, *, now_s: float) -> None:
        """Note an event at a path; after too many the root stands for all of them."""
        with self._lock:
            if len(self._marks) >= MANY_PATHS and raw_path not in self._marks:
                self._marks = {b"": _Mark(now_s, now_s)}
            mark = self._marks.setdefault(raw_path, _Mark(now_s, now_s))
            mark.last_s = now_s

    def take(self, *, now_s: float) -> list[bytes]:
        """Return the paths that are quiet, or have waited long enough, and forget them."""
        with self._lock:
            due = [
                path
                for path, mark in self._marks.items()
                if now_s - mark.last_s >= QUIET_S or now_s - mark.first_s >= AT_MOST_S
            ]
            for path in due:
                del self._marks[path]
        return due


class FolderEvents:
    """Watches the roots of libraries through one observer of the operating system's."""

    def __init__(self) -> None:
        self._observer: BaseObserver | None = None
        self._watches: dict[int, ObservedWatch] = {}

    def watch(self, library_id: int, root: Path) -> DirtyPaths | None:
        """Begin (or begin anew) to watch a root; None, with a log line, where the system can't."""
        self.unwatch(library_id)
        dirty = DirtyPaths()
        try:
            self._watches[library_id] = self._running().schedule(
                _Marker(root, dirty), str(root), recursive=True, event_filter=_KINDS
            )
        except OSError as error:
            # ENOSPC, EMFILE: the limits on inotify watches and instances; ENOENT: the drive is not there.
            log.warning("no file events, rescans only", library=library_id, why=error.strerror or str(error))
            return None
        return dirty

    def unwatch(self, library_id: int) -> None:
        """Stop watching a library; an unknown one is ignored."""
        watch = self._watches.pop(library_id, None)
        if watch is not None and self._observer is not None:
            self._observer.unschedule(watch)

    def close(self) -> None:
        """Stop all watching."""
        self._watches.clear()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _running(self) -> BaseObserver:
        if self._observer is None:
            observer = Observer()
            observer.start()
            self._observer = observer
        return self._observer


def watch_limit() -> int | None:
    """Return how many folders the system lets us watch, or None where it does not say."""
    try:
        return int(_WATCH_LIMIT.read_text())
    except (OSError, ValueError):
        return None


class _Marker(FileSystemEventHandler):
    """Marks the paths of events; called in the observer's thread."""

    def __init__(self, root: Path, dirty: DirtyPaths) -> None:
        self._root = os.fsencode(root)
        self._dirty = dirty

    def dispatch(self, event: FileSystemEvent) -> None:
        """Mark where something happened, and where it went to."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._mark(os.fsencode(path))

    def _mark(self, path: bytes) -> None:
        if path == self._root:
            self._dirty.mark(b"", now_s=time.monotonic())
        elif path.startswith(self._root.rstrip(b"/") + b"/"):
            self._dirty.mark(path[len(self._root.rstrip(b"/")) + 1 :], now_s=time.monotonic())
