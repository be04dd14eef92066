"""The history of searches, read."""

from dataclasses import dataclass
from datetime import datetime

from dam.catalog.models import PastSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSearch:
    """A search that was made: the parameters of its address, how often, and its good hits the last time."""

    id: int
    asked: dict[str, str]
    times: int
    good: int
    last_at: datetime


def recent_searches(*, limit: int, offset: int = 0) -> list[MadeSearch]:
    """Return the searches made last, the latest first."""
    rows = PastSearch.objects.order_by("-last_at", "-pk")[offset : offset + limit]
    return [
        MadeSearch(
            id=row.pk,
            asked={str(name): str(value) for name, value in row.asked.items()},
            times=row.times,
            good=row.good,
            last_at=row.last_at,
        )
        for row in rows
    ]


def count_searches() -> int:
    """Return how many searches the history has."""
    return PastSearch.objects.count()
