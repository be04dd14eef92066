"""What is read and changed through the API: people, tags, collections, libraries, jobs; each change can be undone."""

from pathlib import Path

import pytest
from django.test import Client

from dam.catalog.models import Asset, Collection, Library, Person, StageRun, Tag, TagVerdict
from dam.types import AssetState, Stage, StageState, TagKind
from tests.api_desk import appears, call, small_search
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> SmallLibrary:
    return small_search(monkeypatch)


def test_people_are_listed_page_by_page(client: Client, rows: SmallLibrary) -> None:
    units = [rows.photo("x") for _ in range(3)]
    ana, bob, nobody = appears("Ana", units[0]), appears("Bob", units[1]), appears("", units[2])
    appears("Ana", units[1])
    first = call(client, "GET", "people?limit=2")
    rest = call(client, "GET", f"people?limit=2&cursor={first['next']}")
    assert [view["id"] for view in [*first["people"], *rest["people"]]] == [ana.pk, bob.pk, nobody.pk]
    assert (first["people"][0]["name"], first["people"][0]["faces"], first["people"][0]["assets"]) == ("Ana", 2, 2)
    assert rest["next"] is None
    assert [view["id"] for view in call(client, "GET", "people?named=false")["people"]] == [nobody.pk]
    faces = call(client, "GET", f"people/{ana.pk}/faces?limit=1")
    assert faces["faces"][0]["unit_id"] == units[0].pk
    assert faces["faces"][0]["box"] == [0.1, 0.1, 0.2, 0.2]
    more = call(client, "GET", f"people/{ana.pk}/faces?limit=1&cursor={faces['next']}")
    assert (more["faces"][0]["unit_id"], more["next"]) == (units[1].pk, None)
    shown = call(client, "GET", f"assets/{units[0].asset_id}")["faces"]
    assert [(face["person_id"], face["person"]) for face in shown] == [(ana.pk, "Ana")]


def test_a_person_is_renamed_hidden_and_brought_back(client: Client, rows: SmallLibrary) -> None:
    ana, bob = appears("Ana", rows.photo("x")), appears("Bob", rows.photo("x"))
    changed = call(client, "PATCH", f"people/{ana.pk}", {"name": " Anna  Maria ", "hidden": True})
    assert (changed["person"]["name"], changed["person"]["hidden"]) == ("Anna Maria", True)
    assert [view["id"] for view in call(client, "GET", "people?hidden=true")["people"]] == [ana.pk]
    for correction in reversed(changed["corrections"]):
        call(client, "POST", f"corrections/{correction}/undo")
    person = call(client, "GET", f"people/{ana.pk}")
    assert (person["name"], person["hidden"]) == ("Ana", False)
    undone = call(client, "POST", f"corrections/{changed['corrections'][0]}/undo", status=409)
    assert undone["error"]["code"] == "undone"
    taken = call(client, "PATCH", f"people/{ana.pk}", {"name": "bob"}, status=409)["error"]
    assert (taken["code"], taken["existing_id"]) == ("already_named", bob.pk)
    assert call(client, "PATCH", f"people/{ana.pk}", {"name": "…"}, status=400)["error"]["code"] == "not_possible"
    assert call(client, "PATCH", f"people/{ana.pk}", {"nam": "x"}, status=422)["error"]["field"].endswith("nam")


def test_people_are_merged(client: Client, rows: SmallLibrary) -> None:
    ana, nobody = appears("Ana", rows.photo("x")), appears("", rows.photo("x"))
    merged = call(client, "POST", f"people/{ana.pk}/merge", {"people": [nobody.pk]})
    assert (merged["person"]["name"], merged["person"]["faces"]) == ("Ana", 2)
    assert list(Person.objects.values_list("pk", flat=True)) == [ana.pk]
    assert call(client, "POST", f"people/{ana.pk}/merge", {"people": [nobody.pk]}, status=404)
    assert call(client, "POST", f"people/{ana.pk}/merge", {"people": [ana.pk]}, status=400)


