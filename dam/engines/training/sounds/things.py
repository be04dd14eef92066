"""Clocks, bells, telephones and engines."""

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

# Partials of a church bell against its strike note (hum, prime, tierce, quint, nominal, …): Rossing 1984.
BELL = ((0.5, 0.7), (1.0, 0.8), (1.2, 0.7), (1.5, 0.35), (2.0, 1.0), (2.66, 0.45), (3.0, 0.35), (4.1, 0.25))


def clock(random: Random, n: int) -> Sound:
    """Return tick and tock."""
    out = noise(random, n, 1.2) * 0.002
    every, body = random.choice((0.25, 0.5, 1.0, 0.4)), random.uniform(1600, 4200)
    for number, at in enumerate(steady(random, n, every)):
        size = length(0.04)
        tick = ring(noise(random, size) * fade(size, 0.0003, 0.0015), body * (1.0 if number % 2 else 0.85), 350)
        put(out, tick / (np.abs(tick).max() + 1e-9) * random.uniform(0.9, 1.0), at)
    return out


def small_bell(random: Random, n: int) -> Sound:
    """Return a hand bell or a bicycle's: bright, short."""
    out = np.zeros(n)
    tone = random.uniform(1300, 3000)
    for at in steady(random, n, random.uniform(0.15, 1.4), 0.1):
        put(out, _bell(tone, length(1.2), random.uniform(0.2, 0.5)) * random.uniform(0.6, 1.0), at)
    return out


def church_bells(random: Random, n: int) -> Sound:
    """Return great bells, each with its partials that die away at their own pace."""
    out = np.zeros(n)
    tones = random.uniform(180, 420) * 2 ** (random.choice((0, 2, 4, 7, 5), int(random.integers(1, 4))) / 12)
    for tone in tones:
        for at in steady(random, n, random.uniform(1.0, 2.4), 0.05):
            put(out, _bell(float(tone), length(4.0), random.uniform(1.2, 2.5)) * random.uniform(0.6, 1.0), at)
    return out


def telephone(random: Random, n: int) -> Sound:
    """Return a telephone: two bells struck twenty times a second, or the warble of a newer one; ring and pause."""
    out = np.zeros(n)
    old = random.random() < 0.6
    on, off = random.uniform(0.6, 1.6), random.uniform(0.4, 1.6)
    low, high = (random.uniform(900, 1300), random.uniform(1350, 1900)) if old else (random.uniform(600, 1000), 0.0)
    high = high or low * random.uniform(1.15, 1.4)
    at = -random.uniform(0.0, 0.5)
    while at < n / RATE_HZ:
        size = length(on)
        time = seconds(size)
        if old:
            strokes = np.exp(-(time * 20 % 1.0) * 1.5)
            tone = (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)) * strokes
            tone += np.sin(2 * np.pi * low * 2.7 * time) * strokes * 0.3
        else:
            turn = np.sin(2 * np.pi * random.uniform(8, 18) * time) > 0
            tone = glide(np.where(turn, low, high), ((1.0, 1.0), (2.0, 0.3), (3.0, 0.2)))
        put(out, (tone * gate(size))[max(0, int(-at * RATE_HZ)) :], max(0, int(at * RATE_HZ)))
        at += on + off
    return out


def alarm(random: Random, n: int) -> Sound:
    """Return beeps at a steady pace, as an alarm clock or a smoke detector gives them."""
    out = np.zeros(n)
    hertz, every = random.uniform(900, 3300), random.uniform(0.18, 1.0)
    size = length(every * random.uniform(0.3, 0.6))
    parts = ((1.0, 1.0), (2.0, 0.2), (3.0, random.uniform(0.05, 0.4)))
    for at in steady(random, n, every):
        put(out, glide(np.full(size, hertz), parts) * gate(size, 0.005), at)
    return out


def siren(random: Random, n: int) -> Sound:
    """Return an ambulance's or a fire engine's: a tone that wails, or two that take turns."""
    time = seconds(n)
    low = random.uniform(350, 650)
    high = low * random.uniform(1.3, 2.2)
    pace = random.uniform(0.25, 4.0)
    turn = np.sin(2 * np.pi * pace * time + random.uniform(0, 6))
    share = (turn + 1) / 2 if random.random() < 0.6 else np.clip(turn * 30, -1, 1) / 2 + 0.5
    return glide(low + (high - low) * share, overtones(6, random.uniform(0.8, 1.6)))


def horn(random: Random, n: int) -> Sound:
    """Return a car's horn: two tones together, pressed for a moment."""
    out = noise(random, n, 1.5) * 0.01
    low = random.uniform(330, 450)
    at = random.uniform(0.0, 0.5)
    while at < n / RATE_HZ:
        size = length(random.uniform(0.15, 1.2))
        tone = glide(np.full(size, low), overtones(14, 0.6)) + glide(np.full(size, low * 1.25), overtones(12, 0.6))
        put(out, tone * gate(size, 0.015) * 0.3, int(at * RATE_HZ))
        at += size / RATE_HZ + random.uniform(0.1, 1.6)
    return out


def engine(random: Random, n: int) -> Sound:
    """Return an engine that idles: low pulses that are never quite alike."""
    firing = wander(random, n, 1.5, 1.0, 1.06) * random.uniform(18, 55)
    pulses = glide(firing, overtones(24, random.uniform(0.5, 1.0)))
    rough = 1 + 0.35 * band(noise(random, n), 0, 30) * 6
    hiss = band(noise(random, n, 1.0), 100, 2500) * random.uniform(0.05, 0.2)
    return band(pulses * rough, 25, random.uniform(500, 1500)) + hiss


