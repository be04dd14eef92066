"""Parts of a search changed where they stand: the rest keeps its order and its meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.types import Filter, Relation
from search.parse import tree_of
from search.query.edit import Change, changed, leaf_at
from search.query.editable import with_example
from search.query.tree import Node, as_text, leaves
from search.templatetags.searching import misplaced


def tree(text: str) -> Node:
    found = tree_of(text)
    assert found is not None
    return found


def edited(text: str, place: int, change: Change) -> str:
    node = tree(text)
    leaf = leaf_at(node, place)
    assert leaf is not None
    found = changed(node, leaf, change)
    return as_text(found) if found is not None else ""


@pytest.mark.parametrize(
    ("text", "place", "change", "found"),
    [
        ("sea tag:boat rating>2", 1, Change(name="tag", value="ship"), "sea tag:ship rating>2"),
        ("sea tag:boat dog", 1, Change(name="tag", value="big ship", negated=True), 'sea -tag:"big ship" dog'),
        ("rating>2", 0, Change(name="rating", value="4", relation=Relation.LEAST), "rating>=4"),
        ("tag:boat", 0, Change(name="tag", value="4", relation=Relation.LEAST), "tag:4"),
        ('"exit" sea', 0, Change(name="text", value="exit"), "text:exit sea"),
        ("said:exit", 0, Change(name="phrase", value="exit now"), '"exit now"'),
        ("sea -umbrella", 1, Change(name="without", value="red hat", negated=True), "sea -(red hat)"),
        ("sea tag:boat", 1, Change(name="tag", value="  "), "sea"),
        ("tag:boat", 0, Change(name="tag", value=""), ""),
        ('person:"Ana Lima"', 0, Change(name="person", value='Bob "B" Lee'), 'person:"Bob B Lee"'),
        ("(tag:a OR tag:b) sea", 1, Change(name="tag", value="c"), "(tag:a OR tag:c) sea"),
        ("like:5^0.5 night", 0, Change(name="like", value="5^0.5", weight=2), "like:5^2 night"),
        ("like:5@1,2,30,40^0.5", 0, Change(name="like", value="5@1,2,30,40^0.5", weight=1), "like:5@1,2,30,40"),
        ("like:5", 0, Change(name="like", value="5", weight=0.75, negated=True), "-like:5^0.75"),
    ],
)
def test_a_part_is_changed_where_it_stands(text: str, place: int, change: Change, found: str) -> None:
    assert edited(text, place, change) == found


_PIECES = st.sampled_from(
    [
        "sea",
        "tag:boat",
        '"two words"',
        "-umbrella",
        "rating>=3",
        '-person:"Ana Lima"',
        "(dog OR place:Rome)",
        "like:7",
    ]
)


@given(st.lists(_PIECES, min_size=1, max_size=5), st.integers(0, 9), st.sampled_from(["Évora", "a b", "x(y)"]))
def test_what_was_changed_reads_as_it_was_meant(pieces: list[str], place: int, value: str) -> None:
    node = tree(" ".join(pieces))
    every = list(leaves(node))
    leaf = every[place % len(every)]
    found = changed(node, leaf, Change(name="place", value=value)) if isinstance(leaf, Filter) else node
    assert found is not None
    again = list(leaves(tree(as_text(found))))
    assert len(again) == len(every)
    if isinstance(leaf, Filter):
        meant = again[place % len(every)]
        assert isinstance(meant, Filter)
        assert (meant.name, meant.value, meant.negated) == ("place", value, False)


@pytest.mark.parametrize(
    ("text", "less", "found"),
    [
        ("", False, "like:9"),
        ("boat at night", False, "boat at night like:9"),
        ("boat", True, "boat -like:9"),
        ("dog OR cat", False, "(dog OR cat) like:9"),
        ("boat like:9^0.5 like:91", True, "boat like:91 -like:9"),
        ("like:9@1,1,20,20", False, "like:9@1,1,20,20 like:9"),
        ("broken (", False, "like:9"),
    ],
)
def test_more_and_less_like_a_picture(text: str, less: bool, found: str) -> None:
    assert with_example(text, "9", less=less) == found


def test_the_place_of_an_error_is_marked() -> None:
    marked = misplaced("boat persn:<b> x", "“persn:” at character 6 is no filter")
    assert marked == 'boat <mark class="misplaced">persn:&lt;b&gt;</mark> x'
    assert misplaced("boat", "Nothing names a place here") == ""
    assert misplaced("boat", "at character 99") == ""
