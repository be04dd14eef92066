"""Weather, water and fire."""

from __future__ import annotations

import numpy as np

from dam.engines.training.sounds.craft import (
    Random,
    Sound,
    band,
    chance,
    fade,
    glide,
    impulses,
    length,
    noise,
    put,
    ring,
    seconds,
    steady,
    wander,
)


def rain(random: Random, n: int) -> Sound:
    """Return a hiss of very many drops, with some near ones."""
    hiss = band(noise(random, n, random.uniform(0.0, 0.5)), random.uniform(700, 1600), random.uniform(5500, 7600), 1)
    near = band(impulses(random, n, random.uniform(60, 400)), 1500, 7000)
    hiss *= wander(random, n, 0.4, 0.85, 1.15)
    return hiss + near * random.uniform(1.0, 3.0)


def rain_on_roof(random: Random, n: int) -> Sound:
    """Return drops on a hollow surface: thousands of small knocks with the roof's own resonances."""
    knocks = impulses(random, n, random.uniform(150, 700), spread=0.8)
    roof = sum(
        (ring(knocks, random.uniform(low, high), random.uniform(60, 220)) for low, high in
         ((180, 420), (450, 900), (950, 1900))),
        np.zeros(n),
    )  # fmt: skip
    soft = band(noise(random, n, 0.8), 250, random.uniform(2200, 3800), 1)
    return np.asarray(roof / (roof.std() + 1e-9) + soft * random.uniform(0.1, 0.35))


def wind(random: Random, n: int) -> Sound:
    """Return gusts: noise that swells, with a whistle that moves up and down in a band."""
    base = band(noise(random, n, 1.6), 40, random.uniform(350, 900))
    gust = wander(random, n, random.uniform(0.2, 0.6), 0.1, 1.0) ** 1.5
    howl = glide(wander(random, n, 0.7, 250, 700)) * band(noise(random, n), 0, 12) * gust**2
    return np.asarray(base * (0.2 + gust) + howl / (howl.std() + 1e-9) * random.uniform(0.0, 0.25))


def waves(random: Random, n: int) -> Sound:
    """Return the sea at a beach: each wave swells, breaks with a hiss, and runs out."""
    out = band(noise(random, n, 1.5), 40, 600) * 0.2
    every = random.uniform(2.6, 4.5)
    for at in steady(random, n + length(every), every, 0.2):
        size = length(every * random.uniform(0.9, 1.4))
        swell = np.sin(np.pi * np.linspace(0, 1, size) ** random.uniform(0.6, 0.9)) ** 2
        part = band(noise(random, size, 0.7), random.uniform(150, 350), random.uniform(3500, 7000), 1) * swell
        start = at - length(every)
        put(out, part[max(0, -start) :] * random.uniform(0.6, 1.0), max(0, start))
    return out


def stream(random: Random, n: int) -> Sound:
    """Return running water: bubbles, each a short rising tone (van den Doel 2005), over a soft rush."""
    out = band(noise(random, n, 0.7), 350, 5000, 1) * random.uniform(0.1, 0.3)
    for at in chance(random, n, random.uniform(40, 110)):
        size = length(random.uniform(0.012, 0.05))
        start = random.uniform(400, 2400)
        bubble = glide(start * (1 + np.linspace(0, random.uniform(0.1, 0.5), size))) * fade(size, 0.002, 0.012)
        put(out, bubble * random.lognormal(-0.7, 0.5), int(at))
    return out


def dripping(random: Random, n: int) -> Sound:
    """Return single drops into water, far apart."""
    out = noise(random, n) * 0.002
    for at in steady(random, n, random.uniform(0.35, 1.2), 0.25):
        size = length(random.uniform(0.05, 0.12))
        start = random.uniform(700, 1700)
        put(out, glide(start * np.linspace(1, random.uniform(1.3, 2.0), size)) * fade(size, 0.002, 0.02), at)
        put(out, band(noise(random, 200), 2000, 7000) * fade(200, 0.0005, 0.002) * 0.3, at)
    return out


def thunder(random: Random, n: int) -> Sound:
    """Return a crack and its long low rumble."""
    out = noise(random, n, 1.0) * 0.004
    at = int(random.uniform(0.0, 0.25) * n)
    size = n - at
    rumble = band(noise(random, size, 2.2), 25, random.uniform(140, 300)) * wander(random, size, 3.0, 0.2, 1.0)
    rumble *= fade(size, random.uniform(0.02, 0.4), random.uniform(1.2, 3.0))
    put(out, rumble / (rumble.std() + 1e-9), at)
    crack = length(0.5)
    near = random.uniform(0.0, 1.2)
    put(out, band(noise(random, crack, 0.8), 80, 4000) * fade(crack, 0.004, 0.1) * near, at)
    return out


def fire(random: Random, n: int) -> Sound:
    """Return crackling: a low flutter and snaps of every size."""
    out = band(noise(random, n, 1.3), 50, 900) * wander(random, n, 6.0, 0.2, 0.6) * 0.35
    for at in chance(random, n, random.uniform(9, 35)):
        size = length(random.uniform(0.003, 0.025))
        snap = band(noise(random, size + 40), random.uniform(700, 2500), 7500, 1)[40:] * fade(
            size, 0.0005, size / 64e3
        )
        put(out, snap * random.lognormal(0.2, 0.9), int(at))
    return out


def white_noise(random: Random, n: int) -> Sound:
    """Return steady noise, as between two radio stations: white to pink."""
    return noise(random, n, random.uniform(0.0, 1.1))


def room_tone(random: Random, n: int) -> Sound:
    """Return a quiet room: soft low noise, perhaps a trace of hum."""
    hum = np.sin(2 * np.pi * random.choice((50.0, 60.0, 100.0, 120.0)) * seconds(n)) * random.choice((0.0, 0.3))
    return np.asarray(band(noise(random, n, random.uniform(1.0, 1.8)), 30, 7000, 1) + hum)
