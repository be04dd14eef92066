"""`manage.py web`: the pages, by one server process."""

import importlib
import multiprocessing
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from dam.config import config
from dam.supervisor.address import DEFAULT_PORT, check_exposure
from dam.supervisor.log import log_to_stderr
from dam.supervisor.tether import tether

# The one process holds the vectors and the text encoder; requests wait for SQLite, disks and slow clients in
# threads. A page with previews opens six connections, and each paused video holds one: several people fit.
_THREADS = 32


class Command(BaseCommand):
    """Serves the pages. `manage.py run` starts one; beyond one machine, put a proxy with TLS in front of it."""

    help = "Serve the pages with one process and several threads, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default=config().env.host, help="the address to bind")
        parser.add_argument("--port", type=int, default=config().env.port or DEFAULT_PORT, help="the port")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve until a signal comes. Raises ConfigError for an open address without a password."""
        check_exposure(options["host"], config().env.password)
        # Spawned, never forked: LIBRARIES of native code do not survive a fork.
        multiprocessing.set_start_method("spawn", force=True)
        Server(
            "dam.wsgi:application",
            address=options["host"].strip("[]"),
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=_THREADS,
            backpressure=_THREADS * 8,
            websockets=False,
            workers_kill_timeout=5,
            log_level=LogLevels.error,
        ).serve(target_loader=_load)


def _load(target: str) -> Callable[..., Any]:
    """Load the application inside the server's own process, which must not outlive the one that watches it."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        tether(parent.pid)
    log_to_stderr(config().env.log_level)
    module, _, name = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return application
