"""Lanes: the threads that each serve some stages, side by side, until nothing is left to claim."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, connections

from dam.catalog import jobs
from dam.errors import ModelUnavailable
from dam.types import Stage
from indexer import leases

log = structlog.get_logger(__name__)

_DATABASE_WAIT_S = 2.0
_IDLE_WAIT_S = 0.1  # how soon a lane sees work that another lane made due


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """`step` claims and does one batch, and tells whether there was any; `stages` are those that it serves."""

    name: str
    stages: frozenset[Stage]
    step: Callable[[], bool]


class LaneRunner:
    """Runs lanes in threads until every lane is idle and none of their stages has anything due."""

    def __init__(
        self,
        lanes: list[Lane],
        *,
        stop: threading.Event,
        set_aside: Callable[[], frozenset[Stage]] = frozenset,
    ) -> None:
        """`set_aside` tells which stages can't be worked on now: what is due of them is not waited for."""
        self._lanes = lanes
        self._stop = stop
        self._set_aside = set_aside
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._blocked: dict[str, str] = {}

    @property
    def blocked(self) -> dict[str, str]:
        """Lanes whose model can't be loaded, with the reason; their rows stay due."""
        return dict(self._blocked)

    def busy(self, name: str) -> bool:
        """Tell whether a lane whose name starts with `name` is in the middle of a step."""
        with self._lock:
            return any(lane.startswith(name) for lane in self._busy)

    def run(self) -> None:
        """Run every lane, the last one in the calling thread, and return when all have come to an end."""
        threads = [
            threading.Thread(target=self._run_lane, args=(lane, True), name=f"lane-{lane.name}")
            for lane in self._lanes[:-1]
        ]
        for thread in threads:
            thread.start()
        try:
            self._run_lane(self._lanes[-1], False)
        finally:
            for thread in threads:
                thread.join()

    def _run_lane(self, lane: Lane, own_thread: bool) -> None:
        try:
            while not (self._stop.is_set() or self._done.is_set()):
                with self._marked_busy(lane):
                    worked = self._step(lane)
                if worked:
                    continue
                if lane.name in self._blocked or self._all_idle():
                    if self._all_idle():
                        self._done.set()
                    if lane.name in self._blocked:
                        break
                self._done.wait(_IDLE_WAIT_S)
        finally:
            if own_thread:
                connections.close_all()

    def _step(self, lane: Lane) -> bool:
        try:
            return lane.step()
        except ModelUnavailable as error:
            log.warning("a model is not here yet; its work waits", lane=lane.name, reason=str(error))
            self._blocked[lane.name] = str(error)
            return False
        except DatabaseError as error:
            # Away or locked for long: what was claimed comes back by its lease, the lane goes on.
            log.warning("the catalogue can't be used now", lane=lane.name, error=str(error))
            self._stop.wait(_DATABASE_WAIT_S)
            return False

    @contextmanager
    def _marked_busy(self, lane: Lane) -> Iterator[None]:
        with self._lock:
            self._busy.add(lane.name)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(lane.name)

    def _all_idle(self) -> bool:
        with self._lock:
            if self._busy:
                return False
        served = frozenset[Stage]().union(*(lane.stages for lane in self._lanes if lane.name not in self._blocked))
        return jobs.due_count(served - self._set_aside()) == 0


@contextmanager
def heartbeat(owner: str, *, lease_s: int) -> Iterator[None]:
    """Renew the leases of `owner` from a thread of its own, however long a batch takes."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(lease_s / 3):
                leases.renew(owner, lease_s=lease_s)
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, name="lease-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
