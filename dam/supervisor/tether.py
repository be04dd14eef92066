"""A child that notices the end of its parent, so that a killed supervisor leaves no orphans behind."""

import fcntl
import os
import signal
import threading
import time
from pathlib import Path

# A child asks this often whether its parent is still the one that started it. A pipe's end of file would be
# told at once, but does not reach grandchildren (the web server's own worker); asking works on Linux and macOS.
_ASK_EVERY_S = 0.5
_GRACE_S = 8.0  # what a batch in progress may take after that; the database forgives the rest

_held: list[int] = []  # descriptors of locks that live as long as the process


def tether(parent_pid: int, *, alive_lock: Path | None = None) -> None:
    """Ask this process to stop (SIGTERM) once `parent_pid` is no longer its parent, and end it soon after.

    `alive_lock`: a shared lock that is held until the process ends, which lets the next supervisor wait for it.
    """
    if alive_lock is not None:
        descriptor = os.open(alive_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held.append(descriptor)
    threading.Thread(target=_watch, args=(parent_pid,), name="tether", daemon=True).start()


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(_ASK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    end_now()


def end_now() -> None:
    """End this process at once, and its group with it when it leads one (decoder children, the web worker)."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
