"""Saved searches that live: what they find, what of it is new, and how changes are taken back."""

from datetime import timedelta

import pytest
from django.db.models import F

from dam.catalog import fulltext
from dam.catalog.models import Collection, Correction, MediaFile
from dam.catalog.readers.collections import saved_searches, units_seen
from dam.catalog.writers import collections as writer
from dam.errors import CollectionError, ModelUnavailable, QueryError
from dam.types import FileState, Query
from search.answer import answers
from search.saved import collections
from search.service import Found, find
from search.vectors.follow import Follower
from tests.small_library import SmallLibrary, WordsEmbedder

pytestmark = pytest.mark.django_db

_OTHERS = [
    "green tree forest day", "white boat sea noon", "brown dog beach morning", "yellow tent mountains fog",
    "purple balloon field dawn", "black bicycle city rain", "orange bus street evening", "pink umbrella park spring",
]  # fmt: skip


class Desk:
    """A small library, asked through the same service as the pages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = SmallLibrary()
        self.follower = Follower(snapshots=None)
        monkeypatch.setattr(answers, "find", self.find)
        self.broken = False
        for caption in _OTHERS:
            self.rows.photo(caption)

    def find(self, query: Query, *, strictness: int = 0) -> Found:
        if self.broken:
            raise ModelUnavailable("The weights are away.")
        self.follower.catch_up()
        return find(query, strictness=strictness, embedder=WordsEmbedder(), source=self.follower)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def later(collection_id: int) -> None:
    """Let the last visit be an hour ago."""
    Collection.objects.filter(pk=collection_id).update(visited_at=F("visited_at") - timedelta(hours=1))
    Collection.objects.filter(pk=collection_id).update(counted_at=None)


def test_what_came_since_the_last_visit_is_new_until_the_next(desk: Desk) -> None:
    car = desk.rows.photo("red car sunset")
    saved = collections.create("Red cars", {"q": "red car sunset", "kind": "", "page": "3"})
    assert saved.asked == {"q": "red car sunset"}
    assert collections.results(saved.id).new == frozenset()

    other = desk.rows.photo("red car sunset")
    assert collections.recount(collections.get(saved.id)).new_count == 1
    found = collections.results(saved.id)
    assert found.new == {other.pk}
    assert set(found.answer.good_units) == {car.pk, other.pk}

    collections.visit(found)
    assert collections.get(saved.id).new_count == 0, "on the list it is new no more"
    assert collections.results(saved.id).new == {other.pk}, "a reload shows the same"

    later(saved.id)
    assert collections.results(saved.id).new == frozenset()


def test_an_old_photo_that_becomes_a_hit_is_new(desk: Desk) -> None:
    desk.rows.photo("red car sunset")
    old = desk.rows.photo("grey wall", described="nothing yet")
    saved = collections.create("Cars", {"q": "red car sunset"})
    later(saved.id)
    collections.visit(collections.results(saved.id))
    fulltext.index_units([fulltext.TextRow(unit_id=old.pk, described="red car sunset")])
    assert collections.results(saved.id).new == {old.pk}


def test_a_hit_that_leaves_and_comes_back_is_not_new(desk: Desk) -> None:
    desk.rows.photo("red car sunset")
    gone = desk.rows.photo("red car sunset")
    saved = collections.create("Cars", {"q": "red car sunset"})
    MediaFile.objects.filter(asset=gone.asset).update(state=FileState.MISSING)
    later(saved.id)
    collections.visit(collections.results(saved.id))
    MediaFile.objects.filter(asset=gone.asset).update(state=FileState.PRESENT)
    later(saved.id)
    assert collections.results(saved.id).new == frozenset()


def test_all_counts_as_seen_and_that_is_taken_back(desk: Desk) -> None:
    saved = collections.create("Cars", {"q": "red car sunset"})
    car = desk.rows.photo("red car sunset")
    correction = collections.see_all(saved.id)
    assert collections.results(saved.id).new == frozenset()
    assert writer.undo(correction)
    assert collections.results(saved.id).new == {car.pk}
    assert not writer.undo(correction)


def test_a_deleted_one_comes_back_with_what_was_seen(desk: Desk) -> None:
    car = desk.rows.photo("red car sunset")
    saved = collections.create("Cars", {"q": "red car sunset"})
    correction = collections.delete(saved.id)
    with pytest.raises(CollectionError, match="not there any more"):
        collections.get(saved.id)
    collections.create("cars", {"q": "car"})
    assert writer.undo(correction)
    back = collections.get(saved.id)
    assert (back.name, back.asked, units_seen(back.id)) == ("Cars 2", saved.asked, ([car.pk], [car.pk]))
    assert abs(back.created_at - saved.created_at) < timedelta(seconds=1)


def test_names_are_one_each_and_renaming_is_taken_back(desk: Desk) -> None:
    first = collections.create("  Cars  at night ", {"q": "car"})
    second = collections.create("Boats", {"q": "boat"})
    assert first.name == "Cars at night"
    for name in ("", "   ", "x" * 121, "CARS at night"):
        with pytest.raises(CollectionError):
            collections.rename(second.id, name)
    correction = collections.rename(second.id, "boats")
    assert collections.get(second.id).name == "boats"
    assert Correction.objects.get(pk=correction).summary == "“Boats” is called “boats”"
    assert writer.undo(correction)
    assert [saved.name for saved in saved_searches()] == ["Boats", "Cars at night"]


def test_another_search_begins_with_nothing_new(desk: Desk) -> None:
    desk.rows.photo("red car sunset")
    saved = collections.create("Mine", {"q": "red car sunset"})
    correction = collections.set_search(saved.id, {"q": "white boat sea noon", "kind": "photo"})
    assert collections.get(saved.id).asked == {"q": "white boat sea noon", "kind": "photo"}
    assert collections.results(saved.id).new == frozenset()
    assert writer.undo(correction)
    assert collections.get(saved.id).asked == {"q": "red car sunset"}


def test_what_can_not_be_searched_is_not_saved(desk: Desk) -> None:
    with pytest.raises(QueryError):
        collections.create("Mine", {"q": "rating:many"})
    with pytest.raises(CollectionError, match="nothing to save"):
        collections.create("Mine", {"kind": "photo"})
    assert not Collection.objects.exists()


def test_while_no_model_answers_a_search_is_saved_and_its_card_says_why(desk: Desk) -> None:
    desk.broken = True
    saved = collections.create("Cars", {"q": "red car sunset"})
    assert collections.recount(saved).problem == "The weights are away."
    desk.broken = False
    desk.rows.photo("red car sunset")
    later(saved.id)
    counted = collections.recount(collections.get(saved.id))
    assert (counted.count, counted.new_count, counted.problem) == (1, 0, "")
    found = collections.results(saved.id)
    assert found.new == frozenset(), "at the first visit nothing is new: there is nothing to compare with"


def test_the_same_search_is_found_again_however_it_is_written(desk: Desk) -> None:
    saved = collections.create("Cars", {"q": "Red  car", "kind": "photo"})
    assert collections.find({"kind": "photo", "q": "red car "}) == saved
    assert collections.find({"q": "red car"}) is None
