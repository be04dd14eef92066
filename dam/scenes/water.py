"""Paints water: the mirrored land and sky, ripples, the sun's path, surf on a beach."""

from __future__ import annotations

import numpy as np

from dam.scenes.canvas import Canvas, Floats, noise, perspective_rows, smoothstep, waves
from dam.scenes.layout import water_band
from dam.scenes.palette import MOODS, RGB
from dam.scenes.scene import Scene
from dam.scenes.vocabulary import Light, Place

_DEEP: dict[Light, RGB] = {
    Light.DAY: (0.05, 0.30, 0.50),
    Light.SUNSET: (0.22, 0.14, 0.30),
    Light.NIGHT: (0.02, 0.04, 0.11),
    Light.FOG: (0.60, 0.65, 0.68),
    Light.RAIN: (0.22, 0.28, 0.33),
}


def paint_water(canvas: Canvas, scene: Scene) -> None:
    """Covers the water band; call it after the backdrop (which it mirrors) and before the ground."""
    band = water_band(scene)
    if band is None:
        return
    top = round(band[0] * canvas.height)
    bottom = min(canvas.height, round((band[1] + 0.035) * canvas.height))
    if bottom - top < 2:
        return
    rows = slice(top, bottom)
    depth = np.asarray(np.arange(bottom - top, dtype=np.float32) / max(1.0, (1 - band[0]) * canvas.height))
    ripple = _ripples(canvas, scene, depth)
    mirror = _mirrored(canvas, top, depth, ripple)
    deep = np.asarray(_DEEP[scene.light], np.float32)
    if scene.place is Place.BEACH and scene.light is Light.DAY:
        shallow = smoothstep(depth / max(depth[-1], 1e-3), 0.35, 1.0)[:, None, None]
        deep = deep + (np.asarray((0.22, 0.66, 0.68), np.float32) - deep) * shallow
    share = (0.34 + 0.42 * np.exp(-depth * 4))[:, None, None]
    if scene.place in (Place.LAKE, Place.CITY):
        share = share + 0.20
    canvas.pixels[rows] = deep + (mirror - deep) * np.clip(share, 0, 0.95)
    canvas.pixels[rows] *= (1.0 + (ripple - 0.5) * (0.34 if scene.place is Place.SEA else 0.22))[..., None]
    _paint_sun_path(canvas, scene, rows, depth, ripple)
    if scene.place is Place.BEACH:
        _paint_surf(canvas, scene, band[1])


def _ripples(canvas: Canvas, scene: Scene, depth: Floats) -> Floats:
    height = len(depth)
    flat = noise(scene.seed + 21, width=canvas.width, height=max(height, 8), cells=(8.0, 70.0), octaves=4,
                 shift=scene.pan * 0.6 + scene.time_s * 0.012)  # fmt: skip
    near = depth / max(float(depth[-1]), 1e-3)
    row = perspective_rows(near, near_stretch=0.22)
    swell = np.sin(scene.time_s * 1.7 + row[:, None] * 0.13 + flat[row] * 7) * 0.12
    return np.asarray(smoothstep(flat[row], 0.25, 0.75) + swell, np.float32)


def _mirrored(canvas: Canvas, top: int, depth: Floats, ripple: Floats) -> Floats:
    offset = np.arange(len(depth), dtype=np.float32)
    jitter = (ripple - 0.5) * (4.0 + offset[:, None] * 0.10)
    source = np.clip(top - 1 - offset[:, None] * 0.85 + jitter, 0, max(top - 1, 0)).astype(int)
    columns = np.clip(np.arange(canvas.width)[None, :] + jitter * 0.6, 0, canvas.width - 1).astype(int)
    return np.asarray(canvas.pixels[source, columns], np.float32)


def _paint_sun_path(canvas: Canvas, scene: Scene, rows: slice, depth: Floats, ripple: Floats) -> None:
    if scene.light not in (Light.SUNSET, Light.NIGHT, Light.DAY):
        return
    spread = (0.025 + 0.16 * depth)[:, None] * canvas.unit_px / canvas.width
    column = np.exp(-(((canvas.x - scene.sun_x) / spread) ** 2))
    sparkle = smoothstep(ripple, 0.52, 0.86)
    strength, colour = {
        Light.SUNSET: (1.0, (1.0, 0.70, 0.34)),
        Light.NIGHT: (0.55, (0.75, 0.80, 0.95)),
        Light.DAY: (0.28, (1.0, 1.0, 0.95)),
    }[scene.light]
    mask = np.asarray(column * (0.22 + 0.78 * sparkle) * strength, np.float32)
    canvas.add(colour, mask, rows=rows)


def _paint_surf(canvas: Canvas, scene: Scene, shore: float) -> None:
    mood = MOODS[scene.light]
    aspect = canvas.width / canvas.unit_px
    across = np.asarray(canvas.x[0] * aspect + scene.pan * 0.8, np.float32)
    breathe = 0.008 * float(np.sin(scene.time_s * 0.9))
    lace = noise(scene.seed + 27, width=canvas.width, height=canvas.height, cells=(30.0, 60.0), octaves=3)
    lace = smoothstep(lace, 0.38, 0.58)
    for line, (back, thick, power) in enumerate(((0.075, 0.004, 0.55), (0.035, 0.007, 0.75))):
        bend = waves(scene.seed + 24 + line, across, frequency=1.2, octaves=4) * 0.012
        top = np.asarray(shore - back + bend + breathe * (line + 1), np.float32)
        foam = canvas.below(top) * (1 - canvas.below(np.asarray(top + thick * (2.0 + bend * 60), np.float32)))
        white = tuple(min(1.0, 0.35 + 0.65 * part) for part in mood.body)
        if scene.light is Light.NIGHT:
            white = (0.34, 0.38, 0.50)
        canvas.blend((white[0], white[1], white[2]), foam * lace * power)
