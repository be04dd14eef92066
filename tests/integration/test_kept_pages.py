"""The pages of collections, of the history and of pinned queries, and what offers them on others."""

import re
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import Collection, PastSearch, PinnedQuery, PinRun
from dam.errors import AfterimageError, ModelUnavailable
from dam.types import Query, RunCause
from search.answer import answers
from search.saved import collections, history, pins, pins_watch
from search.saved.pins import Report
from search.service import Found, find
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

pytestmark = pytest.mark.django_db

_OTHERS = [
    "green tree forest day", "white boat sea noon", "brown dog beach morning", "yellow tent mountains fog",
    "purple balloon field dawn", "black bicycle city rain", "orange bus street evening", "pink umbrella park spring",
]  # fmt: skip
_CAR = "red car sunset"


class Desk:
    """A small library that the pages search."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = SmallLibrary()
        self.follower = Follower(snapshots=None)
        self.broken = ""
        monkeypatch.setattr(answers, "find", self.find)
        monkeypatch.setattr(pins, "find", self.find)
        for caption in _OTHERS:
            self.rows.photo(caption)

    def find(self, query: Query, *, strictness: int = 0, embedder: object = None, source: object = None) -> Found:
        if self.broken:
            raise ModelUnavailable(self.broken)
        self.follower.catch_up()
        return find(query, strictness=strictness, embedder=WordsEmbedder(), source=self.follower)

    def cars(self, number: int) -> list[int]:
        return [self.rows.photo(_CAR).pk for _ in range(number)]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


@pytest.fixture
def cars(desk: Desk) -> int:
    """The id of a saved search for red cars, opened an hour ago, with one that came since."""
    desk.cars(2)
    saved = collections.create("Red cars", {"q": _CAR})
    an_hour_passes()
    desk.cars(1)
    return saved.id


def an_hour_passes() -> None:
    Collection.objects.update(visited_at=F("visited_at") - timedelta(hours=1), counted_at=None)


def page(client: Client, address: str, *, status: int = 200, headers: dict[str, str] | None = None) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def post(client: Client, address: str, *, at: str = "/collections", **data: object) -> str:
    """Send a form without scripts, as from the page `at`, and return the page that it leads to."""
    answer = client.post(address, data, headers={"Referer": f"http://testserver{at}"}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def said(html: str) -> list[str]:
    return re.findall(r'class="notice__text">([^<]*)<', html)


def undo(client: Client, html: str) -> str:
    return post(client, "/undo", correction=re.findall(r'name="correction" value="(\d+)"', html))


def tiles(html: str) -> list[str]:
    return re.findall(r'class="tile [^>]*aria-label="([^"]*)"', html)


def shown(html: str) -> str:
    """Return the text of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_search_is_saved_from_its_page_under_a_name_that_is_offered(client: Client, desk: Desk) -> None:
    desk.cars(1)
    assert "Nothing is saved yet" in page(client, "/collections")
    html = page(client, f"/?q={_CAR}&kind=photo")
    assert 'id="save-name" name="name" value="Red car sunset, photos"' in html
    saved = post(client, "/collections/save", at="/", name="Cars", q=_CAR, kind="photo", sort="nonsense")
    assert said(saved) == ["“Cars” is saved. It stays up to date by itself."]
    assert Collection.objects.get().asked == {"q": _CAR, "kind": "photo"}
    assert "Saved as “Cars”" in page(client, f"/?q={_CAR}&kind=photo")
    assert "Save this search" in page(client, f"/?q={_CAR}")
    assert (
        "There is a collection called “cars” already"
        in said(post(client, "/collections/save", at=f"/?q={_CAR}", name="cars", q="boat"))[0]
    )


def test_the_page_of_a_collection_marks_what_is_new(client: Client, desk: Desk, cars: int) -> None:
    html = page(client, f"/collections/{cars}")
    assert "1 new since you looked last" in html
    assert sum(label.startswith("New, ") for label in tiles(html)) == 1
    assert "Save this search" not in html
    again = page(client, f"/collections/{cars}")
    assert sum(label.startswith("New, ") for label in tiles(again)) == 1, "a reload shows the same"
    first = page(client, f"/collections/{cars}?new=first")
    assert tiles(first)[0].startswith("New, ")
    only = page(client, f"/collections/{cars}?new=only")
    assert [label.startswith("New, ") for label in tiles(only)] == [True]
    seen = post(client, f"/collections/{cars}/seen", at=f"/collections/{cars}")
    assert said(seen) == ["Everything counts as seen."]
    assert not any(label.startswith("New, ") for label in tiles(seen))
    undo(client, seen)
    assert "1 new since" in page(client, f"/collections/{cars}")


def test_looking_ahead_is_no_visit(client: Client, desk: Desk, cars: int) -> None:
    page(client, f"/collections/{cars}", headers={"Sec-Purpose": "prefetch"})
    client.head(f"/collections/{cars}")
    an_hour_passes()
    assert "1 new since" in page(client, f"/collections/{cars}")


