"""Celery's thin face: the one task, which wakes this process's runner, and the call that sends it."""

import time

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from dam.config import config
from indexer.celery import MESSAGE_LIVES_S
from indexer.runner import wake_here

_QUIET_S = 30.0  # after a broker was found to be away: finding that out takes seconds, and nothing depends on it

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


class _Broker:
    """Remembers, per process, until when a broker that did not answer is left alone."""

    away_until = 0.0


def _send() -> None:
    if time.monotonic() < _Broker.away_until:
        return
    try:
        run_due.apply_async(expires=MESSAGE_LIVES_S, retry=False)
    except (OperationalError, OSError) as error:
        _Broker.away_until = time.monotonic() + _QUIET_S
        _log.warning("the broker can't be reached; the workers look by themselves", error=str(error))
