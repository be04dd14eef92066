"""The spaces that this process searches, and the thread that keeps them up with the catalogue."""

import logging
import threading
from functools import cache
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection

from dam import wiring
from dam.config import config
from dam.errors import StoreError
from search.index import SpaceIndex

_log = logging.getLogger(__name__)

_EVERY_S = 0.5  # a new photo is to be findable within two seconds of its row
_STOP_WAIT_S = 10.0


class Follower:
    """Opens spaces when they are first asked for, and follows the open ones until it is stopped."""

    def __init__(self, *, snapshots: Path | None, every_s: float = _EVERY_S) -> None:
        self._snapshots = snapshots
        self._every_s = every_s
        self._opening = threading.Lock()
        self._spaces: dict[str, SpaceIndex] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def space(self, name: str, dimensions: int) -> SpaceIndex:
        """Return a space's index, caught up when it is opened. Raises database errors."""
        found = self._spaces.get(name)
        if found is None:
            with self._opening:
                found = self._spaces.get(name)
                if found is None:
                    found = SpaceIndex(name, dimensions, make_store=wiring.vector_store, snapshots=self._snapshots)
                    found.catch_up()
                    self._spaces[name] = found
        return found

    def catch_up(self) -> None:
        """Take what the catalogue has, now. Raises database errors."""
        for index in list(self._spaces.values()):
            index.catch_up()

    def save(self) -> None:
        """Write the snapshots that are worth it. Raises StoreError."""
        for index in list(self._spaces.values()):
            index.save_if_worth_it()

    def start(self) -> None:
        """Follow in a thread of its own, which ends with the process or by `stop`."""
        with self._opening:
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="search-follower", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(_STOP_WAIT_S)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                close_old_connections()
                self.catch_up()
                self.save()
            except (DatabaseError, StoreError) as error:
                # The database is busy, away for a moment or being migrated: the next round takes it all.
                _log.warning("the search index can't follow at the moment: %s", error)
        connection.close()


@cache
def follower() -> Follower:
    """Return this process's follower; it follows from the first use on."""
    made = Follower(snapshots=config().places.snapshots)
    made.start()
    return made
