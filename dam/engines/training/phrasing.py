"""Turns queries into token rows for training: phrasings of every length, words the model can't know, plain nonsense."""

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
    """Makes token rows with one shared token for every word outside the drawn world.

    ``encode`` is the tokenizer's own text-to-ids function; ``unknown`` is the id that stands for all others and
    whose trained vector is copied to them when the model is saved.
    """

    def __init__(
        self, encode: Callable[[str], list[int]], *, context: int, start: int, end: int, rng: np.random.Generator
    ) -> None:
        self._encode = cache(lambda text: tuple(encode(text)))
        self.context, self.start, self.end, self.rng = context, start, end, rng
        self.known = sorted({token for text in _all_words() for token in self._encode(text)} | {start, end, 0})
        known = set(self.known)
        self.unknown = next(token for token in range(1000, 49000) if token not in known)

    def query(self, cache_: SceneCache, row: int) -> Query:
        """A query that the cached picture satisfies."""
        choice = int(self.rng.choice(len(_FORMS), p=_FORM_ODDS))
        thing, colour, place, light = _FORMS[choice][0]
        return cache_.query(row, thing=thing, colour=colour, place=place, light=light)

    def phrase(self, query: Query) -> NDArray[np.int64]:
        """A phrasing of the query; one in seven with stray unknown words, which change nothing."""
        options = phrases(query)
        tokens = list(self._encode(options[int(self.rng.integers(len(options)))]))
        if len(tokens) > 1 and self.rng.random() < 0.15:
            at = int(self.rng.choice((0, 1, len(tokens))))
            tokens[at:at] = [self.unknown] * int(self.rng.integers(1, 3))
        return self._row(tokens)

    def nonsense(self) -> NDArray[np.int64]:
        """A phrase that no picture satisfies: unknown words alone, or an unknown thing in a known setting."""
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
        kept = [self.start, *tokens[: self.context - 2], self.end]
        row[: len(kept)] = kept
        return row


_FORM_ODDS = np.array([odds for _, odds in _FORMS]) / sum(odds for _, odds in _FORMS)


def _all_words() -> list[str]:
    words = [text for table in (NAMES, SETTINGS, SPOTS, TIMES, MOMENTS) for texts in table.values() for text in texts]
    words += [*OPENINGS, "a", "an", "the"]
    words += [f"{colour} {thing}" for thing, colours in COLOURS.items() for colour in colours]
    for place, light in product(Place, Light):
        words += phrases(Query(place=place, light=light))
    return words
