"""`manage.py run`: everything together, one address."""

import os
import sys
import webbrowser
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from rich.console import Console

from dam.catalog.readers.libraries import find_covering, list_libraries
from dam.catalog.writers.libraries import add_library
from dam.config import config
from dam.demo import copy_demo_library
from dam.errors import AfterimageError, ConfigError
from dam.supervisor.address import check_exposure, choose_port, is_loopback, url_of
from dam.supervisor.child import ChildSpec
from dam.supervisor.lock import DataFolderLock
from dam.supervisor.log import supervisor_log
from dam.supervisor.loop import Supervisor
from dam.supervisor.packs import fetcher
from dam.supervisor.prepare import make_data_folder, migrate

_EXIT_REFUSED = 2


class Command(BaseCommand):
    """Starts web server, worker and watcher, and keeps them running until Ctrl-C."""

    help = "Start everything: the pages, the worker and the watcher. Ctrl-C stops all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which folders, which address."""
        env = config().env
        parser.add_argument(
            "--media", type=Path, action="append", default=[], metavar="PATH", help="a folder to index and to watch"
        )
        parser.add_argument("--host", default=env.host, help="the address to bind (default: %(default)s)")
        parser.add_argument(
            "--port", type=int, default=None, help="the port; 0: any free one (default: the first free from 8008 up)"
        )
        parser.add_argument(
            "--browser", action=BooleanOptionalAction, default=None, help="open the page (default: at a terminal)"
        )
        parser.add_argument(
            "--demo", action=BooleanOptionalAction, default=True, help="with no folder at all, make the demo library"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until a signal comes; exit code 2 when it can't start, with one line that says why."""
        console = Console(highlight=False, soft_wrap=True)
        try:
            self._run(console, **options)
        except AfterimageError as error:
            Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), style="red", markup=False)
            sys.exit(_EXIT_REFUSED)

    def _run(self, console: Console, **options: Any) -> None:
        places, env = config().places, config().env
        host = options["host"]
        check_exposure(host, env.password)
        make_data_folder(places)
        lock = DataFolderLock(places.run)
        with lock.held(on_wait=lambda: console.print("Waiting for the processes of an earlier run to end …")):
            asked = options["port"]
            if asked is None and "port" in env.model_fields_set:
                asked = env.port
            port = choose_port(host, asked)
            url = url_of(host, port)
            if migrate():
                console.print("The catalogue's tables are ready.")
            _add_libraries(options["media"], console)
            if options["demo"] and not list_libraries() and _copy_demo(places.demo):
                _add_libraries([places.demo], console)
            specs = _specs(host, port)
            if fetching := fetcher(config()):
                specs.append(fetching)
            connection.close()  # the supervisor itself needs it no more
            if not is_loopback(host):
                console.print(
                    "Plain http: passwords and pictures cross the network unencrypted. "
                    "Use a network you trust, or a proxy with TLS (docs/operations.md).",
                    style="yellow",
                )
            log = supervisor_log(places.data / "log")
            supervisor = Supervisor(specs, environment=_environment(places.data), alive_lock=lock.alive_lock, log=log)
            lock.publish(url)

            def ready() -> None:
                console.print(f"Afterimage is at {url}  (Ctrl-C stops it)", style="bold")
                if _wants_browser(options["browser"]):
                    webbrowser.open(url)

            supervisor.run(host=host, port=port, on_ready=ready)


def _add_libraries(folders: list[Path], console: Console) -> None:
    """Make each folder a library unless it lies in one already. Raises ConfigError when it can't be one."""
    for folder in folders:
        if find_covering(folder) is None:
            library = add_library(folder)
            console.print(f"Indexing {library.root}.", markup=False)


def _copy_demo(folder: Path) -> bool:
    """Copy the demo library; tells whether there was anything to copy. Raises ConfigError when it can't be."""
    try:
        return copy_demo_library(folder) > 0
    except OSError as error:
        raise ConfigError(f"The demo library can't be copied to {folder}: {error.strerror or error}.") from error


def _specs(host: str, port: int) -> list[ChildSpec]:
    return [
        ChildSpec(name="web", command=("web", "--host", host, "--port", str(port))),
        ChildSpec(name="worker", command=("work",)),
        ChildSpec(name="watcher", command=("watch",)),
    ]


def _environment(data: Path) -> dict[str, str]:
    """Return what the children see: our environment, the data folder as an absolute path, quiet OpenMP threads."""
    # OpenMP threads that wait actively turned a 5 ms search beside a busy worker into 16-40 ms.
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, "AFTERIMAGE_DATA": str(data), "PYTHONUNBUFFERED": "1"}


def _wants_browser(asked: bool | None) -> bool:
    if asked is not None:
        return asked
    at_a_screen = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and at_a_screen
