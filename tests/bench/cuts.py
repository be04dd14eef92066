"""How well two shot detectors agree: F1 over their cuts, of one file or of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Cuts that both have, and that only one has."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall (either way round the same); 1.0 where neither has a cut."""
        cuts = 2 * self.both + self.only_first + self.only_second
        return 2 * self.both / cuts if cuts else 1.0


def agreement(first: Sequence[float], second: Sequence[float], *, tolerance: float) -> Agreement:
    """Pair cuts (times in one unit, ascending) that lie at most `tolerance` apart, each at most once."""
    here = there = both = 0
    while here < len(first) and there < len(second):
        apart = first[here] - second[there]
        if abs(apart) <= tolerance:
            both, here, there = both + 1, here + 1, there + 1
        elif apart < 0:
            here += 1
        else:
            there += 1
    return Agreement(both=both, only_first=len(first) - both, only_second=len(second) - both)


def total(parts: Iterable[Agreement]) -> Agreement:
    """Return the counts of several files together."""
    every = list(parts)
    return Agreement(
        both=sum(part.both for part in every),
        only_first=sum(part.only_first for part in every),
        only_second=sum(part.only_second for part in every),
    )
