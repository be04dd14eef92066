"""The API over a small library: searches, assets and units page by page, bytes in ranges, errors in one shape."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam import VERSION, wiring
from dam.catalog.models import Asset, AssetMetadata, Library, MediaFile, Rendition
from dam.config import config
from dam.errors import EngineError
from dam.types import AssetState, RenditionRole
from search.answer import answers
from tests.api_desk import appears, small_search
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> SmallLibrary:
    return small_search(monkeypatch)


def get(client: Client, address: str, *, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    return answer.json()


def pages(client: Client, address: str, name: str) -> Iterator[list[Any]]:
    found = get(client, address)
    while True:
        yield found[name]
        if found["next"] is None:
            return
        found = get(client, f"{address}&cursor={found['next']}")


def test_the_root_tells_what_answers(client: Client, rows: SmallLibrary) -> None:
    rows.photo("red car")
    rows.video(["a", "b"])
    about = get(client, "/api/")
    assert about["version"] == VERSION
    assert about["pack"] == wiring.active_pack().name
    assert about["units"] == {"photo": 1, "shot": 2, "clip": 0}
    assert client.get("/api")["Location"] == "/api/"


def test_a_search_answers_with_its_reasons(client: Client, rows: SmallLibrary) -> None:
    wanted = rows.photo("red car", described="A red car by the sea")
    for _ in range(60):
        rows.photo("grey blur")
    found = get(client, "/api/search?q=red+car")
    best = found["hits"][0]
    assert (best["unit_id"], best["kind"], best["unit"], best["good"]) == (wanted.pk, "photo", "photo", True)
    assert (best["start_ms"], best["end_ms"], best["best_ms"]) == (None, None, None)
    assert best["path"].startswith("/photos/red-car-")
    why = {item["source"]: item for item in best["evidence"]}
    assert 0 < why["picture"]["score"] <= 1
    assert [part["text"] for part in why["text"]["snippet"] if part["match"]] == ["red", "car"]
    assert "".join(part["text"] for part in why["text"]["snippet"]) == "A red car by the sea"
    assert found["good_count"] == found["counts"]["photo"] == sum(hit["good"] for hit in found["hits"])
    assert (found["total_units"], found["searched_units"]) == (61, 61)
    assert found["page"] == "/?q=red+car&each=1"


def test_a_spoken_line_has_its_second(client: Client, rows: SmallLibrary) -> None:
    line = rows.speech(["it was late", "the red car came home", "nobody saw it"])[1]
    best = get(client, "/api/search?q=%22red+car%22&kind=clip")["hits"][0]
    said = next(item for item in best["evidence"] if item["source"] == "said")
    assert (best["unit_id"], best["start_ms"], best["end_ms"], said["at_ms"]) == (line.pk, 5000, 10_000, 6000)


def test_filters_come_back_as_they_were_understood(client: Client, rows: SmallLibrary) -> None:
    rows.photo("red car")
    chip = get(client, "/api/search?q=red+kind:photo")["understood"][0]
    assert (chip["value"], chip["without"], chip["negated"]) == ("photo", "red", False)


def test_search_pages_give_every_hit_once_though_others_come_in(client: Client, rows: SmallLibrary) -> None:
    old = {rows.photo("x", described=f"harbour number {number}").pk for number in range(7)}
    found = get(client, "/api/search?q=harbour&limit=3")
    seen = [hit["unit_id"] for hit in found["hits"]]
    rows.photo("x", described="harbour harbour harbour, the best of all")
    while found["next"]:
        found = get(client, f"/api/search?q=harbour&limit=3&cursor={found['next']}")
        seen += [hit["unit_id"] for hit in found["hits"]]
    assert len(seen) == len(set(seen))
    assert old <= set(seen)


def test_an_answer_tells_what_it_can_be_narrowed_by(client: Client, rows: SmallLibrary) -> None:
    appears("Ana", rows.photo("x", described="harbour at night"))
    rows.photo("x", described="harbour at noon")
    found = get(client, "/api/search?q=harbour&facets=true")
    people = next(facet for facet in found["facets"] if facet["name"] == "person")
    value = people["values"][0]
    assert (value["name"], value["count"]) == ("Ana", 1)
    narrowed = get(client, f"/api/search?{urlencode({'q': value['search']})}")
    assert (narrowed["good_count"], narrowed["facets"]) == (1, None)


def test_hits_are_ordered_grouped_and_folded_as_on_the_page(client: Client, rows: SmallLibrary) -> None:
    shots = rows.video(["red car", "red car", "grey blur"], path="trip/harbour.mp4")
    photo = rows.photo("x", path="trip/red car.jpg", described="red car")
    for _ in range(40):
        rows.photo("grey blur")
    apart = get(client, "/api/search?q=red+car&group=video")["hits"]
    groups = {hit["unit_id"]: hit["group"]["title"] for hit in apart if hit["good"]}
    assert groups == {shots[0].pk: "harbour.mp4", shots[1].pk: "harbour.mp4", photo.pk: "Photos"}
    together = get(client, "/api/search?q=red+car&fold=true")
    behind = {hit["unit_id"]: hit["behind"] for hit in together["hits"] if hit["good"]}
    assert sorted([*behind, *(other for others in behind.values() for other in others)]) == sorted(groups)
    assert together["good_count"] == 3
    Asset.objects.filter(pk=photo.asset_id).update(taken_at="2024-05-12T10:00:00Z")
    assert get(client, "/api/search?q=red+car&sort=date")["hits"][0]["unit_id"] == photo.pk
    assert get(client, "/api/search?q=red+car&strict=-2")["asked"]["strict"] == "-2"


def test_a_cursor_is_taken_back_by_its_own_listing_alone(client: Client, rows: SmallLibrary) -> None:
    for _ in range(3):
        rows.photo("x", described="harbour")
    of_search = get(client, "/api/search?q=harbour&limit=1")["next"]
    of_assets = get(client, "/api/assets?limit=1")["next"]
    assert len(get(client, f"/api/search?q=harbour&limit=2&cursor={of_search}")["hits"]) == 2
    for address in (
        f"/api/search?q=boat&cursor={of_search}",
        f"/api/search?q=harbour&kind=photo&cursor={of_search}",
        f"/api/assets?cursor={of_search}",
        f"/api/assets?kind=photo&cursor={of_assets}",
        f"/api/search?q=harbour&cursor={of_search[:-1]}",
        "/api/assets?cursor=12",
    ):
        assert get(client, address, status=400)["error"]["code"] == "bad_cursor"


def test_a_search_that_cant_be_read_says_where(client: Client, rows: SmallLibrary) -> None:
    error = get(client, "/api/search?q=boat+%22red", status=400)["error"]
    assert (error["code"], error["position"]) == ("query", 6)
    assert get(client, "/api/search?q=", status=400)["error"]["code"] == "query"


def test_a_model_that_is_not_there_is_503(
    client: Client, rows: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise EngineError("The model can't be loaded.")

    monkeypatch.setattr(answers, "find", broken)
    error = get(client, "/api/search?q=boat", status=503)["error"]
    assert error == {"code": "engine_unavailable", "message": "The model can't be loaded."}


def test_assets_come_newest_first_and_each_once(client: Client, rows: SmallLibrary) -> None:
    ids = [rows.photo("x").asset_id for _ in range(5)]
    lost = rows.photo("lost").asset_id
    MediaFile.objects.filter(asset_id=lost).update(state="missing")
    found = pages(client, "/api/assets?limit=2", "assets")
    seen = next(found)
    rows.photo("came in meanwhile")
    assert [row["id"] for row in [*seen, *(row for page in found for row in page)]] == ids[::-1]


def test_assets_are_narrowed(client: Client, rows: SmallLibrary) -> None:
    photo, video = rows.photo("x").asset_id, rows.video(["y"])[0].asset_id
    away = SmallLibrary("/mnt/away", online=False)
    other = away.photo("z").asset_id
    Asset.objects.filter(pk=video).update(state=AssetState.QUARANTINED, reason="It is torn.")
    moment = Asset.objects.get(pk=video).added_at

    def ids(query: str) -> list[int]:
        return [row["id"] for row in get(client, f"/api/assets?{query}")["assets"]]

    assert ids(f"library={away.library.pk}") == [other]
    assert ids("kind=photo") == [other, photo]
    assert ids("state=quarantined") == [video]
    assert ids(f"added_after={moment.isoformat().replace('+00:00', 'Z')}") == [other]
    assert ids("library=9999") == []
    assert get(client, "/api/assets?kind=video")["assets"][0]["reason"] == "It is torn."


def test_an_asset_is_told_whole(client: Client, rows: SmallLibrary) -> None:
    unit = rows.photo("red car", path="trip/DSC_1.jpg")
    AssetMetadata.objects.create(asset=unit.asset, camera_model="R6", title="Red car", keywords=["car"], iso=400)
    found = get(client, f"/api/assets/{unit.asset_id}")
    assert (found["name"], found["path"], found["unit_count"]) == ("DSC_1.jpg", "trip/DSC_1.jpg", 1)
    assert found["files"] == [
        {"library_id": rows.library.pk, "library": "/photos", "path": "/photos/trip/DSC_1.jpg", "state": "present"}
    ]
    assert found["metadata"]["iso"] == 400
    assert [(tag["name"], tag["source"]) for tag in found["tags"]] == [("car", "file")]


def test_units_come_by_time(client: Client, rows: SmallLibrary) -> None:
    shots = rows.video(["a", "b", "c"])
    found = [row for page in pages(client, f"/api/assets/{shots[0].asset_id}/units?limit=2", "units") for row in page]
    assert [row["id"] for row in found] == [shot.pk for shot in shots]
    assert get(client, f"/api/units/{shots[1].pk}")["start_ms"] == 10_000
    line = rows.speech(["hello there"])[0]
    assert get(client, f"/api/units/{line.pk}")["text"] == "hello there"


def test_what_looks_like_a_unit(client: Client, rows: SmallLibrary) -> None:
    here, alike = rows.photo("red car"), rows.photo("red car")
    for _ in range(30):
        rows.photo("grey blur")
    assert get(client, f"/api/units/{here.pk}/similar?limit=3")["hits"][0]["unit_id"] == alike.pk


def test_renditions_and_originals_are_served_in_ranges(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"0123456789")
    library = Library.objects.create(name="in", root=str(tmp_path / "in"))
    asset = Asset.objects.create(fingerprint="f" * 64, size_bytes=10, kind="photo", mime="image/jpeg")
    MediaFile.objects.create(library=library, asset=asset, raw_path=b"a.jpg", path="a.jpg")
    key = "api-test/thumb.jpg"
    thumb = config().places.renditions / key
    thumb.parent.mkdir(parents=True, exist_ok=True)
    thumb.write_bytes(b"abcdef")
    row = Rendition.objects.create(
        asset=asset, role=RenditionRole.THUMB, key=key, mime="image/jpeg", size_bytes=6, width=3, height=2
    )
    about = get(client, f"/api/assets/{asset.pk}/renditions")["renditions"][0]
    assert (about["role"], about["url"]) == ("thumb", f"/api/renditions/{row.pk}/bytes")
    assert get(client, f"/api/renditions/{row.pk}") == about
    whole = client.get(about["url"])
    assert (b"".join(whole), whole["Content-Type"]) == (b"abcdef", "image/jpeg")
    part = client.get(f"/api/assets/{asset.pk}/original", headers={"Range": "bytes=2-4"})
    assert (part.status_code, b"".join(part)) == (206, b"234")
    assert part["Content-Disposition"].startswith("attachment")
    beyond = client.get(f"/api/assets/{asset.pk}/original", headers={"Range": "bytes=20-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */10")
    assert beyond.json()["error"]["code"] == "range_not_satisfiable"
    head = client.head(about["url"])
    assert (head.status_code, head["Content-Length"], head.content) == (200, "6", b"")
    (tmp_path / "in" / "a.jpg").unlink()
    thumb.unlink()
    assert "drive" in get(client, f"/api/assets/{asset.pk}/original", status=404)["error"]["message"]
    assert "Retry" in get(client, about["url"], status=404)["error"]["message"]


@pytest.mark.parametrize(
    "address",
    ["assets/999", "units/999", "units/999/similar", "assets/999/units", "assets/999/renditions", "renditions/999",
     "renditions/999/bytes", "assets/999/original", "nothing", "search/more"],
)  # fmt: skip
def test_what_is_not_there_is_404_in_json(client: Client, rows: SmallLibrary, address: str) -> None:
    assert get(client, f"/api/{address}", status=404)["error"]["code"] == "not_found"


def test_other_refusals_have_the_same_shape(client: Client, rows: SmallLibrary) -> None:
    assert get(client, "/api/assets/rubbish", status=422)["error"]["field"] == "path.asset_id"
    assert get(client, "/api/assets?limit=201", status=422)["error"]["field"] == "query.limit"
    answer = client.delete("/api/assets")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert answer.json()["error"]["code"] == "method_not_allowed"
    elsewhere = client.get("/api/", headers={"Host": "evil.example"})
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (400, "bad_request")


def test_a_crash_is_json_and_tells_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr(answers, "find", broken)
    client.raise_request_exception = False
    answer = client.get("/api/search?q=boat")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "server_error")
    assert b"inside" not in answer.content


def test_lists_take_the_same_number_of_queries_however_long(client: Client, rows: SmallLibrary) -> None:
    rows.photo("x")
    with CaptureQueriesContext(connection) as few:
        get(client, "/api/assets?limit=200")
    for _ in range(20):
        rows.photo("x")
    with CaptureQueriesContext(connection) as many:
        get(client, "/api/assets?limit=200")
    assert len(many) == len(few)
