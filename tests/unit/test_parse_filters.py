"""Filters, minus, OR and parentheses: what is typed becomes a tree, alternatives, chips, and text again."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.errors import QueryError
from dam.types import Filter, MediaKind, Relation
from search.parse import parse_query, parts_of
from search.query.grammar import parse
from search.query.operators import OPERATORS, Operator
from search.query.tree import MAX_ALTERNATIVES, as_text, typed

_MIXED = (
    'beach at dusk -umbrella person:Anna -person:Bob "wedding budget" kind:video after:2023-06 fps>50 camera:"X-T5" '
    "place:Lisbon rating>=4 tag:boat color:teal duration<30s text:EXIT in:Clients/ is:unreviewed has:speech"
)


def test_everything_mixed_freely() -> None:
    query = parse_query(_MIXED)
    assert (query.text, query.phrases, query.without) == ("beach at dusk", ("wedding budget",), ("umbrella",))
    assert query.kinds == {MediaKind.VIDEO}
    short = {(one.name, one.relation.value, one.value, one.negated) for one in query.filters}
    assert short == {
        ("person", ":", "Anna", False), ("person", ":", "Bob", True), ("after", ":", "2023-06", False),
        ("fps", ">", "50", False), ("camera", ":", "X-T5", False), ("place", ":", "Lisbon", False),
        ("rating", ">=", "4", False), ("tag", ":", "boat", False), ("color", ":", "teal", False),
        ("duration", "<", "30s", False), ("text", ":", "EXIT", False), ("in", ":", "Clients/", False),
        ("is", ":", "unreviewed", False), ("has", ":", "speech", False),
    }  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_the_example_of_each_operator_and_its_other_names_are_understood(operator: Operator) -> None:
    (part,) = parts_of(operator.example)
    assert part.name == operator.name
    for alias in operator.aliases:
        (other,) = parts_of(operator.example.replace(operator.name, alias, 1))
        assert (other.name, other.value) == (part.name, part.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('person:"Ana Lima"', "Ana Lima"),
        ("PERSON:Ana", "Ana"),
        ("person:“Ana Lima”", "Ana Lima"),
        ("who:Ana", "Ana"),
        ("person:#12", "#12"),
        ("objects:car>2", "car>2"),
        ('objects:"traffic light">=2', "traffic light>=2"),
        ("color:#2f5fb3", "#2f5fb3"),
        ('place:"Paris, Texas"', "Paris, Texas"),
    ],
)
def test_values_in_and_out_of_quotes(text: str, value: str) -> None:
    (found,) = parse_query(text).filters
    assert found.value == value
    assert (found.start, found.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("well-known place", "well-known place"),
        ("rain - snow", "rain - snow"),
        ("https://example.org 12:30", "https://example.org 12:30"),
        ("rock AND roll", "rock roll"),
        ("orchid ORANGE", "orchid ORANGE"),
        ("a & b < c", "a & b < c"),
    ],
)
def test_what_only_looks_like_an_operator_is_words(text: str, words: str) -> None:
    query = parse_query(text)
    assert (query.text, query.filters, query.without, query.alternatives) == (words, (), (), ())


def test_or_and_parentheses_become_alternatives_that_ask_all_at_once() -> None:
    query = parse_query("(dog OR cat tag:pet) -snow kind:photo")
    assert [(one.text, one.without, len(one.filters)) for one in query.alternatives] == [
        ("dog", ("snow",), 0),
        ("cat", ("snow",), 1),
    ]
    assert all(one.kinds == {MediaKind.PHOTO} for one in query.alternatives)
    assert query.text == "dog cat"
    assert [one.text for one in parse_query("jazz | soul | funk").alternatives] == ["jazz", "soul", "funk"]


def test_not_of_parentheses_is_not_of_each() -> None:
    query = parse_query("-(umbrella OR tag:boat) sea")
    assert (query.text, query.without) == ("sea", ("umbrella",))
    assert [(one.name, one.negated) for one in query.filters] == [("tag", True)]
    assert [one.filters[0].value for one in parse_query("NOT (tag:a tag:b)").alternatives] == ["a", "b"]
    assert parse_query("NOT tag:a").filters[0].negated
    assert parse_query('-"said so"').without == ('"said so"',)
    assert parse_query("-kind:photo").kinds == {MediaKind.VIDEO, MediaKind.AUDIO}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("red (car", "parenthesis at character 5 is not closed"),
        ("red) car", "parenthesis at character 4 closes nothing"),
        ("red persn:Ana", "“persn:” at character 5 is no filter; did you mean person:"),
        ("red tag:", "“tag:” at character 5 needs a value, like tag:boat"),
        ('red tag:""', "at character 5 needs a value"),
        ("tag>3", "tag can't be compared"),
        ("red OR", "ends too early"),
        ("red ()", "missing before character 6"),
        ('zzz:"a b"', "“zzz:” at character 1 is no filter"),
        (" ".join(f"(a{number} OR b{number})" for number in range(5)), f"more than {MAX_ALTERNATIVES}"),
    ],
)
def test_errors_name_the_place(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse_query(text)


def test_chips_leave_the_search_without_themselves() -> None:
    parts = parts_of('sea (person:Ana OR person:"Bob B") -tag:boat rating>=4')
    assert [(one.name, one.value, one.negated) for one in parts] == [
        ("person", "Ana", False), ("person", "Bob B", False), ("tag", "boat", True), ("rating", ">= 4", False),
    ]  # fmt: skip
    assert parts[0].rest == 'sea person:"Bob B" -tag:boat rating>=4'
    assert parts[2].rest == 'sea (person:Ana OR person:"Bob B") rating>=4'
    assert parts_of("tag:boat")[0].rest == ""


def test_a_link_quotes_what_it_must() -> None:
    assert typed("person", 'Ana "Annie" Lima') == 'person:"Ana Annie Lima"'
    assert typed("tag", "boat") == "tag:boat"
    assert parse_query(typed("text", "Rua (antiga)")).filters == (
        Filter(name="text", value="Rua (antiga)", relation=Relation.IS, start=0, end=19),
    )


def _combined(parts: list[str]) -> str:
    return f"({' OR '.join(parts[:2])}) {' '.join(f'({part})' for part in parts[2:])}".strip()


_LEAF = st.sampled_from(
    [
        "sea",
        "red car",
        "tag:boat",
        "-snow",
        '"so long"',
        'person:"Ana Lima"',
        "rating>=4",
        "-tag:x",
        "dusk^2",
        "(red car)^0.5",
        "-(red car)^2",
        "-fog^2",
        'words:"in may"',
        "like:12@1,2,30,40^2",
        "-like:3",
    ]
)


@given(st.recursive(_LEAF, lambda inner: st.lists(inner, min_size=2, max_size=3).map(_combined), max_leaves=6))
def test_a_tree_written_as_text_is_read_as_the_same_tree(text: str) -> None:
    tree = parse(text)
    assert tree is not None
    again = as_text(tree)
    second = parse(again)
    assert second is not None
    assert as_text(second) == again


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_message(text: str) -> None:
    with suppress(QueryError):
        assert parse_query(text) == parse_query(text)
