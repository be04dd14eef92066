"""Samples to log-mel pictures of sound, for the small model: (n,) int16 at 16 kHz in, (frames, 64) float32 out."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dam.ports import SPEECH_RATE_HZ, Samples

MELS = 64
HOP = 400  # 25 ms: a knock is two frames, a drum roll can still be told from a buzz
WINDOW = 640  # 40 ms
_FFT = 1024
_LOW_HZ, _HIGH_HZ = 40.0, 7800.0
FLOOR = 1e-9  # of power: far below the quietest recorder

Mel = NDArray[np.float32]


def mel_power(samples: Samples) -> Mel:
    """Return the power in 64 mel bands, (frames, 64); full scale is 1.0; a frame each 25 ms."""
    sound = np.asarray(samples, dtype=np.float32) / 32768.0
    frames = max(1, len(sound) // HOP)
    padded = np.pad(sound, (WINDOW // 2, WINDOW))
    rows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: frames * HOP : HOP]
    spectrum = np.fft.rfft(rows * _window(), _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.asarray(power @ _filters(), dtype=np.float32)


def as_picture(power: Mel) -> Mel:
    """Return power as the model sees it: decibels, about -2..2."""
    return np.asarray((10.0 * np.log10(power + FLOOR) + 45.0) / 20.0, dtype=np.float32)


@cache
def _window() -> NDArray[np.float32]:
    window = np.hanning(WINDOW)
    return np.asarray(window / np.sqrt((window**2).sum() * _FFT / 2), dtype=np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Return triangles that stand evenly on the mel scale, (bins, 64): 2595 log10(1 + f/700), O'Shaughnessy 1987."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOW_HZ, _HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, MELS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_FFT, 1 / SPEECH_RATE_HZ)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rise, fall)), dtype=np.float32)
