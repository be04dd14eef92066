"""Where each concept's line lies for the sound model: vectors with their truth in, log-odds by cosine out.

A concept is offered as a tag only where recordings of it were heard, too: what was made alone proves little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.engines.sounds.lines import Line
from dam.engines.sounds.starter import StarterSoundEmbedder
from dam.engines.training.clap_recordings import Recorded
from dam.engines.training.sounds import GROUPS, RECIPES
from dam.ports import Samples, Vectors

Mask = NDArray[np.bool_]

# Groups of recipes that are concepts of the vocabulary, too.
_CONCEPTS_OF_GROUPS = {
    "music": "sound/music",
    "animal": "sound/animals",
    "water": "sound/nature/water",
    "insect": "sound/animals/insects",
    "bells": "sound/things/bells",
}
# A line lies a part of the way from where wrong sounds end (all but one in two hundred of those made, one in fifty of
# those recorded) to where half of the right ones lie. A concept whose right ones mostly stay below is not offered.
_WRONG_MADE, _WRONG_RECORDED, _HALF_WAY = 0.995, 0.98, 0.4
_LEAST_MADE, _LEAST_RECORDED = 0.5, 0.3
_FEWEST_RECORDED = 2  # windows of a concept
_LEAST_PRECISION = 0.75  # of a tag over the recordings
_LEAST_GAP = 0.04  # of cosines: a steeper line would stand on noise
_PHRASES = 3  # of each concept
_SURE = math.log(9)  # certainty 0.9, at the middle of the right ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Sounds (n, d) with `truth` and `counts` (n, k) by concept; where `counts` is False, nobody knows."""

    vectors: Vectors
    truth: Mask
    counts: Mask


def phrases() -> dict[str, tuple[str, ...]]:
    """Return what each concept is called, by its key."""
    found: dict[str, tuple[str, ...]] = {entry.concept: entry.names for entry in RECIPES}
    for group, key in _CONCEPTS_OF_GROUPS.items():
        found[key] = (*found.get(key, ()), *GROUPS[group])
    return found


def hear_made(embedder: StarterSoundEmbedder, sounds: Sequence[tuple[str, Samples]], keys: Sequence[str]) -> Heard:
    """Embed sounds of named recipes."""
    truth = np.array([[key in _concepts_of(name) for key in keys] for name, _ in sounds])
    vectors = embedder.embed_sounds([sound for _, sound in sounds])
    return Heard(vectors=vectors, truth=truth, counts=np.ones_like(truth))


def hear_recorded(embedder: StarterSoundEmbedder, sounds: Sequence[Recorded], keys: Sequence[str]) -> Heard:
    """Embed recordings."""
    return Heard(
        vectors=embedder.embed_sounds([one.sound for one in sounds]),
        truth=np.array([[one.holds(key) for key in keys] for one in sounds]),
        counts=np.array([[one.counts(key) for key in keys] for one in sounds]),
    )


def draw(embedder: StarterSoundEmbedder, made: Heard, recorded: Heard) -> dict[str, Line]:
    """Return the lines of the concepts that can be trusted."""
    lines = {}
    for place, (key, all_names) in enumerate(phrases().items()):
        names = _clearest(embedder, made, all_names, place)
        text = mean_text(embedder, names)
        right, wrong = _sides(made, text, place)
        known, other = _sides(recorded, text, place)
        if len(known) < _FEWEST_RECORDED:
            continue
        floor = max(float(np.quantile(wrong, _WRONG_MADE)), float(np.quantile(other, _WRONG_RECORDED)))
        middle = min(float(np.median(right)), max(float(np.median(known)), floor + _LEAST_GAP))
        line = floor + _HALF_WAY * (middle - floor)
        if middle - floor < _LEAST_GAP / 2 or (right >= line).mean() < _LEAST_MADE:
            continue
        found = int((known >= line).sum())
        if found < _LEAST_RECORDED * len(known) or found < _LEAST_PRECISION * (found + int((other >= line).sum())):
            continue
        slope = _SURE / (middle - line)
        lines[key] = Line(phrases=names, slope=round(slope, 3), offset=round(-slope * line, 3))
    return lines


def odds(embedder: StarterSoundEmbedder, heard: Heard, lines: dict[str, Line]) -> NDArray[np.float32]:
    """Return the log-odds of every line, (n, k)."""
    columns = [heard.vectors @ mean_text(embedder, one.phrases) * one.slope + one.offset for one in lines.values()]
    return np.stack(columns, axis=1)


def mean_text(embedder: StarterSoundEmbedder, names: Sequence[str]) -> NDArray[np.float32]:
    """Return the vector of a concept, (d,): the mean of its phrases'."""
    mean = embedder.embed_texts(names).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _clearest(embedder: StarterSoundEmbedder, made: Heard, names: Sequence[str], place: int) -> tuple[str, ...]:
    """Return the phrases that tell right from wrong best: the mean of all would be blurred by the vague ones."""
    gaps = {}
    for name in names:
        right, wrong = _sides(made, mean_text(embedder, [name]), place)
        gaps[name] = float(np.median(right) - np.quantile(wrong, _WRONG_MADE))
    return tuple(sorted(gaps, key=gaps.__getitem__, reverse=True)[:_PHRASES])


def _sides(heard: Heard, text: NDArray[np.float32], place: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the cosines of the right sounds and of the wrong ones."""
    cosines, counted = heard.vectors @ text, heard.counts[:, place]
    return cosines[heard.truth[:, place] & counted], cosines[~heard.truth[:, place] & counted]


def _concepts_of(name: str) -> set[str]:
    entry = next(one for one in RECIPES if one.name == name)
    groups = {_CONCEPTS_OF_GROUPS[group] for group in entry.groups if group in _CONCEPTS_OF_GROUPS}
    # Rain on a roof is rain.
    above = {other.concept for other in RECIPES if entry.concept.startswith(f"{other.concept}/")}
    return {entry.concept} | groups | above
