"""The three-way merge of fields: what neither side may lose."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from dam.catalog.merge import FIELDS, merge, merge_keywords
from dam.types import MergeRule

_WORDS = some.lists(some.sampled_from(["a", "b", "c", "d", "X|y"]), unique=True, max_size=4)
_VALUES = some.fixed_dictionaries(
    {name: _WORDS if name == "keywords" else some.sampled_from(["", "one", "two"]) for name in FIELDS}
)
_RULES = some.sampled_from(list(MergeRule))


def merged(**sides: Any) -> Any:
    return merge(**sides, rule=MergeRule.NEWEST, theirs_newer=False)


@given(ours=_VALUES, agreed=_VALUES, there=_VALUES, rule=_RULES, newer=some.booleans())
def test_what_did_not_change_there_changes_nothing_here(
    ours: Any, agreed: Any, there: Any, rule: MergeRule, newer: bool
) -> None:
    result = merge(ours=ours, agreed=agreed, then=there, now=there, rule=rule, theirs_newer=newer)
    assert (result.ours, result.agreed, result.conflicts) == (ours, agreed, ())


@given(agreed=_VALUES, now=_VALUES, rule=_RULES, newer=some.booleans())
def test_what_nobody_edited_here_becomes_theirs(agreed: Any, now: Any, rule: MergeRule, newer: bool) -> None:
    result = merge(ours=agreed, agreed=agreed, then=agreed, now=now, rule=rule, theirs_newer=newer)
    assert (result.ours, result.agreed, result.conflicts) == (now, now, ())


@given(ours=_VALUES, agreed=_VALUES, then=_VALUES, now=_VALUES, newer=some.booleans())
def test_the_rule_decides_conflicts_and_nothing_else(
    ours: Any, agreed: Any, then: Any, now: Any, newer: bool
) -> None:
    mine = merge(ours=ours, agreed=agreed, then=then, now=now, rule=MergeRule.OURS, theirs_newer=newer)
    theirs = merge(ours=ours, agreed=agreed, then=then, now=now, rule=MergeRule.THEIRS, theirs_newer=newer)
    newest = merge(ours=ours, agreed=agreed, then=then, now=now, rule=MergeRule.NEWEST, theirs_newer=newer)
    assert mine.conflicts == theirs.conflicts
    assert newest.ours == (theirs if newer else mine).ours
    for name in FIELDS:
        if name in mine.conflicts:
            assert (mine.ours[name], theirs.ours[name]) == (ours[name], now[name])
        else:
            assert mine.ours[name] == theirs.ours[name]
        assert mine.ours[name] in (ours[name], now[name]) or name == "keywords"


@given(ours=_VALUES, agreed=_VALUES, then=_VALUES, now=_VALUES, rule=_RULES, newer=some.booleans())
def test_reading_the_same_again_changes_nothing(
    ours: Any, agreed: Any, then: Any, now: Any, rule: MergeRule, newer: bool
) -> None:
    once = merge(ours=ours, agreed=agreed, then=then, now=now, rule=rule, theirs_newer=newer)
    twice = merge(ours=once.ours, agreed=once.agreed, then=now, now=now, rule=rule, theirs_newer=newer)
    assert twice.ours == once.ours


@given(ours=_WORDS, then=_WORDS, now=_WORDS)
def test_keywords_lose_what_was_taken_away_there_and_nothing_else(
    ours: list[str], then: list[str], now: list[str]
) -> None:
    result = merge_keywords(ours, then, now)
    assert set(result) == (set(ours) - (set(then) - set(now))) | (set(now) - set(then))
    assert len(result) == len(set(result))
    assert [word for word in result if word in ours] == [word for word in ours if word in result], "our order"


def test_a_title_that_was_taken_away_there_is_taken_away_here() -> None:
    base = dict.fromkeys(FIELDS, "") | {"title": "Old", "keywords": []}
    assert merged(ours=base, agreed=base, then=base, now=base | {"title": ""}).ours["title"] == ""


def test_stars_that_were_never_given_are_no_stars() -> None:
    base: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"rating": None, "keywords": []}
    result = merged(ours=base | {"rating": 3}, agreed=base, then=base, now=base | {"rating": 0})
    assert (result.ours["rating"], result.conflicts) == (3, ())
