"""Metadata edited for one asset and for thousands: found at once, with history, and taken back."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dam.catalog import fulltext
from dam.catalog.models import Asset, AssetMetadata, AssetPlace, Correction, MetadataChange, MetadataEdit, Unit
from dam.catalog.readers import completion
from dam.catalog.readers.places import places
from dam.catalog.readers.tagged import units_with_tag
from dam.catalog.readers.tags import tags_of_asset
from dam.errors import MetadataError
from dam.metadata.edit import change, left, put, undo
from dam.types import CLEAR, ChangeKeywords, EditCause, MetadataField, MetadataValues, SetTo
from search.corrections import take_back
from search.service import parse_query, search
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

pytestmark = pytest.mark.django_db
F = MetadataField


def said(asset_id: int, *fields: str) -> tuple[object, ...]:
    """What holds now."""
    row: tuple[object, ...] = AssetMetadata.objects.values_list(*fields).get(pk=asset_id)
    return row


def test_a_change_is_found_by_its_words_at_once_and_taken_back() -> None:
    one = SmallLibrary().photo("red car")
    done = change([one.asset_id], {F.TITLE: SetTo("Harbour wall"), F.KEYWORDS: ChangeKeywords(add=("Animals|Dog",))})
    assert said(one.asset_id, "title", "keywords") == ("Harbour wall", ["Animals|Dog"])
    for words in ("harbour", "dog", "animals"):
        assert [match.unit_id for match in fulltext.find(words)] == [one.pk], words
    assert done is not None
    assert take_back([done]) == ["Title, keywords for 1 asset"]
    assert said(one.asset_id, "title", "keywords") == ("", [])
    assert fulltext.find("harbour") == []
    assert take_back([done]) == []


def test_a_path_is_a_tag_by_each_of_its_words() -> None:
    library = SmallLibrary()
    dog, cat = library.photo("dog"), library.photo("cat")
    change([dog.asset_id], {F.KEYWORDS: SetTo(["Animals|Pets|Rex"])})
    change([cat.asset_id], {F.KEYWORDS: SetTo(["Animals|Tom"])})
    for words, units in (
        ("rex", {dog.pk}),
        ("Animals|Pets", {dog.pk}),
        ("animals", {dog.pk, cat.pk}),
        ("ani", set()),
    ):
        assert {unit for unit, *_ in units_with_tag(words)} == units, words
    (tag,) = tags_of_asset(dog.asset_id)
    assert (tag.name, tag.parents, tag.source) == ("Rex", ("Animals", "Pets"), "file")


def test_what_does_not_differ_leaves_no_trace() -> None:
    one = SmallLibrary().photo("car")
    assert change([one.asset_id], {F.TITLE: CLEAR, F.RATING: SetTo(0)}) is None
    assert not MetadataEdit.objects.exists()
    assert not Correction.objects.exists()


def test_one_wrong_value_changes_nothing_at_all() -> None:
    one = SmallLibrary().photo("car")
    with pytest.raises(MetadataError, match="Rating"):
        change([one.asset_id], {F.TITLE: SetTo("x"), F.RATING: SetTo(9)})
    assert not AssetMetadata.objects.filter(title="x").exists()
    assert not MetadataChange.objects.exists()


def test_undo_leaves_what_was_changed_since_and_says_so() -> None:
    library = SmallLibrary()
    one, two = library.photo("car"), library.photo("boat")
    first = change([one.asset_id, two.asset_id], {F.CREATOR: SetTo("Ana"), F.RATING: SetTo(3)})
    change([two.asset_id], {F.CREATOR: SetTo("Bob")})
    assert first is not None
    assert undo(first) is True
    assert said(one.asset_id, "creator", "rating") == ("", None)
    assert said(two.asset_id, "creator", "rating") == ("Bob", None)
    assert left(first) == "; 1 value changed since then stayed"
    assert undo(first) is False


def test_another_program_may_give_each_asset_its_own_values() -> None:
    library = SmallLibrary()
    one, two = library.photo("car"), library.photo("boat")
    given: dict[int, MetadataValues] = {
        one.asset_id: {F.TITLE: "One", F.RATING: 2},
        two.asset_id: {F.KEYWORDS: ["b", "a"]},
        10**9: {F.TITLE: "x"},
    }
    assert put(given, cause=EditCause.FILE, why="Read from sidecars") is not None
    assert said(one.asset_id, "title", "rating") == ("One", 2)
    assert said(two.asset_id, "keywords") == (["b", "a"],)
    (edit,) = MetadataEdit.objects.all()
    assert (edit.cause, edit.summary) == ("file", "Read from sidecars: Title, keywords, rating for 1 asset")


def test_thousands_are_changed_and_taken_back_in_seconds_with_few_queries() -> None:
    count = 5_000
    assets = Asset.objects.bulk_create(
        [Asset(fingerprint=f"{number:064d}", size_bytes=1, kind="photo") for number in range(count)], batch_size=300
    )
    Unit.objects.bulk_create([Unit(asset=asset, kind="photo", position=0) for asset in assets], batch_size=300)
    AssetMetadata.objects.bulk_create(
        [AssetMetadata(asset=asset, keywords=[f"own{asset.pk}"], title=f"t{asset.pk}") for asset in assets[1:]]
    )
    ids = [asset.pk for asset in assets]
    started = time.process_time()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        done = change(ids, {F.COPYRIGHT: SetTo("© Ana"), F.KEYWORDS: ChangeKeywords(add=("Trip|Lisbon",))})
    assert len(asked) < 300, len(asked)
    assert said(ids[7], "keywords", "copyright") == ([f"own{ids[7]}", "Trip|Lisbon"], "© Ana")
    assert said(ids[0], "keywords") == (["Trip|Lisbon"],)
    assert len(fulltext.find("lisbon", limit=10_000)) == count
    assert done is not None
    assert undo(done)
    assert said(ids[7], "keywords", "copyright") == ([f"own{ids[7]}"], "")
    assert fulltext.find("lisbon") == []
    assert time.process_time() - started < 20  # of the processor, however busy the machine is; as a rule four


def test_searches_see_what_was_edited() -> None:
    library = SmallLibrary()
    one, two, three = (library.photo("boat") for _ in range(3))
    near: dict[str, Any] = {
        "model": "m",
        "region": "Lisbon",
        "country": "Portugal",
        "country_code": "PT",
        "distance_km": 1.0,
    }
    AssetPlace.objects.create(asset=one.asset, city="Oeiras", **near)
    AssetPlace.objects.create(asset=two.asset, city="Oeiras", **near)
    change([one.asset_id], {F.CITY: SetTo("Lisbon"), F.LOCATION: SetTo("Belém"), F.LABEL: SetTo("Red")})
    change([three.asset_id], {F.COUNTRY: SetTo("Portugal"), F.CREATOR: SetTo("Ana Lima"), F.RATING: SetTo(-1)})
    found = {
        "place:Oeiras": {two}, "place:Belem": {one}, "place:Lisbon": {one, two}, "place:PT": {one, two, three},
        "label:red": {one}, "-label:red": {two, three}, 'creator:"lima ana"': {three}, "has:label": {one},
        "is:rejected": {three}, "rating>=1": set(),
    }  # fmt: skip
    follower = Follower(snapshots=None)
    follower.catch_up()
    for text, units in found.items():
        hits = search(parse_query(text), embedder=WordsEmbedder(), source=follower).hits
        assert {hit.unit_id for hit in hits if hit.good} == {unit.pk for unit in units}, text
    assert {name.value for name in completion.NAMES["place"]()} >= {"Lisbon", "Oeiras", "Belém", "Portugal"}
    assert [(country.name, country.count) for country in places()] == [("Portugal", 3)]
