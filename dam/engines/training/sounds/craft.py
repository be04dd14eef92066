"""The tools that sounds are made with: noises, filters, envelopes, strings of events; (n,) float64 at 16 kHz."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE_HZ = 16_000
TOP_HZ = 7600.0  # a little below half the rate, where filters misbehave

Sound = NDArray[np.float64]
Random = np.random.Generator
Maker = Callable[[Random, int], Sound]


def seconds(n: int) -> Sound:
    """Return the time of each of n samples."""
    return np.arange(n) / RATE_HZ


def length(duration_s: float) -> int:
    """Return how many samples a duration has."""
    return max(8, int(duration_s * RATE_HZ))


def noise(random: Random, n: int, slope: float = 0.0) -> Sound:
    """Return noise whose power falls with frequency^slope: 0 white, 1 pink, 2 brown; standard deviation 1."""
    white = random.standard_normal(n)
    if slope == 0.0:
        return white
    spectrum = np.fft.rfft(white)
    frequency = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 20.0)  # below hearing it stays level
    coloured = np.fft.irfft(spectrum * frequency ** (-slope / 2), n)
    return np.asarray(coloured / (coloured.std() + 1e-12))


def band(sound: Sound, low_hz: float, high_hz: float, order: int = 2) -> Sound:
    """Keep what lies between two frequencies (0 and the top leave a side open)."""
    low, high = max(low_hz, 0.0), min(high_hz, TOP_HZ)
    if low < 15.0:
        sos = signal.butter(order, high, "lowpass", fs=RATE_HZ, output="sos")
    elif high >= TOP_HZ:
        sos = signal.butter(order, low, "highpass", fs=RATE_HZ, output="sos")
    else:
        sos = signal.butter(order, (low, max(high, low * 1.05)), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sos, sound))


def ring(sound: Sound, hertz: float, width_hz: float) -> Sound:
    """Return what a resonance makes of a sound (two poles), at about the same level."""
    hertz = min(hertz, TOP_HZ)
    radius = np.exp(-np.pi * width_hz / RATE_HZ)
    poles = [1.0, -2 * radius * np.cos(2 * np.pi * hertz / RATE_HZ), radius**2]
    return np.asarray(signal.lfilter([1 - radius], poles, sound))


def wander(random: Random, n: int, hertz: float, low: float, high: float) -> Sound:
    """Return a smooth random curve between two values that turns about `hertz` times a second."""
    points = max(4, int(n / RATE_HZ * hertz) + 3)
    knots = random.uniform(low, high, points)
    at = np.linspace(0, points - 1, n)
    left = np.minimum(at.astype(int), points - 2)
    share = (1 - np.cos(np.pi * (at - left))) / 2
    return np.asarray(knots[left] * (1 - share) + knots[left + 1] * share)


def fade(n: int, attack_s: float, decay_s: float) -> Sound:
    """Return the envelope of something struck: a short rise, then an exponential fall."""
    time = seconds(n)
    return np.asarray(np.minimum(time / max(attack_s, 1e-4), 1.0) * np.exp(-time / decay_s))


def gate(n: int, edge_s: float = 0.02) -> Sound:
    """Return an envelope that is open, with soft ends."""
    edge = min(length(edge_s), n // 2)
    envelope = np.ones(n)
    envelope[:edge] = np.linspace(0, 1, edge)
    envelope[n - edge :] = np.linspace(1, 0, edge)
    return envelope


def glide(frequency: Sound, parts: Sequence[tuple[float, float]] = ((1.0, 1.0),)) -> Sound:
    """Return sines along a curve of frequencies; `parts` are (multiple, strength). What would alias is left out."""
    phase = 2 * np.pi * np.cumsum(frequency) / RATE_HZ
    out = np.zeros(len(frequency))
    for multiple, strength in parts:
        out += strength * np.sin(multiple * phase) * (frequency * multiple < TOP_HZ)
    return out


def overtones(count: int, fall: float) -> list[tuple[float, float]]:
    """Return the first harmonics, each weaker by its number to the power of `fall`."""
    return [(float(number), number**-fall) for number in range(1, count + 1)]


def put(out: Sound, part: Sound, at: int) -> None:
    """Add a part into a sound, in place, from sample `at` on; what hangs over is cut."""
    if 0 <= at < len(out):
        end = min(len(out), at + len(part))
        out[at:end] += part[: end - at]


def steady(random: Random, n: int, every_s: float, jitter: float = 0.0) -> Iterator[int]:
    """Yield moments at a steady pace, from a random start; each off by up to `jitter` × the pace."""
    at = random.uniform(0, every_s)
    while at < n / RATE_HZ:
        yield max(0, int((at + random.uniform(-jitter, jitter) * every_s) * RATE_HZ))
        at += every_s


def chance(random: Random, n: int, per_second: float) -> NDArray[np.int64]:
    """Return random moments, so many a second on average."""
    count = int(random.poisson(per_second * n / RATE_HZ))
    return np.sort(random.integers(0, n, max(1, count)))


def impulses(random: Random, n: int, per_second: float, *, spread: float = 1.0) -> Sound:
    """Return clicks at random moments; `spread` is how much louder some are (log-normal)."""
    out = np.zeros(n)
    at = chance(random, n, per_second)
    out[at] = random.lognormal(0.0, spread, len(at)) * random.choice((-1.0, 1.0), len(at))
    return out


def room(random: Random, sound: Sound, reverb_s: float, wet: float) -> Sound:
    """Return a sound as a room gives it back: noise that decays by 60 dB in `reverb_s` (Moorer 1979)."""
    n = length(reverb_s)
    tail = random.standard_normal(n) * np.exp(-6.9 * seconds(n) / reverb_s)
    tail = band(tail, 150.0, random.uniform(3000.0, 7000.0))
    tail /= np.sqrt((tail**2).sum()) + 1e-12
    return np.asarray(sound * (1 - wet) + wet * signal.fftconvolve(sound, tail)[: len(sound)])


def saw(frequency: Sound) -> Sound:
    """Return a buzz along a curve of frequencies: a saw with its worst aliases filtered off."""
    phase = np.cumsum(frequency) / RATE_HZ
    return band(2 * (phase % 1.0) - 1, 0.0, 6500.0)
