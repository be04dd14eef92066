"""Paints the land: ridges and skylines behind, then the ground with its road."""

from __future__ import annotations

import numpy as np

from dam.scenes.canvas import Canvas, Floats, noise, smoothstep, waves
from dam.scenes.layout import ground_band
from dam.scenes.palette import EARTH, MOODS, RGB, Earth, Mood
from dam.scenes.scene import Scene
from dam.scenes.sketch import mix
from dam.scenes.skyline import paint_skyline
from dam.scenes.vocabulary import Light, Place


def paint_backdrop(canvas: Canvas, scene: Scene) -> None:
    """Paints what rises above the horizon, far layers first."""
    painter = {
        Place.MOUNTAINS: _paint_mountains,
        Place.SNOW: _paint_mountains,
        Place.CITY: paint_skyline,
        Place.FOREST: _paint_forest,
        Place.DESERT: _paint_dunes,
        Place.LAKE: _paint_hills,
        Place.FIELD: _paint_hills,
        Place.BEACH: _paint_headland,
        Place.SEA: lambda canvas, scene: None,
    }[scene.place]
    painter(canvas, scene)


def paint_ground(canvas: Canvas, scene: Scene) -> None:
    """Paints the plane from the far edge of the ground to the picture's lower edge, and the road on it."""
    band = ground_band(scene)
    if band is None:
        return
    mood, earth = MOODS[scene.light], EARTH[scene.place]
    wobble = waves(scene.seed + 41, _across(canvas, scene, 0.8), frequency=0.7, octaves=3) * 0.018
    edge = np.asarray(band[0] + (wobble if band[0] > scene.horizon + 0.02 else wobble * 0.15), np.float32)
    first = max(0, int((band[0] - 0.03) * canvas.height))
    rows = slice(first, canvas.height)
    depth = np.clip((canvas.y[rows] - scene.horizon) / (1.0 - scene.horizon), 0.0, 1.0)
    colour = _ground_colour(earth, mood, depth)
    texture = _ground_texture(canvas, scene, depth)
    strength = {Place.CITY: 0.16, Place.SNOW: 0.10}.get(scene.place, 0.34)
    shade = 1.0 - strength / 2 + strength * texture
    canvas.blend(colour * shade[..., None], canvas.below(edge)[rows], rows=rows)
    if scene.place in (Place.FIELD, Place.MOUNTAINS, Place.LAKE) and scene.light is not Light.NIGHT:
        _paint_flowers(canvas, scene, rows, depth, edge)
    if scene.road:
        _paint_road(canvas, scene)


def land(colour: RGB, mood: Mood, distance: float) -> RGB:
    """A land colour in the scene's light, seen through ``distance`` (0 near, 1 far) of haze."""
    lit: RGB = (colour[0] * mood.land[0], colour[1] * mood.land[1], colour[2] * mood.land[2])
    return mix(lit, mood.haze, min(1.0, distance + mood.veil * (0.5 + distance)))


def _across(canvas: Canvas, scene: Scene, parallax: float) -> Floats:
    aspect = canvas.width / canvas.unit_px
    return np.asarray(canvas.x[0] * aspect + scene.pan * parallax, np.float32)


