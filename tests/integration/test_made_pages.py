"""The pages of collections made by hand: what is selected goes in, is ordered, noted on, taken out; all undone."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import Collection, Correction, Unit
from dam.catalog.readers.collection_items import items_of
from search.saved import collections, made
from search.selection import Picked
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> SmallLibrary:
    return SmallLibrary()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def post(client: Client, address: str, *, at: str = "/collections", **data: object) -> str:
    """Send a form as from the page `at`, without scripts; returns what is said there."""
    answer = client.post(address, data, headers={"Referer": f"http://testserver{at}"}, follow=True)
    assert answer.status_code == 200
    return "; ".join(re.findall(r'class="notice__text">([^<]*)<', unescape(answer.content.decode())))


def filled(*units: Unit, name: str = "Deck") -> int:
    return made.create(name, [Picked(asset_id=unit.asset_id, unit_id=unit.pk) for unit in units]).collection_id


def shown(html: str) -> list[str]:
    return re.findall(r'data-item="(\w+)"', html)


def test_what_is_selected_goes_into_a_new_one_and_then_into_the_same(client: Client, rows: SmallLibrary) -> None:
    first, second = rows.photo("car"), rows.photo("boat")
    said = post(client, "/collections/add", at="/library", chosen=f"u{first.pk}", name="Pitch deck")
    assert said == "1 thing added to “Pitch deck”."
    deck = Collection.objects.get()
    said = post(client, "/collections/add", chosen=f"a{first.asset_id},a{second.asset_id}", collection=deck.pk)
    assert said == "1 thing added to “Pitch deck”. 1 was there already."
    assert post(client, "/collections/add", chosen=f"u{first.pk}", collection=deck.pk).startswith("All of that is in")
    assert post(client, "/collections/add", chosen="", collection=deck.pk).startswith("Nothing is selected")
    assert post(client, "/collections/add", chosen=f"u{first.pk}").startswith("Which collection?")
    assert post(client, "/collections/add", chosen=f"u{first.pk}", collection=999).endswith("not there any more.")
    assert shown(page(client, f"/collections/{deck.pk}")) == [f"u{first.pk}", f"u{second.pk}"]
    assert "2 things" in page(client, "/collections")


def test_a_script_gets_what_was_said_with_its_undo(client: Client, rows: SmallLibrary) -> None:
    photo = rows.photo("car")
    deck = filled()
    sent = {"chosen": f"u{photo.pk}", "collection": deck}
    answer = client.post("/collections/add", sent, headers={"X-Part": "notices"})
    html = answer.content.decode()
    assert "<html" not in html
    number = re.search(r'name="correction" value="(\d+)"', html)
    assert number is not None
    post(client, "/undo", correction=number[1])
    assert items_of(deck) == []


def test_things_are_moved_by_item_by_selection_and_to_either_end(client: Client, rows: SmallLibrary) -> None:
    units = [rows.photo("car") for _ in range(4)]
    deck = filled(*units)
    a, b, c, d = (item.id for item in items_of(deck))

    def move(**data: object) -> list[int]:
        client.post(f"/collections/{deck}/move", data)
        return [item.id for item in items_of(deck)]

    assert move(item=f"{d},{c}", before=a) == [d, c, a, b]
    assert move(chosen=f"u{units[1].pk}", before="first") == [b, d, c, a]
    assert move(chosen=f"u{units[3].pk}", before="") == [b, c, a, d]
    assert move(item=d, before="", after=b) == [b, d, c, a]
    take_back = Correction.objects.latest("pk").pk
    post(client, "/undo", correction=take_back)
    assert [item.id for item in items_of(deck)] == [b, c, a, d]


def test_things_are_taken_out_and_come_back(client: Client, rows: SmallLibrary) -> None:
    photo, shots = rows.photo("car"), rows.video(["boat", "tree"])
    deck = filled(photo, *shots)
    said = post(client, f"/collections/{deck}/remove", chosen=f"u{shots[0].pk},u{photo.pk}")
    assert said == "2 things taken out of “Deck”. The library keeps them."
    post(client, "/undo", correction=Correction.objects.latest("pk").pk)
    assert shown(page(client, f"/collections/{deck}")) == [f"u{photo.pk}", f"u{shots[0].pk}", f"u{shots[1].pk}"]
    assert post(client, f"/collections/{deck}/remove", chosen="u9999").startswith("Nothing of what is selected")


def test_notes_names_and_copies(client: Client, rows: SmallLibrary) -> None:
    photo = rows.photo("car")
    deck = filled(photo)
    (item,) = items_of(deck)
    assert post(client, f"/collections/{deck}/note", note="For <b>Monday</b>") == "The note is kept."
    assert post(client, f"/collections/{deck}/note", item=item.id, note="crop it") == "The note is kept."
    html = client.get(f"/collections/{deck}").content.decode()
    assert "For &lt;b&gt;Monday&lt;/b&gt;" in html
    assert ": crop it" in html
    assert post(client, f"/collections/{deck}/name", name="Pitch") == "“Deck” is called “Pitch” now."
    assert post(client, f"/collections/{deck}/duplicate") == "“Pitch 2” is a copy."
    assert post(client, f"/collections/{deck}/delete").startswith("“Pitch” is deleted.")
    post(client, "/undo", correction=Correction.objects.latest("pk").pk)
    assert [(one.note, one.asset_id) for one in items_of(deck)] == [("crop it", photo.asset_id)]


def test_another_order_is_shown_and_kept(client: Client, rows: SmallLibrary) -> None:
    units = [rows.photo("car", path=f"{name}.jpg") for name in ("b", "a")]
    deck = filled(*units)
    html = page(client, f"/collections/{deck}?sort=name")
    assert shown(html) == [f"u{units[1].pk}", f"u{units[0].pk}"]
    assert "data-by-hand" not in html
    assert post(client, f"/collections/{deck}/order", sort="name").startswith("This is its order now")
    assert shown(page(client, f"/collections/{deck}")) == [f"u{units[1].pk}", f"u{units[0].pk}"]


def test_a_large_one_comes_in_pages_of_few_queries(client: Client, rows: SmallLibrary) -> None:
    deck = filled(*(rows.photo("car") for _ in range(130)))
    with CaptureQueriesContext(connection) as asked:
        html = page(client, f"/collections/{deck}")
    assert len(asked) < 25
    assert len(shown(html)) == 120
    following = re.search(r'href="(/collections/\d+/items\?from=120)"', html)
    assert following is not None
    assert len(shown(page(client, following[1]))) == 10


def test_an_asset_opened_from_it_has_its_neighbours(client: Client, rows: SmallLibrary) -> None:
    photo, shots = rows.photo("car"), rows.video(["boat", "tree"])
    deck = filled(shots[1], photo, shots[0])
    html = client.get(f"/asset/{photo.asset_id}?in=collection&of={deck}").content.decode()
    video = shots[0].asset_id
    assert f'href="/asset/{video}?t=10000&amp;in=collection&amp;of={deck}" data-previous' in html
    assert f'href="/asset/{video}?t=0&amp;in=collection&amp;of={deck}" data-next' in html
    assert f'href="/collections/{deck}" data-back' in html


def test_searching_in_it_puts_it_into_the_box(client: Client, rows: SmallLibrary) -> None:
    deck = filled(rows.photo("car"), name="Pitch deck")
    answer = client.get(f"/collections/{deck}/search", {"q": "boat"})
    assert answer["Location"] == "/?q=collection%3A%22Pitch+deck%22+boat"


def test_a_saved_search_becomes_a_fixed_copy(
    client: Client, rows: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = rows.photo("car")
    monkeypatch.setattr(made, "everything", lambda _query: [Picked(asset_id=photo.asset_id, unit_id=photo.pk)])
    saved = collections.create("Photos", {"q": "kind:photo"})
    assert post(client, f"/collections/{saved.id}/fix").startswith("1 thing copied.")
    assert {one.name for one in made.all_made()} == {"Photos 2"}
    assert post(client, f"/collections/{saved.id}/remove", item=1).startswith("“Photos” is a saved search")


def test_the_picker_and_the_empty_page(client: Client, rows: SmallLibrary) -> None:
    assert post(client, "/collections/made", name="Later") == ""
    assert post(client, "/collections/made", name="later") == "There is a collection called “later” already."
    deck = Collection.objects.get().pk
    assert "Nothing is in it yet" in page(client, f"/collections/{deck}")
    found = client.get("/collections/choices.json").json()
    assert found == {"collections": [{"id": deck, "name": "Later", "count": 0}], "more": False}
    assert client.get("/collections/999/items").status_code == 404
    assert client.get("/collections/add").status_code == 405
