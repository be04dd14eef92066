"""Searches in words of their own, and what makes two of them the same."""

import pytest

from dam.catalog.models import Collection
from search.query.wordings import in_words, normalised, same_search, suggested_name

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"q": "boat  at night"}, "boat at night"),
        ({"q": "boat place:Lisbon", "kind": "shot"}, "boat, in Lisbon, shots"),
        ({"q": "place:Lisbon -tag:boat"}, "in Lisbon, not tag boat"),
        ({"q": "boat place:"}, "boat place:"),
        ({}, ""),
    ],
)
def test_a_search_is_told_by_its_words_then_its_filters(asked: dict[str, str], words: str) -> None:
    assert in_words(asked) == words


def test_an_offered_name_is_free_and_short() -> None:
    assert suggested_name({"q": "boat at night"}) == "Boat at night"
    Collection.objects.create(name="boat at NIGHT")
    Collection.objects.create(name="Boat at night 2")
    assert suggested_name({"q": "boat at night"}) == "Boat at night 3"
    long = suggested_name({"q": "a very long description of a picture " * 5})
    assert len(long) <= 60
    assert long.endswith("…")


def test_spaces_capitals_and_empty_parameters_make_no_other_search() -> None:
    assert normalised({"q": " a  b ", "kind": "", "sort": "nonsense", "page": "2"}) == {"q": "a b"}
    assert same_search({"q": "Red  car", "sort": ""}, {"q": "red car"})
    assert not same_search({"q": "red car", "kind": "photo"}, {"q": "red car"})
    assert not same_search({"q": "red car", "strict": "1"}, {"q": "red car"})
