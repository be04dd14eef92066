"""What is typed becomes a query, or a message that says where it went wrong."""

import pytest

from dam.errors import QueryError
from dam.types import MediaKind
from search.parse import MAX_LENGTH, parse_query


@pytest.mark.parametrize(
    ("typed", "text", "phrases", "kinds"),
    [
        ("red car at sunset", "red car at sunset", (), set()),
        ("  red \t car\n", "red car", (), set()),
        ('"ask not"', "", ("ask not",), set()),
        ('speech "ask not" 1961 "for you"', "speech 1961", ("ask not", "for you"), set()),
        ("“ask not”", "", ("ask not",), set()),
        ('""', "", (), set()),
        ("red car kind:video", "red car", (), {MediaKind.VIDEO}),
        ("kind:photos KIND:Audio car", "car", (), {MediaKind.PHOTO, MediaKind.AUDIO}),
        ("mankind:video", "mankind:video", (), set()),
        ('"kind:video"', "", ("kind:video",), set()),
        ("5:30 train", "5:30 train", (), set()),
        ("a\x00b", "a b", (), set()),
        ("", "", (), set()),
    ],
)
def test_what_is_typed(typed: str, text: str, phrases: tuple[str, ...], kinds: set[MediaKind]) -> None:
    query = parse_query(typed)
    assert (query.text, query.phrases, set(query.kinds)) == (text, phrases, kinds)


def test_kinds_in_the_text_and_beside_it_add_up() -> None:
    assert parse_query("car kind:photo", ["video"]).kinds == {MediaKind.PHOTO, MediaKind.VIDEO}
    assert parse_query("car", kinds=[MediaKind.AUDIO], library_id=3).library_id == 3


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ('red "car', "character 5 is not closed"),
        ('"a" "b" "', "character 9 is not closed"),
        ('"a" kind:film', "“film” at character 5 is no kind"),
        ("kind:", "at character 1"),
        ("x" * (MAX_LENGTH + 1), "500 is the most"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place(typed: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse_query(typed)


def test_an_unknown_kind_beside_the_text_is_said() -> None:
    with pytest.raises(QueryError, match="“film” is no kind"):
        parse_query("car", ["film"])
