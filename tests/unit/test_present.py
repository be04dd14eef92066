"""What a hit says of why it matched."""

from dam.catalog.words import MARK_END, MARK_START
from search.present import _matching_fields


def test_only_the_fields_that_matched_are_shown() -> None:
    snippet = f"{MARK_START}Red{MARK_END} car at sunset\nMarta Quell\nNIKON Z 6_2\n2024-06 Lisbon coast DSC_0412"
    assert _matching_fields(snippet) == f"{MARK_START}Red{MARK_END} car at sunset"


def test_two_fields_at_most_are_shown() -> None:
    fields = [f"{MARK_START}{word}{MARK_END}" for word in ("one", "two", "three")]
    assert _matching_fields("\n".join(fields)) == " · ".join(fields[:2])


def test_text_without_a_mark_is_shown_as_it_is() -> None:
    assert _matching_fields("plain words") == "plain words"
