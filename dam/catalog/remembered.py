"""Answers that may be some seconds old: counts over the whole library, which a page can't wait for at each key."""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connection

_Answer = TypeVar("_Answer")

_FRESH_S = 20.0  # as long an answer is given without asking again
_SHARE = 20  # what takes long is asked for less often: at most a twentieth of the time goes into asking
_OLD_S = 3_600.0  # an older one is not given at all: whoever asks then waits for the new one

_all: list["Remembered[Any]"] = []


class Remembered(Generic[_Answer]):
    """The answer of a function without arguments, asked again behind the reader's back once it is no longer fresh.

    One that is not `worth` remembering, as it takes no time, is asked for each time.
    """

    def __init__(
        self,
        load: Callable[[], _Answer],
        *,
        fresh_s: float = _FRESH_S,
        worth: Callable[[_Answer], bool] = lambda _: True,
    ) -> None:
        self._load = load
        self._least_fresh_s = fresh_s
        self._worth = worth
        self._lock = threading.Lock()
        self._known: tuple[float, _Answer] | None = None
        self._fresh_s = fresh_s
        _all.append(self)

    def __call__(self) -> _Answer:
        """Return the answer, at most an hour old, and as a rule some seconds."""
        known = self._known
        if known is not None and not self._worth(known[1]):
            return self._ask()
        age = time.monotonic() - known[0] if known else _OLD_S
        if known is None or age >= _OLD_S:
            with self._lock:
                found = self._known  # somebody else may have asked meanwhile
                return found[1] if found is not None and found is not known else self._ask()
        if age >= self._fresh_s and self._lock.acquire(blocking=False):
            threading.Thread(target=self._again, name="remembering", daemon=True).start()
        return known[1]

    def forget(self) -> None:
        """Forget the answer."""
        self._known = None

    def _ask(self) -> _Answer:
        started = time.monotonic()
        found = self._load()
        self._known = time.monotonic(), found
        self._fresh_s = max(self._least_fresh_s, _SHARE * (time.monotonic() - started))
        return found

    def _again(self) -> None:
        try:
            self._ask()
        except DatabaseError:
            return  # busy: the old answer stands, and the next reader tries again
        finally:
            self._lock.release()
            connection.close()


def forget() -> None:
    """Forget every answer (tests: another catalogue may look the same)."""
    for each in _all:
        each.forget()
