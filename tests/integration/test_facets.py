"""What an answer can be narrowed by: every count is what the search with that filter finds."""

import functools
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dam.catalog.models import (
    AssetMetadata,
    AssetPlace,
    Library,
    MediaFile,
    Person,
    Tag,
    TagVerdict,
    Unit,
    UnitColour,
    UnitLook,
    UnitMeasure,
)
from dam.types import TagKind, UnitKind
from search import service
from search.answer import answers
from search.answer.answers import answer
from search.answer.asked import Asked
from search.answer.facets import Facet, facets
from search.answer.relax import easings
from tests.integration.test_filters import Desk, objects, seen, tagged
from tests.small_library import WordsEmbedder

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    find = functools.partial(service.find, embedder=WordsEmbedder(), source=made.follower)
    monkeypatch.setattr(answers, "find", find)
    return made


def narrowed(desk: Desk, text: str, kind: UnitKind | None = None) -> list[Facet]:
    desk.follower.catch_up()
    return facets(answer(Asked(text=text, kind=kind)))


def as_counts(found: Sequence[Facet]) -> dict[str, dict[str, int]]:
    return {facet.name: {value.name: value.count for value in (*facet.values, *facet.further)} for facet in found}


def _fill(desk: Desk) -> None:
    """Photos and videos with everything that can be filtered, thrown together."""
    dice = random.Random(7)
    people = [Person.objects.create(name=name) for name in ("Ana Lima", "Bob", "Ana")]
    Person.objects.create(name="Hidden", hidden=True)
    nature = Tag.objects.create(key="nature", name="nature", kind=TagKind.PICTURE)
    sea = Tag.objects.create(key="nature/sea", name="sea", parent=nature, kind=TagKind.PICTURE, synonyms=["ocean"])
    boat = Tag.objects.create(key="boat", name="boat", kind=TagKind.PICTURE)
    archive = Library.objects.create(name="Archive", root="/archive", online=False)
    words = ["red car sunset", "red car night", "blue boat sea", "green tree", "white house", "old dog"]
    units = [desk.photo(dice.choice(words), path=f"trip/{n % 3}/p{n}.jpg") for n in range(40)]
    for n in range(5):
        shots = desk.video(*(dice.choice(words) for _ in range(4)))
        units += shots
        desk.line(shots[0], "a red car passed by", start_ms=2_000 + n, end_ms=9_000)
        desk.line(shots[0], "good evening", start_ms=21_000, end_ms=24_000)
    for unit in units:
        for person in dice.sample(people, dice.choice([0, 0, 1, 2])):
            seen(unit, person, at_ms=unit.start_ms)
        for tag in dice.sample([nature, sea, boat], dice.choice([0, 1, 1, 2])):
            tagged(unit, tag, dice.choice([0.3, 0.6, 0.9]))
            if dice.random() < 0.2:
                TagVerdict.objects.create(unit=unit, tag=tag, accepted=dice.random() < 0.5)
        objects(unit, dice.choice(["car", "dog", "boat"]), [0.8])
        for name in dice.sample(["blue", "navy", "teal", "red"], 2):
            UnitColour.objects.create(unit=unit, name=name, lightness=50, a=0, b=0, share=dice.choice([0.01, 0.3]))
        UnitLook.objects.create(
            unit=unit, model="m", brightness=dice.random(), contrast=dice.random(), saturation=dice.random(),
            sharpness=dice.random(), monochrome=dice.random() < 0.2, phash="0" * 16,
        )  # fmt: skip
        UnitMeasure.objects.create(
            unit=unit, motion=dice.choice(["", "still", "pan"]), loudness_lufs=-dice.random() * 50
        )
    for asset in {unit.asset for unit in units}:
        asset.width, asset.height = dice.choice([(300, 200), (200, 300), (300, 300), (0, 0)])
        asset.taken_at = dice.choice([None, datetime(2023, 5, 2, tzinfo=UTC), datetime(2024, 12, 31, 23, tzinfo=UTC)])
        asset.save()
        AssetMetadata.objects.create(
            asset=asset, camera_make="Canon", camera_model=dice.choice(["EOS R6", "EOS R6 II", ""]),
            lens=dice.choice(["RF 35mm", "35mm f/2", ""]), rating=dice.choice([None, 0, 3, 5]),
            keywords=dice.choice([[], ["Ocean"], ["Boats", "holiday"]]), latitude=dice.choice([None, 1.0]),
        )  # fmt: skip
        city, country, code = dice.choice([("York", "United Kingdom", "GB"), ("New York", "United States", "US")])
        AssetPlace.objects.create(
            asset=asset, model="m", city=city, country=country, country_code=code, distance_km=1.0
        )
        if dice.random() < 0.2:
            MediaFile.objects.create(
                library=archive, asset=asset, raw_path=b"x/%d" % asset.pk, path="x/a", folder="x"
            )
        MediaFile.objects.filter(asset=asset, library=desk.rows.library).update(
            folder=dice.choice(["", "trip", "trip/1"])
        )
    MediaFile.objects.filter(asset__in=[unit.asset for unit in units[:4]]).update(library=archive)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("red car", None),
        ("red car sunset", UnitKind.SHOT),
        ("red car OR green tree", None),
        ("red car kind:video", None),
        ("red car sunset person:Ana", None),
        ("person:Ana", None),
        ("tag:nature", None),
        ('said:"red car"', None),
        ("kind:photo", None),
        ("after:2023 -iso>100", None),
        ('"red car"', None),
    ],
)
def test_each_count_is_what_following_it_finds(desk: Desk, text: str, kind: UnitKind | None) -> None:
    _fill(desk)
    wrong = {}
    found = narrowed(desk, text, kind)
    total = answer(Asked(text=text, kind=kind)).matches
    assert total
    for facet in found:
        for value in (*facet.values, *facet.further):
            there = answer(Asked(text=value.text, kind=kind)).matches
            if there != value.count:
                wrong[value.text] = (value.count, there)
            assert 0 < value.count < total
    assert not wrong
    assert len(found) > 5