def test_tags_are_given_judged_and_counted(client: Client, rows: SmallLibrary) -> None:
    unit = rows.photo("x")
    given = call(client, "POST", f"assets/{unit.asset_id}/tags", {"name": "golden gate"})
    assert [(tag["name"], tag["source"], tag["accepted"]) for tag in given["tags"]] == [
        ("golden gate", "person", True)
    ]
    tag = Tag.objects.get(name="golden gate")
    assert call(client, "GET", "tags")["tags"][0]["count"] == 1
    refused = call(client, "PUT", f"units/{unit.pk}/tags/{tag.pk}", {"accepted": False})
    assert refused["tags"] == []
    assert not TagVerdict.objects.get().accepted
    call(client, "POST", f"corrections/{refused['corrections'][0]}/undo")
    assert call(client, "GET", f"units/{unit.pk}/tags")["tags"][0]["tag_id"] == tag.pk
    open_again = call(client, "PUT", f"units/{unit.pk}/tags/{tag.pk}", {"accepted": None})
    assert (open_again["tags"], TagVerdict.objects.count()) == ([], 0)
    assert call(client, "GET", f"assets/{unit.asset_id}/tags")["tags"] == []


def test_words_are_added_and_taken_out(client: Client, rows: SmallLibrary) -> None:
    made = call(client, "POST", "tags", {"name": "Bruno"}, status=201)
    assert (made["name"], made["own"], made["count"]) == ("Bruno", True, 0)
    assert call(client, "POST", "tags", {"name": "bruno"}, status=201)["id"] == made["id"]
    call(client, "DELETE", f"tags/{made['id']}", status=204)
    assert Tag.objects.get().retired
    shipped = Tag.objects.create(key="sky", name="sky", kind=TagKind.PICTURE)
    assert call(client, "DELETE", f"tags/{shipped.pk}", status=409)["error"]["code"] == "not_own"
    call(client, "DELETE", "tags/9999", status=404)
    assert call(client, "POST", "tags", {"name": "…"}, status=400)["error"]["code"] == "not_possible"


def test_the_hierarchy_of_tags_comes_page_by_page(client: Client, rows: SmallLibrary) -> None:
    sky = Tag.objects.create(key="sky", name="sky", kind=TagKind.PICTURE)
    Tag.objects.create(key="sky/sunset", name="sunset", kind=TagKind.PICTURE, parent=sky)
    Tag.objects.create(key="zoo", name="zoo", kind=TagKind.PICTURE)
    assert call(client, "GET", "tags")["tags"] == []
    first = call(client, "GET", "tags?unused=true&limit=2")
    rest = call(client, "GET", f"tags?unused=true&limit=2&cursor={first['next']}")
    found = [(tag["name"], tag["depth"]) for tag in [*first["tags"], *rest["tags"]]]
    assert (found, rest["next"]) == ([("sky", 0), ("sunset", 1), ("zoo", 0)], None)


def test_collections_are_saved_changed_and_searched(client: Client, rows: SmallLibrary) -> None:
    boats = [rows.photo("x", described=f"boat number {number}").pk for number in range(3)]
    made = call(
        client, "POST", "collections", {"name": "Boats", "search": {"q": "boat", "kind": "photo"}}, status=201
    )
    assert made["search"] == {"q": "boat", "kind": "photo"}
    new = rows.photo("x", described="boat that came in").pk
    first = call(client, "GET", f"collections/{made['id']}/results?limit=2")
    rest = call(client, "GET", f"collections/{made['id']}/results?limit=2&cursor={first['next']}")
    assert sorted(hit["unit_id"] for hit in [*first["hits"], *rest["hits"]]) == [*boats, new]
    # A program is no visit: what is new stays new.
    assert first["new"] == rest["new"] == [new]
    changed = call(client, "PATCH", f"collections/{made['id']}", {"name": "Ships", "search": {"q": "ship"}})
    assert (changed["collection"]["name"], changed["collection"]["search"]) == ("Ships", {"q": "ship"})
    stale = call(client, "GET", f"collections/{made['id']}/results?cursor={first['next']}", status=400)
    assert stale["error"]["code"] == "bad_cursor"
    for correction in reversed(changed["corrections"]):
        call(client, "POST", f"corrections/{correction}/undo")
    assert call(client, "GET", "collections")["collections"][0]["name"] == "Boats"
    taken = call(client, "POST", "collections", {"name": "boats", "search": {"q": "x"}}, status=400)
    assert taken["error"]["code"] == "not_possible"
    unread = call(client, "POST", "collections", {"name": "x", "search": {"q": '"boat'}}, status=400)
    assert unread["error"]["code"] == "query"
    call(client, "DELETE", f"collections/{made['id']}", status=204)
    assert not Collection.objects.exists()
    call(client, "GET", f"collections/{made['id']}", status=404)


