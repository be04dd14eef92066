"""How many units there are: of a large library as it was a moment ago, for counting half a million takes its time."""

import threading
import time

from dam.catalog.readers import search as rows
from dam.types import UnitKind

_MANY = 100_000  # units; fewer are counted in some milliseconds, each time
_KEPT_S = 5.0  # nobody sees whether 3 or 9 of so many wait to be searched

_lock = threading.Lock()
_kept: list[tuple[float, dict[UnitKind, int]]] = []  # the last count, if it is kept


def counted_units() -> dict[UnitKind, int]:
    """Return how many units of each kind there are. Raises database errors."""
    with _lock:
        if _kept and time.monotonic() - _kept[0][0] <= _KEPT_S:
            return _kept[0][1]
    counts = rows.count_units()
    with _lock:
        _kept[:] = [(time.monotonic(), counts)] if sum(counts.values()) >= _MANY else []
    return counts
