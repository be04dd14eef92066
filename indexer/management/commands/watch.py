"""`manage.py watch`: the watcher."""

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from dam.catalog.upgrade import bring_up_to_date
from dam.config import config
from indexer.watch import Watcher

log = structlog.get_logger()


class Command(BaseCommand):
    """Follows the folders of all libraries. `manage.py run` starts one; one is enough."""

    help = (
        "Watch the folders of all libraries and take in what is new, changed, moved or gone, until told to stop "
        "(Ctrl-C or SIGTERM; exit code 0). Indexing itself is the worker's."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Watch until a signal comes."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        bring_up_to_date()
        limits = config().limits
        log.info("watching")
        Watcher(settle_s=limits.settle_s, rescan_s=limits.rescan_s).run(stop)
        log.info("stopped watching")
