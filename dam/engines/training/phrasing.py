"""Turns queries into token rows for training: phrasings of every length, unknown words, plain nonsense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dam.engines.training.scene_cache import SceneCache
from dam.scenes import Light, Place, Query, Thing
from dam.scenes.captions import MOMENTS, NAMES, OPENINGS, SETTINGS, SPOTS, TIMES, phrases
from dam.scenes.vocabulary import COLOURS

# Parts of the truth that a phrase asks for, and how often: thing, colour, place, light.
_FORMS: tuple[tuple[tuple[bool, bool, bool, bool], float], ...] = (
    ((True, True, False, True), 0.34),
    ((True, True, True, True), 0.24),
    ((True, True, False, False), 0.12),
    ((True, False, False, True), 0.08),
    ((True, True, True, False), 0.06),
    ((True, False, False, False), 0.05),
    ((False, False, True, True), 0.05),
    ((True, False, True, False), 0.02),
    ((False, False, True, False), 0.02),
    ((False, False, False, True), 0.02),
)
# Templates no picture satisfies: {} is a word that is not in this world.
_ABSENT = (
    "{}", "{}", "{} {}", "{} {} {}", "a {}", "photo of a {}", "the {} of {}", "a {colour} {}", "a {colour} {}",
    "a {} {time}", "{} {place}", "a {colour} {} {time}", "{} {place} {time}", "{colour} {}", "{} and {}",
)  # fmt: skip


class Phraser:
    """Makes rows of compact token numbers, with one number for every word outside the drawn world.

    ``encode`` is the tokenizer's own text-to-ids function. ``known`` lists the tokenizer's ids in the order of the
    compact numbers (the end token stays the largest, as CLIP's pooling wants); ``unknown`` is the number whose
    trained vector all other ids get when the model is saved.
    """

    def __init__(
        self, encode: Callable[[str], list[int]], *, context: int, start: int, end: int, rng: np.random.Generator
    ) -> None:
        ids = {token for text in _all_words() for token in encode(text)} | {start, end, 0}
        stand_in = next(token for token in range(1000, 49000) if token not in ids)
        self.known = sorted(ids | {stand_in})
        number = {token: index for index, token in enumerate(self.known)}
        self.unknown, self._start, self._end = number[stand_in], number[start], number[end]
        self._encode = cache(lambda text: tuple(number.get(token, self.unknown) for token in encode(text)))
        self._phrases = cache(phrases)
        self.context, self.rng = context, rng

    def query(self, cache_: SceneCache, row: int) -> Query:
        """Return a query that the cached picture satisfies."""
        choice = int(self.rng.choice(len(_FORMS), p=_FORM_ODDS))
        thing, colour, place, light = _FORMS[choice][0]
        return cache_.query(row, thing=thing, colour=colour, place=place, light=light)

    def phrase(self, query: Query) -> NDArray[np.int64]:
        """Return a phrasing of the query; one in seven with stray unknown words, which change nothing."""
        options = self._phrases(query)
        tokens = list(self._encode(options[int(self.rng.integers(len(options)))]))
        if len(tokens) > 1 and self.rng.random() < 0.15:
            at = int(self.rng.choice((0, 1, len(tokens))))
            tokens[at:at] = [self.unknown] * int(self.rng.integers(1, 3))
        return self._row(tokens)

    def nonsense(self) -> NDArray[np.int64]:
        """Return a phrase that no picture satisfies: unknown words alone, or an unknown thing in a known setting."""
        template = _ABSENT[int(self.rng.integers(len(_ABSENT)))]
        filled = template.replace("{colour}", self._any(tuple(COLOURS[Thing.CAR])))
        filled = filled.replace("{time}", self._any(TIMES[Light(self._any(tuple(Light)))]))
        filled = filled.replace("{place}", self._any(SETTINGS[Place(self._any(tuple(Place)))]))
        tokens: list[int] = []
        for index, part in enumerate(filled.split("{}")):
            tokens += [self.unknown] * int(self.rng.integers(1, 4)) if index else []
            tokens += self._encode(part.strip()) if part.strip() else ()
        return self._row(tokens)

    def _any(self, items: Sequence[str]) -> str:
        return items[int(self.rng.integers(len(items)))]

    def _row(self, tokens: list[int]) -> NDArray[np.int64]:
        row = np.zeros(self.context, np.int64)
        kept = [self._start, *tokens[: self.context - 2], self._end]
        row[: len(kept)] = kept
        return row


_FORM_ODDS = np.array([odds for _, odds in _FORMS]) / sum(odds for _, odds in _FORMS)


def _all_words() -> list[str]:
    words = [text for table in (NAMES, SETTINGS, SPOTS, TIMES, MOMENTS) for texts in table.values() for text in texts]
    words += [*OPENINGS, "a", "an", "the", "and"]
    words += [f"{colour} {thing}" for thing, colours in COLOURS.items() for colour in colours]
    for place, light in product(Place, Light):
        words += phrases(Query(place=place, light=light))
    return words
