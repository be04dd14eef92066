"""One child process: started in a session of its own, its lines passed on, its end noticed, its group ended."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_ROOT = Path(__file__).resolve().parents[2]
_DELAYS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # before the first, second … restart in a row
_STEADY_S = 60.0  # after this long alive an end counts as the first again
_TELL_AFTER = 4  # restarts in a row after which the user is told plainly


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to run: a management command, and whether it is started again when it ends."""

    name: str
    command: tuple[str, ...]
    restart: bool = True


class Child:
    """A running (or waiting) child of the supervisor. Used from the supervisor's main thread only."""

    def __init__(
        self, spec: ChildSpec, *, environment: Mapping[str, str], alive_lock: Path, log: logging.Logger
    ) -> None:
        self.spec = spec
        self._environment = environment
        self._alive_lock = alive_lock
        self._log = logging.LoggerAdapter(log, {"child": spec.name})
        self._process: subprocess.Popen[str] | None = None
        self._pump: threading.Thread | None = None
        self._started_at = 0.0
        self._restart_at = 0.0
        self._ends_in_a_row = 0
        self.finished = False

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Spawn the process, in a session of its own, so that a Ctrl-C reaches only the supervisor."""
        launch = [sys.executable, "-m", "dam.supervisor.launch", str(os.getpid()), str(self._alive_lock)]
        self._process = subprocess.Popen(
            [*launch, *self.spec.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(self._environment) | {"PYTHONPATH": _search_path(self._environment)},
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._started_at = time.monotonic()
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._pump = threading.Thread(
            target=self._pass_on, args=(self._process.stdout,), name=f"log-{self.spec.name}", daemon=True
        )
        self._pump.start()

    def tend(self) -> None:
        """Notice the process's end, end what it left behind, and start it again when its time has come."""
        if self._process is None:
            if not self.finished and time.monotonic() >= self._restart_at:
                self.start()
            return
        code = self._process.poll()
        if code is None:
            return
        self._end_group(self._process.pid)
        self._process = None
        if self.spec.restart:
            self._plan_restart(code)
        else:
            self.finished = True

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; it looks after its own children."""
        self.finished = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> bool:
        """Wait until the process has ended or `deadline` (monotonic) is over; tell whether it has ended."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def end_now(self) -> None:
        """Kill whatever is left of the process and its group."""
        if self._process is None:
            return
        self._end_group(self._process.pid)
        self._process.wait()
        self._process = None
        if self._pump is not None:
            self._pump.join(timeout=1.0)

    def _plan_restart(self, code: int) -> None:
        alive_s = time.monotonic() - self._started_at
        self._ends_in_a_row = 1 if alive_s > _STEADY_S else self._ends_in_a_row + 1
        delay_s = _DELAYS_S[min(self._ends_in_a_row, len(_DELAYS_S)) - 1]
        self._restart_at = time.monotonic() + delay_s
        how = _how_it_ended(code)
        if self._ends_in_a_row >= _TELL_AFTER:
            self._log.error(
                "%s %s, %d times in a row: see the lines above. Next start in %g s.",
                self.spec.name, how, self._ends_in_a_row, delay_s,
            )  # fmt: skip
        else:
            self._log.warning("%s %s; starting it again in %g s.", self.spec.name, how, delay_s)

    def _pass_on(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                if line.strip():
                    self._log.info("%s", _printable(line.rstrip()))

    @staticmethod
    def _end_group(pid: int) -> None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # nobody left (macOS says EPERM for zombies)
            return


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _printable(line: str) -> str:
    """Show control characters (a file's name may hold an escape sequence) instead of obeying them."""
    return "".join(
        character if character.isprintable() or character == "\t" else ascii(character)[1:-1] for character in line
    )


def _search_path(environment: Mapping[str, str]) -> str:
    """Put the project's own folder first, so that a child finds `dam` whatever the working folder is."""
    rest = environment.get("PYTHONPATH", "")
    return f"{_ROOT}{os.pathsep}{rest}" if rest else str(_ROOT)
