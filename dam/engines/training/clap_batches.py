"""Batches for the sound model: stored spectra mixed at random, phrases, and the truth between them.

Spectra are mixed as power: two sounds that have nothing to do with each other add up so, and it saves a transform
per example.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dam.engines.sounds.mel import HOP, mel_power
from dam.engines.sounds.small_words import UNKNOWN, WordList, padded, words_of
from dam.engines.training.clap_voices import spoken
from dam.engines.training.clap_wear import other_take, worn
from dam.engines.training.sounds import GROUPS, RECIPES, Recipe, make_sound
from dam.engines.training.sounds.craft import RATE_HZ

WINDOW_S = 5.0
FRAMES = int(WINDOW_S * RATE_HZ) // HOP
_STORED_S = 6.5  # a window is cut from it at random
# Short stretches are heard, too: their window is filled up by repeating them.
_SHORT_SHARE = 0.15
_BACKGROUNDS = ("room tone", "white noise", "hum", "wind", "traffic", "babble", "vacuum")
NONSENSE_SHARE = 0.25
_STRANGE_SHARE = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Pictures (n, FRAMES, MELS); word rows (m, words); truth (n, m) and `counts` (n, m): False where nobody can say;
    `kinds` (n, recipes): which recipes are heard.
    """

    pictures: Tensor
    phrases: Tensor
    truth: Tensor
    counts: Tensor
    kinds: Tensor


class SoundCache:
    """Spectra of every recipe, (recipes, variants, frames, MELS) fp16 in decibels, on disk."""

    def __init__(self, folder: Path, *, variants: int, seed: int) -> None:
        path = folder / f"spectra-{len(RECIPES)}-{variants}-{seed}.npy"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            # Training's seeds: 1,000,003 × its own --seed and on.
            first = seed * 1_000_003
            made = np.stack([
                np.stack([_spectrum(entry, first + number * 10_007 + variant) for variant in range(variants)])
                for number, entry in enumerate(RECIPES)
            ])  # fmt: skip
            np.save(path, made)
        self.decibels: NDArray[np.float16] = np.load(path)
        self.variants = variants

    def power(self, kind: int, variant: int) -> NDArray[np.float32]:
        """Return one sound's power, (frames, MELS)."""
        decibels = self.decibels[kind, variant].astype(np.float32)
        return np.asarray(10 ** (decibels / 10), dtype=np.float32)


def _spectrum(entry: Recipe, seed: int) -> NDArray[np.float16]:
    if entry.name == "speech" and seed % 3:  # two thirds are said by a synthesiser, one is formants alone
        entry = replace(entry, maker=spoken)
    power = mel_power(make_sound(entry, np.random.default_rng(seed), seconds=_STORED_S))
    return np.asarray(10 * np.log10(power + 1e-10), dtype=np.float16)


def known_words() -> WordList:
    """Return every word of the recipes' and the groups' names."""
    texts = [name for entry in RECIPES for name in entry.names]
    texts += [name for names in GROUPS.values() for name in names]
    return WordList(sorted({word for text in texts for word in words_of(text)}))


def names_of(asked: str) -> tuple[str, ...]:
    """Return what people call a recipe or a group."""
    return GROUPS[asked] if asked in GROUPS else next(entry.names for entry in RECIPES if entry.name == asked)


