"""Plain words are understood where they are certain to mean more than words, and nowhere else."""

from datetime import date

import pytest

from dam.catalog.words import STOP_WORDS
from dam.types import MediaKind
from search.parse import parse_query, parts_of
from search.query.grammar import parse as read
from search.query.tree import as_text
from search.query.understanding import Known, understand

_ORDINARY = STOP_WORDS | {"rose", "nice", "turkey", "may", "beach", "summer"}
_KNOWN = Known(
    people={
        "anna": "Anna Lima",
        "anna lima": "Anna Lima",
        "bob": "Bob",
        "rose": "Rose",
        "rose miller": "Rose Miller",
    },
    places={"lisbon": "Lisbon", "sao paulo": "São Paulo", "nice": "Nice", "turkey": "Turkey", "la": "La"},
    ordinary=_ORDINARY.__contains__,
)
_TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("videos of anna in lisbon last summer", 'kind:video person:"Anna Lima" place:Lisbon date:"last summer"'),
        ("Anna Lima and Bob at the beach", 'person:"Anna Lima" person:Bob at the beach'),
        ("red car in São Paulo", 'red car place:"São Paulo"'),
        ("sao paulo trams", 'place:"São Paulo" trams'),
        ("dinner in nice", "dinner place:Nice"),
        ("boats May 2024", 'boats date:"May 2024"'),
        ("boats in 2023", "boats date:2023"),
        ("boats since 2023", "boats after:2023"),
        ("boats before last summer", 'boats before:"last summer"'),
        ("boats from 2024-05-03", "boats date:2024-05-03"),
        ("in the 90s", 'date:"the 90s"'),
        ("the last 2 weeks", 'date:"the last 2 weeks"'),
        ("beach photos", "beach kind:photo"),
        ("videos", "kind:video"),
        ("photos from lisbon", "kind:photo place:Lisbon"),
        ("pictures with bob", "kind:photo person:Bob"),
        ("rose miller laughing", 'person:"Rose Miller" laughing'),
        ("tag:boat anna laughing -rain", 'tag:boat person:"Anna Lima" laughing -rain'),
        ("(anna singing OR bob dancing) lisbon tram", '(person:"Anna Lima" singing OR person:Bob dancing) '
         "place:Lisbon tram"),
    ],
)  # fmt: skip
def test_what_is_certain_becomes_a_filter(typed: str, understood: str) -> None:
    assert _explicit(typed) == understood


@pytest.mark.parametrize(
    "typed",
    [
        "anna", "lisbon", "sao paulo",  # a lone name also finds who speaks of it
        "a nice rose", "turkey dinner", "may flowers", "summer camp", "in spring", "blade runner 2049",
        "a video camera", "photo booth", "picture frame on a wall", "la la land",
        '"anna in lisbon"', "-(anna laughing)", "anna^2 laughing^2", 'words:"anna in lisbon"',
    ],
)  # fmt: skip
def test_what_is_not_certain_stays_words(typed: str) -> None:
    tree = read(typed)
    assert tree is not None
    assert understand(tree, _KNOWN, today=_TODAY) == tree


def test_a_query_has_what_was_understood() -> None:
    query = parse_query("videos of red cars in lisbon", known=_KNOWN)
    assert (query.text, query.kinds) == ("red cars", frozenset({MediaKind.VIDEO}))
    assert [(one.name, one.value, one.guessed) for one in query.filters] == [("place", "Lisbon", "in lisbon")]
    assert parse_query("videos of red cars in lisbon").text == "videos of red cars in lisbon"


def test_undoing_leaves_the_words_as_words() -> None:
    kind, place = parts_of("videos of red cars in lisbon", known=_KNOWN)
    assert (kind.guessed, kind.rest) == ("videos of", 'words:"videos of" red cars in lisbon')
    assert place.rest == 'videos of red cars words:"in lisbon"'
    query = parse_query(place.rest, known=_KNOWN)
    assert (query.text, query.filters) == ("red cars in lisbon", ())
    (left, undone) = parts_of(place.rest, known=_KNOWN)
    assert (left.name, undone.name, undone.rest) == ("kind", "words", "videos of red cars")


def _explicit(text: str) -> str:
    """Return the text with what was guessed as if it had been typed."""
    tree = read(text)
    assert tree is not None
    return as_text(understand(tree, _KNOWN, today=_TODAY), guessed=False)
