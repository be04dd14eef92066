"""Phrases to rows of word numbers, for the small model: its own list of words, and one number for every other."""

import re
from collections.abc import Iterable, Sequence

PAD, UNKNOWN = 0, 1
LONGEST = 12  # words of a phrase that are read

# Words that ask for nothing: left out, so that "the sound of rain" is "rain".
FILLERS = frozenset([
    "a", "an", "the", "of", "on", "in", "at", "by", "to", "from", "with", "and", "or", "some", "somebody",
    "someone", "something", "is", "are", "i", "hear", "heard", "hearing", "can", "you", "sound", "sounds",
    "sounding", "audio", "recording", "background", "loud", "quietly", "softly", "loudly", "distant", "nearby",
])  # fmt: skip


def words_of(text: str) -> list[str]:
    """Return the telling words of a phrase, each cut to its stem: small letters, without plural and -ing."""
    return [stem(word) for word in re.findall(r"[\w']+", text.lower()) if word not in FILLERS]


def stem(word: str) -> str:
    """Return a word without the endings that change no sound: "bells" is "bell", "drumming" is "drum"."""
    for ending in ("ing", "ers", "er", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


class WordList:
    """The words that a model knows."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        self._number = {word: number for number, word in enumerate(self.words, start=2)}

    def __len__(self) -> int:
        """How many numbers there are, with those for no word and for an unknown one."""
        return len(self.words) + 2

    def row(self, text: str) -> list[int]:
        """Return the numbers of a phrase's telling words; a phrase without any is one unknown word."""
        return [self._number.get(word, UNKNOWN) for word in words_of(text)][:LONGEST] or [UNKNOWN]

    def knows(self, text: str) -> bool:
        """Tell whether every telling word of a phrase is known."""
        return UNKNOWN not in self.row(text)


def padded(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return rows of one length, filled up with PAD."""
    longest = max(map(len, rows))
    return [[*row, *([PAD] * (longest - len(row)))] for row in rows]
