"""The pages that edit metadata: of one asset, of a selection, the history; with and without a script."""

import pytest
from django.test import Client

from dam.catalog.models import AssetMetadata, AssetPlace, Correction, MetadataEdit, Unit
from dam.metadata.edit import change
from dam.types import ChangeKeywords, MetadataField, SetTo
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db
F = MetadataField
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def boats() -> list[Unit]:
    """Three photos."""
    library = SmallLibrary()
    return [library.photo("boat", path=f"boat{number}.jpg") for number in range(3)]


def said(unit: Unit, field: str) -> object:
    """What holds now."""
    return getattr(AssetMetadata.objects.get(pk=unit.asset_id), field)


def editing(client: Client, units: list[Unit]) -> str:
    """Select these, and return the address of the form's page."""
    answer = client.post("/metadata/edit", {"chosen": ",".join(f"u{unit.pk}" for unit in units)})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_only_fields_that_were_touched_are_saved(client: Client, boats: list[Unit]) -> None:
    change([boats[0].asset_id], {F.TITLE: SetTo("By another tab")})
    sent = {"title": "", "was-title": "", "description": "A boat\r\nat sea", "was-description": "", "add": ""}
    page = client.post(f"/asset/{boats[0].asset_id}/describe", sent, headers=SCRIPT).content.decode()
    assert (said(boats[0], "title"), said(boats[0], "description")) == ("By another tab", "A boat\nat sea")
    assert 'value="By another tab"' in page
    assert "Description “A boat at sea”." in page


def test_keywords_stars_and_labels_are_given_and_taken(client: Client, boats: list[Unit]) -> None:
    address = f"/asset/{boats[0].asset_id}/describe"
    client.post(address, {"add": "Animals > Dog, sea; Sea"})
    client.post(address, {"stars": "4"})
    client.post(address, {"label": "Red", "remove": "sea"})
    assert said(boats[0], "keywords") == ["Animals|Dog"]
    assert (said(boats[0], "rating"), said(boats[0], "label")) == (4, "Red")
    page = client.get(f"/asset/{boats[0].asset_id}").content.decode()
    assert "Animals › Dog" in page
    offered = client.get("/metadata/keywords", {"add": "sea, do"}).content.decode()
    assert 'value="sea, Animals|Dog"' in offered


def test_what_can_not_be_is_said_and_nothing_is_saved(client: Client, boats: list[Unit]) -> None:
    address = f"/asset/{boats[0].asset_id}/describe"
    page = client.post(address, {"add": "Animals||Dog"}, headers=SCRIPT).content.decode()
    assert "has an empty part" in page
    assert not MetadataEdit.objects.exists()
    assert client.post("/asset/999/describe", {"stars": "1"}).status_code == 404
    assert client.get(address).status_code == 405


def test_history_tells_before_and_after_with_the_way_back(client: Client, boats: list[Unit]) -> None:
    pk = boats[0].asset_id
    assert "Nothing was changed yet" in client.get(f"/asset/{pk}/history").content.decode()
    change([pk], {F.CREATOR: SetTo("Ana")})
    change([pk], {F.CREATOR: SetTo("Bob")})
    page = client.get(f"/asset/{pk}/history").content.decode()
    assert page.index("Creator “Bob”") < page.index("Creator “Ana”")
    assert "<del>Ana</del>" in page
    last = Correction.objects.latest("pk").pk
    client.post("/undo", {"correction": last}, headers={"Referer": f"http://testserver/asset/{pk}/history"})
    assert said(boats[0], "creator") == "Ana"
    assert "taken back" in client.get(f"/asset/{pk}/history").content.decode()


def test_a_selection_shows_what_is_common_and_what_differs(client: Client, boats: list[Unit]) -> None:
    change([unit.asset_id for unit in boats], {F.CREATOR: SetTo("Ana")})
    change([boats[0].asset_id], {F.TITLE: SetTo("One"), F.KEYWORDS: ChangeKeywords(add=("sea",))})
    page = client.get(editing(client, boats)).content.decode()
    assert "Edit 3 items" in page
    assert 'name="creator" value="Ana"' in page
    assert "Several values (2)" in page
    assert "1 of 3" in page


