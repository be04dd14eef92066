"""Which of an agency's categories an asset's concepts speak for: a suggestion with its certainty, never more."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dam.catalog.lexicon import folded
from dam.stock.profile import Profile

_FILE = Path(__file__).parent / "words" / "categories.toml"
_LEAST = 0.3  # below it a suggestion would be a guess
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A category with how sure it is, 0..1, and the concepts that speak for it."""

    key: str
    name: str
    certainty: float
    because: tuple[str, ...]


def suggest_categories(
    concepts: Iterable[tuple[str, str, float]], keywords: Iterable[str], agency: Profile
) -> list[Suggestion]:
    """Return the agency's categories that fit, the surest first.

    `concepts` are (path in the vocabulary, name, certainty); a keyword counts as a concept that somebody is sure of.
    The certainty of a category is the chance that one of its concepts is true (noisy or), over those of all.
    """
    known = _by_word().get(agency.key, {})
    votes: dict[str, dict[str, float]] = defaultdict(dict)
    said = ((word, word, 1.0) for word in keywords)
    for path, name, certainty in (*concepts, *said):
        for word in (name, *reversed(path.replace("|", "/").split("/"))):
            key = known.get(folded(word))
            if key is not None:
                votes[key][name] = max(certainty, votes[key].get(name, 0.0))
                break
    strength = {key: sum(words.values()) for key, words in votes.items()}
    whole = sum(strength.values())
    found = []
    for choice in agency.category.choices:
        if choice.key in votes:
            wrong = 1.0
            for certainty in votes[choice.key].values():
                wrong *= 1 - certainty
            sure = (1 - wrong) * (strength[choice.key] / whole) ** 0.5
            words = sorted(votes[choice.key], key=lambda word: -votes[choice.key][word])
            suggestion = Suggestion(key=choice.key, name=choice.name, certainty=sure, because=tuple(words[:4]))
            found.append(suggestion)
    kept = [each for each in found if each.certainty >= _LEAST]
    return sorted(kept, key=lambda each: -each.certainty)[:_MOST_SHOWN]


@cache
def _by_word() -> Mapping[str, Mapping[str, str]]:
    """Return the category of each word, by agency."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for subject in table["subject"]:
        for agency, key in subject["categories"].items():
            for word in subject["words"]:
                found[agency].setdefault(folded(word), str(key))
    return found
