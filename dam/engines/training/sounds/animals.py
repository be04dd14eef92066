"""Birds, insects, dogs and others."""

from __future__ import annotations

import numpy as np

from dam.engines.training.sounds.craft import (
    RATE_HZ,
    Random,
    Sound,
    band,
    chance,
    fade,
    gate,
    glide,
    length,
    noise,
    overtones,
    put,
    ring,
    saw,
    seconds,
    steady,
    wander,
)


def birds(random: Random, n: int) -> Sound:
    """Return birdsong: two or three birds, each with a phrase of fast sweeps that it repeats."""
    out = noise(random, n, 1.0) * 0.008
    for _ in range(int(random.integers(1, 4))):
        base, loud = random.uniform(2000, 5200), random.uniform(0.3, 1.0)
        phrase = []
        for _ in range(int(random.integers(2, 9))):
            size = length(random.uniform(0.04, 0.2))
            ends = base * random.uniform(0.7, 1.35, 3)
            curve = np.interp(np.linspace(0, 2, size), (0, 1, 2), ends)
            trill = 1 + random.choice((0.0, 0.08)) * np.sin(2 * np.pi * random.uniform(20, 45) * seconds(size))
            phrase.append(glide(curve * trill, ((1.0, 1.0), (2.0, 0.08))) * gate(size, 0.015))
        at = random.uniform(0.0, 1.0)
        while at < n / RATE_HZ:
            for chirp in phrase:
                put(out, chirp * loud, int(at * RATE_HZ))
                at += len(chirp) / RATE_HZ + random.uniform(0.02, 0.08)
            at += random.uniform(0.3, 1.6)
    return out


def crickets(random: Random, n: int) -> Sound:
    """Return crickets at night: pulses of one high tone, thirty a second, in chirps."""
    out = noise(random, n, 1.0) * 0.01
    for _ in range(int(random.integers(1, 5))):
        hertz, pulse, every = random.uniform(3800, 5600), random.uniform(22, 45), random.uniform(0.3, 1.0)
        size = length(every * random.uniform(0.4, 0.95))
        time = seconds(size)
        chirp = np.sin(2 * np.pi * hertz * time) * np.maximum(np.sin(2 * np.pi * pulse * time), 0) * gate(size)
        loud = random.uniform(0.3, 1.0)
        for at in steady(random, n, every, 0.03):
            put(out, chirp * loud, at)
    return out


def dog(random: Random, n: int) -> Sound:
    """Return a dog that barks: short rough bursts that rise and fall."""
    out = noise(random, n, 1.0) * 0.003
    pitch, large = random.uniform(230, 620), random.uniform(0.8, 1.2)
    at = random.uniform(0.0, 0.6)
    while at < n / RATE_HZ:
        for _ in range(int(random.integers(1, 4))):
            size = length(random.uniform(0.1, 0.22))
            curve = pitch * np.interp(np.linspace(0, 1, size), (0, 0.3, 1), (0.75, 1.25, 0.7))
            rough = glide(curve, overtones(16, 0.5)) * (1 + 0.6 * band(noise(random, size), 0, 120) * 3)
            throat = ring(rough, 620 * large, 160) + ring(rough, 1350 * large, 220) + noise(random, size) * 0.02
            bark = throat * fade(size, 0.012, size / RATE_HZ / 2.2)
            put(out, bark / (np.abs(bark).max() + 1e-9) * random.uniform(0.7, 1.0), int(at * RATE_HZ))
            at += size / RATE_HZ + random.uniform(0.1, 0.35)
        at += random.uniform(0.2, 1.3)
    return out


def cat(random: Random, n: int) -> Sound:
    """Return meows: a voice whose mouth opens and closes."""
    out = noise(random, n, 1.0) * 0.003
    pitch = random.uniform(420, 760)
    for at in steady(random, n, random.uniform(1.0, 2.2), 0.2):
        size = length(random.uniform(0.45, 0.95))
        shape = np.linspace(0, 1, size)
        curve = pitch * np.interp(shape, (0, 0.3, 1), (0.85, 1.2, 0.8))
        tone = glide(curve, overtones(10, 0.9))
        closed, opened = ring(tone, 700, 180), ring(tone, 1300, 200) + ring(tone, 2600, 300)
        voice = closed * (1 - np.sin(np.pi * shape)) + opened * np.sin(np.pi * shape)
        put(out, voice / (np.abs(voice).max() + 1e-9) * gate(size, 0.1), at)
    return out


def owl(random: Random, n: int) -> Sound:
    """Return hoots: low, breathy, nearly pure tones."""
    out = noise(random, n, 1.0) * 0.004
    pitch = random.uniform(280, 480)
    for at in steady(random, n, random.uniform(1.6, 3.0), 0.1):
        for delay, duration in ((0.0, 0.18), (0.35, 0.18), (0.65, random.uniform(0.5, 0.9))):
            size = length(duration)
            hoot = glide(pitch * np.linspace(1.04, 0.95, size), ((1.0, 1.0), (2.0, 0.06))) * gate(size, 0.05)
            put(out, hoot, at + length(delay))
    return out


def bee(random: Random, n: int) -> Sound:
    """Return a bee or fly: a buzz whose pitch and loudness wander."""
    curve = wander(random, n, 1.5, 0.85, 1.15) * random.uniform(140, 260)
    near = wander(random, n, 0.7, 0.15, 1.0)
    return saw(curve) * near * (1 + 0.2 * np.sin(2 * np.pi * 28 * seconds(n)))


def frogs(random: Random, n: int) -> Sound:
    """Return frogs: croaks, each a row of fast pulses."""
    out = noise(random, n, 1.0) * 0.006
    for _ in range(int(random.integers(1, 4))):
        pulse, body = random.uniform(28, 60), random.uniform(450, 1500)
        size = length(random.uniform(0.2, 0.5))
        beat = (pulse * seconds(size)) % 1.0
        croak = ring(noise(random, size) * np.exp(-beat * 7), body, 160) * gate(size, 0.03)
        croak /= np.abs(croak).max() + 1e-9
        loud = random.uniform(0.4, 1.0)
        for at in chance(random, n, random.uniform(0.8, 2.0)):
            put(out, croak * loud, int(at))
    return out
