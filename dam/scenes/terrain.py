"""Paints the land: ridges and skylines behind, then the ground with its road."""

from __future__ import annotations

import numpy as np

from dam.scenes.canvas import Canvas, Floats, noise, perspective_rows, smoothstep, waves
from dam.scenes.layout import ground_band
from dam.scenes.palette import EARTH, MOODS, RGB, Earth, Mood
from dam.scenes.scene import Scene
from dam.scenes.sketch import mix
from dam.scenes.skyline import paint_skyline
from dam.scenes.vocabulary import Light, Place

_GRASSY = frozenset({Place.FIELD, Place.LAKE, Place.MOUNTAINS, Place.FOREST})


def paint_backdrop(canvas: Canvas, scene: Scene) -> None:
    """Paints what rises above the horizon, far layers first."""
    painters = {
        Place.MOUNTAINS: _paint_mountains,
        Place.SNOW: _paint_mountains,
        Place.CITY: paint_skyline,
        Place.FOREST: _paint_forest,
        Place.DESERT: _paint_dunes,
        Place.LAKE: _paint_hills,
        Place.FIELD: _paint_hills,
        Place.BEACH: _paint_headland,
    }
    if scene.place in painters:
        painters[scene.place](canvas, scene)


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
    if scene.place is Place.CITY:
        _paint_pavement_light(canvas, mood, rows, depth, edge)
    if scene.road:
        _paint_road(canvas, scene)


def land(colour: RGB, mood: Mood, distance: float) -> RGB:
    """Return a land colour in the scene's light, seen through ``distance`` (0 near, 1 far) of haze."""
    lit: RGB = (colour[0] * mood.land[0], colour[1] * mood.land[1], colour[2] * mood.land[2])
    return mix(lit, mood.haze, min(1.0, distance + mood.veil * (0.5 + distance)))


def _across(canvas: Canvas, scene: Scene, parallax: float) -> Floats:
    aspect = canvas.width / canvas.unit_px
    return np.asarray(canvas.x[0] * aspect + scene.pan * parallax, np.float32)


def _slide(canvas: Canvas, scene: Scene) -> float:
    """How far the near ground moves with the camera, in picture widths; as far as ``_across`` at parallax 0.8."""
    return scene.pan * 0.8 * canvas.unit_px / canvas.width


def _paint_mountains(canvas: Canvas, scene: Scene) -> None:
    mood, ridge = MOODS[scene.light], EARTH[scene.place].ridge
    for layer in range(4):
        far = 1.0 - layer / 4
        across = _across(canvas, scene, 0.06 + 0.09 * layer)
        shape = waves(scene.seed + 50 + layer, across, frequency=0.65 + 0.35 * layer, octaves=6, sharp=True)
        height = (0.78 - 0.18 * layer) * scene.horizon
        profile = scene.horizon - height * (0.55 + 0.42 * shape) * (1.0 if layer < 3 else 0.5)
        mask = canvas.below(profile)
        tone = land(ridge, mood, 0.62 * far)
        canvas.blend(tone, mask)
        if layer < 3:
            _paint_facets(canvas, scene, profile, mask, far=far, layer=layer)
        _paint_mist(canvas, mood, scene.horizon, 0.10, 0.45)


