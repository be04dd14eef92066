"""Words as agencies look at them: protected and worn-out ones in a text, people's names, twins among keywords."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path

from dam.catalog.words import clean, terms

_FOLDER = Path(__file__).parent / "words"


@cache
def protected() -> frozenset[str]:
    """Return names that may be trademarks, folded."""
    return _read("trademarks")


@cache
def tired() -> frozenset[str]:
    """Return words that say nothing to a buyer, or are taken for spam, folded."""
    return _read("banned")


def mentions(text: str, phrases: Collection[str]) -> tuple[str, ...]:
    """Return those of the folded `phrases` that a text holds as whole words, in their order in the text."""
    words = [term.folded for term in terms(clean(text))]
    found: dict[str, None] = {}
    for start in range(len(words)):
        for length in (1, 2, 3):
            phrase = " ".join(words[start : start + length])
            if start + length <= len(words) and phrase in phrases:
                found[phrase] = None
    return tuple(found)


def names_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the people's names that a text holds: the whole name, or what is written of it in one run."""
    words = f" {_folded(text)} "
    return tuple(name for name in dict.fromkeys(names) if _folded(name) and f" {_folded(name)} " in words)


def leaf(keyword: str) -> str:
    """Return what an agency is sent of a keyword: of a path ("Animals|Dog") its last part."""
    return keyword.rpartition("|")[2].strip()


def twins(keywords: Sequence[str]) -> list[tuple[int, int]]:
    """Return (place, place of the earlier one) of keywords that are the same, or its plural or singular."""
    seen: dict[str, int] = {}
    found = []
    for at, keyword in enumerate(keywords):
        stem = _stemmed(keyword)
        if stem in seen:
            found.append((at, seen[stem]))
        else:
            seen[stem] = at
    return found


def same(one: str, other: str) -> bool:
    """Tell whether two keywords are the same but for case and accents."""
    return _folded(one) == _folded(other)


def _stemmed(keyword: str) -> str:
    return " ".join(term.stem for term in terms(clean(keyword))) or keyword.strip().casefold()


def _folded(text: str) -> str:
    return " ".join(term.folded for term in terms(clean(text)))


def _read(name: str) -> frozenset[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(_folded(line) for line in lines if line.strip() and not re.match(r"\s*#", line))