def test_collections_are_made_filled_ordered_and_noted_on(client: Client, rows: SmallLibrary) -> None:
    photo, shots = rows.photo("car"), rows.video(["boat", "tree"])
    body = {"name": "Deck", "units": [shots[1].pk, photo.pk, 999], "note": "for Monday"}
    deck = call(client, "POST", "collections/made", body, status=201)
    here = f"collections/made/{deck['collection']['id']}"
    assert (deck["added"], deck["collection"]["count"], deck["collection"]["note"]) == (2, 2, "for Monday")
    again = call(client, "POST", f"{here}/items", {"assets": [photo.asset_id, shots[0].asset_id]})
    assert (again["added"], again["already"]) == (1, 1)
    first = call(client, "GET", f"{here}/items?limit=2")
    rest = call(client, "GET", f"{here}/items?limit=2&cursor={first['next']}")
    a, b, c = list(first["items"] + rest["items"])
    assert [one["unit_id"] for one in (a, b, c)] == [shots[1].pk, photo.pk, None]
    moved = call(client, "POST", f"{here}/items/move", {"items": [c["id"], b["id"]], "before": a["id"]})
    call(client, "PATCH", f"{here}/items/{b['id']}", {"note": "crop it"})
    found = call(client, "GET", f"{here}/items")["items"]
    assert [(one["id"], one["note"]) for one in found] == [(c["id"], ""), (b["id"], "crop it"), (a["id"], "")]
    call(client, "POST", f"corrections/{moved['corrections'][0]}/undo")
    gone = call(client, "POST", f"{here}/items/remove", {"items": [a["id"]]})
    assert gone["collection"]["count"] == 2
    call(client, "POST", f"corrections/{gone['corrections'][0]}/undo")
    assert [one["asset_id"] for one in call(client, "GET", f"{here}/items")["items"]] == [
        shots[1].asset_id, photo.asset_id, shots[0].asset_id
    ]  # fmt: skip
    assert call(client, "PATCH", here, {"name": "Pitch", "note": ""})["collection"]["name"] == "Pitch"
    call(client, "POST", f"{here}/items/move", {"items": [c["id"]], "before": 999}, status=400)
    call(client, "PATCH", f"{here}/items/999", {"note": "x"}, status=404)
    assert [one["name"] for one in call(client, "GET", "collections/made")["collections"]] == ["Pitch"]
    call(client, "DELETE", here, status=204)
    call(client, "GET", here, status=404)


