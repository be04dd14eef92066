"""The pages of people over drawn photos: naming, merging, refusing, forgetting; all but the last undoable."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam import wiring
from dam.catalog import jobs, preferences
from dam.catalog.models import AssetMetadata, DetectedObject, Face, FaceRefusal, Person, StageModel, TextLine, Unit
from dam.catalog.readers import people as readers
from dam.catalog.readers.together import seen_together
from dam.people import service
from dam.types import FaceSource, Stage
from tests.people_desk import FRAME_MS, HEIGHT, SIDE, WIDTH, PeopleDesk

if TYPE_CHECKING:  # what the test client answers with; the class is the stubs' own
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    made = PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    return made


@pytest.fixture
def trio(desk: PeopleDesk) -> PeopleDesk:
    """Red in four photos, green in two (both times with red), blue in a video."""
    desk.photo("a.jpg", ["red", "green"])
    desk.photo("b.jpg", ["red", "green"])
    desk.photo("c.jpg", ["red"])
    desk.photo("d.jpg", ["red"])
    desk.video("v.mp4", [[["blue"], ["blue"]], [["blue"]]])
    desk.index()
    return desk


def page(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def post(client: Client, address: str, *, at: str = "/people", **data: object) -> str:
    """Send a form without scripts, as from the page `at`, and return the page that it leads to."""
    answer = client.post(address, data, headers={"Referer": f"http://testserver{at}"}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def by_script(client: Client, address: str, *, at: str, target: str, **data: object) -> "Answer":
    """Send a form as htmx does, following redirects with its headers."""
    headers = {
        "HX-Request": "true", "HX-Current-URL": f"http://testserver{at}", "HX-Target": target,
    }  # fmt: skip
    answer = client.post(address, data, headers=headers)
    while answer.status_code == 302:
        answer = client.get(answer["Location"], headers=headers)
    return answer


def undo(client: Client, html: str, *, at: str = "/people") -> str:
    """Press the button of the notice in a page."""
    corrections = re.findall(r'name="correction" value="(\d+)"', html)
    assert corrections
    return post(client, "/undo", at=at, correction=corrections)


def said(html: str) -> list[str]:
    return re.findall(r'class="notice__text">([^<]*)<', html)


def listed(html: str) -> list[str]:
    return re.findall(r'class="person__face" [^>]*aria-label="([^"]*)"', html)


def test_people_are_listed_the_named_first_with_their_counts(client: Client, trio: PeopleDesk) -> None:
    service.name_person(trio.person("a.jpg", 1).pk, "Bea")
    html = page(client, "/people")
    assert listed(html) == ["Bea, 2 files", "Somebody without a name, 4 files", "Somebody without a name, 1 file"]
    assert html.count('class="person__naming"') == 2
    assert "style=" not in html


def test_before_anybody_is_found_the_page_says_why(
    client: Client, desk: PeopleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    StageModel.objects.all().delete()
    assert "People appear here as their faces are found" in page(client, "/people")
    blind = replace(wiring.active_pack(), faces=None)
    with monkeypatch.context() as patch:
        patch.setattr(wiring, "active_pack", lambda: blind)
        assert "The model pack in use finds no faces" in page(client, "/people")
    desk.photo("a.jpg", [])
    desk.index()
    assert "No faces were found" in page(client, "/people")
    jobs.enqueue([desk.asset("a.jpg")], stage=Stage.FACES, model="other-faces")
    html = page(client, "/people")
    assert "Still looking for faces: 1 file left" in html
    assert "data-refresh" in html


def test_a_name_is_given_and_taken_back(client: Client, trio: PeopleDesk) -> None:
    red = trio.person("a.jpg")
    html = post(client, f"/people/{red.pk}/name", name=" Ana  Silva ")
    assert said(html) == ["Named Ana Silva."]
    assert listed(html)[0] == "Ana Silva, 4 files"
    after = undo(client, html)
    assert said(after)[0].startswith("Taken back")
    assert Person.objects.get(pk=red.pk).name == ""
    assert said(undo(client, html)) == ["That is undone already."]


def test_a_name_of_signs_is_refused_in_words(client: Client, trio: PeopleDesk) -> None:
    assert said(post(client, f"/people/{trio.person('a.jpg').pk}/name", name="…")) == [
        "A name needs at least one letter."
    ]


def test_a_name_that_somebody_has_offers_to_merge(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg", 0), trio.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    html = post(client, f"/people/{green.pk}/name", name="ana")
    assert re.search(
        rf'aria-label="Merge with Ana\?".*?name="person" value="{green.pk}".*?value="{red.pk}"', html, re.S
    )
    assert Person.objects.get(pk=green.pk).name == ""
    merged = post(client, "/people/merge", at=f"/people?same={green.pk}-{red.pk}", person=green.pk, into=red.pk)
    assert said(merged) == ["Merged 2 faces into Ana."]
    assert "Merge with Ana?" not in merged
    assert Face.objects.filter(person=red).count() == 6
    undo(client, merged)
    assert Face.objects.filter(person=green).count() == 2


def test_naming_by_script_answers_with_that_tile_alone(client: Client, trio: PeopleDesk) -> None:
    green = trio.person("a.jpg", 1)
    answer = by_script(client, f"/people/{green.pk}/name", at="/people", target=f"person-{green.pk}", name="Bea")
    html = answer.content.decode()
    assert listed(html) == ["Bea, 2 files"]
    assert said(html) == ["Named Bea."]
    assert "<html" not in html


def test_the_selected_are_merged_into_the_one_with_a_name(client: Client, trio: PeopleDesk) -> None:
    red, green, blue = trio.person("a.jpg"), trio.person("a.jpg", 1), trio.person("v.mp4")
    service.name_person(green.pk, "Bea")
    html = post(client, "/people/selected", act="merge", person=[red.pk, green.pk, blue.pk])
    assert listed(html) == ["Bea, 5 files"]
    undo(client, html)
    assert len(readers.people()) == 3


def test_where_several_have_names_it_is_asked_which_one_stays(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg"), trio.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    service.name_person(green.pk, "Bea")
    html = post(client, "/people/selected", act="merge", person=[red.pk, green.pk])
    assert "Which name stays?" in html
    assert Person.objects.count() == 3
    asked = f"/people/merging?person={red.pk}&person={green.pk}"
    merged = post(client, "/people/merge", at=asked, person=[red.pk, green.pk], into=green.pk)
    assert '<h1 class="who__name">Bea</h1>' in merged
    assert not Person.objects.filter(name="Ana").exists()


def test_a_page_whose_person_was_merged_leads_to_the_other(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg"), trio.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    html = post(client, "/people/merge", at=f"/people/{green.pk}", person=green.pk, name="ANA")
    assert '<h1 class="who__name">Ana</h1>' in html
    assert said(post(client, "/people/merge", at=f"/people/{red.pk}", person=red.pk, name="Nobody")) == [
        "Nobody is called “Nobody”."
    ]


def test_the_hidden_are_out_of_sight_until_shown_again(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg"), trio.person("a.jpg", 1)
    html = post(client, "/people/selected", act="hide", person=[red.pk, green.pk])
    assert said(html) == ["2 people are hidden."]
    assert len(listed(html)) == 1
    assert "2 people hidden" in html
    assert len(listed(page(client, "/people?hidden=1"))) == 2
    undo(client, html)
    assert len(listed(page(client, "/people"))) == 3


def test_people_are_found_by_the_beginning_of_a_name(client: Client, trio: PeopleDesk) -> None:
    service.name_person(trio.person("a.jpg").pk, "Ana Silva")
    assert listed(page(client, "/people?q=sil")) == ["Ana Silva, 4 files"]
    assert "Nobody called “zoe”" in page(client, "/people?q=zoe")


def test_a_person_has_every_appearance_and_who_is_with_them(client: Client, trio: PeopleDesk) -> None:
    red, green, blue = trio.person("a.jpg"), trio.person("a.jpg", 1), trio.person("v.mp4")
    for row, name in ((red, "Ana"), (green, 'Bea "B" Ott'), (blue, "Cid")):
        service.name_person(row.pk, name)
    html = page(client, f"/people/{red.pk}")
    assert "4 faces in 4 files" in html
    assert 'href="/?q=person%3A%22Ana%22"' in html
    assert 'href="/?q=person%3A%22Ana%22+person%3A%22Bea+B+Ott%22"' in html
    assert [(one.name, one.assets) for one in seen_together(red.pk)] == [('Bea "B" Ott', 2)]
    video = page(client, f"/people/{blue.pk}")
    for face in Face.objects.filter(person=blue):
        assert f'href="/asset/{trio.asset("v.mp4")}?t={face.at_ms}"' in video


def test_not_this_person_sticks_and_can_be_taken_back(client: Client, trio: PeopleDesk) -> None:
    red, face = trio.person("a.jpg"), trio.face("c.jpg")
    service.name_person(red.pk, "Ana")
    answer = by_script(
        client, "/faces/refuse", at=f"/people/{red.pk}", target=f"face-{face.pk}", face=face.pk, person=red.pk
    )
    html = answer.content.decode()
    assert "3 faces in 3 files" in html
    assert said(html) == ["Not Ana."]
    assert FaceRefusal.objects.filter(face=face, person=red).exists()
    assert trio.person("c.jpg") != red
    undo(client, html, at=f"/people/{red.pk}")
    assert trio.person("c.jpg") == red


def test_selected_faces_are_moved_to_somebody_known_or_new(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg"), trio.person("a.jpg", 1)
    service.name_person(green.pk, "Bea")
    faces, at = [trio.face("c.jpg").pk, trio.face("d.jpg").pk], f"/people/{red.pk}"
    html = post(client, f"/people/{red.pk}/faces", at=at, act="move", name="bea", face=faces)
    assert said(html) == ["Moved 2 faces to Bea."]
    assert trio.person("c.jpg") == green
    undo(client, html, at=at)
    html = post(client, f"/people/{red.pk}/faces", at=at, act="move", name="Dora", face=faces)
    assert trio.person("c.jpg").name == "Dora"
    html = post(client, f"/people/{red.pk}/faces", at=at, act="move", name="", face=[trio.face("a.jpg").pk])
    assert trio.person("a.jpg").name == ""
    assert trio.person("a.jpg") not in {red, green}


def test_a_cover_is_chosen_and_faces_are_confirmed(client: Client, trio: PeopleDesk) -> None:
    red, face = trio.person("a.jpg"), trio.face("d.jpg")
    at = f"/people/{red.pk}"
    post(client, f"/people/{red.pk}/faces", at=at, act="cover", face=face.pk)
    view = readers.person(red.pk)
    assert view is not None
    assert view.cover_face_id == face.pk
    html = post(client, f"/people/{red.pk}/faces", at=at, act="confirm", face=[face.pk, trio.face("c.jpg").pk])
    assert html.count('class="face__sure"') == 2


def test_the_page_of_somebody_who_is_no_more_leads_to_everybody(client: Client, trio: PeopleDesk) -> None:
    red, blue = trio.person("a.jpg"), trio.person("v.mp4")
    service.name_person(red.pk, "Ana")
    faces = list(Face.objects.filter(person=blue).values_list("pk", flat=True))
    answer = by_script(
        client, f"/people/{blue.pk}/faces", at=f"/people/{blue.pk}", target="person-body", act="move", name="Ana",
        face=faces,
    )  # fmt: skip
    assert answer["HX-Redirect"] == "/people"
    assert not Person.objects.filter(pk=blue.pk).exists()


def test_is_this_ana_asks_takes_answers_skips_and_goes_back(client: Client, desk: PeopleDesk) -> None:
    desk.photo("a.jpg", {"red": 255})
    desk.photo("b.jpg", {"red": 128})
    desk.photo("c.jpg", {"red": 128})
    desk.index()
    ana = desk.person("a.jpg")
    service.name_person(ana.pk, "Ana")
    asked = service.suggestions()
    assert asked, "two faces that may be Ana"
    html = page(client, "/people/review")
    assert "Is this Ana?" in html
    assert f'name="face" value="{asked[0].face.id}"' in html
    first: dict[str, Any] = {"face": asked[0].face.id, "person": ana.pk}
    skipped = post(client, "/people/review/answer", **first, answer="skip")
    assert f'name="face" value="{asked[0].face.id}"' not in skipped
    assert "1 skipped" in skipped
    confirmed = post(client, "/people/review/answer", **first, answer="yes")
    assert said(confirmed) == ["Yes, Ana."]
    assert Face.objects.get(pk=asked[0].face.id).source == FaceSource.PERSON
    undo(client, confirmed, at="/people/review")
    refused = post(client, "/people/review/answer", **first, answer="no")
    assert said(refused) == ["Not Ana."]
    assert all(item.face.id != asked[0].face.id for item in service.suggestions(person_id=ana.pk))
    while (left := service.suggestions()) != []:
        post(client, "/people/review/answer", face=left[0].face.id, person=ana.pk, answer="no")
    assert "Nothing to ask" in page(client, "/people/review")


def test_forgetting_asks_first_and_then_leaves_nothing(client: Client, trio: PeopleDesk) -> None:
    red = trio.person("a.jpg")
    service.name_person(red.pk, "Ana")
    asking = page(client, f"/people/{red.pk}/forgetting")
    assert "4 faces in 4 files" in asking
    refused = client.post(f"/people/{red.pk}/forget", {"sure": "An"}, follow=True)
    assert said(unescape(refused.content.decode())) == ["Nothing is forgotten: type “Ana” to say that you mean it."]
    assert Person.objects.filter(pk=red.pk).exists()
    answer = client.post(f"/people/{red.pk}/forget", {"sure": "ana"})
    assert answer["Clear-Site-Data"] == '"cache"'
    assert not Person.objects.filter(pk=red.pk).exists()
    assert said(page(client, "/people")) == ["Ana is forgotten: 4 faces deleted."]


def test_forgetting_tells_which_files_name_the_person_themselves(client: Client, trio: PeopleDesk) -> None:
    red = trio.person("a.jpg")
    service.name_person(red.pk, "Ana")
    AssetMetadata.objects.filter(asset=trio.asset("c.jpg")).update(description="Ana by the sea")
    assert "a description names Ana" in page(client, f"/people/{red.pk}/forgetting")
    client.post(f"/people/{red.pk}/forget", {"sure": "Ana"})
    assert said(page(client, "/people")) == [
        "Ana is forgotten: 4 faces deleted.",
        "1 file names Ana itself and stays as before: c.jpg.",
    ]


def test_switching_off_says_how_many_faces_go_and_deletes_them(client: Client, trio: PeopleDesk) -> None:
    asking = page(client, "/people/stopping")
    assert "8 faces" in asking
    assert "3 people" in asking
    html = post(client, "/people/switch", on="0")
    assert said(html) == ["Faces are not looked for any more; 8 faces deleted."]
    assert "Faces are not looked for" in html
    assert (Face.objects.count(), Person.objects.count()) == (0, 0)
    html = post(client, "/people/switch", on="1")
    assert preferences.is_on(preferences.FACES)
    assert "People appear here as their faces are found" in html, "the worker has not begun"


def test_an_asset_shows_who_is_in_it_and_takes_corrections(client: Client, trio: PeopleDesk) -> None:
    red, green, asset = trio.person("a.jpg"), trio.person("a.jpg", 1), trio.asset("a.jpg")
    service.name_person(red.pk, "Ana")
    html = page(client, f"/asset/{asset}")
    assert 'class="present__name" href="/?q=person%3A%22Ana%22"' in html
    assert "% sure, says fake-faces" in html
    assert html.count('class="present__naming"') == 1
    face = trio.face("a.jpg")
    part = by_script(
        client, "/faces/confirm", at=f"/asset/{asset}?q=x", target="asset-people", face=face.pk, person=red.pk
    )
    text = unescape(part.content.decode())
    assert "<html" not in text
    assert said(text) == ["1 face: yes, Ana."]
    assert "100 % sure, says you" in text
    part = by_script(client, f"/people/{green.pk}/name", at=f"/asset/{asset}", target="asset-people", name="Ana")
    assert 'aria-label="Merge with Ana?"' in part.content.decode()


def test_an_appearance_in_a_video_is_a_stretch_of_it_whatever_cuts_there_are(
    client: Client, trio: PeopleDesk
) -> None:
    html = page(client, f"/asset/{trio.asset('v.mp4')}")
    faces = Face.objects.filter(person=trio.person("v.mp4")).order_by("start_ms")
    assert len(faces) == 2, "one in each shot"
    start, end = faces[0].start_ms, faces[1].end_ms
    assert re.findall(r'data-jump="(\d+)">([^<]*)</a></span>', html) == [(str(start), f"00:00–00:0{end // 1000}")]


def test_merging_people_without_a_name_keeps_one_of_them(client: Client, trio: PeopleDesk) -> None:
    red, green = trio.person("a.jpg"), trio.person("a.jpg", 1)
    asking = page(client, f"/people/merging?person={red.pk}&person={green.pk}")
    assert re.findall(r'name="into" value="(\d+)"', asking) == [str(red.pk)]


def test_boxes_stand_where_things_are_and_when(client: Client, trio: PeopleDesk) -> None:
    red, asset, video = trio.person("a.jpg"), trio.asset("a.jpg"), trio.asset("v.mp4")
    service.name_person(red.pk, "Ana")
    for stage, model in ((Stage.OBJECTS, "detr"), (Stage.TEXT, "ocr")):
        StageModel.objects.create(stage=stage, model=model)
    unit, shot = Unit.objects.get(asset=asset), Unit.objects.filter(asset=video).order_by("start_ms")[1]
    where = {"x": 0.5, "y": 0.5, "width": 0.7, "height": 0.2}
    DetectedObject.objects.create(unit=shot, model="detr", label="traffic light", certainty=0.8, at_ms=2100, **where)
    TextLine.objects.create(unit=unit, model="ocr", text='SAY "EXIT"', certainty=0.9, **where)
    kinds = {box["kind"]: box for box in boxes(client, asset)}
    assert kinds["text"]["href"] == "/?q=text%3A%22SAY+EXIT%22"
    assert kinds["text"]["w"] == pytest.approx(0.5)  # what lies outside the picture is cut off
    ana = next(box for box in boxes(client, asset) if box["label"] == "Ana")
    assert ana["x"] == pytest.approx(40 / WIDTH, abs=0.01)
    assert (ana["start_ms"], ana["h"]) == (None, pytest.approx(SIDE / HEIGHT, abs=0.01))
    thing = next(box for box in boxes(client, video) if box["kind"] == "object")
    assert (thing["start_ms"], thing["end_ms"]) == (2 * FRAME_MS, 2800)  # no earlier than its shot
    assert thing["href"] == "/?q=objects%3A%22traffic+light%22"


def boxes(client: Client, asset_id: int) -> list[dict[str, object]]:
    html = client.get(f"/asset/{asset_id}").content.decode()
    found = re.search(r'<div id="boxes" hidden data-of="(.*?)"></div>', html, re.S)
    assert found
    read: list[dict[str, object]] = json.loads(unescape(found[1]))
    return read


def test_the_pages_ask_as_often_for_many_people_as_for_few(client: Client, trio: PeopleDesk) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, "/people")
    for number in range(30):
        Person.objects.create(name=f"Somebody {number}")
    with CaptureQueriesContext(connection) as many:
        page(client, "/people")
    assert len(many) <= len(few) + 1


def test_a_form_from_elsewhere_leads_to_the_people_page(client: Client, trio: PeopleDesk) -> None:
    answer = client.post(
        f"/people/{trio.person('a.jpg').pk}/hide", {"hidden": "1"}, headers={"Referer": "https://elsewhere.example/x"}
    )
    assert answer["Location"] == "/people"
