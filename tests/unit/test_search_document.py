"""What docs/search.md says may be typed is what may be typed."""

import re
from datetime import date
from pathlib import Path

import pytest

from dam.catalog.readers.conditions import HAS
from dam.catalog.readers.measure import LOOK_WORDS
from search.parse import parse_query, parts_of
from search.query.dates import span_of
from search.query.grammar import parse
from search.query.operators import OPERATORS, Operator
from search.query.tree import as_text
from search.query.understanding import Known, understand

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


@pytest.mark.parametrize(
    "text", re.findall(r'`"?([^`"]+)"?`', _PAGE.partition("## Dates")[2].partition("## Filters")[0])
)
def test_the_dates_are_dates(text: str) -> None:
    if not text.endswith(":"):
        assert span_of(text.removeprefix("date:"), date(2026, 11, 21))


def test_what_is_said_to_be_understood_is_understood() -> None:
    known = Known(people={"anna": "Anna Lima"}, places={"lisbon": "Lisbon", "nice": "Nice"}, ordinary="nice".__eq__)
    rows = re.findall(
        r"^\| (`[^|]*?`) \| (.*?) ?\|$", _PAGE.partition("by itself")[2].partition("## P")[0], re.MULTILINE
    )
    assert len(rows) == 5
    for typed, meant in rows:
        for text in re.findall(r"`(.*?)`", typed):
            tree = parse(text)
            assert tree is not None
            filters = as_text(understand(tree, known, today=date(2026, 11, 21)), guessed=False)
            assert re.search(r'\w+:("[^"]+"|\S+)', filters), text
            if "…" not in meant and "," not in typed:
                assert set(re.findall(r"`(.*?)`", meant)) <= set(re.findall(r'\w+:(?:"[^"]+"|\S+)', filters)), text


@pytest.mark.parametrize("text", re.findall(r"^    (.+)$", _PAGE, re.MULTILINE))
def test_the_examples_are_understood(text: str) -> None:
    assert parts_of(text)
    parse_query(text)
