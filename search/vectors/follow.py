"""The spaces that this process searches, and the threads that keep them up with the catalogue."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection

from dam import wiring
from dam.config import config
from dam.errors import StoreError
from search.vectors.index import SpaceIndex

_log = logging.getLogger(__name__)

_EVERY_S = 0.5  # a new photo is to be findable within two seconds of its row
_STOP_WAIT_S = 10.0
_NICENESS = 10


class Follower:
    """Opens spaces when they are first asked for, and follows the open ones until it is stopped."""

    def __init__(self, *, snapshots: Path | None, every_s: float = _EVERY_S) -> None:
        self._snapshots = snapshots
        self._every_s = every_s
        self._opening = threading.Lock()
        self._spaces: dict[str, SpaceIndex] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

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

    @property
    def opened(self) -> list[SpaceIndex]:
        """The spaces that are open."""
        return list(self._spaces.values())

    def catch_up(self) -> None:
        """Take what the catalogue has, now. Raises database errors."""
        for index in self.opened:
            index.catch_up()

    def save(self) -> None:
        """Write the snapshots that are worth it. Raises StoreError, database errors."""
        for index in self.opened:
            index.save_if_worth_it(stop=self._stop)

    def start(self) -> None:
        """Follow in a thread of its own, and write snapshots in another; both end with the process or by `stop`."""
        with self._opening:
            if not self._threads:
                self._stop.clear()
                self._threads = [
                    threading.Thread(target=self._run, name="search-follower", args=(self.catch_up,), daemon=True),
                    threading.Thread(target=self._run_behind, name="search-snapshots", daemon=True),
                ]
                for thread in self._threads:
                    thread.start()

    def stop(self) -> None:
        """End the threads and wait for them."""
        self._stop.set()
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(_STOP_WAIT_S)

    def _run_behind(self) -> None:
        """Run with less right to the processor than searches have, where threads have such rights (Linux)."""
        if sys.platform == "linux":
            own = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, own, max(os.getpriority(os.PRIO_PROCESS, own), _NICENESS))
        self._run(self.save)

    def _run(self, do: Callable[[], None]) -> None:
        while not self._stop.wait(self._every_s):
            try:
                close_old_connections()
                do()
            except (DatabaseError, StoreError) as error:
                # The database is busy, away for a moment or being migrated: the next round takes it all.
                if not self._stop.is_set():
                    _log.warning("the search index can't follow at the moment: %s", error)
        connection.close()


@cache
def follower() -> Follower:
    """Return this process's follower; it follows from the first use on."""
    made = Follower(snapshots=config().places.snapshots)
    made.start()
    return made
