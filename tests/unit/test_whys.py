"""Why a unit was found, in one line."""

import pytest

from dam.types import Evidence, EvidenceSource
from search.answer.whys import in_a_line


def _found(source: EvidenceSource, score: float = 0.834, *, at_ms: int | None = None, snippet: str = "") -> Evidence:
    return Evidence(source=source, score=score, raw=score, at_ms=at_ms, snippet=snippet)


def test_the_parts_of_a_score_stand_in_one_line() -> None:
    line = in_a_line(
        [
            _found(EvidenceSource.PICTURE, at_ms=9_000),
            _found(EvidenceSource.SPOKEN_WORDS, at_ms=12_400, snippet="then the \x02red\x03 \x02car\x03 came"),
            _found(EvidenceSource.TAG, 0.9, snippet="\x02car\x03"),
            _found(EvidenceSource.PERSON, 1.0, snippet="\x02Anna\x03"),
            _found(EvidenceSource.PLACE, 1.0, snippet="\x02Lisbon\x03"),
        ]
    )
    assert line == "picture 0.83 · said “then the red car came” 00:12 · tag car · Anna · in Lisbon"


def test_of_a_long_text_only_what_is_around_the_match_is_quoted() -> None:
    text = "one two three four five six seven eight nine ten eleven \x02twelve\x03 thirteen fourteen fifteen sixteen"
    line = in_a_line([_found(EvidenceSource.TEXT, snippet=text)])
    assert line.startswith("text “… ")
    assert line.endswith(" …”")
    assert "twelve" in line
    assert len(line) < 70


@pytest.mark.parametrize("source", list(EvidenceSource))
def test_every_source_has_words_with_and_without_a_snippet(source: EvidenceSource) -> None:
    assert "0.83" in in_a_line([_found(source)])
    assert "boat" in in_a_line([_found(source, snippet="\x02boat\x03")]) or "0.83" in in_a_line(
        [_found(source, snippet="\x02boat\x03")]
    )
