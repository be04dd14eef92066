"""From libraries that change to a catalogue that follows: events, rescans, and roots that come and go.

Everything is done in turns of the caller's thread; only the marks that events leave come from another one. Nothing
here has to survive: after a crash, the scan at the next start finds what was missed.
"""

import threading
import time
from dataclasses import replace
from pathlib import Path

import structlog
from django.db import DatabaseError, close_old_connections

from dam.catalog.readers.libraries import list_libraries
from dam.types.files import LibraryRoot
from indexer.events import DirtyPaths, FolderEvents, watch_limit
from indexer.intake import Intake
from indexer.mounts import is_on_network

log = structlog.get_logger()

_NAP_S = 0.1
_LIBRARIES_S = 1.0  # a library that was just added is seen within this time; one query of a tiny table
_ROOT_S = 2.0  # a drive that is plugged in is seen within this time; one stat
_POLL_S = 30.0  # between rescans where no events come …
_POLL_SHARE = 20  # … but a rescan may take only a twentieth of the time
_AFTER_ERROR_S = 2.0


class Watcher:
    """Follows every library of the catalogue."""

    def __init__(self, *, settle_s: float, rescan_s: float) -> None:
        self._settle_s = settle_s
        self._rescan_s = rescan_s
        self._events = FolderEvents()
        self._libraries: dict[int, _Watched] = {}
        self._libraries_due_s = 0.0

    def run(self, stop: threading.Event) -> None:
        """Take turns until `stop` is set."""
        try:
            while not stop.is_set():
                try:
                    busy = self.turn()
                except DatabaseError as error:
                    # Locked for long, or a server that restarts: nothing is lost, the next scans find it all.
                    log.warning("catalogue not reachable", why=str(error))
                    close_old_connections()
                    self._scan_all_later()
                    stop.wait(_AFTER_ERROR_S)
                    continue
                if not busy:
                    stop.wait(_NAP_S)
        finally:
            self.close()

    def turn(self) -> bool:
        """Do a bounded piece of what is due in each library; returns whether there is more at once."""
        now_s = time.monotonic()
        if now_s >= self._libraries_due_s:
            self._libraries_due_s = now_s + _LIBRARIES_S
            self._follow_libraries()
        # Every library gets its turn before `any` looks.
        busy = [watched.turn() for watched in self._libraries.values()]
        return any(busy)

    def close(self) -> None:
        """Stop watching."""
        self._events.close()
        self._libraries.clear()

    def _follow_libraries(self) -> None:
        current = {library.id: library for library in list_libraries()}
        for library_id in set(self._libraries) - set(current):
            self._events.unwatch(library_id)
            del self._libraries[library_id]
        for library_id, library in current.items():
            known = self._libraries.get(library_id)
            if known is None or replace(known.library, online=library.online) != library:
                self._libraries[library_id] = _Watched(
                    library, self._events, settle_s=self._settle_s, rescan_s=self._rescan_s
                )

    def _scan_all_later(self) -> None:
        for watched in self._libraries.values():
            watched.scan_due_s = time.monotonic() + _AFTER_ERROR_S


class _Watched:
    """One library: its intake, its events, and when it is to be looked at from end to end."""

    def __init__(self, library: LibraryRoot, events: FolderEvents, *, settle_s: float, rescan_s: float) -> None:
        self.library = library
        self.scan_due_s = 0.0
        self._events = events
        self._rescan_s = rescan_s
        self._intake = Intake(library, settle_s=settle_s)
        self._identity: tuple[int, int] | None = None
        self._root_due_s = 0.0
        self._dirty: DirtyPaths | None = None
        self._on_network = False
        self._warned = False

    def turn(self) -> bool:
        """Look at the root, scan or follow events, read a batch; returns whether there is more at once."""
        now_s = time.monotonic()
        if now_s >= self._root_due_s:
            self._root_due_s = now_s + _ROOT_S
            self._follow_root()
        if now_s >= self.scan_due_s:
            self._scan()
        else:
            self._follow_events(now_s)
        return self._intake.step() if self._intake.has_ready else False

    def _follow_root(self) -> None:
        identity = _identity(self.library.root)
        if identity == self._identity:
            return
        # Another drive, or the same one again: the old watches hang on folders that are gone.
        self._identity = identity
        self.scan_due_s = 0.0
        self._events.unwatch(self.library.id)
        self._dirty = None
        if identity is not None:
            self._dirty = self._events.watch(self.library.id, self.library.root)
            self._on_network = is_on_network(self.library.root)
            if self._on_network:
                log.info("on a network drive: changes by other machines are seen at rescans", library=self.library.id)

    def _scan(self) -> None:
        begun_s = time.monotonic()
        # What is marked now is seen by this scan.
        if self._dirty is not None:
            self._dirty.take(now_s=begun_s)
        self._intake.examine()
        ended_s = time.monotonic()
        pause_s = self._rescan_s
        if self._dirty is None or self._on_network:
            pause_s = min(pause_s, max(_POLL_S, _POLL_SHARE * (ended_s - begun_s)))
        self.scan_due_s = ended_s + pause_s
        self._warn_of_limit()

    def _follow_events(self, now_s: float) -> None:
        paths = self._dirty.take(now_s=now_s) if self._dirty is not None else []
        if not paths:
            return
        if _identity(self.library.root) == self._identity:
            self._intake.examine(paths)
        else:
            # Unmounted meanwhile: what is missing now was not deleted.
            self._root_due_s = 0.0

    def _warn_of_limit(self) -> None:
        limit = watch_limit()
        if not self._warned and limit is not None and self._intake.folders > limit:
            self._warned = True
            log.warning(
                "more folders than can be watched: changes in some are seen at rescans only",
                library=self.library.id,
                folders=self._intake.folders,
                limit=limit,
            )


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