def test_many_new_ones_come_by_pages(client: Client, desk: Desk) -> None:
    saved = collections.create("Cars", {"q": _CAR, "each": "1"})
    an_hour_passes()
    desk.cars(70)
    html = page(client, f"/collections/{saved.id}?new=only")
    assert len(tiles(html)) == 60
    address = re.search(rf'href="(/collections/{saved.id}/more\?[^"]*)"', html)
    assert address is not None
    rest = page(client, address[1])
    assert [label.startswith("New, ") for label in tiles(rest)] == [True] * 10
    whole = page(client, f"/collections/{saved.id}")
    address = re.search(rf'href="(/collections/{saved.id}/more\?[^"]*)"', whole)
    assert address is not None
    assert tiles(page(client, address[1])), "the further ones of a collection are marked, too"


def test_the_list_shows_last_counts_at_once_and_each_card_counts_anew(client: Client, desk: Desk, cars: int) -> None:
    desk.broken = "The list itself must not search."
    html = page(client, "/collections")
    assert f'hx-get="/collections/{cars}/card"' in html
    desk.broken = ""
    card = page(client, f"/collections/{cars}/card")
    assert "3 matches" in shown(card)
    assert "1 new" in shown(card)
    assert "hx-get" not in card
    assert "1 new" in shown(page(client, "/collections"))
    assert page(client, "/collections/999/card", status=404)


def test_the_list_asks_no_more_for_more_collections(client: Client, desk: Desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, "/collections")
        return len(asked)

    desk.cars(1)
    collections.recount(collections.create("One", {"q": _CAR}))
    page(client, "/collections")
    few = queries()
    for caption in _OTHERS:
        collections.recount(collections.create(caption, {"q": caption}))
    assert queries() == few


def test_a_changed_search_is_saved_here_or_as_new(client: Client, desk: Desk, cars: int) -> None:
    edit = page(client, f"/?q={_CAR} boat&collection={cars}")
    assert "Save in “Red cars”" in edit
    assert "Save as new" in edit
    assert f'name="collection" value="{cars}"' in edit
    html = post(client, "/collections/save", at="/", instead=cars, q="white boat sea")
    assert said(html) == ["“Red cars” has this search now."]
    assert "Nothing new" in html
    undo(client, html)
    assert collections.get(cars).asked == {"q": _CAR}
    assert said(post(client, "/collections/save", at="/", instead=999, q="boat")) == [
        "This collection is not there any more."
    ]


def test_a_collection_is_renamed_and_deleted_and_both_are_taken_back(client: Client, desk: Desk, cars: int) -> None:
    html = post(client, f"/collections/{cars}/name", name="Cars of the shoot")
    assert said(html) == ["“Red cars” is called “Cars of the shoot” now."]
    undo(client, html)
    html = post(client, f"/collections/{cars}/delete")
    assert "Nothing is saved yet" in html
    assert said(html) == ["“Red cars” is deleted. Nothing of what it found was touched."]
    page(client, f"/collections/{cars}", status=404)
    assert "Red cars" in undo(client, html)
    assert "1 new since" in page(client, f"/collections/{cars}")


def test_a_search_that_can_no_longer_be_made_says_so(client: Client, desk: Desk, cars: int) -> None:
    Collection.objects.update(asked={"q": "rating:many"})
    html = page(client, f"/collections/{cars}")
    assert "This search can’t be made any more" in html
    assert "rating:many" in html
    card = page(client, f"/collections/{cars}/card")
    assert "rating" in re.findall(r"collection__problem.*?<span>([^<]*)", card, re.S)[0]
    Collection.objects.update(asked={"q": _CAR})
    desk.broken = "The weights are away."
    assert "The weights are away." in page(client, f"/collections/{cars}", status=503)


def test_the_start_page_offers_saved_and_last_searches(client: Client, desk: Desk, cars: int) -> None:
    history.remember({"q": _CAR}, good=2)
    history.remember({"q": "brown dog"}, good=1)
    html = page(client, "/")
    assert 'hx-get="/collections/chips"' in html
    lately = html[html.index("Lately") :]
    assert "brown dog" in lately
    assert _CAR not in lately[: lately.index("</nav>")], "it is among the saved ones"
    assert "1 new" in shown(page(client, "/collections/chips"))
    history.keep(on=False)
    assert "Lately" not in page(client, "/")


def test_a_page_of_results_says_by_itself_that_it_was_looked_at(client: Client, desk: Desk) -> None:
    desk.cars(2)
    html = page(client, f"/?q={_CAR}")
    form = re.search(r'<form hidden hx-post="/history/remember".*?</form>', html, re.S)
    assert form is not None
    assert 'name="good" value="2"' in form[0]
    assert "delay:300ms" in form[0]
    typed = page(client, f"/results?q={_CAR}", headers={"HX-Request": "true", "HX-Trigger": "q"})
    assert "delay:1500ms" in typed
    assert not PastSearch.objects.exists(), "a GET writes nothing"
    assert client.post("/history/remember", {"q": _CAR, "good": "2"}).status_code == 204
    assert client.post("/history/remember", {"q": "", "good": "x"}).status_code == 204
    assert [(row.asked, row.good) for row in PastSearch.objects.all()] == [({"q": _CAR}, 2)]
    history.keep(on=False)
    assert "/history/remember" not in page(client, f"/?q={_CAR}")