def test_libraries_are_added_edited_and_removed(client: Client, tmp_path: Path) -> None:
    made = call(client, "POST", "libraries", {"root": str(tmp_path), "exclude": ["*.tmp"]}, status=201)
    assert (made["name"], made["root"], made["exclude"]) == (tmp_path.name, str(tmp_path.resolve()), ["*.tmp"])
    edited = call(client, "PATCH", f"libraries/{made['id']}", {"name": "Pictures", "include": ["*.jpg"]})
    assert (edited["name"], edited["include"], edited["exclude"]) == ("Pictures", ["*.jpg"], ["*.tmp"])
    assert call(client, "GET", "libraries")["libraries"] == [edited]
    assert call(client, "GET", f"libraries/{made['id']}") == edited
    call(client, "DELETE", f"libraries/{made['id']}", status=204)
    assert not Library.objects.exists()
    call(client, "DELETE", f"libraries/{made['id']}", status=404)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"root": "Pictures"}, 400, "is not a whole path"),
        ({"root": "/no/such/folder"}, 400, "There is no folder"),
        ({"root": "/etc/passwd"}, 400, "is a file"),
        ({"root": "~nobody-of-that-name/x"}, 400, "home folder"),
        ({"root": "/etc", "include": ["!x"]}, 400, "can't be used"),
        ({"root": "/etc\u0000"}, 422, "root"),
        ({"root": "/etc", "watch": True}, 422, "watch"),
        ({}, 422, "root"),
    ],
)
def test_what_can_be_no_library_is_refused_in_words(
    client: Client, body: dict[str, object], status: int, said: str
) -> None:
    assert said in call(client, "POST", "libraries", body, status=status)["error"]["message"]
    assert not Library.objects.exists()


def test_jobs_tell_how_far_it_is_and_are_tried_again(client: Client, rows: SmallLibrary) -> None:
    bad, busy = rows.photo("bad", path="bad.jpg").asset, rows.photo("x").asset
    Asset.objects.filter(pk=bad.pk).update(state=AssetState.QUARANTINED, reason="It is torn.")
    StageRun.objects.create(asset=bad, stage=Stage.PREPARE, state=StageState.FAILED, error="It is torn.")
    StageRun.objects.create(asset=busy, stage=Stage.EMBED, state=StageState.RUNNING, progress=0.5)
    now = call(client, "GET", "jobs")
    assert now["busy"]
    assert {each["stage"]: (each["left"], each["failed"]) for each in now["stages"]} == {
        "prepare": (0, 1), "embed": (1, 0),
    }  # fmt: skip
    assert [(each["stage"], each["progress"]) for each in now["working"]] == [("embed", 0.5)]
    failures = call(client, "GET", "jobs/failures")["failures"]
    assert [(group["reason"], group["asset_ids"], group["samples"]) for group in failures] == [
        ("It is torn.", [bad.pk], ["bad.jpg"])
    ]
    assert call(client, "POST", "jobs/retry", {"assets": [busy.pk]}) == {"count": 0}
    assert call(client, "POST", "jobs/retry", {}) == {"count": 1}
    assert StageRun.objects.get(asset=bad).state == StageState.DUE


def test_bodies_are_json_and_nothing_else(client: Client) -> None:
    refused = client.post("/api/tags", data='{"name": "x"}', content_type="text/plain")
    assert (refused.status_code, refused.json()["error"]["code"]) == (415, "not_json")
    torn = client.post("/api/tags", data='{"name": ', content_type="application/json")
    assert (torn.status_code, torn.json()["error"]["message"]) == (400, "The body is no JSON.")
    surrogate = client.post("/api/tags", data='{"name": "\\ud800"}', content_type="application/json")
    assert surrogate.status_code == 422
    assert not Tag.objects.exists()


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "people/999", None),
        ("GET", "people/999/faces", None),
        ("PATCH", "people/999", {"hidden": True}),
        ("GET", "units/999/tags", None),
        ("GET", "assets/999/tags", None),
        ("POST", "assets/999/tags", {"name": "x"}),
        ("PUT", "units/999/tags/1", {"accepted": True}),
        ("GET", "collections/999/results", None),
        ("PATCH", "collections/999", {"name": "x"}),
        ("DELETE", "collections/999", None),
        ("PATCH", "libraries/999", {"name": "x"}),
    ],
)
def test_what_is_not_there_can_be_neither_read_nor_changed(
    client: Client, method: str, address: str, body: object
) -> None:
    assert call(client, method, address, body, status=404)["error"]["code"] == "not_found"
