"""Celery's thin face: the one task, which wakes this process's runner, and the call that sends it."""

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from dam.config import config
from indexer.celery import MESSAGE_LIVES_S
from indexer.runner import wake_here

_log = structlog.get_logger(__name__)


@shared_task(name="indexer.tasks.run_due", ignore_result=True, acks_late=False)
def run_due() -> None:
    """Wake the runner: something may be due. Returns at once, so that the broker's heartbeat never starves."""
    wake_here()


def wake() -> None:
    """Tell the workers, once the current transaction is committed, that something is due.

    Does nothing without a broker: a worker looks twice a second anyway, which is also what helps when the
    broker can't be reached.
    """
    if config().env.broker_url:
        transaction.on_commit(_send)


def _send() -> None:
    try:
        run_due.apply_async(expires=MESSAGE_LIVES_S, retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("the broker can't be reached; the workers look by themselves", error=str(error))
