"""The pages of tags, teaching and review: what they show, what a form does without a script, and the way back."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import Correction, StageModel, Tag, TagScore, TagVerdict, Unit
from dam.catalog.writers.tags import say
from dam.tagging import teach as lessons
from dam.tagging import teach_later
from dam.types import Stage, TagKind
from search.answer import answers
from search.parse import parse_query
from search.service import Found
from tests.small_library import PICTURES, SmallLibrary

pytestmark = pytest.mark.django_db
MODEL = "words+vocabulary"


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "picture_space", lambda model=None: PICTURES)
    monkeypatch.setattr(teach_later, "picture_space", lambda model=None: PICTURES)
    monkeypatch.setattr("search.views.tags.picture_space", lambda model=None: PICTURES)
    empty = Found(query=parse_query("x"), ranked=(), alike={}, searched_units=0, total_units=0, pack="", took_ms=1)
    monkeypatch.setattr(answers, "find", lambda query, *, strictness: empty)
    StageModel.objects.create(stage=Stage.TAG, model=MODEL)


@pytest.fixture
def sunset() -> Tag:
    parent = Tag.objects.create(key="nature", name="nature", kind=TagKind.PICTURE)
    return Tag.objects.create(key="nature/sunset", name="sunset", kind=TagKind.PICTURE, parent=parent)


@pytest.fixture
def units() -> list[Unit]:
    library = SmallLibrary()
    return [library.photo(f"sea {number}", path=f"sea-{number}.jpg") for number in range(12)]


def suggest(tag: Tag, units: list[Unit], *, first: float = 0.95, step: float = 0.04) -> None:
    for place, unit in enumerate(units):
        TagScore.objects.create(unit=unit, tag=tag, model=MODEL, certainty=first - step * place)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


def judge(client: Client, units: list[Unit], tag: Tag, verdict: str, **more: str) -> HttpResponse:
    marks = [f"{unit.pk}:{tag.pk}" for unit in units]
    response: HttpResponse = client.post("/tags/verdict", {"mark": marks, "verdict": verdict, **more}, follow=True)  # type: ignore[assignment]
    return response


def said(tag: Tag) -> dict[int, bool]:
    return dict(TagVerdict.objects.filter(tag=tag).values_list("unit_id", "accepted"))


def test_review_begins_with_the_tag_that_waits_for_most(client: Client, sunset: Tag, units: list[Unit]) -> None:
    other = Tag.objects.create(key="boat", name="boat", kind=TagKind.PICTURE)
    suggest(sunset, units[:8])
    suggest(other, units[:2])
    shown = page(client, "/review")
    assert "sunset · Review" in shown
    assert "0 of 8 reviewed" in shown
    assert shown.count("data-judge ") == 8
    assert shown.index("sea-0.jpg") < shown.index("sea-7.jpg")
    assert "boat · Review" in page(client, f"/review?tag={other.pk}")


def test_a_verdict_is_kept_and_undone_without_a_script(client: Client, sunset: Tag, units: list[Unit]) -> None:
    suggest(sunset, units[:8])
    client.get("/review")
    answer = judge(client, units[:1], sunset, "no").content.decode()
    assert said(sunset) == {units[0].pk: False}
    assert "Rejected “sunset”." in answer
    assert "1 of 8 reviewed" in answer
    assert f"{units[0].pk}:{sunset.pk}" not in answer
    number = re.search(r'name="correction" value="(\d+)"', answer)
    assert number
    undone = client.post("/undo", {"correction": number[1]}, follow=True, HTTP_REFERER="http://testserver/review")
    assert said(sunset) == {}
    assert "0 of 8 reviewed" in undone.content.decode()


def test_what_was_rejected_is_suggested_no_more_after_a_re_run(
    client: Client, sunset: Tag, units: list[Unit]
) -> None:
    suggest(sunset, units[:3])
    judge(client, units[:1], sunset, "no")
    TagScore.objects.all().delete()
    suggest(sunset, units[:3])
    assert f"{units[0].pk}:{sunset.pk}" not in page(client, "/review")
    assert f"{units[0].pk}:{sunset.pk}" not in page(client, "/review?by=picture")


def test_all_above_a_certainty_are_accepted_at_once_and_taken_back_at_once(
    client: Client, sunset: Tag, units: list[Unit]
) -> None:
    suggest(sunset, units[:10])
    shown = page(client, f"/review?tag={sunset.pk}&least=80")
    form = shown[shown.index("data-all") : shown.index("</form>", shown.index("data-all"))]
    enabled = [
        mark for mark, off in re.findall(r'name="mark" value="([\d:]+)" data-sure="\d+"( disabled)?', form) if not off
    ]
    assert len(enabled) == 4  # 0.95, 0.91, 0.87, 0.83
    client.post("/tags/verdict", {"mark": enabled, "verdict": "yes"})
    assert said(sunset) == {unit.pk: True for unit in units[:4]}
    correction = Correction.objects.get()
    client.post("/undo", {"correction": correction.pk})
    assert said(sunset) == {}


def test_a_script_gets_the_notice_and_the_numbers(client: Client, sunset: Tag, units: list[Unit]) -> None:
    suggest(sunset, units[:5])
    response = client.post(
        "/tags/verdict",
        {"mark": f"{units[0].pk}:{sunset.pk}", "verdict": "yes"},
        headers={"accept": "application/json"},
    )
    answer = json.loads(response.content)
    assert answer["tags"][str(sunset.pk)] == {
        "waiting": 4, "reviewed": 1, "total": 5, "yes": 1, "no": 0, "tagged": 5,
    }  # fmt: skip
    assert "data-undo" in answer["notice"]


@pytest.mark.parametrize(
    "sent", [{}, {"verdict": "yes"}, {"verdict": "maybe", "mark": "1:1"}, {"verdict": "no", "mark": "x:y"}]
)
def test_a_form_that_says_nothing_is_refused(client: Client, sent: dict[str, str]) -> None:
    assert client.post("/tags/verdict", sent).status_code == 400


def test_by_picture_shows_each_with_its_tags(client: Client, sunset: Tag, units: list[Unit]) -> None:
    sea = Tag.objects.create(key="sea", name="sea", kind=TagKind.PICTURE)
    suggest(sunset, units[:2])
    suggest(sea, units[:1])
    shown = page(client, "/review?by=picture")
    assert "3 suggestions that nobody has judged" in shown
    marks = [f"{units[0].pk}:{sunset.pk}", f"{units[0].pk}:{sea.pk}"]
    answer = client.post("/tags/verdict", {"mark": marks, "verdict": "yes"}, follow=True).content.decode()
    assert said(sunset) == said(sea) == {units[0].pk: True}
    assert "Accepted 2 tags." in answer
    assert answer.count('name="correction"') == 2


def test_pages_ask_as_often_for_many_as_for_few(client: Client, sunset: Tag, units: list[Unit]) -> None:
    counts = []
    for number in (3, 12):
        TagScore.objects.all().delete()
        suggest(sunset, units[:number])
        for address in ("/review", "/review?by=picture", "/tags"):
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_tags_are_listed_with_counts_and_links(client: Client, sunset: Tag, units: list[Unit]) -> None:
    suggest(sunset, units[:4])
    say([units[0].pk], sunset.pk, True)
    shown = page(client, "/tags")
    assert "/?q=tag%3A%22sunset%22" in shown
    assert f"/review?tag={sunset.pk}" in shown
    assert "Review 3" in shown
    assert "nature" in page(client, "/tags?q=suns")  # the line above it stays
    assert "No tag like “zebra”" in page(client, "/tags?q=zebra")


def test_a_word_of_ones_own_is_added_and_removed(client: Client) -> None:
    answer = client.post("/tags/words", {"word": "golden gate"}, follow=True).content.decode()
    tag = Tag.objects.get(name="golden gate")
    assert "tagged anew from stored vectors" in answer
    assert (tag.own, tag.kind, tag.retired) == (True, TagKind.PICTURE, False)
    assert "golden gate" in page(client, "/tags")
    client.post("/tags/words/remove", {"tag": tag.pk})
    tag.refresh_from_db()
    assert tag.retired
    assert "Your own words" not in page(client, "/tags")
    assert "needs a name" in client.post("/tags/words", {"word": " "}, follow=True).content.decode()


def test_a_tag_is_taught_from_its_first_picture(client: Client) -> None:
    library = SmallLibrary()
    boats = [library.photo("rusty boat", path=f"boat-{number}.jpg") for number in range(12)]
    others = [
        library.photo(f"{scene} {number}")
        for scene in ("cow field", "city night", "snow hill")
        for number in range(12)
    ]
    response = client.post("/tags/teach", {"name": "old boats", "unit": boats[0].pk})
    tag = Tag.objects.get(name="old boats")
    assert tag.kind == TagKind.TAUGHT
    assert response.headers["Location"] == f"/tags/{tag.pk}/teach"
    judge(client, boats[1:5], tag, "yes")
    judge(client, others[:1], tag, "no")
    shown = page(client, f"/tags/{tag.pk}/teach?q=")
    assert "<strong>5</strong> yes, <strong>1</strong> no" in shown
    surest = shown[shown.index("surest-title") : shown.index("examples-title")]
    asked = {int(pk) for pk in re.findall(r'data-mark="(\d+):', surest)}
    assert asked
    assert asked <= {unit.pk for unit in boats[5:]}
    # An undo elsewhere is learned when the page is shown again.
    last = Correction.objects.order_by("-pk")[1]
    client.post("/undo", {"correction": last.pk})
    assert "<strong>1</strong> yes, <strong>1</strong> no" in page(client, f"/tags/{tag.pk}/teach?q=")
    assert "Teach “old boats”" in page(client, "/tags")


def test_an_asset_shows_its_tags_with_source_and_takes_a_verdict(
    client: Client, sunset: Tag, units: list[Unit]
) -> None:
    suggest(sunset, units[:1])
    asset = units[0].asset_id
    shown = page(client, f"/asset/{asset}")
    assert "95 % sure: words, vocabulary vocabulary" in shown
    assert "/?q=tag%3A%22sunset%22" in shown
    client.post("/tags/verdict", {"mark": f"{units[0].pk}:{sunset.pk}", "verdict": "yes", "whole": "asset"})
    assert "You said so" in page(client, f"/asset/{asset}")
    client.post("/tags/verdict", {"mark": f"{units[0].pk}:{sunset.pk}", "verdict": "no", "whole": "asset"})
    assert ">sunset<" not in page(client, f"/asset/{asset}")


def test_a_no_on_a_video_means_all_of_its_shots(client: Client, sunset: Tag) -> None:
    shots = SmallLibrary("/videos").video(["a", "b", "c"])
    suggest(sunset, shots)
    judge(client, shots[:1], sunset, "no", whole="asset")
    assert said(sunset) == {unit.pk: False for unit in shots}


def test_a_tag_is_added_to_an_asset_by_typing(client: Client, sunset: Tag, units: list[Unit]) -> None:
    asset = units[0].asset_id
    assert '<option value="sunset">' in page(client, "/tags/choices?word=suns")
    client.post(f"/asset/{asset}/tags", {"word": "Sunset"})
    client.post(f"/asset/{asset}/tags", {"word": "aunt Ida's boat"})
    own = Tag.objects.get(name="aunt Ida's boat")
    assert said(sunset) == said(own) == {units[0].pk: True}
    assert own.own
    assert "aunt Ida's boat" in page(client, f"/asset/{asset}")


def test_names_are_escaped_everywhere(client: Client, units: list[Unit]) -> None:
    client.post("/tags/words", {"word": "<script>alert(1)</script>"})
    tag = Tag.objects.get(own=True)
    suggest(tag, units[:1])
    for address in (
        "/tags",
        f"/review?tag={tag.pk}",
        "/review?by=picture",
        f"/asset/{units[0].asset_id}",
        f"/tags/{tag.pk}/teach",
    ):
        assert "<script>alert" not in client.get(address).content.decode()


def test_an_unknown_tag_is_not_found_and_a_sound_is_not_taught(client: Client) -> None:
    sound = Tag.objects.create(key="rain", name="rain", kind=TagKind.SOUND)
    assert client.get("/tags/999999/teach").status_code == 404
    assert client.get(f"/tags/{sound.pk}/teach").status_code == 404
    assert client.get("/review?tag=999999").status_code == 200
