"""Decoder children: separate Python processes that parse what nobody vouches for, one file at a time, killable.

They are started with `subprocess` (never forked after a computation: LIBRARIES' first trap), hold no secrets in
their environment, and end by themselves when this process dies.
"""

import contextlib
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dam.engines.media.wire import ChannelClosed, Message, WireError, receive_message, send_message
from dam.errors import DecoderCrashed

_log = logging.getLogger(__name__)
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
# A child stays ~70 MB; decoders leak a little per file (PyAV, libraw), so it is replaced after this many.
FILES_PER_CHILD = 500
_START_S = 120.0  # half a second on an idle machine; far more on one that is swapping
_KEPT_VARIABLES = ("TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")

OnProgress = Callable[[float], None]


def child_command(*, memory_bytes: int, max_pixels: int, threads: int) -> list[str]:
    """Return the command that starts a decoder child; the descriptors are appended by `DecoderChild`."""
    limits = ["--memory", str(memory_bytes), "--max-pixels", str(max_pixels), "--threads", str(threads)]
    return [sys.executable, "-P", "-m", "dam.engines.media.child", *limits]


class DecoderChild:
    """One child process and the channel to it; used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self.files = 0
        self._ready = False
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 — lives as long as the child
        ours, theirs = socket.socketpair()
        watched, self._lifeline = os.pipe()  # never written: its end tells the child that we are gone
        self._channel = ours
        try:
            self._process = subprocess.Popen(
                [*command, "--channel", str(theirs.fileno()), "--lifeline", str(watched)],
                pass_fds=(theirs.fileno(), watched),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                env=plain_environment(),
                start_new_session=True,  # Ctrl-C is for us, not for them
            )
        except OSError:
            ours.close()
            os.close(self._lifeline)
            self._stderr.close()
            raise
        finally:
            theirs.close()
            os.close(watched)

    @property
    def pid(self) -> int:
        """The process id, for logs and tests."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(
        self, request: Message, *, fd: int, stall_s: float, total_s: float, on_progress: OnProgress | None = None
    ) -> Message:
        """Send one request with an open file and return the answer.

        The child is killed when it says nothing for `stall_s` or needs more than `total_s`.
        Raises DecoderCrashed when it dies or has to be killed; it is of no use afterwards.
        """
        self.files += 1
        end = math.inf
        try:
            self._wait_until_ready()
            end = time.monotonic() + total_s
            self._channel.settimeout(stall_s)
            send_message(self._channel, request, fd=fd)
            while True:
                self._channel.settimeout(max(0.001, min(stall_s, end - time.monotonic())))
                message, _ = receive_message(self._channel)
                if "progress" not in message:
                    return message
                if on_progress and isinstance(message["progress"], float):
                    on_progress(min(1.0, max(0.0, message["progress"])))
        except TimeoutError as error:
            self.kill()
            limit = total_s if time.monotonic() >= end else stall_s
            raise DecoderCrashed(f"The decoder took longer than {limit:.0f} s and was stopped.") from error
        except ChannelClosed as error:
            raise DecoderCrashed(self._last_words()) from error
        except WireError as error:
            self.kill()
            raise DecoderCrashed(f"The decoder answered with nonsense: {error}.") from error

    def _wait_until_ready(self) -> None:
        """Wait, apart from any file's time, until the interpreter has started."""
        if not self._ready:
            self._channel.settimeout(_START_S)
            self._ready = bool(receive_message(self._channel)[0].get("ready"))

    def kill(self) -> None:
        """End the process at once and release what belongs to it; may be called again."""
        self._process.kill()
        self._process.wait()
        self._channel.close()
        with contextlib.suppress(OSError):
            os.close(self._lifeline)
        self._lifeline = -1
        self._stderr.close()

    def _last_words(self) -> str:
        """Say in plain words how the process ended."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.kill()
            return "The decoder stopped answering and was ended."
        self._log_stderr(code)
        self.kill()
        return _ending(code)

    def _log_stderr(self, code: int) -> None:
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - 2000))
        text = self._stderr.read().decode("utf-8", "replace")
        _log.warning("decoder child %d ended with %d: %s", self.pid, code, text)


def _ending(code: int) -> str:
    if code >= 0:
        return f"The decoder ended without an answer (exit status {code})."
    name = signal.Signals(-code).name
    words = {
        "SIGSEGV": "The decoder crashed on this file (SIGSEGV: it touched memory that is not its own).",
        "SIGABRT": "The decoder crashed on this file (SIGABRT), perhaps because it ran out of memory.",
        "SIGKILL": "The decoder was killed (SIGKILL), perhaps because the machine ran out of memory.",
        "SIGXCPU": "The decoder used more processor time than it is allowed and was stopped (SIGXCPU).",
    }
    return words.get(name, f"The decoder crashed on this file ({name}).")


def plain_environment() -> dict[str, str]:
    """No secrets, no settings: only what an interpreter needs, and single-threaded numerics."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": str(_PACKAGE_ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # each of its threads reserves address space, which is limited
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


class ChildPool:
    """At most `size` children, started when first needed, replaced when they die or grow old. Thread safe."""

    def __init__(self, *, size: int, start: Callable[[], DecoderChild]) -> None:
        self._start = start
        self._slots = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[DecoderChild] = []
        self._busy: set[DecoderChild] = set()
        self._closed = False

    @contextlib.contextmanager
    def borrow(self) -> Iterator[DecoderChild]:
        """Yield a child that is ours alone; waits for one. Raises DecoderCrashed after `close`."""
        with self._slots:
            child = self._take()
            try:
                yield child
            finally:
                self._give_back(child)

    def close(self) -> None:
        """End all children; those at work too: their callers get DecoderCrashed."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._busy:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGKILL)  # its borrower notices, waits for it and tidies up
        for child in idle:
            child.kill()

    def _take(self) -> DecoderChild:
        with self._lock:
            if self._closed:
                raise DecoderCrashed("The decoders are being shut down.")
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    self._busy.add(child)
                    return child
                child.kill()
            child = self._start()
            self._busy.add(child)
            return child

    def _give_back(self, child: DecoderChild) -> None:
        with self._lock:
            self._busy.discard(child)
            if child.alive and child.files < FILES_PER_CHILD and not self._closed:
                self._idle.append(child)
                return
        child.kill()