def car_passing(random: Random, n: int) -> Sound:
    """Return a car that comes, passes and goes: tyres and engine, with the Doppler shift."""
    time = seconds(n)
    moment, speed, distance = random.uniform(1.5, 4.5), random.uniform(9, 28), random.uniform(3, 12)
    x = (time - moment) * speed
    away = np.sqrt(x**2 + distance**2)
    shift = 340 / (340 + speed * x / away)
    tyres = band(noise(random, n, 0.9), 150, random.uniform(1800, 4000), 1)
    motor = glide(random.uniform(60, 130) * shift, overtones(10, 0.9))
    return (tyres + motor * random.uniform(0.1, 0.5)) * distance / away


def traffic(random: Random, n: int) -> Sound:
    """Return a road with many cars, farther off."""
    return band(noise(random, n, 1.4), 40, random.uniform(900, 1800)) + sum(
        (car_passing(random, n) * random.uniform(0.2, 0.6) for _ in range(int(random.integers(1, 4)))), np.zeros(n)
    )


def train(random: Random, n: int) -> Sound:
    """Return wheels over rail joints: a rumble, and clacks in pairs of pairs."""
    out = band(noise(random, n, 1.5), 40, 900) * 0.5
    every = random.uniform(0.5, 1.0)
    for at in steady(random, n, every, 0.01):
        for delay in (0.0, 0.11, 0.24, 0.35):
            size = length(0.09)
            clack = band(noise(random, size), 180, 2600) * fade(size, 0.002, 0.018)
            put(out, clack * random.uniform(0.8, 1.2), at + length(delay * every / 0.7))
    return out


def helicopter(random: Random, n: int) -> Sound:
    """Return rotor blades: thuds ten to eighteen times a second, and a turbine's whine."""
    beat = random.uniform(10, 18) * seconds(n) % 1.0
    thud = band(noise(random, n, 1.4), 40, random.uniform(500, 1200)) * np.exp(-beat * 5)
    return thud + glide(np.full(n, random.uniform(900, 2500))) * 0.02 + band(noise(random, n, 1.0), 200, 3000) * 0.06


def aeroplane(random: Random, n: int) -> Sound:
    """Return a jet overhead: a broad roar that swells slowly."""
    roar = band(noise(random, n, random.uniform(0.8, 1.4)), 60, random.uniform(1500, 3500), 1)
    swell = np.sin(np.pi * np.linspace(random.uniform(0.0, 0.3), random.uniform(0.7, 1.0), n)) + 0.15
    return roar * swell + glide(np.linspace(1.2, 0.9, n) * random.uniform(1200, 2600)) * 0.05 * swell


def drill(random: Random, n: int) -> Sound:
    """Return a power tool: a buzz that labours, on and off."""
    load = wander(random, n, 1.2, 0.75, 1.0)
    buzz = saw(load * random.uniform(110, 260)) * 0.6 + saw(load * random.uniform(900, 1800)) * 0.3
    whine = band(noise(random, n), 1500, 7000, 1) * 0.35
    on = np.clip(wander(random, n, 0.8, -0.4, 1.6) * 4, 0, 1)
    return (buzz + whine) * on


def vacuum(random: Random, n: int) -> Sound:
    """Return a fan or vacuum cleaner: a steady rush with the motor's tone in it."""
    hertz = random.uniform(180, 480)
    motor = glide(np.full(n, hertz), overtones(8, 0.8)) * wander(random, n, 0.5, 0.9, 1.1)
    return band(noise(random, n, 0.7), 120, random.uniform(3000, 6500), 1) + motor * random.uniform(0.15, 0.5)


def hum(random: Random, n: int) -> Sound:
    """Return mains hum: 50 or 60 Hz and what goes with it."""
    mains = random.choice((50.0, 60.0))
    parts = [(multiple, random.uniform(0.05, 1.0) / multiple**0.5) for multiple in (1, 2, 3, 4, 6, 8)]
    return glide(np.full(n, mains), parts) + noise(random, n, 1.0) * 0.02


def tone(random: Random, n: int) -> Sound:
    """Return one steady test tone."""
    return glide(np.full(n, float(np.exp(random.uniform(np.log(200), np.log(4000))))))


def crackle(random: Random, n: int) -> Sound:
    """Return an old record: clicks and pops over a faint hiss."""
    out = noise(random, n, 0.6) * 0.05
    for at in chance(random, n, random.uniform(8, 40)):
        out[at] += random.lognormal(0.0, 0.8) * random.choice((-1, 1))
    return band(out, 200, 6500, 1)


def glass(random: Random, n: int) -> Sound:
    """Return glass that breaks: a crash, then splinters that ring."""
    out = noise(random, n, 1.0) * 0.001
    start = int(random.uniform(0.05, 0.5) * n)
    crash = length(0.25)
    put(out, band(noise(random, crash), 1500, 7600) * fade(crash, 0.001, 0.04), start)
    for _ in range(int(random.integers(25, 70))):
        size = length(0.25)
        part = np.sin(2 * np.pi * random.uniform(2200, 7300) * seconds(size)) * fade(size, 0.0005, 0.03)
        put(out, part * random.uniform(0.05, 0.35), start + length(random.exponential(0.25)))
    return out


def _bell(hertz: float, n: int, decay_s: float) -> Sound:
    time = seconds(n)
    out = np.zeros(n)
    for multiple, strength in BELL:
        if hertz * multiple < RATE_HZ * 0.47:
            out += strength * np.sin(2 * np.pi * hertz * multiple * time) * np.exp(-time * multiple**0.7 / decay_s)
    return out * np.minimum(time / 0.002, 1.0)