def _paint_facets(canvas: Canvas, scene: Scene, profile: Floats, mask: Floats, *, far: float, layer: int) -> None:
    mood = MOODS[scene.light]
    rock = noise(scene.seed + 60 + layer, width=canvas.width, height=canvas.height, cells=(9.0, 12.0), octaves=6,
                 shift=scene.pan * (0.06 + 0.09 * layer))  # fmt: skip
    kernel = np.ones(max(1, canvas.width // 90)) / max(1, canvas.width // 90)
    slope = np.convolve(np.gradient(profile) * canvas.width, kernel, mode="same").astype(np.float32)
    under = canvas.y - profile[None, :]
    toward = np.sign(scene.sun_x - 0.5 + 1e-3)
    # The lit side of a ridge leans down its slope, so the edge between light and shade runs askew.
    askew = np.clip(np.arange(canvas.width)[None, :] + (rock - 0.5) * canvas.width * 0.12, 0, canvas.width - 1)
    side = np.clip(0.5 + toward * slope[askew.astype(int)] * 0.45, 0.0, 1.0)
    light = smoothstep(rock * 0.6 + side * 0.7, 0.50, 0.80)
    shade = land((0.16, 0.18, 0.26), mood, 0.6 * far)
    canvas.blend(shade, mask * (1 - light) * 0.55)
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
        profile -= _conifers(scene.seed + 90 + layer, across, pitch=(0.034, 0.048, 0.07, 0.11)[layer])
        canvas.blend(land(ridge, mood, 0.62 - 0.19 * layer), canvas.below(np.asarray(profile, np.float32)))
        _paint_mist(canvas, mood, scene.horizon, 0.16, 0.22)


def _conifers(seed: int, across: Floats, *, pitch: float) -> Floats:
    """Heights of two interleaved rows of firs: a narrow tip over boughs that step outwards."""
    rows = []
    for row in range(2):
        place = across / pitch + 0.5 * row
        cell = np.floor(place)
        rough = np.sin((cell + seed % 97 + 31 * row) * 12.9898) * 43758.5453
        rough -= np.floor(rough)
        within = np.abs(place - cell - 0.3 - 0.4 * rough) * 2.1
        bough = within * 7.0
        jag = (bough - np.floor(bough)) * 0.10
        rows.append(np.clip(1.0 - within**0.75 + jag * (within < 1), 0.0, 1.0) * (0.65 + 0.75 * rough))
    return np.asarray(np.maximum(rows[0], rows[1]) * pitch * 2.6, np.float32)


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
    """Noise laid flat, squeezed towards the horizon, with blades and pebbles close to the viewer."""
    height = max(depth.shape[0], 8)
    flat = noise(scene.seed + 42, width=canvas.width, height=height, cells=(7.0, 26.0), octaves=6,
                 shift=_slide(canvas, scene))  # fmt: skip
    broad = flat[perspective_rows(depth[:, 0])]
    cells = (90.0, 60.0) if scene.place in _GRASSY else (130.0, 40.0)
    fine = noise(
        scene.seed + 48, width=canvas.width, height=height, cells=cells, octaves=3, shift=_slide(canvas, scene)
    )
    return np.asarray(broad + (fine[: depth.shape[0]] - 0.5) * 0.9 * depth, np.float32)


def _paint_flowers(canvas: Canvas, scene: Scene, rows: slice, depth: Floats, edge: Floats) -> None:
    rng = np.random.default_rng(scene.seed + 43)
    petals: RGB = ((0.95, 0.85, 0.35), (0.93, 0.93, 0.88), (0.80, 0.66, 0.86))[int(rng.integers(3))]
    tone = land(petals, MOODS[scene.light], 0.05)
    height, slide = max(depth.shape[0], 8), _slide(canvas, scene)
    field = noise(scene.seed + 44, width=canvas.width, height=height, cells=(90.0, 70.0), octaves=2, shift=slide)
    patch = noise(scene.seed + 45, width=canvas.width, height=height, cells=(4.0, 4.0), octaves=2, shift=slide)
    field, patch = field[: depth.shape[0]], patch[: depth.shape[0]]
    mask = smoothstep(field, 0.70, 0.80) * smoothstep(patch, 0.45, 0.65) * smoothstep(depth, 0.05, 0.35)
    canvas.blend(tone, mask * canvas.below(edge)[rows] * 0.85, rows=rows)


def _paint_pavement_light(canvas: Canvas, mood: Mood, rows: slice, depth: Floats, edge: Floats) -> None:
    fall = np.exp(-((depth / 0.5) ** 2)) * mood.glow * canvas.below(edge)[rows]
    canvas.add((0.16, 0.11, 0.06), np.asarray(fall, np.float32), rows=rows)


def _paint_road(canvas: Canvas, scene: Scene) -> None:
    band = ground_band(scene)
    feet = [item.y for item in scene.objects if band is not None and item.y > band[0]]
    middle = max(feet) - 0.012 if feet else 0.85
    mood = MOODS[scene.light]
    bend = waves(scene.seed + 46, _across(canvas, scene, 0.8), frequency=0.25, octaves=1) * 0.006
    for reach, colour in ((0.072, (0.62, 0.60, 0.56)), (0.062, (0.27, 0.27, 0.29))):
        top = np.asarray(middle + bend - reach * 0.8, np.float32)
        bottom = np.asarray(middle + bend + reach, np.float32)
        canvas.blend(land(colour, mood, 0.0), canvas.below(top) * (1 - canvas.below(bottom)))
    dash = np.clip(np.sin(_across(canvas, scene, 0.8) * 46.0) * 6 + 1, 0, 1)
    top = np.asarray(middle + bend + 0.016, np.float32)
    line = canvas.below(top) * (1 - canvas.below(np.asarray(top + 0.007, np.float32)))
    canvas.blend(land((0.90, 0.88, 0.80), mood, 0.0), line * dash[None, :] * 0.9)