def test_values_that_tell_nothing_apart_are_left_out_and_those_in_use_can_be_taken_away(desk: Desk) -> None:
    ana, bob = (Person.objects.create(name=name) for name in ("Ana", "Bob"))
    for number in range(3):
        unit = desk.photo("red car sunset")
        seen(unit, ana)
        if number:
            seen(unit, bob)
    for caption in ("green tree", "white boat", "old dog", "night sky") * 5:
        desk.photo(caption)
    found = narrowed(desk, "red car sunset person:Ana")
    assert as_counts(found)["person"] == {"Bob": 2}
    (people,) = [facet for facet in found if facet.name == "person"]
    assert [(chip.value, chip.rest) for chip in people.applied] == [("Ana", "red car sunset")]


def test_it_takes_the_same_queries_however_many_hits_there_are(desk: Desk) -> None:
    desk.photo("red car")
    desk.photo("red boat")
    found = answer(Asked(text="kind:photo"))
    facets(found)
    with CaptureQueriesContext(connection) as few:
        facets(found)
    for number in range(60):
        desk.photo(f"red car {number}")
    found = answer(Asked(text="kind:photo"))
    with CaptureQueriesContext(connection) as many:
        facets(found)
    assert len(many) == len(few)


def test_the_part_and_the_page_keep_how_the_answer_is_shown(client: Client, desk: Desk) -> None:
    for name, taken in (("one", 2023), ("two", 2024)):
        unit = desk.photo(f"red car {name}")
        unit.asset.taken_at = datetime(taken, 5, 1, tzinfo=UTC)
        unit.asset.save()
    desk.follower.catch_up()
    address = "/results/narrow?q=kind:photo&sort=date"
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert '/?q=kind:photo date:2024&sort=date"' in unescape(part).replace("%3A", ":").replace("%20", " ")
    assert "<html" in client.get(address).content.decode()
    assert Unit.objects.count() == 2


def test_where_nothing_is_all_of_that_what_excluded_the_most_is_offered_first(client: Client, desk: Desk) -> None:
    ana = Person.objects.create(name="Ana")
    for number in range(3):
        unit = desk.photo("red car sunset")
        objects(unit, "car", [0.8])
        if not number:
            seen(unit, ana)
    objects(desk.photo("night sky"), "dog", [0.8])
    for caption in ("green tree", "white boat", "old dog") * 5:
        desk.photo(caption)
    desk.follower.catch_up()
    found = answer(Asked(text="red car sunset person:Ana objects:dog"))
    assert found.matches == 0
    assert [(one.without, one.count) for one in easings(found)][:1] == [("shows dog", 1)]
    found = answer(Asked(text="red car sunset -objects:car"))
    assert [(one.without, one.allowing, one.count) for one in easings(found)][:1] == [("shows car", True, 3)]
    html = client.get("/?q=red+car+sunset+person:Ana+objects:dog").content.decode()
    address = "/results/easings?q=red+car+sunset+person%3AAna+objects%3Adog"
    assert f'hx-get="{address}"' in html  # those searches are made once the page is there
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    whole = client.get(address).content.decode()
    assert "<html" not in part
    assert "<html" in whole
    for shown in (part, whole):
        assert "1 match</span>" in shown
        assert "without <strong>shows dog</strong>" in shown