def test_the_history_is_listed_forgotten_cleared_and_switched_off(client: Client, desk: Desk) -> None:
    assert "No search yet" in page(client, "/history")
    history.remember({"q": "red car", "kind": "photo"}, good=1_234)
    history.remember({"q": "brown dog"}, good=0)
    html = page(client, "/history")
    assert 'href="/?q=red+car&kind=photo"' in html
    assert "1,234 matches" in shown(html)
    assert "nothing good" in html
    dog = PastSearch.objects.get(asked__q="brown dog")
    assert said(post(client, "/history/forget", search=dog.pk)) == ["Forgotten."]
    off = post(client, "/history/switch", on="0")
    assert "stay until you clear them" in said(off)[0]
    assert "Searches are not remembered." in off
    gone = post(client, "/history/clear")
    assert said(gone) == ["1 search is forgotten."]
    assert "Nothing is remembered" in gone
    assert "from now on" in said(post(client, "/history/switch", on="1"))[0]


def test_a_search_is_pinned_on_the_page_of_what_it_must_find(client: Client, desk: Desk) -> None:
    shots = desk.rows.video(["red kite", "blue train tunnel night"])
    asset = shots[0].asset_id
    html = page(client, f"/asset/{asset}?q=blue+train&kind=shot&t=12000")
    assert re.search(r'id="pin-q" name="q" value="blue train"', html)
    assert 'name="t" value="12000"' in html
    form = {"asset": asset, "q": "blue train", "kind": "shot", "t": "12000", "moment": "1", "note": "the poster"}
    assert said(post(client, "/pinned/add", at=f"/asset/{asset}", **form))[0].startswith("Pinned.")
    pin = PinnedQuery.objects.get()
    assert (pin.asked, pin.start_ms, pin.end_ms) == ({"q": "blue train", "kind": "shot"}, 10_000, 20_000)
    assert "Type its words" in said(post(client, "/pinned/add", at="/", asset=asset, q=""))[0]
    assert "not there any more" in said(post(client, "/pinned/add", at="/", asset="x", q="blue"))[0]
    listed = page(client, "/pinned")
    assert "Not run yet" in listed
    assert "the poster" in listed
    removed = post(client, "/pinned/remove", pin=pin.pk)
    assert "No search is pinned yet" in removed
    undo(client, removed)
    assert "the poster" in page(client, "/pinned")


def test_runs_are_listed_with_what_changed_and_compared(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(pack: str = "") -> "Future[Sequence[Report]]":
        outcome: Future[Sequence[Report]] = Future()
        try:
            outcome.set_result([pins.run(RunCause.HAND, pack=pack)])
        except AfterimageError as error:
            outcome.set_exception(error)
        return outcome

    monkeypatch.setattr(pins_watch, "run_by_hand", at_once)
    assert "No query is pinned" in said(post(client, "/pinned/run"))[0]
    car = desk.rows.photo(_CAR)
    dog = desk.rows.photo("small brown dog")
    pins.pin({"q": _CAR}, asset_id=car.asset_id)
    lost = pins.pin({"q": "white boat sea noon", "kind": "clip"}, asset_id=dog.asset_id)
    html = post(client, "/pinned/run")
    assert "Recall@1 0.50" in shown(html)
    assert 'role="img" aria-label="Ranks, the oldest first: not found"' in html
    PinnedQuery.objects.filter(pk=lost).update(asked={"q": "small brown dog"})
    PinRun.objects.update(parts={**PinRun.objects.get().parts, "tuning": "older"})
    html = post(client, "/pinned/run")
    assert "Recall@1 1.00 +0.50" in shown(html)
    assert "other thresholds" in html
    assert "Ranks, the oldest first: not found, 1" in html
    first, second = PinRun.objects.order_by("pk").values_list("pk", flat=True)
    both = shown(page(client, f"/pinned/compare?first={first}&second={second}"))
    assert "1 better , 0 worse , 1 the same, of the 2 that both runs asked. What differs: other thresholds." in both
    page(client, "/pinned/compare?first=1&second=x", status=404)
    page(client, f"/pinned/compare?first={first}&second=99999", status=404)


def test_a_run_that_is_due_is_made_once(desk: Desk) -> None:
    assert not pins_watch.run_if_due(source=desk.follower)
    car = desk.rows.photo(_CAR)
    pins.pin({"q": _CAR}, asset_id=car.asset_id)
    assert pins_watch.run_if_due(source=desk.follower)
    assert not pins_watch.run_if_due(source=desk.follower)
    assert [run.cause for run in PinRun.objects.all()] == [RunCause.PINS]
