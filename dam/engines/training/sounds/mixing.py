"""From a recipe and a seed to a finished sound: made, put in a room, through a microphone, at a level."""

from __future__ import annotations

import numpy as np

from dam.engines.training.sounds.book import Recipe
from dam.engines.training.sounds.craft import RATE_HZ, Random, Sound, band, noise, room
from dam.ports import Samples

_ROOM_SHARE = 0.4  # of sounds are heard in a room
_OUTDOORS = frozenset({"wind", "waves", "thunder", "car passing", "traffic", "aeroplane", "room tone"})


def make_sound(entry: Recipe, random: Random, *, seconds: float) -> Samples:
    """Return 16 kHz mono int16 samples of a recipe; the same state of `random` gives the same sound."""
    n = int(seconds * RATE_HZ)
    sound = entry.maker(random, n)
    if entry.name not in _OUTDOORS and random.random() < _ROOM_SHARE:
        sound = room(random, sound, random.uniform(0.15, 1.6), random.uniform(0.1, 0.5))
    sound = _microphone(random, sound)
    level = 10 ** (random.uniform(*entry.level_db) / 20)
    sound = sound / (np.sqrt((sound**2).mean()) + 1e-9) * level
    # The floor of the recorder; clipping as recorders clip.
    sound += noise(random, n, random.uniform(0.0, 1.0)) * 10 ** (random.uniform(-85, -62) / 20)
    samples: Samples = (np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16)
    return samples


def _microphone(random: Random, sound: Sound) -> Sound:
    """Lose some of the lows and highs, as microphones and codecs do."""
    if random.random() < 0.4:
        sound = band(sound, 0.0, random.uniform(3200, 7500), 1)
    if random.random() < 0.4:
        sound = band(sound, random.uniform(30, 160), 8000.0, 1)
    return sound
