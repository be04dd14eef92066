"""Instruments and music: struck, plucked, blown, sung, beaten, and made by a synthesiser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import signal

from dam.engines.training.sounds.craft import (
    RATE_HZ,
    TOP_HZ,
    Random,
    Sound,
    band,
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
    wander,
)

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 4), (5, 3, 0, 4), (0, 0, 3, 4))


class _Song:
    """A key, a tempo and a row of chords."""

    def __init__(self, random: Random, low_hz: float, high_hz: float) -> None:
        self.root = float(np.exp(random.uniform(np.log(low_hz), np.log(high_hz))))
        self.scale = _MAJOR if random.random() < 0.6 else _MINOR
        self.beat_s = 60 / random.uniform(70, 150)
        self.chords = _PROGRESSIONS[int(random.integers(len(_PROGRESSIONS)))]

    def hertz(self, step: int) -> float:
        octave, degree = divmod(step, 7)
        return float(self.root * 2 ** (octave + self.scale[degree] / 12))

    def chord(self, beat: int) -> list[int]:
        start = self.chords[beat // 4 % 4]
        return [start, start + 2, start + 4]


def guitar(random: Random, n: int) -> Sound:
    """Return plucked strings (Karplus and Strong 1983): broken chords or a strum."""
    song, out = _Song(random, 82, 170), np.zeros(n)
    strum, bright = random.random() < 0.4, random.uniform(0.25, 0.5)
    for beat in range(int(n / RATE_HZ / song.beat_s * 2) + 1):
        at = int(beat * song.beat_s / 2 * RATE_HZ)
        steps = song.chord(beat // 2)
        notes = [*steps, steps[0] + 7] if strum and beat % 2 == 0 else [steps[int(random.integers(3))] + 7]
        for order, step in enumerate(notes):
            put(out, _pluck(random, song.hertz(step), length(1.2), bright), at + length(0.015 * order))
    return out


def piano(random: Random, n: int) -> Sound:
    """Return struck strings: partials a little too high, a soft hammer, chords and a tune."""
    song, out = _Song(random, 110, 240), np.zeros(n)
    for beat in range(int(n / RATE_HZ / song.beat_s) + 1):
        at = int(beat * song.beat_s * RATE_HZ)
        notes = [(step, 0.6) for step in song.chord(beat)] if beat % 2 == 0 else []
        notes.append((int(random.choice(song.chord(beat))) + 7, 1.0))
        for step, strength in notes:
            put(out, _struck(song.hertz(step), length(1.8)) * strength * random.uniform(0.6, 1.0), at)
        if random.random() < 0.4:
            run = song.hertz(int(random.integers(7, 15)))
            put(out, _struck(run, length(1.0)) * 0.7, at + length(song.beat_s / 2))
    return out


def drums(random: Random, n: int) -> Sound:
    """Return a drum kit: bass drum, snare and hi-hat in a beat."""
    out = np.zeros(n)
    step = 60 / random.uniform(75, 165) / 4
    kick = {0, *random.choice(np.arange(1, 16), 3).tolist(), 8}
    hats, toms = int(random.choice((1, 2, 2, 4, 64))), set(random.choice(np.arange(1, 16), 4).tolist())
    low, snap, skins = random.uniform(45, 95), random.uniform(150, 330), random.uniform(90, 420)
    ringing, rattle, tomtoms = random.uniform(0.05, 0.22), random.uniform(0.04, 0.15), random.random() < 0.4
    for number in range(int(n / RATE_HZ / step) + 1):
        at, place = int(number * step * RATE_HZ), number % 16
        size = length(0.28)
        time = seconds(size)
        if place in kick:
            put(out, glide(low * (1 + 2.5 * np.exp(-time * 35))) * fade(size, 0.002, ringing) * 1.2, at)
        if place in {4, 12}:
            skin = np.sin(2 * np.pi * snap * time) * fade(size, 0.001, 0.05)
            put(out, skin * 0.5 + band(noise(random, size), 900, 7500, 1) * fade(size, 0.001, rattle) * 0.5, at)
        if tomtoms and place in toms:
            pitch = skins * float(random.choice((1.0, 1.25, 1.6)))
            put(out, glide(pitch * (1 + 0.3 * np.exp(-time * 20))) * fade(size, 0.002, ringing) * 0.8, at)
        if place == 0 and number and random.random() < 0.3:
            crash = length(1.0)
            put(out, band(noise(random, crash), 2500, TOP_HZ, 1) * fade(crash, 0.002, 0.3) * 0.5, at)
        if place % hats == 0:
            put(
                out,
                band(noise(random, 1600), 5500, TOP_HZ) * fade(1600, 0.0005, 0.018) * random.uniform(0.2, 0.5),
                at,
            )
    return out


def electronic(random: Random, n: int) -> Sound:
    """Return synthesiser music: saws in chords, a bass, and a beat below it."""
    song, out = _Song(random, 110, 220), np.zeros(n)
    size = length(song.beat_s)
    for beat in range(int(n / RATE_HZ / song.beat_s) + 1):
        at = int(beat * song.beat_s * RATE_HZ)
        chord = sum((saw(np.full(size, song.hertz(step))) for step in song.chord(beat)), np.zeros(size))
        put(out, band(chord, 60, random.uniform(1200, 5000)) * gate(size, 0.01) * 0.3, at)
        for half in range(2):
            low = saw(np.full(size // 2, song.hertz(song.chord(beat)[0]) / 2)) * fade(size // 2, 0.005, 0.2)
            put(out, band(low, 30, 400) * 0.7, at + half * size // 2)
        lead = glide(np.full(size, song.hertz(int(random.integers(7, 15)))), ((1.0, 1.0), (3.0, 0.3), (5.0, 0.2)))
        put(out, lead * fade(size, 0.01, 0.2) * 0.3, at)
    beat_track = drums(random, n)
    return np.asarray(out + beat_track / (beat_track.std() + 1e-9) * out.std() * random.uniform(0.4, 1.0))


def orchestra(random: Random, n: int) -> Sound:
    """Return bowed strings: many saws, each a little off and with its own vibrato, in slow chords."""
    song, out = _Song(random, 110, 220), np.zeros(n)
    players = int(random.choice((1, 3, 3)))
    for bar in range(int(n / RATE_HZ / (song.beat_s * 4)) + 1):
        size = length(song.beat_s * 4.4)
        part = np.zeros(size)
        for step in song.chord(bar * 4):
            for _ in range(players):
                shake = 1 + 0.005 * np.sin(
                    2 * np.pi * random.uniform(4.5, 6.5) * seconds(size) + random.uniform(0, 6)
                )
                octave = int(random.choice((0, 7)))
                part += saw(song.hertz(step + octave) * shake * random.uniform(0.996, 1.004))
        put(
            out,
            band(part, 150, random.uniform(2500, 4500), 1) * gate(size, 0.2),
            int(bar * song.beat_s * 4 * RATE_HZ),
        )
    return out


def choir(random: Random, n: int) -> Sound:
    """Return voices that hold a chord on “ah” or “oo”."""
    song, out = _Song(random, 130, 260), np.zeros(n)
    vowel = ((730, 1090, 2440), (300, 870, 2240), (570, 840, 2410))[int(random.integers(3))]
    for bar in range(int(n / RATE_HZ / (song.beat_s * 4)) + 1):
        size = length(song.beat_s * 4.3)
        tone = np.zeros(size)
        for step in song.chord(bar * 4):
            for _ in range(3):
                shake = 1 + 0.007 * np.sin(2 * np.pi * random.uniform(4.5, 6) * seconds(size) + random.uniform(0, 6))
                tone += glide(song.hertz(step) * shake * random.uniform(0.994, 1.006), overtones(18, 0.9))
        voice = sum((ring(tone, hertz, 110) for hertz in vowel), np.zeros(size))
        put(out, voice * gate(size, 0.25), int(bar * song.beat_s * 4 * RATE_HZ))
    return out


def singing(random: Random, n: int) -> Sound:
    """Return one voice that sings: held notes with vibrato, vowel after vowel."""
    song, out = _Song(random, 130, 300), noise(random, n, 1.0) * 0.002
    at = 0.0
    while at < n / RATE_HZ:
        size = length(song.beat_s * random.choice((1.0, 1.0, 2.0, 3.0)))
        shake = 1 + 0.014 * np.sin(2 * np.pi * random.uniform(5, 6.2) * seconds(size)) * np.linspace(0.2, 1, size)
        tone = glide(song.hertz(int(random.integers(0, 9))) * shake, overtones(24, 0.9)) + noise(random, size) * 0.02
        vowel = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410))[int(random.integers(4))]
        voice = sum((ring(tone, hertz * 1.08, 90) for hertz in (*vowel, 3100)), np.zeros(size))
        put(out, voice / (voice.std() + 1e-9) * gate(size, 0.06) * 0.5, int(at * RATE_HZ))
        at += size / RATE_HZ * random.choice((1.0, 1.0, 1.25))
    return out


def flute(random: Random, n: int) -> Sound:
    """Return a flute: few harmonics, breath, vibrato."""
    song, out = _Song(random, 260, 520), np.zeros(n)
    at = 0.0
    while at < n / RATE_HZ:
        size = length(song.beat_s * random.choice((0.5, 1.0, 1.0, 2.0)))
        shake = 1 + 0.006 * np.sin(2 * np.pi * 5 * seconds(size))
        hertz = song.hertz(int(random.integers(0, 10)))
        tone = glide(hertz * shake, ((1.0, 1.0), (2.0, 0.35), (3.0, 0.12), (4.0, 0.05)))
        breath = band(noise(random, size), hertz * 0.8, hertz * 3) * 0.06
        put(out, (tone + breath) * gate(size, 0.05), int(at * RATE_HZ))
        at += size / RATE_HZ
    return out


def organ(random: Random, n: int) -> Sound:
    """Return an organ: stops at octaves and twelfths, chords that start and end at once."""
    song, out = _Song(random, 80, 200), np.zeros(n)
    stops = [(1.0, 1.0), (2.0, 0.8), (3.0, 0.4), (4.0, 0.6), (6.0, 0.3), (8.0, 0.4)]
    for half in range(int(n / RATE_HZ / (song.beat_s * 2)) + 1):
        size = length(song.beat_s * 2)
        part = sum((glide(np.full(size, song.hertz(s)), stops) for s in song.chord(half * 2)), np.zeros(size))
        put(out, part * gate(size, 0.03), int(half * song.beat_s * 2 * RATE_HZ))
    return out


def music_box(random: Random, n: int) -> Sound:
    """Return a music box: high tines, one note after the other."""
    song, out = _Song(random, 500, 1000), np.zeros(n)
    for number in range(int(n / RATE_HZ / song.beat_s * 2) + 1):
        size = length(1.2)
        hertz = song.hertz(int(random.choice(song.chord(number // 2))) + int(random.choice((0, 7))))
        parts: Sequence[tuple[float, float]] = ((1.0, 1.0), (2.0, 0.1), (5.4, 0.15))
        put(out, glide(np.full(size, hertz), parts) * fade(size, 0.001, 0.3), int(number * song.beat_s / 2 * RATE_HZ))
    return out


def band_music(random: Random, n: int) -> Sound:
    """Return several instruments together: guitar or piano with drums, perhaps a voice."""
    lead = (guitar, piano, _any_instrument, _any_instrument)[int(random.integers(4))](random, n)
    out = lead / (lead.std() + 1e-9)
    for maker, chance in ((drums, 0.9), (orchestra, 0.4), (singing, 0.4)):
        if random.random() < chance:
            part = maker(random, n)
            out += part / (part.std() + 1e-9) * random.uniform(0.4, 1.0)
    return np.asarray(out * wander(random, n, 0.3, 0.9, 1.0))


def _any_instrument(random: Random, n: int) -> Sound:
    """Return a tune and its chords on an instrument that nobody has built: its own partials, attack and decay."""
    song, out = _Song(random, 90, 420), np.zeros(n)
    parts = [(float(k), float(random.exponential(1.0)) / k ** random.uniform(0.5, 1.8)) for k in range(1, 13)]
    attack, decay, shake = random.uniform(0.002, 0.12), random.uniform(0.1, 1.5), random.uniform(0.0, 0.012)
    pace, chords = float(random.choice((0.25, 0.5, 0.5, 1.0))), random.random() < 0.7
    size = length(song.beat_s * pace * random.uniform(0.7, 2.0))
    vibrato = 1 + shake * np.sin(2 * np.pi * random.uniform(4, 7) * seconds(size))
    envelope = fade(size, attack, decay) * gate(size, 0.01)
    for note in range(int(n / RATE_HZ / song.beat_s / pace) + 1):
        if random.random() < 0.15:
            continue  # a rest
        steps = [int(random.choice(song.chord(int(note * pace)))) + 7]
        steps += song.chord(int(note * pace)) if chords and note % 4 == 0 else []
        for step in steps:
            put(out, glide(song.hertz(step) * vibrato, parts) * envelope, int(note * song.beat_s * pace * RATE_HZ))
    return out


def _pluck(random: Random, hertz: float, n: int, bright: float) -> Sound:
    period = max(2, round(RATE_HZ / hertz))
    burst = np.zeros(n)
    burst[:period] = random.uniform(-1, 1, min(period, n))
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1.0, -0.996 * (1 - bright), -0.996 * bright
    return np.asarray(signal.lfilter([1.0], loop, burst))


def _struck(hertz: float, n: int) -> Sound:
    time = seconds(n)
    out = np.zeros(n)
    for number in range(1, 14):
        part = hertz * number * np.sqrt(1 + 0.0004 * number**2)  # stiffness (Fletcher 1962)
        if part < TOP_HZ:
            out += number**-1.3 * np.sin(2 * np.pi * part * time) * np.exp(-time * (1.2 + 0.5 * number))
    return out * np.minimum(time / 0.003, 1.0)
