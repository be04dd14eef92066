"""How many units there are: of a large library as it was a moment ago, for counting half a million takes its time."""

from dam.catalog.readers import search as rows
from dam.catalog.remembered import Remembered
from dam.types import UnitKind

_MANY = 100_000  # units; fewer are counted in some milliseconds, each time
_FRESH_S = 5.0  # nobody sees whether 3 or 9 of so many wait to be searched


def _are_many(counts: dict[UnitKind, int]) -> bool:
    return sum(counts.values()) >= _MANY


def _count() -> dict[UnitKind, int]:
    return rows.count_units()


counted_units = Remembered(_count, fresh_s=_FRESH_S, worth=_are_many)
