"""How often a password may be tried: a few wrong ones from an address, and not many from all of them together."""

import threading
import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 300.0
_PER_ADDRESS = 5  # mistypings of a person; 1,440 guesses a day are no danger to eight characters
_OVERALL = 50  # a guesser with many addresses


class Throttle:
    """Counts failures in a sliding window; one web process, so memory is the right place."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> float:
        """Return how many seconds this address must wait before it may try again; 0 when it may now."""
        with self._lock:
            now = self._forget_old()
            own = [at for at, who in self._failures if who == address]
            waits = [0.0]
            if len(own) >= _PER_ADDRESS:
                waits.append(own[-_PER_ADDRESS] + _WINDOW_S - now)
            if len(self._failures) >= _OVERALL:
                waits.append(self._failures[-_OVERALL][0] + _WINDOW_S - now)
            return max(waits)

    def note_failure(self, address: str) -> None:
        """Count a wrong password."""
        with self._lock:
            self._failures.append((self._forget_old(), address))

    def forgive(self, address: str) -> None:
        """Forget an address's failures: it knew the password in the end."""
        with self._lock:
            self._failures = deque(item for item in self._failures if item[1] != address)

    def _forget_old(self) -> float:
        now = self._clock()
        while self._failures and self._failures[0][0] <= now - _WINDOW_S:
            self._failures.popleft()
        return now


THROTTLE = Throttle()
