"""What recorders, rooms and codecs do to a sound, done to its spectrum: power in, the picture that a model sees out.

Made sounds are cleaner and more alike than recorded ones; without this a model learns their cleanness.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dam.engines.sounds.mel import MELS, as_picture

Power = NDArray[np.float32]  # (frames, MELS)

_PACED_SHARE, _TUNED_SHARE = 0.4, 0.4
_NARROW_SHARE = 0.3  # a telephone, a loudspeaker, an old film
_HISS_SHARE = 0.5
_MASKED_SHARE = 0.3


def other_take(power: Power, random: np.random.Generator, *, frames: int) -> Power:
    """Return `frames` of a longer spectrum from a random moment, at times faster or slower, higher or lower."""
    at = int(random.integers(0, len(power) - frames + 1))
    pace = random.uniform(0.8, 1.25) if random.random() < _PACED_SHARE else 1.0
    rows = at + np.arange(frames) * pace
    taken = power[
        np.minimum(rows, 2 * (len(power) - 1) - rows).astype(int) if rows[-1] >= len(power) else rows.astype(int)
    ]
    if random.random() < _TUNED_SHARE:
        taken = _shifted(taken, random.uniform(-3.0, 3.0))
    return np.asarray(taken, dtype=np.float32)


def worn(power: Power, random: np.random.Generator, *, level: bool) -> NDArray[np.float32]:
    """Return the picture of a sound as some recorder gave it; without `level` its loudness, which tells, stays."""
    tilt = np.linspace(-0.5, 0.5, MELS) * random.normal(0, 5.0)
    curve = np.interp(np.arange(MELS), np.linspace(0, MELS - 1, 6), random.normal(0, 2.5, 6)) + tilt
    if random.random() < _NARROW_SHARE:
        curve = curve - _slopes(random)
    power = power * (10 ** (curve / 10)).astype(np.float32)
    if level and random.random() < _HISS_SHARE:
        power = power + _hiss(power, random)
    gain = random.uniform(-12, 8) if level else random.uniform(-4, 2)
    picture = as_picture(power * np.float32(10 ** (gain / 10)))
    if random.random() < _MASKED_SHARE:  # Park 2019, SpecAugment
        at = int(random.integers(0, MELS - 6))
        picture[:, at : at + int(random.integers(1, 7))] = picture.min()
    return picture


def _shifted(power: Power, bands: float) -> Power:
    """Return a spectrum moved along the mel scale."""
    places = np.clip(np.arange(MELS) - bands, 0, MELS - 1)
    left = np.minimum(places.astype(int), MELS - 2)
    share = (places - left).astype(np.float32)
    return np.asarray(power[:, left] * (1 - share) + power[:, left + 1] * share, dtype=np.float32)


def _slopes(random: np.random.Generator) -> NDArray[np.float64]:
    """Return what is lost outside of a band, in decibels: a codec cuts steeply, a loudspeaker does not."""
    low, high = random.uniform(-4, 18), random.uniform(34, 66)
    steep = random.uniform(1.0, 8.0)
    bands = np.arange(MELS)
    lost = steep * (np.maximum(0, low - bands) + np.maximum(0, bands - high))
    return np.asarray(np.minimum(lost, 45.0))


def _hiss(power: Power, random: np.random.Generator) -> Power:
    """Return steady noise of some colour; the power of noise in a band scatters as a gamma distribution's does."""
    colour = 10 ** (np.linspace(0, random.uniform(-30, 6), MELS) / 10)
    below = 10 ** (random.uniform(-45, -6) / 10)
    steady = random.gamma(4.0, 0.25, power.shape) * colour
    return np.asarray(steady * (power.mean() / steady.mean() * below), dtype=np.float32)