class Mixer:
    """Makes batches from a cache."""

    def __init__(self, cache: SoundCache, words: WordList, rng: np.random.Generator) -> None:
        self._cache, self._words, self._rng = cache, words, rng
        self._number = {entry.name: number for number, entry in enumerate(RECIPES)}
        # What each phrase may stand for: "rain" is true of rain and of rain on a roof.
        self._meanings: dict[tuple[int, ...], set[str]] = {}
        for asked in [*GROUPS, *(entry.name for entry in RECIPES)]:
            for name in names_of(asked):
                self._meanings.setdefault(tuple(words.row(name)), set()).add(asked)

    def batches(self, steps: int, *, size: int) -> Iterator[Batch]:
        """Yield batches of `size` mixtures."""
        for _ in range(steps):
            yield self._batch(size)

    def _batch(self, size: int) -> Batch:
        pictures, heard, faint = [], [], []
        order = self._rng.permutation(len(RECIPES))
        for place in range(size):
            picture, clear, weak = self._mixture(int(order[place % len(order)]))
            pictures.append(picture)
            heard.append(clear)
            faint.append(weak)
        asked = [self._question(clear) for clear in heard for _ in range(2)]
        nonsense = [((), [UNKNOWN] * int(self._rng.integers(1, 4))) for _ in range(int(size * NONSENSE_SHARE))]
        questions = asked + nonsense
        truth = np.array([[self._holds(clear, need) for need, _ in questions] for clear in heard])
        maybe = np.array(
            [[self._holds(clear | weak, need) for need, _ in questions]
             for clear, weak in zip(heard, faint, strict=True)]
        )  # fmt: skip
        kinds = np.zeros((size, len(RECIPES)), dtype=np.float32)
        for row, clear in enumerate(heard):
            kinds[row, [self._number[name] for name in clear if name in self._number]] = 1.0
        return Batch(
            pictures=torch.from_numpy(np.stack(pictures)),
            phrases=torch.tensor(padded([row for _, row in questions])),
            truth=torch.from_numpy(truth),
            counts=torch.from_numpy(truth | ~maybe),
            kinds=torch.from_numpy(kinds),
        )

    def _holds(self, heard: set[str], need: tuple[frozenset[str], ...]) -> bool:
        """Tell whether each part of a question is met by one of its meanings; a question of no parts never is."""
        return bool(need) and all(part & heard for part in need)

    def _mixture(self, first: int) -> tuple[NDArray[np.float32], set[str], set[str]]:
        rng = self._rng
        power, heard = self._stretch(first), _labels(first)
        weak: set[str] = set()
        quiet = RECIPES[first].name == "room tone"
        if not quiet and rng.random() < 0.35:
            second = int(rng.integers(len(RECIPES)))
            other, gain = self._stretch(second), rng.uniform(-14.0, 6.0)
            other = other * (power.mean() / (other.mean() + 1e-12)) * 10 ** (gain / 10)
            if RECIPES[second].name != "room tone":
                power = power + other
                if gain < -8:
                    weak |= _labels(second)
                else:
                    heard |= _labels(second)
        if not quiet and rng.random() < 0.5:
            behind = self._number[_BACKGROUNDS[int(rng.integers(len(_BACKGROUNDS)))]]
            other = self._stretch(behind)
            power = power + other * (power.mean() / (other.mean() + 1e-12)) * 10 ** (rng.uniform(-40, -14) / 10)
            weak |= _labels(behind)
        return worn(power, rng, level=not quiet), heard, weak - heard

    def _stretch(self, kind: int) -> NDArray[np.float32]:
        rng = self._rng
        power = self._cache.power(kind, int(rng.integers(self._cache.variants)))
        part = other_take(power, rng, frames=FRAMES)
        if rng.random() < _SHORT_SHARE:
            short = part[: int(rng.integers(FRAMES // 4, FRAMES))]
            if short.mean() > part.mean() / 4:  # something is heard in it
                part = np.tile(short, (FRAMES // len(short) + 1, 1))[:FRAMES]
        return part

    def _question(self, heard: set[str]) -> tuple[tuple[frozenset[str], ...], list[int]]:
        """Return what a phrase needs (each part by any of its meanings), and its row of words."""
        rng = self._rng
        kinds = sorted(name for name in heard if name in self._number)
        parts = [str(rng.choice(kinds))]
        choice = rng.random()
        groups = sorted(heard - set(kinds))
        if choice < 0.2 and groups:
            parts = [str(rng.choice(groups))]
        elif choice < 0.35 and len(kinds) > 1:
            parts = kinds
        rows, need = [], []
        for part in parts:
            names = names_of(part)
            row = self._words.row(names[int(rng.integers(len(names)))])
            need.append(frozenset(self._meanings[tuple(row)]))
            rows += row
        if rng.random() < 0.15:  # a stray word that is not known changes nothing
            rows.insert(int(rng.choice((0, len(rows)))), UNKNOWN)
        elif rng.random() < _STRANGE_SHARE:  # but "a red car at sunset" asks for no car's sound
            for _ in range(len(rows) + int(rng.integers(1, 3))):
                rows.insert(int(rng.integers(0, len(rows) + 1)), UNKNOWN)
            need = []
        return tuple(need), rows


def _labels(kind: int) -> set[str]:
    return {RECIPES[kind].name, *RECIPES[kind].groups}
