"""Colours of light, land and paint, as RGB in 0..1."""

from __future__ import annotations

from dataclasses import dataclass

from dam.scenes.vocabulary import Colour, Light, Place

RGB = tuple[float, float, float]

PAINT: dict[Colour, RGB] = {
    Colour.RED: (0.82, 0.07, 0.08),
    Colour.ORANGE: (0.97, 0.50, 0.05),
    Colour.YELLOW: (0.98, 0.86, 0.14),
    Colour.GREEN: (0.12, 0.58, 0.22),
    Colour.BLUE: (0.10, 0.30, 0.84),
    Colour.PURPLE: (0.48, 0.18, 0.68),
    Colour.PINK: (0.98, 0.50, 0.70),
    Colour.WHITE: (0.96, 0.96, 0.95),
    Colour.BLACK: (0.09, 0.09, 0.10),
    Colour.BROWN: (0.46, 0.28, 0.14),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What one light does to a scene.

    ``sky`` goes from the zenith to the horizon in even steps. ``land`` multiplies terrain, ``body`` multiplies
    things (kept nearer to white, so that paint stays readable). ``veil`` is how much of the haze reaches the
    nearest things; ``glow`` scales lamps and windows, ``shadow`` the darkness of cast shadows.
    """

    sky: tuple[RGB, ...]
    haze: RGB
    sun: RGB
    land: RGB
    body: RGB
    rim: float
    veil: float
    glow: float
    shadow: float


MOODS: dict[Light, Mood] = {
    Light.DAY: Mood(
        sky=((0.16, 0.42, 0.80), (0.34, 0.62, 0.92), (0.62, 0.82, 0.97), (0.88, 0.94, 0.98)),
        haze=(0.74, 0.86, 0.96), sun=(1.0, 0.98, 0.90), land=(1.0, 1.0, 1.0), body=(1.0, 1.0, 1.0),
        rim=0.20, veil=0.0, glow=0.0, shadow=0.42,
    ),
    Light.SUNSET: Mood(
        sky=((0.17, 0.15, 0.40), (0.46, 0.22, 0.46), (0.86, 0.36, 0.34), (0.99, 0.62, 0.30), (1.0, 0.84, 0.50)),
        haze=(0.98, 0.60, 0.38), sun=(1.0, 0.82, 0.48), land=(0.78, 0.52, 0.46), body=(0.96, 0.84, 0.78),
        rim=0.75, veil=0.0, glow=0.35, shadow=0.55,
    ),
    Light.NIGHT: Mood(
        sky=((0.01, 0.015, 0.06), (0.02, 0.04, 0.12), (0.05, 0.08, 0.20), (0.10, 0.14, 0.29)),
        haze=(0.08, 0.12, 0.26), sun=(0.86, 0.90, 1.0), land=(0.17, 0.21, 0.34), body=(0.56, 0.56, 0.66),
        rim=0.30, veil=0.0, glow=1.0, shadow=0.45,
    ),
    Light.FOG: Mood(
        sky=((0.70, 0.73, 0.76), (0.77, 0.79, 0.81), (0.83, 0.84, 0.85)),
        haze=(0.82, 0.835, 0.845), sun=(0.95, 0.95, 0.93), land=(0.80, 0.82, 0.82), body=(0.92, 0.93, 0.93),
        rim=0.0, veil=0.34, glow=0.25, shadow=0.12,
    ),
    Light.RAIN: Mood(
        sky=((0.25, 0.29, 0.35), (0.36, 0.41, 0.47), (0.50, 0.55, 0.60)),
        haze=(0.50, 0.55, 0.60), sun=(0.7, 0.74, 0.78), land=(0.52, 0.57, 0.62), body=(0.76, 0.79, 0.83),
        rim=0.06, veil=0.08, glow=0.45, shadow=0.30,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Earth:
    """Ground of a place: its colour far away and near by, and the colour of the ridges behind it."""

    far: RGB
    near: RGB
    ridge: RGB


EARTH: dict[Place, Earth] = {
    Place.BEACH: Earth(far=(0.93, 0.84, 0.64), near=(0.84, 0.71, 0.48), ridge=(0.36, 0.46, 0.44)),
    Place.SEA: Earth(far=(0.10, 0.36, 0.56), near=(0.04, 0.22, 0.42), ridge=(0.34, 0.44, 0.50)),
    Place.LAKE: Earth(far=(0.42, 0.56, 0.30), near=(0.26, 0.42, 0.18), ridge=(0.22, 0.40, 0.30)),
    Place.MOUNTAINS: Earth(far=(0.48, 0.58, 0.36), near=(0.32, 0.42, 0.22), ridge=(0.36, 0.40, 0.50)),
    Place.CITY: Earth(far=(0.52, 0.53, 0.55), near=(0.40, 0.41, 0.43), ridge=(0.44, 0.48, 0.56)),
    Place.FOREST: Earth(far=(0.24, 0.38, 0.18), near=(0.30, 0.30, 0.16), ridge=(0.10, 0.30, 0.17)),
    Place.DESERT: Earth(far=(0.93, 0.72, 0.44), near=(0.84, 0.56, 0.28), ridge=(0.86, 0.58, 0.34)),
    Place.FIELD: Earth(far=(0.58, 0.72, 0.28), near=(0.34, 0.56, 0.16), ridge=(0.40, 0.60, 0.30)),
    Place.SNOW: Earth(far=(0.90, 0.93, 0.98), near=(0.82, 0.87, 0.95), ridge=(0.74, 0.81, 0.92)),
}
