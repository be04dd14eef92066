"""The history of searches: one row a search, nothing half typed, never too many, and none for who wants none."""

from datetime import UTC, datetime, timedelta

import pytest

from dam.catalog.models import PastSearch
from dam.catalog.readers.searches import recent_searches
from dam.catalog.writers import searches as writer
from search.saved import history

pytestmark = pytest.mark.django_db

_NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)


def made(text: str, minutes: float, *, good: int = 1) -> None:
    writer.remember_search(text.casefold(), asked={"q": text}, good=good, at=_NOON + timedelta(minutes=minutes))


def listed() -> list[tuple[str, int, int]]:
    return [(each.asked["q"], each.times, each.good) for each in recent_searches(limit=10)]


def test_a_search_is_one_row_however_it_is_written() -> None:
    assert history.remember({"q": " Red  car ", "kind": "photo", "page": "7"}, good=3)
    assert history.remember({"q": "red car", "kind": "photo"}, good=4)
    assert history.remember({"q": "red car"}, good=9)
    assert [(each.asked, each.good) for each in recent_searches(limit=9)] == [
        ({"q": "red car"}, 9),
        ({"q": "Red car", "kind": "photo"}, 4),
    ]


def test_a_reload_is_the_same_look_and_tomorrow_another() -> None:
    made("boat", 0)
    made("boat", 9)
    made("lighthouse", 10)
    assert listed() == [("lighthouse", 1, 1), ("boat", 1, 1)]
    made("boat", 24 * 60, good=5)
    assert listed() == [("boat", 2, 5), ("lighthouse", 1, 1)]


def test_what_was_rested_on_while_typing_makes_room() -> None:
    made("red", 0)
    made("Red car", 0.2)
    made("red car at sunset", 0.5)
    made("red car", 30)
    made("red car", 60)
    made("red car at night", 60.1)
    assert [text for text, _, _ in listed()] == ["red car at night", "red car", "red car at sunset"]


def test_beyond_the_most_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_KEPT", 3)
    for at, text in enumerate(["a", "b", "c", "d"]):
        made(text, 20 * at)
    assert [text for text, _, _ in listed()] == ["d", "c", "b"]


def test_nothing_is_kept_where_nobody_wants_it() -> None:
    assert history.remember({"q": "boat"}, good=1)
    history.keep(on=False)
    assert not history.remember({"q": "lighthouse"}, good=1)
    assert not history.remember({"kind": "photo"}, good=1)
    assert [text for text, _, _ in listed()] == ["boat"], "what was kept stays until it is cleared"
    assert history.forget(PastSearch.objects.get().pk)
    assert not history.forget(1)
    history.keep(on=True)
    assert history.remember({"q": "boat"}, good=1)
    assert history.clear() == 1
    assert listed() == []
