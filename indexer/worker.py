"""The worker process: Celery's consumer in the main thread, the runner beside it, a clean stop for both."""

import os
import signal
import time
from types import FrameType

import structlog
from celery import Celery
from celery.exceptions import WorkerShutdown

from dam.catalog import jobs
from dam.supervisor.tether import end_now
from indexer.compose import follow_pack, make_pipeline
from indexer.runner import Runner

_log = structlog.get_logger(__name__)

_AFTER_FAULT_S = 1.0


class _Stop:
    """What the signals asked for: the first one a clean stop, the second one the end at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            end_now()
        self.asked = True
        _log.info("stopping", signal=signal.Signals(number).name)
        raise WorkerShutdown(os.EX_OK)  # heard at once; Celery's own flag is looked at every few seconds


def work(app: Celery) -> int:
    """Run a worker until a signal asks for its end; returns the exit code.

    The runner starts before the broker is even looked for, and goes on while the consumer is started anew: bytes in
    the queue that are no message at all end Celery's consumer, and must not end the work.
    """
    stop = _Stop()
    runner = Runner(make_pipeline, before=follow_pack, owner=jobs.worker_name())
    runner.start()
    try:
        while not stop.asked:
            _consume(app)
            if not stop.asked:
                _log.warning("the consumer of wake-up calls stopped; starting it again")
                time.sleep(_AFTER_FAULT_S)
    except SystemExit:
        _log.debug("the signal came between two consumers")
    if not runner.stop():
        end_now()
    return os.EX_OK


def _consume(app: Celery) -> None:
    app.WorkController(
        hostname=f"afterimage@{os.getpid()}",
        pool_cls="solo",  # the one task only wakes the runner; nothing is gained by more processes
        concurrency=1,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()