def _paint_mountains(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    for layer in range(4):
        far = 1.0 - layer / 4
        across = _across(canvas, scene, 0.06 + 0.09 * layer)
        shape = waves(scene.seed + 50 + layer, across, frequency=0.65 + 0.35 * layer, octaves=6, sharp=True)
        height = (0.60 - 0.13 * layer) * scene.horizon
        profile = scene.horizon - height * (0.55 + 0.42 * shape) * (1.0 if layer < 3 else 0.5)
        mask = canvas.below(profile)
        tone = land(ridge, mood, 0.72 * far)
        canvas.blend(tone, mask)
        if layer < 3:
            _paint_facets(canvas, scene, profile, mask, far=far, layer=layer)
        _paint_mist(canvas, mood, scene.horizon, 0.10, 0.45)


def _paint_facets(canvas: Canvas, scene: Scene, profile: Floats, mask: Floats, *, far: float, layer: int) -> None:
    mood = MOODS[scene.light]
    rock = noise(scene.seed + 60 + layer, width=canvas.width, height=canvas.height, cells=(9.0, 12.0), octaves=6,
                 shift=scene.pan * (0.06 + 0.09 * layer))  # fmt: skip
    slope = np.gradient(profile) * canvas.width
    side = np.clip(0.5 + np.sign(scene.sun_x - 0.5 + 1e-3) * slope * 0.35, 0.0, 1.0)[None, :]
    under = canvas.y - profile[None, :]
    light = smoothstep(rock + 0.5 * (side - 0.5), 0.40, 0.62)
    shade = land((0.16, 0.18, 0.26), mood, 0.6 * far)
    canvas.blend(shade, mask * (1 - light) * 0.42)
    if layer < 2 or scene.place is Place.SNOW:
        cap = 0.09 + 0.12 * scene.horizon if scene.place is Place.MOUNTAINS else 0.5
        snow = smoothstep(cap - under + (rock - 0.5) * 0.20, 0.02, 0.07) * (0.45 + 0.55 * light)
        tint = mix((1.0, 1.0, 1.0), mood.sun, 0.6) if scene.light is Light.SUNSET else (0.97, 0.98, 1.0)
        canvas.blend(land(tint, mood, 0.5 * far), mask * snow * 0.9)


def _paint_hills(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    for layer in range(4):
        across = _across(canvas, scene, 0.06 + 0.10 * layer)
        shape = waves(scene.seed + 50 + layer, across, frequency=0.42 + 0.25 * layer, octaves=4)
        height = (0.36, 0.27, 0.18, 0.09)[layer] * scene.horizon
        profile = scene.horizon - height * (0.62 + 0.40 * shape)
        canvas.blend(land(ridge, mood, 0.78 - 0.21 * layer), canvas.below(profile))
        _paint_mist(canvas, mood, scene.horizon, 0.07, 0.30)


def _paint_dunes(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    for layer in range(3):
        across = _across(canvas, scene, 0.08 + 0.14 * layer)
        shape = waves(scene.seed + 50 + layer, across, frequency=0.5 + 0.2 * layer, octaves=2)
        profile = scene.horizon - (0.30, 0.20, 0.10)[layer] * scene.horizon * (0.6 + 0.45 * shape)
        mask = canvas.below(profile)
        canvas.blend(land(ridge, mood, 0.50 - 0.20 * layer), mask)
        crest = waves(scene.seed + 80 + layer, across, frequency=1.0, octaves=2) * 0.05
        lee = canvas.below(np.asarray(profile + np.abs(crest) * 0.4 + 0.012, np.float32)) * mask
        side = np.clip(-np.gradient(profile) * canvas.width * 1.2 * np.sign(scene.sun_x - 0.5 + 1e-3), 0, 1)
        canvas.blend(land((0.52, 0.30, 0.18), mood, 0.40 - 0.18 * layer), lee * side[None, :] * 0.7)


def _paint_forest(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    for layer in range(4):
        across = _across(canvas, scene, 0.10 + 0.14 * layer)
        base = (0.52, 0.44, 0.30, 0.10)[layer] * scene.horizon
        roll = waves(scene.seed + 50 + layer, across, frequency=0.6, octaves=3) * 0.06
        profile = scene.horizon - base - roll * scene.horizon
        profile -= _conifers(scene.seed + 90 + layer, across, pitch=(0.035, 0.05, 0.08, 0.13)[layer])
        canvas.blend(land(ridge, mood, 0.62 - 0.19 * layer), canvas.below(np.asarray(profile, np.float32)))
        _paint_mist(canvas, mood, scene.horizon, 0.16, 0.22)


def _conifers(seed: int, across: Floats, *, pitch: float) -> Floats:
    """Heights of a row of firs: one jagged spire for each cell of the pitch."""
    cell = np.floor(across / pitch)
    within = np.abs(across / pitch - cell - 0.5) * 2
    rough = np.sin((cell + seed % 97) * 12.9898) * 43758.5453
    tall = 0.6 + 0.8 * (rough - np.floor(rough))
    steps = np.floor((1 - within) * 7) / 7 * 0.6 + (1 - within) * 0.4
    return np.asarray(steps * tall * pitch * 1.9, np.float32)


def _paint_headland(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    across = _across(canvas, scene, 0.08)
    side = -1.0 if scene.sun_x > 0.5 else 1.0
    for layer, reach in enumerate((0.9, 0.5)):
        rise = np.clip((side * (across - 0.6) + reach - 0.45) * 0.9, 0.0, 0.5)
        shape = 0.75 + 0.35 * waves(scene.seed + 50 + layer, across, frequency=1.1, octaves=5)
        profile = scene.horizon + 0.004 - rise * shape * 0.34 * scene.horizon
        canvas.blend(land(ridge, mood, 0.62 - 0.25 * layer), canvas.below(np.asarray(profile, np.float32)))


def _paint_mist(canvas: Canvas, mood: Mood, horizon: float, reach: float, strength: float) -> None:
    share = np.exp(-(((canvas.y - horizon) / reach) ** 2)).astype(np.float32)
    canvas.blend(mood.haze, np.broadcast_to(share * strength, (canvas.height, canvas.width)))


def _ground_colour(earth: Earth, mood: Mood, depth: Floats) -> Floats:
    far = np.asarray(land(earth.far, mood, 0.30), np.float32)
    near = np.asarray(land(earth.near, mood, 0.0), np.float32)
    return np.asarray(far + (near - far) * (depth**0.6)[..., None], np.float32)


def _ground_texture(canvas: Canvas, scene: Scene, depth: Floats) -> Floats:
    """Noise laid flat: rows near the horizon are squeezed as perspective does."""
    height = depth.shape[0]
    flat = noise(scene.seed + 42, width=canvas.width, height=max(height, 8), cells=(7.0, 16.0), octaves=7,
                 shift=scene.pan * 0.8)  # fmt: skip
    row = np.clip((1.0 - np.log1p(8 * (1 - depth[:, 0])) / np.log(9.0)) * (height - 1), 0, height - 1)
    return flat[row.astype(int)]


def _paint_flowers(canvas: Canvas, scene: Scene, rows: slice, depth: Floats, edge: Floats) -> None:
    rng = np.random.default_rng(scene.seed + 43)
    petals: RGB = ((0.95, 0.85, 0.35), (0.93, 0.93, 0.88), (0.80, 0.66, 0.86))[int(rng.integers(3))]
    tone = land(petals, MOODS[scene.light], 0.05)
    field = noise(scene.seed + 44, width=canvas.width, height=max(depth.shape[0], 8), cells=(90.0, 70.0), octaves=2)
    patch = noise(scene.seed + 45, width=canvas.width, height=max(depth.shape[0], 8), cells=(4.0, 4.0), octaves=2)
    mask = smoothstep(field, 0.70, 0.80) * smoothstep(patch, 0.45, 0.65) * smoothstep(depth, 0.05, 0.35)
    canvas.blend(tone, mask * canvas.below(edge)[rows] * 0.85, rows=rows)


def _paint_road(canvas: Canvas, scene: Scene) -> None:
    band = ground_band(scene)
    feet = [item.y for item in scene.objects if band is not None and item.y > band[0]]
    middle = max(feet) - 0.012 if feet else 0.85
    mood = MOODS[scene.light]
    bend = waves(scene.seed + 46, _across(canvas, scene, 0.9), frequency=0.25, octaves=1) * 0.006
    for reach, colour in ((0.072, (0.62, 0.60, 0.56)), (0.062, (0.27, 0.27, 0.29))):
        top = np.asarray(middle + bend - reach * 0.8, np.float32)
        bottom = np.asarray(middle + bend + reach, np.float32)
        canvas.blend(land(colour, mood, 0.0), canvas.below(top) * (1 - canvas.below(bottom)))
    dash = np.clip(np.sin(_across(canvas, scene, 0.9) * 46.0) * 6 + 1, 0, 1)
    top = np.asarray(middle + bend + 0.016, np.float32)
    line = canvas.below(top) * (1 - canvas.below(np.asarray(top + 0.007, np.float32)))
    canvas.blend(land((0.90, 0.88, 0.80), mood, 0.0), line * dash[None, :] * 0.9)
