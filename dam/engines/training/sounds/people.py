"""What people do: clapping, walking, knocking, typing, whistling, and a voice made of formants."""

from __future__ import annotations

import numpy as np
from scipy import signal

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
    seconds,
    steady,
    wander,
)

# First three formants of vowels in Hz: Peterson and Barney 1952, the means of men.
VOWELS = (
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
    (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
)  # fmt: skip


def applause(random: Random, n: int) -> Sound:
    """Return many hands: each clap a burst of noise with its palm's resonance."""
    out = np.zeros(n)
    people = int(np.exp(random.uniform(np.log(4), np.log(200))))  # a table, or a hall
    for _ in range(people):
        every, tone = random.uniform(0.18, 0.34), random.uniform(600, 2800)
        size = length(0.05)
        clap = ring(
            noise(random, size) * fade(size, 0.0005, random.uniform(0.003, 0.014)), tone, random.uniform(300, 1500)
        )
        clap = clap / (np.abs(clap).max() + 1e-9) * random.uniform(0.1, 1.0)
        for at in steady(random, n, every, 0.1):
            put(out, clap * random.uniform(0.6, 1.0), at)
    if random.random() < 0.6:
        out *= wander(random, n, 0.3, 0.5, 1.0)
    return out


def cheering(random: Random, n: int) -> Sound:
    """Return a crowd that shouts: many long open vowels at once."""
    out = band(noise(random, n, 0.8), 300, 4000) * 0.5
    for _ in range(int(random.integers(10, 24))):
        size = length(random.uniform(0.6, 2.2))
        pitch = random.uniform(180, 480)
        tone = glide(wander(random, size, 2.0, pitch, pitch * 1.25), overtones(14, 0.7)) + noise(random, size) * 0.3
        f1, f2, _ = VOWELS[int(random.integers(3, 6))]
        shout = (ring(tone, f1 * 1.15, 120) + ring(tone, f2 * 1.15, 160)) * gate(size, 0.15)
        put(out, shout / (shout.std() + 1e-9) * random.uniform(0.2, 0.7), int(random.integers(0, n)))
    return out


def footsteps(random: Random, n: int) -> Sound:
    """Return steps on a floor: heel and sole, left and right."""
    out = noise(random, n, 1.0) * 0.003
    hard, low = random.uniform(0.1, 1.0), random.uniform(70, 190)
    crunch = random.choice((0.0, 0.0, 0.6))
    for number, at in enumerate(steady(random, n, random.uniform(0.38, 0.75), 0.06)):
        size = length(0.16)
        heel = ring(noise(random, size) * fade(size, 0.001, 0.008), low * (1.05 if number % 2 else 1.0), 60)
        step = heel / (np.abs(heel).max() + 1e-9)
        step += band(noise(random, size), 1200, 6000) * fade(size, 0.001, 0.006) * hard * 0.25
        put(out, step * random.uniform(0.7, 1.0), at)
        sole = band(noise(random, size), 300, 4000) * fade(size, 0.01, 0.02 + 0.03 * crunch) * (0.08 + 0.3 * crunch)
        put(out, sole, at + length(0.09))
    return out


def door_knock(random: Random, n: int) -> Sound:
    """Return knuckles on wood: groups of two to five knocks, then a pause."""
    out = noise(random, n, 1.0) * 0.002
    wood = [random.uniform(110, 220), random.uniform(280, 520), random.uniform(700, 1300)]
    at = random.uniform(0.0, 0.6)
    while at < n / RATE_HZ:
        every = random.uniform(0.14, 0.26)
        for _ in range(int(random.integers(2, 6))):
            size = length(0.2)
            hit = noise(random, size) * fade(size, 0.0005, 0.004)
            knock = sum((ring(hit, hertz, 45) for hertz in wood), np.zeros(size))
            put(out, knock / (np.abs(knock).max() + 1e-9) * random.uniform(0.7, 1.0), int(at * RATE_HZ))
            at += every * random.uniform(0.92, 1.08)
        at += random.uniform(0.7, 1.8)
    return out


def typing(random: Random, n: int) -> Sound:
    """Return a keyboard: irregular clicks, each a press and a release, in bursts."""
    out = noise(random, n, 1.0) * 0.003
    pace, body = random.uniform(5, 10), random.uniform(1200, 2800)
    at = random.uniform(0.0, 0.3)
    while at < n / RATE_HZ:
        for delay, strength in ((0.0, 1.0), (random.uniform(0.05, 0.09), 0.45)):
            size = length(0.02)
            click = ring(noise(random, size) * fade(size, 0.0003, 0.003), body * random.uniform(0.8, 1.25), 700)
            click /= np.abs(click).max() + 1e-9
            put(out, click * strength * random.uniform(0.5, 1.0), int((at + delay) * RATE_HZ))
        at += (
            random.exponential(0.6 / pace) + 0.4 / pace + (random.uniform(0.3, 0.8) if random.random() < 0.06 else 0)
        )
    return out


def heartbeat(random: Random, n: int) -> Sound:
    """Return lub and dub."""
    out = noise(random, n, 2.0) * 0.002
    gap = random.uniform(0.26, 0.34)
    for at in steady(random, n, random.uniform(0.65, 1.05), 0.02):
        for delay, hertz, strength in ((0.0, 48.0, 1.0), (gap, 62.0, 0.7)):
            size = length(0.18)
            thump = np.sin(2 * np.pi * hertz * random.uniform(0.9, 1.2) * seconds(size)) * fade(size, 0.012, 0.035)
            thump += band(noise(random, size), 40, 220) * fade(size, 0.01, 0.03) * 0.3
            put(out, thump * strength, at + length(delay))
    return out


def whistling(random: Random, n: int) -> Sound:
    """Return somebody who whistles a tune: pure tones that slide, with a little breath."""
    out = noise(random, n, 0.5) * 0.003
    at, scale = random.uniform(0, 0.2), random.uniform(900, 1500)
    while at < n / RATE_HZ:
        size = length(random.uniform(0.18, 0.7))
        pitch = scale * 2 ** (random.choice((0, 2, 4, 5, 7, 9, 12)) / 12)
        curve = pitch * (1 + 0.012 * np.sin(2 * np.pi * 5.5 * seconds(size))) * np.linspace(0.96, 1.0, size)
        tone = glide(curve, ((1.0, 1.0), (2.0, 0.03))) * gate(size, 0.04)
        put(out, tone + band(noise(random, size), pitch * 0.9, pitch * 1.1) * 0.05 * gate(size), int(at * RATE_HZ))
        at += size / RATE_HZ * random.uniform(0.95, 1.1) + (random.uniform(0.1, 0.5) if random.random() < 0.25 else 0)
    return out


def speech(random: Random, n: int) -> Sound:
    """Return one voice that says nothing: syllables of consonants and gliding vowels, with pauses between phrases."""
    out = noise(random, n, 1.0) * random.uniform(0.0005, 0.004)
    pitch, size_of_head = (
        (random.uniform(85, 150), 1.0) if random.random() < 0.5 else (random.uniform(165, 260), 1.16)
    )
    pace = random.uniform(3.2, 6.0)
    at = random.uniform(0.0, 0.3)
    while at < n / RATE_HZ:
        syllables = int(random.integers(4, 14))
        for number in range(syllables):
            duration = random.uniform(0.7, 1.35) / pace
            fall = pitch * (1.15 - 0.3 * number / syllables) * random.uniform(0.92, 1.1)
            put(out, _syllable(random, length(duration), fall, size_of_head), int(at * RATE_HZ))
            at += duration * 0.95
        at += random.uniform(0.15, 0.8)
    return out


def babble(random: Random, n: int) -> Sound:
    """Return many voices at once, none of which can be followed."""
    voices = [speech(random, n) * random.uniform(0.4, 1.0) for _ in range(int(random.integers(4, 8)))]
    return np.asarray(sum(voices, np.zeros(n)))


def _syllable(random: Random, n: int, pitch: float, head: float) -> Sound:
    """Return a consonant and a vowel: a buzz through three resonances that move from one vowel to the next."""
    out = np.zeros(n + length(0.05))
    onset = 0
    kind = random.random()
    if kind < 0.3:  # s, sh, f
        onset = length(random.uniform(0.05, 0.11))
        hiss = band(noise(random, onset), random.uniform(1800, 4500), 7600) * gate(onset, 0.015)
        put(out, hiss * random.uniform(0.05, 0.25), 0)
    elif kind < 0.6:  # t, k, p
        onset = length(random.uniform(0.03, 0.06))
        put(
            out, band(noise(random, 300), 600, 6000) * fade(300, 0.001, 0.006) * random.uniform(0.1, 0.4), onset - 200
        )
    size = max(n - onset, 400)
    curve = pitch * wander(random, size, 6.0, 0.95, 1.05)
    # A glottal source falls by 12 dB an octave, and the lips give 6 back (Fant 1960).
    buzz = glide(curve, overtones(min(40, int(7000 / pitch)), 1.0)) + noise(random, size) * 0.04
    first, last = VOWELS[int(random.integers(10))], VOWELS[int(random.integers(10))]
    voice = np.zeros(size)
    half = size // 2
    for number in range(3):
        low, high = first[number] * head, last[number] * head
        width, strength = (70, 100, 150)[number], (1.0, 0.6, 0.3)[number]
        start, end = ring(buzz, low, width), ring(buzz, (low + high) / 2, width)
        cross = np.clip((np.arange(size) - half * 0.5) / max(half, 1), 0, 1)
        voice += strength * (start * (1 - cross) + end * cross)
    voice = signal.lfilter([1.0, -0.7], [1.0], voice) * gate(size, 0.03)
    put(out, voice / (np.abs(voice).max() + 1e-9) * random.uniform(0.5, 1.0), onset)
    return out


def crying_out(random: Random, n: int) -> Sound:
    """Return children at play: high, short calls at random."""
    out = noise(random, n, 1.0) * 0.01
    for at in chance(random, n, random.uniform(1.5, 4)):
        size = length(random.uniform(0.2, 0.6))
        pitch = random.uniform(320, 620)
        tone = glide(wander(random, size, 4.0, pitch, pitch * 1.4), overtones(10, 0.8)) + noise(random, size) * 0.05
        f1, f2, _ = VOWELS[int(random.integers(10))]
        call = (ring(tone, f1 * 1.35, 140) + ring(tone, f2 * 1.35, 180)) * gate(size, 0.05)
        put(out, call / (np.abs(call).max() + 1e-9) * random.uniform(0.3, 1.0), int(at))
    return out