def test_a_selection_is_changed_where_it_was_touched_and_taken_back(client: Client, boats: list[Unit]) -> None:
    change([boats[0].asset_id], {F.TITLE: SetTo("One")})
    address = editing(client, boats)
    save = address.replace("/edit?", "/edit/save?")
    client.post(save, {"title": "", "was-title": "", "city": "Lisbon", "was-city": "", "add": "Trip|Lisbon"})
    assert [said(unit, "city") for unit in boats] == ["Lisbon"] * 3
    assert [said(unit, "keywords") for unit in boats] == [["Trip|Lisbon"]] * 3
    assert said(boats[0], "title") == "One"
    page = client.post(save, {"clear": "title", "city": "typed, not applied", "was-city": "Lisbon"}, headers=SCRIPT)
    assert "Title removed for 1 asset." in page.content.decode()
    assert [said(unit, "city") for unit in boats] == ["Lisbon"] * 3
    client.post(save, {"rename": "1", "rename-from": "Trip|Lisbon", "rename-to": "Trips|Lisbon"})
    assert said(boats[2], "keywords") == ["Trips|Lisbon"]
    client.post("/undo", {"correction": Correction.objects.latest("pk").pk})
    assert said(boats[2], "keywords") == ["Trip|Lisbon"]


def test_suggestions_go_to_those_in_which_they_were_found(client: Client, boats: list[Unit]) -> None:
    for unit in boats[:2]:
        AssetPlace.objects.create(
            asset=unit.asset, model="m", city="Lisbon", region="Lisbon", country="Portugal", country_code="PT",
            distance_km=1.0,
        )  # fmt: skip
    address = editing(client, boats)
    page = client.get(address).content.decode()
    assert "90 % · 2 of 3" in page
    save = address.replace("/edit?", "/edit/save?")
    client.post(save, {"take": "Lisbon"})
    client.post(save, {"places": "fill"})
    assert [said(unit, "keywords") for unit in boats[:2]] == [["Lisbon"]] * 2
    assert (said(boats[0], "country"), said(boats[0], "country_code")) == ("Portugal", "PT")
    assert not AssetMetadata.objects.filter(pk=boats[2].asset_id).exclude(keywords=[]).exists()


def test_what_is_copied_is_pasted_as_it_was_chosen(client: Client, boats: list[Unit]) -> None:
    change([boats[0].asset_id], {F.TITLE: SetTo("One"), F.CREATOR: SetTo("Ana"), F.KEYWORDS: SetTo(["sea"])})
    change([boats[1].asset_id], {F.KEYWORDS: SetTo(["boat"])})
    client.post(f"/asset/{boats[0].asset_id}/copy")
    address = editing(client, boats[1:])
    assert "Paste onto all" in client.get(address).content.decode()
    client.post(address.replace("/edit?", "/edit/save?"), {"paste": "1", "field": ["creator", "keywords"]})
    assert said(boats[1], "keywords") == ["boat", "sea"]
    assert (said(boats[1], "title"), said(boats[2], "creator")) == ("", "Ana")


def test_a_selection_that_is_forgotten_says_so(client: Client, boats: list[Unit]) -> None:
    assert client.get("/metadata/edit?of=77").status_code == 404
    assert client.post("/metadata/edit/save?of=77", {"stars": "3"}).status_code == 404
    assert client.post("/metadata/edit", {})["Location"] == "/library"


def test_leaving_a_field_as_it_was_shows_nothing_new(client: Client, boats: list[Unit]) -> None:
    sent = {"title": "", "was-title": "", "add": ""}
    assert client.post(f"/asset/{boats[0].asset_id}/describe", sent, headers=SCRIPT).status_code == 204
