"""What docs/search.md says may be typed is what may be typed."""

import re
from pathlib import Path

import pytest

from dam.catalog.readers.conditions import HAS
from dam.catalog.readers.measure import LOOK_WORDS
from search.parse import parse_query, parts_of
from search.query.operators import OPERATORS, Operator

_PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
_ROWS = {
    match[1]: (match[2], match[3])
    for match in re.finditer(r"^\| `([a-z]+[:<>=].*?)` \| (.*?) \| (.*?) ?\|$", _PAGE, re.MULTILINE)
}


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_each_operator_has_its_row_with_its_other_names(operator: Operator) -> None:
    _, aliases = _ROWS[operator.example]
    assert set(re.findall(r"`([a-z]+):`", aliases)) == set(operator.aliases)


def test_no_row_is_of_an_operator_that_is_not_there() -> None:
    assert set(_ROWS) == {operator.example for operator in OPERATORS}


def test_the_words_of_look_and_has_are_all_named() -> None:
    assert set(re.findall(r"`(\w+)`", _ROWS["look:bw"][0])) == set(LOOK_WORDS)
    assert set(re.findall(r"`(\w+)`", _ROWS["has:speech"][0])) == set(HAS)


@pytest.mark.parametrize("text", re.findall(r"^    (.+)$", _PAGE, re.MULTILINE))
def test_the_examples_are_understood(text: str) -> None:
    assert parts_of(text)
    parse_query(text)
