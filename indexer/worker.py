"""The worker process: Celery's consumer in the main thread, the runner beside it, a clean stop for both."""

import os
import signal
from types import FrameType
from typing import Any

import structlog
from celery import Celery, bootsteps
from celery.exceptions import WorkerShutdown

from dam.catalog import jobs
from dam.supervisor.tether import end_now
from indexer.compose import follow_pack, make_pipeline
from indexer.runner import Runner

_log = structlog.get_logger(__name__)


class RunnerStep(bootsteps.StartStopStep):
    """Starts the runner with the worker, before the broker is even looked for, and stops it with the worker."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._runner = Runner(make_pipeline, before=follow_pack, owner=jobs.worker_name())

    def start(self, parent: Any) -> None:  # noqa: ARG002 - Celery passes the worker
        """Begin to look for due work."""
        self._runner.start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        """Let the batch in progress end, or give it back."""
        if not self._runner.stop():
            end_now()

    def terminate(self, parent: Any) -> None:
        """Stop in the same way: a signal that is in earnest ends the process by itself."""
        self.stop(parent)


def work(app: Celery) -> int:
    """Run a worker until a signal asks for its end; returns the exit code. A second signal ends it at once."""
    app.steps["worker"].add(RunnerStep)
    worker = app.WorkController(
        hostname=f"afterimage@{os.getpid()}",
        pool_cls="solo",  # one process holds the models; decoders are children of their own
        concurrency=1,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    asked = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            end_now()
        asked = True
        _log.info("stopping", signal=signal.Signals(number).name)
        raise WorkerShutdown(os.EX_OK)  # heard at once; Celery's own flag is looked at every few seconds

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    worker.start()
    return int(worker.exitcode or 0)
