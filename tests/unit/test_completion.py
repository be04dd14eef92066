"""What is being typed at a cursor: the operator or word, from where to where, and how much of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.completion import operators_like, typing_at


@pytest.mark.parametrize(
    ("text", "operator", "typed", "replaced"),
    [
        ("person:An", "person", "An", "person:An"),
        ("boat person:An", "person", "An", "person:An"),
        ("boat -person:An", "person", "An", "person:An"),
        ('person:"Ana Li', "person", "Ana Li", 'person:"Ana Li'),
        ("person:“Ana Li", "person", "Ana Li", "person:“Ana Li"),
        ("(tag:bo", "tag", "bo", "tag:bo"),
        ("(tag:boat OR -tag:bo", "tag", "bo", "tag:bo"),
        ("(dog -(tag:bo", "tag", "bo", "tag:bo"),
        ("who:", "person", "", "who:"),
        ("PLACE:lis", "place", "lis", "PLACE:lis"),
        ("rating>=", "rating", "", "rating>="),
        ("objects:ca", "objects", "ca", "objects:ca"),
        ("in:Clients/20", "in", "Clients/20", "in:Clients/20"),
    ],
)
def test_the_value_of_an_operator(text: str, operator: str, typed: str, replaced: str) -> None:
    found = typing_at(text, len(text))
    assert found is not None
    assert found.operator is not None
    assert (found.operator.name, found.typed, text[found.start : found.end]) == (operator, typed, replaced)


@pytest.mark.parametrize(
    ("text", "typed", "start"),
    [
        ("lis", "lis", 0),
        ("red car lis", "lis", 8),
        ("-lis", "lis", 1),
        ("(lis", "lis", 1),
        ("tag:boat lis", "lis", 9),
    ],
)
def test_a_plain_word(text: str, typed: str, start: int) -> None:
    found = typing_at(text, len(text))
    assert found is not None
    assert (found.operator, found.typed, found.start, found.end) == (None, typed, start, len(text))


def test_plain_words_before_it_may_be_of_one_name() -> None:
    found = typing_at("tag:boat red ana li", 19)
    assert found is not None
    assert found.longer == ((9, "red ana li"), (13, "ana li"))
    other = typing_at("ana OR li", 9)
    assert other is not None
    assert other.longer == ()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0), ("boat ", 5), ('"wedding bud', 12), ('"wedding budget"', 5), ("boat OR", 7), ("per:", 2),
        ("person:Ana", 3), ("objects:car>", 12), ('person:"Ana" ', 13), ("-", 0), ("(", 1),
    ],
)  # fmt: skip
def test_nothing_to_complete(text: str, at: int) -> None:
    assert typing_at(text, at) is None


def test_in_the_middle_of_a_text_the_whole_value_is_replaced() -> None:
    text = "person:Anna tag:boat"
    found = typing_at(text, 9)
    assert found is not None
    assert (found.typed, text[found.start : found.end]) == ("An", "person:Anna")


def test_an_address_on_the_web_is_no_operator() -> None:
    assert typing_at("https://exam", 12) is None


def test_operators_by_their_own_name_come_first() -> None:
    assert [operator.name for operator in operators_like("p")] == ["person", "place"]
    assert [operator.name for operator in operators_like("fol")] == ["in"]
    assert [operator.name for operator in operators_like("xy")] == []


@given(st.text(alphabet='ab:"-() >=|OR', max_size=30), st.integers(0, 30))
def test_whatever_is_typed_what_is_found_lies_around_the_cursor(text: str, at: int) -> None:
    found = typing_at(text, min(at, len(text)))
    if found is not None:
        assert 0 <= found.start < min(at, len(text)) <= found.end <= len(text)
        assert found.typed in text
