"""The words of a judged library, as `words.toml` has them: what is said, written and asked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("words.toml")
_NO_ANSWER = "no answer: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A sound file and the lines that are said in it."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordQuestion:
    """What is asked, and what answers it: texts that hold one of `right`, letter by letter; none for no answer."""

    kind: str
    text: str
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All that is there to be found by words, by where it stands; counts are numbers of pictures."""

    recordings: tuple[Recording, ...]
    written: tuple[str, ...]
    titled: tuple[str, ...]
    named: tuple[str, ...]
    tagged: Mapping[str, int]
    people: Mapping[str, int]
    questions: tuple[WordQuestion, ...]


@cache
def load_words() -> Words:
    """Read the file. Raises ValueError for a question that nothing answers though it should, or the other way."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    pictures = found["pictures"]
    words = Words(
        recordings=tuple(Recording(name=one["name"], lines=tuple(one["lines"])) for one in found["recordings"]),
        written=tuple(pictures["written"]),
        titled=tuple(pictures["titled"]),
        named=tuple(pictures["named"]),
        tagged=dict(pictures["tagged"]),
        people=dict(pictures["people"]),
        questions=tuple(_questions(found["questions"])),
    )
    _check(words)
    return words


def _questions(kinds: Mapping[str, list[list[str]]]) -> list[WordQuestion]:
    return [
        WordQuestion(kind=kind, text=text, right=tuple(right))
        for kind, asked in kinds.items()
        for text, *right in asked
    ]


def _check(words: Words) -> None:
    texts: list[Any] = [line for one in words.recordings for line in one.lines]
    texts += [*words.written, *words.titled, *words.named, *words.tagged, *words.people]
    for question in words.questions:
        if bool(question.right) == question.kind.startswith(_NO_ANSWER):
            raise ValueError(
                f"“{question.text}” stands under “{question.kind}” and has {len(question.right)} answers"
            )
        for part in question.right:
            if not any(part in text for text in texts):
                raise ValueError(f"“{question.text}”: no text holds “{part}”")
