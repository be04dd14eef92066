"""The search with the starter pack on a judged library: answers are kept, and where there are none, it says so."""

import json
from typing import Any

import pytest

from tests.stack import REAL_MODELS, manage

# Neither the seed that the line was tuned on nor that of the document.
_SEED = "884001"
_MOST_WRONG = 0.05


@pytest.fixture(scope="module")
def judgements(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    data = tmp_path_factory.mktemp("judged")
    asked = ["--sizes", "60,180", "--each", "80", "--seed", _SEED, "--json"]
    done = manage(data, "judge", *asked, extra=REAL_MODELS)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_small_and_larger_libraries_are_judged(judgements: list[dict[str, Any]]) -> None:
    assert [(one["pictures"], one["libraries"]) for one in judgements] == [(60, 3), (180, 1)]
    assert all(sum(tally["count"] for tally in one["tallies"]) > 400 for one in judgements)


def test_nineteen_of_twenty_questions_keep_their_answer(judgements: list[dict[str, Any]]) -> None:
    wrong = {one["pictures"]: _wrong(one, must=True) for one in judgements if one["lost"] > _MOST_WRONG}
    assert not wrong


def test_nineteen_of_twenty_questions_without_an_answer_are_told_so(judgements: list[dict[str, Any]]) -> None:
    wrong = {one["pictures"]: _wrong(one, must=False) for one in judgements if one["fooled"] > _MOST_WRONG}
    assert not wrong


def test_a_stricter_line_loses_more_and_is_fooled_less(judgements: list[dict[str, Any]]) -> None:
    for one in judgements:
        for tally in one["tallies"]:
            rising = tally["by_strictness"] if tally["must"] else tally["by_strictness"][::-1]
            assert rising == sorted(rising), tally["kind"]


def _wrong(one: dict[str, Any], *, must: bool) -> dict[str, list[str]]:
    return {tally["kind"]: tally["wrong"] for tally in one["tallies"] if tally["must"] is must and tally["wrong"]}
