"""All the children together: started, tended until a signal comes, stopped in seconds."""

import http.client
import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from dam.supervisor.child import Child, ChildSpec

_TEND_EVERY_S = 0.2
_STOP_S = 12.0  # a worker gives its batch back within this, or is killed and gives it back at the next start
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Holds the children. `run` returns when a signal has asked for the end and everything has stopped."""

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        environment: Mapping[str, str],
        alive_lock: Path,
        log: logging.Logger,
    ) -> None:
        self._log = logging.LoggerAdapter(log, {"child": "run"})
        self._children = [Child(spec, environment=environment, alive_lock=alive_lock, log=log) for spec in specs]
        self._stop = threading.Event()
        self._asked = 0

    def run(self, *, host: str, port: int, on_ready: Callable[[], None]) -> None:
        """Start the children, call `on_ready` once the web port answers, and tend them until a signal comes."""
        before = {number: signal.signal(number, self._on_signal) for number in _STOP_SIGNALS}
        try:
            for child in self._children:
                child.start()
            ready = False
            while not self._stop.wait(_TEND_EVERY_S):
                for child in self._children:
                    child.tend()
                if not ready and answers(host, port):
                    ready = True
                    on_ready()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        self._stop.set()

    def _stop_all(self) -> None:
        self._log.info("Stopping.")
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + _STOP_S
        waiting = list(self._children)
        while waiting and time.monotonic() < deadline and self._asked < 2:
            waiting = [child for child in waiting if not child.wait(time.monotonic() + 0.1)]
        for child in waiting:
            self._log.warning("%s did not stop in time and is ended.", child.spec.name)
        for child in self._children:
            child.end_now()
        self._log.info("Stopped.")


def answers(host: str, port: int) -> bool:
    """Tell whether a web server answers at the address, with whatever status."""
    bare = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host.strip("[]"))  # noqa: S104 - asked, not bound
    connection = http.client.HTTPConnection(bare, port, timeout=2.0)
    try:
        connection.request("HEAD", "/", headers={"Host": "localhost"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
