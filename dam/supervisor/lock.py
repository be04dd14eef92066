"""The lock that keeps a second supervisor away from a data folder, and the note that says where the first is."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dam.errors import ConfigError

# After a `kill -9` of the supervisor its children stop by themselves; `tether` gives them 8.5 s at most.
_CHILDREN_END_S = 20.0


class DataFolderLock:
    """Held by the one supervisor of a data folder; the kernel gives it back when the process ends, however."""

    def __init__(self, run_folder: Path) -> None:
        self._folder = run_folder
        self._note = run_folder / "address.json"

    @property
    def alive_lock(self) -> Path:
        """The file whose shared lock every child holds while it lives."""
        return self._folder / "children.lock"

    @contextmanager
    def held(self, *, on_wait: Callable[[], None]) -> Iterator[None]:
        """Hold the lock. Raises ConfigError, naming the running address, when another supervisor has it.

        Children of a supervisor that was killed are waited for (`on_wait` is called once before that).
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConfigError(self._who_is_running()) from error
            self._wait_for_children(on_wait)
            try:
                yield
            finally:
                self._note.unlink(missing_ok=True)

    def publish(self, url: str) -> None:
        """Write down the address for a second start to show."""
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": os.getpid(), "url": url}), encoding="utf-8")
        fresh.replace(self._note)

    def _who_is_running(self) -> str:
        try:
            url = json.loads(self._note.read_text(encoding="utf-8"))["url"]
        except (OSError, ValueError, KeyError):
            url = ""
        where = f" at {url}" if url else ""
        return f"Afterimage is already running on {self._folder.parent}{where}."

    def _wait_for_children(self, on_wait: Callable[[], None]) -> None:
        deadline = time.monotonic() + _CHILDREN_END_S
        told = False
        with self.alive_lock.open("a") as handle:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise ConfigError("Processes of an earlier run still work on this data folder.") from error
                    if not told:
                        on_wait()
                        told = True
                    time.sleep(0.1)
                else:
                    return
