"""The runner: one thread that looks for due rows twice a second, or when woken, and runs the pipeline on them.

It is not Celery's thread on purpose: a transcript takes minutes, and meanwhile the broker's heartbeat goes on, a
broker that went away is looked for again, and a signal is heard. The database's rows and leases are the truth;
nothing is lost when a message is.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connections

from indexer import leases as jobs

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
_STOP_S = 8.0  # what a batch in progress may take after a stop was asked for
_AFTER_FAULT_S = 5.0  # a database that is away, say, is asked again after this

_wake = threading.Event()


class Work(Protocol):
    """What the runner runs: the pipeline."""

    def run_until_idle(self, stop: threading.Event | None = None) -> dict[str, str]:
        """Do all that is due; returns what could not be done, with reasons."""
        ...


def wake_here() -> None:
    """Make this process's runner look at once."""
    _wake.set()


class Runner:
    """Starts and stops the thread; used by the worker's bootstep.

    `make` gives the pipeline, anew for every round, so that a pack chosen in the meantime is used; `owner` is the
    name under which that pipeline holds leases. `before` is called before each look: it may make rows due.
    """

    def __init__(self, make: Callable[[], Work], *, owner: str, before: Callable[[], None] = lambda: None) -> None:
        self._make = make
        self._before = before
        self._owner = owner
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> bool:
        """Ask for the end and wait for it; tells whether the batch in progress ended in time.

        If not, its rows are given back unharmed: the caller must end the process then, at once.
        """
        self._stop.set()
        _wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        if not self._thread.is_alive():
            return True
        released = jobs.release(self._owner)
        log.info("the batch in progress is given back", rows=released)
        return False

    def _run(self) -> None:
        released = False
        try:
            while not self._stop.is_set():
                released = released or self._release_dead()
                self._look()
                _wake.wait(LOOK_EVERY_S)
                _wake.clear()
        finally:
            connections.close_all()

    @staticmethod
    def _release_dead() -> bool:
        """Take back what processes of this machine held that are dead, once the database answers."""
        try:
            released = jobs.release_dead()
        except DatabaseError:
            return False
        if released:
            log.info("taking over what a process left behind", rows=released)
        return True

    def _look(self) -> None:
        try:
            close_old_connections()
            self._before()
            if not jobs.any_due():
                return
            started = time.monotonic()
            blocked = self._make().run_until_idle(self._stop)
            log.info("nothing is due any more", took_s=round(time.monotonic() - started, 1))
            if blocked:
                self._stop.wait(_AFTER_FAULT_S)
        except DatabaseError as error:
            log.warning("the database can't be used now", error=str(error))
            self._stop.wait(_AFTER_FAULT_S)
        except Exception:
            # The rim of the worker: a fault of ours must not end the looking; the rows keep what is left.
            log.exception("the pipeline stopped")
            self._stop.wait(_AFTER_FAULT_S)
