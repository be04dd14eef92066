"""The history of searches, written: one row for each search, however often it was made, and never too many."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from dam.catalog.models import PastSearch

MOST_KEPT = 1_000  # searches
_AGAIN = timedelta(minutes=10)  # the same search within this is the same look at it: a reload, or the way back
_ONE_THOUGHT = timedelta(minutes=1)  # within this a longer wording takes the place of the shorter one


def remember_search(key: str, *, asked: Mapping[str, str], good: int, at: datetime) -> None:
    """Keep a search with how many good hits it has now; beyond the most that are kept the oldest goes.

    What was typed on the way to it, and rested on for a moment, makes room for it.
    """
    with transaction.atomic():
        row = PastSearch.objects.select_for_update().filter(key=key).first()
        if row is None:
            _forget_beginnings(asked, at=at)
            PastSearch.objects.create(key=key, asked=dict(asked), good=good, last_at=at)
            _forget_oldest()
            return
        times = row.times if at - row.last_at < _AGAIN else F("times") + 1
        PastSearch.objects.filter(pk=row.pk).update(times=times, good=good, last_at=max(at, row.last_at))


def forget_search(search_id: int) -> bool:
    """Delete one search; False where it is gone already."""
    return bool(PastSearch.objects.filter(pk=search_id).delete()[0])


def forget_searches() -> int:
    """Delete the whole history; returns how many searches it had."""
    return PastSearch.objects.all().delete()[0]


def _forget_beginnings(asked: Mapping[str, str], *, at: datetime) -> None:
    last = PastSearch.objects.order_by("-last_at", "-pk").first()
    if last is None or last.times > 1 or at - last.last_at > _ONE_THOUGHT:
        return
    before, after = str(last.asked.get("q", "")).casefold(), asked.get("q", "").casefold()
    if before and after != before and after.startswith(before):
        last.delete()


def _forget_oldest() -> None:
    oldest = PastSearch.objects.order_by("-last_at", "-pk").values_list("pk", flat=True)[MOST_KEPT:]
    if gone := list(oldest):
        PastSearch.objects.filter(pk__in=gone).delete()
