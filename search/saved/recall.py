"""From the places at which searches found what they must find to the usual measures: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

AT = (1, 5, 10, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How well a set of queries was answered.

    `recall` is, by k, the share of queries that found theirs among the first k; `mean_reciprocal_rank` is the mean of
    1/rank, 0 for what was not found; `mean_rank` is of those that were found, None for none.
    """

    queries: int
    found: int
    recall: dict[int, float]
    mean_reciprocal_rank: float
    mean_rank: float | None


def measure(ranks: Sequence[int | None], *, at: Sequence[int] = AT) -> Measures:
    """Return the measures of ranks from 1 on, None for what was not found; all zero for no queries."""
    found = [rank for rank in ranks if rank is not None]
    n = len(ranks)
    return Measures(
        queries=n,
        found=len(found),
        recall={k: sum(rank <= k for rank in found) / n if n else 0.0 for k in at},
        mean_reciprocal_rank=sum(1 / rank for rank in found) / n if n else 0.0,
        mean_rank=sum(found) / len(found) if found else None,
    )


def change(before: int | None, now: int | None) -> int:
    """Tell whether a place got better (1), worse (-1) or stayed (0); not to be found is the worst."""
    if before == now:
        return 0
    if now is None:
        return -1
    return 1 if before is None or now < before else -1
