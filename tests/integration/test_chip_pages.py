"""Chips and pictures of a search through their addresses: what a form or a link leads to."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from search.query.editable import editable_chips
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


def leads_to(client: Client, path: str, **parameters: str) -> dict[str, str]:
    answer = client.get(path, parameters)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def test_a_changed_chip_leads_to_the_changed_search_and_keeps_the_rest(client: Client) -> None:
    form = {"q": "sea tag:boat rating>2", "kind": "photo", "sort": "date", "place": "1", "name": "tag"}
    assert leads_to(client, "/chips/edit", **form, value="ship") == {
        "q": "sea tag:ship rating>2", "kind": "photo", "sort": "date",
    }  # fmt: skip
    assert leads_to(client, "/chips/edit", **form, value="ship", **{"not": "1"})["q"] == "sea -tag:ship rating>2"
    assert leads_to(client, "/chips/edit", **form, value="")["q"] == "sea rating>2"
    assert leads_to(client, "/chips/edit", **{**form, "place": "77"}, value="x")["q"] == "sea tag:boat rating>2"
    assert leads_to(client, "/chips/edit", **{**form, "q": "(("}, value="x")["q"] == "(("
    assert client.get("/chips/edit", {"q": "sea"}).status_code == 404


def test_more_like_a_photo_or_a_shot(client: Client) -> None:
    unit = SmallLibrary().photo("boat")
    assert leads_to(client, "/like", unit=str(unit.pk)) == {"q": f"like:{unit.pk}"}
    assert leads_to(client, "/like", asset=str(unit.asset_id), q="dusk", less="1") == {"q": f"dusk -like:{unit.pk}"}
    assert client.get("/like", {"unit": "999999"}).status_code == 404
    assert client.get("/like").status_code == 404


def test_chips_of_a_mixed_search() -> None:
    unit = SmallLibrary().photo("boat", path="Clients/boat.jpg")
    text = f'sea (tag:a OR tag:b) "two words" -hat rating>=3 like:{unit.pk}@10,10,50,50^0.5 like:picture-{"ab" * 8}'
    found = editable_chips(text)
    assert [(chip.name, chip.typed, chip.joined) for chip in found] == [
        ("tag", "a", False), ("tag", "b", True), ("", "two words", False), ("without", "hat", False),
        ("rating", "3", False), ("like", f"{unit.pk}@10,10,50,50^0.5", False),
        ("like", f"picture-{'ab' * 8}", False),
    ]  # fmt: skip
    part, given = found[-2:]
    assert part.value == "a part of boat.jpg"
    assert part.shown is not None
    assert part.shown.weight == 0.5
    assert given.shown is not None
    assert given.shown.given == "ab" * 8
    assert editable_chips("((") == []
