"""Completion over a catalogue: names with counts that are right, in any case and accents, ready to be taken."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from dam.catalog import remembered
from dam.catalog.models import (
    AssetMetadata,
    AssetPlace,
    Collection,
    Face,
    Person,
    Rendition,
    StageModel,
    Tag,
    TagScore,
    UnitColour,
)  # fmt: skip
from dam.catalog.readers import completion
from dam.types import RenditionRole, Stage, TagKind
from search.query.suggestions import Suggestion, suggestions, values_of
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db


def lines(text: str, at: int | None = None) -> list[Suggestion]:
    return list(suggestions(text, len(text) if at is None else at).found)


def taken(text: str) -> list[str]:
    return [each.text for each in lines(text) if not each.operator]


@pytest.fixture
def library() -> SmallLibrary:
    """Three photos in Évora by Ana Lima, one in Lisbon, with tags, a rating and a video in neither."""
    small = SmallLibrary()
    ana = Person.objects.create(name="Ána Lima")
    Person.objects.create(name="Anna Hidden", hidden=True)
    boat = Tag.objects.create(key="boat", name="boat", kind=TagKind.PICTURE, synonyms=["vessel"])
    sail = Tag.objects.create(key="boat/sailing boat", name="sailing boat", kind=TagKind.PICTURE, parent=boat)
    StageModel.objects.create(stage=Stage.TAG, model="m+v")
    for number, place in enumerate(["Évora", "Évora", "Évora", "Lisbon"]):
        unit = small.photo("boat", path=f"Clients/2024/{number}.jpg")
        asset = unit.asset
        asset.taken_at = datetime(2024, 5 + number // 2, 1, tzinfo=UTC)
        asset.save()
        AssetPlace.objects.create(
            asset=asset, model="m", city=place, region="Alentejo" if place == "Évora" else "Lisbon",
            country="Portugal", country_code="PT", distance_km=1.0,
        )  # fmt: skip
        AssetMetadata.objects.create(
            asset=asset, camera_make="FUJIFILM", camera_model="X-T5", rating=number + 1, keywords=["Regatta"]
        )
        Face.objects.create(unit=unit, person=ana, x=0, y=0, width=0.1, height=0.1)
        TagScore.objects.create(unit=unit, tag=sail if number else boat, model="m+v", certainty=0.9)
        UnitColour.objects.create(unit=unit, name="teal", lightness=50, a=0, b=0, share=0.5)
    for file in small.library.files.all():
        file.folder = file.path.rpartition("/")[0]
        file.save()
    small.video(["street"])
    return small


def test_places_are_completed_with_their_counts(library: SmallLibrary) -> None:
    (first,) = lines("place:evo")
    assert (first.label, first.count, first.text, first.note) == ("Évora", 3, "place:Évora ", "city, Portugal")
    assert [(each.label, each.count) for each in lines("place:")] == [
        ("Portugal", 4), ("Alentejo", 3), ("Évora", 3), ("Lisbon", 1),
    ]  # fmt: skip


def test_people_by_any_word_of_their_name_and_not_the_hidden_ones(library: SmallLibrary) -> None:
    assert taken("person:an") == ['person:"Ána Lima" ']
    assert taken("boat -who:LIM") == ['boat -who:"Ána Lima" ']
    assert [each.count for each in lines("person:an")] == [4]


def test_a_person_is_shown_by_the_chosen_face_or_the_best(library: SmallLibrary) -> None:
    ana = Person.objects.get(name="Ána Lima")
    crops = []
    for place, face in enumerate(Face.objects.order_by("pk")[:2]):
        face.crop = Rendition.objects.create(
            asset=face.unit.asset, unit=face.unit, role=RenditionRole.FACE, key=f"face-{place}.jpg", mime="image/jpeg"
        )
        face.quality = 0.9 - place / 2
        face.save()
        crops.append(face)
    (found,) = lines("person:ana")
    assert found.picture is not None
    assert found.picture.id == crops[0].crop_id
    ana.cover = crops[1]
    ana.save()
    remembered.forget()
    (found,) = lines("person:ana")
    assert found.picture is not None
    assert found.picture.id == crops[1].crop_id


def test_a_name_that_is_typed_as_plain_words_is_taken_whole(library: SmallLibrary) -> None:
    assert taken("boat ana li")[0] == 'boat person:"Ána Lima" '
    (found,) = (each for each in lines("lis") if not each.operator)
    assert (found.text, found.at, found.count) == ("place:Lisbon ", 13, 1)


def test_a_tag_counts_what_lies_below_it(library: SmallLibrary) -> None:
    assert {each.label: each.count for each in lines("tag:boat")} == {"boat": 4, "sailing boat": 3}
    assert taken("(tag:vess") == ["(tag:boat "]
    assert [(each.label, each.count) for each in lines("tag:rega")] == [("Regatta", 4)]


def test_what_files_say(library: SmallLibrary) -> None:
    assert taken("camera:x-") == ["camera:X-T5 "]
    assert [(each.text, each.count) for each in lines("in:cli")] == [("in:Clients/ ", 4), ("in:Clients/2024/ ", 4)]
    assert [(each.text, each.count) for each in lines("rating:")][:2] == [("rating>=4 ", 1), ("rating>=3 ", 2)]
    assert [(each.text, each.count) for each in lines("date:")] == [
        ("date:2024 ", 4), ("date:2024-06 ", 2), ("date:2024-05 ", 2),
    ]  # fmt: skip
    assert [each.count for each in lines("after:2024-06")] == [2]
    assert [each.count for each in lines("before:2024-06")] == [2]
    assert [(each.text, each.swatch != "") for each in lines("color:te")] == [("color:teal ", True)]
    assert {each.label: each.count for each in lines("kind:")} == {"photo": 4, "video": 1}


def test_the_rest_of_the_text_stays_as_it_is(library: SmallLibrary) -> None:
    (found,) = lines("place:evo) OR dog", at=9)
    assert (found.text, found.at) == ("place:Évora) OR dog", 11)


def test_operators_say_what_they_keep() -> None:
    (found,) = lines("plac")
    assert (found.text, found.at, found.operator) == ("place:", 6, True)
    assert "city" in found.note
    assert len(lines("")) > 20


def test_a_saved_search_is_opened() -> None:
    Collection.objects.create(name="Évora at dusk", asked={"q": "place:Évora dusk", "sort": "date"})
    (found,) = (each for each in lines("evora") if each.asked)
    assert (found.label, found.note) == ("Évora at dusk", "saved search")
    assert found.asked == "q=place%3A%C3%89vora+dusk&sort=date"


def test_what_stands_there_already_is_not_offered_alone(library: SmallLibrary) -> None:
    assert not suggestions("place:lisb", 10).settled
    assert suggestions("place:lisbon", 12).settled
    assert not suggestions("tag:boat", 8).settled


def test_the_value_of_a_chip(library: SmallLibrary) -> None:
    assert [each.text for each in values_of("person", "an").found] == ["Ána Lima"]


def test_what_is_remembered_is_not_asked_again(library: SmallLibrary) -> None:
    completion.NAMES["place"]()
    AssetPlace.objects.all().delete()
    assert len(completion.NAMES["place"]()) == 4
    remembered.forget()
    assert completion.NAMES["place"]() == ()


def test_the_page_and_the_data(library: SmallLibrary, client: Client) -> None:
    page = client.get("/complete", {"q": "place:evo", "at": "9"}).content.decode()
    assert 'role="option"' in page
    assert 'data-text="place:Évora "' in page
    assert "Counts are of the whole library" in page
    data = client.get("/complete.json", {"q": "place:evo"}).json()
    assert data["completions"][0]["count"] == 3
    asked = client.get("/complete", {"q": "place:evo"}, headers={"accept": "application/json"})
    assert asked.json() == data
    assert client.get("/complete", {"q": "x" * 9000, "at": "junk"}).status_code == 200
