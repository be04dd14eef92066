"""Paints a city's skyline: rows of towers, near ones darker, with windows that light up after dark."""

from __future__ import annotations

import numpy as np

from dam.scenes.canvas import Canvas
from dam.scenes.palette import EARTH, MOODS, RGB, Mood
from dam.scenes.scene import Scene
from dam.scenes.sketch import mix
from dam.scenes.vocabulary import Light, Place

_LIT_SHARE: dict[Light, float] = {
    Light.NIGHT: 0.55,
    Light.SUNSET: 0.30,
    Light.RAIN: 0.34,
    Light.FOG: 0.16,
    Light.DAY: 0.0,
}
_WINDOW: RGB = (1.0, 0.80, 0.46)


def paint_skyline(canvas: Canvas, scene: Scene) -> None:
    """Paints three rows of towers, the farthest first, standing on the horizon."""
    for row in range(3):
        rng = np.random.default_rng(scene.seed + 50 + row)
        left = -0.5 - (scene.pan * (0.08 + 0.10 * row))
        while left < 1.1:
            width = float(rng.uniform(0.035, 0.075)) * (1 + 0.35 * row)
            tall = scene.horizon * float(rng.uniform(0.25, 0.85)) * (1.0, 0.80, 0.52)[row]
            tone, lit_seed, crown = float(rng.uniform(-0.08, 0.08)), int(rng.integers(1 << 30)), int(rng.integers(4))
            if left + width > -0.1:
                _paint_tower(canvas, scene, (left, width, tall), row=row, tone=tone, seed=lit_seed, crown=crown)
            left += width * float(rng.uniform(0.85, 1.25))
    _paint_street_glow(canvas, scene)


def _paint_street_glow(canvas: Canvas, scene: Scene) -> None:
    """Paint the light of unseen streets: a warm breath at the towers' feet, above and below the horizon."""
    share = np.exp(-(((canvas.y - scene.horizon) / 0.09) ** 2)).astype(np.float32) * MOODS[scene.light].glow
    canvas.add((0.20, 0.13, 0.06), np.broadcast_to(share, (canvas.height, canvas.width)))


def _paint_tower(
    canvas: Canvas, scene: Scene, shape: tuple[float, float, float], *, row: int, tone: float, seed: int, crown: int
) -> None:
    left, width, tall = shape
    mood = MOODS[scene.light]
    x0, x1 = round(left * canvas.width), round((left + width) * canvas.width)
    y0, y1 = round((scene.horizon - tall) * canvas.height), round(scene.horizon * canvas.height) + 1
    box = (slice(max(0, y0), y1), slice(max(0, x0), max(0, x1)))
    area = canvas.pixels[box]
    if area.size == 0:
        return
    wall = _wall(mood, row, tone)
    fall = np.linspace(0.0, 1.0, area.shape[0], dtype=np.float32)[:, None, None]
    side = np.linspace(0.9, 1.1, area.shape[1], dtype=np.float32)[None, :, None]
    side = side if scene.sun_x > left else side[:, ::-1]
    area[:] = (np.asarray(wall, np.float32) * side) * (1 - fall * 0.35) + np.asarray(
        mood.haze, np.float32
    ) * fall * 0.35
    _paint_windows(area, scene, mood, row=row, seed=seed, pitch_px=(0.0075 + 0.003 * row) * canvas.unit_px)
    if crown == 0:
        _paint_mast(canvas, (x0 + x1) // 2, y0, wall)


def _wall(mood: Mood, row: int, tone: float) -> RGB:
    base = tuple(part + tone for part in EARTH[Place.CITY].ridge)
    lit: RGB = (base[0] * mood.land[0], base[1] * mood.land[1], base[2] * mood.land[2])
    return mix(lit, mood.haze, (0.62, 0.36, 0.12)[row])


def _paint_windows(area: np.ndarray, scene: Scene, mood: Mood, *, row: int, seed: int, pitch_px: float) -> None:
    height, width = area.shape[:2]
    rows, columns = int(height / (pitch_px * 1.25)), int(width / pitch_px)
    if rows < 1 or columns < 1:
        return
    rng = np.random.default_rng(seed)
    lit = (rng.random((200, 60))[:rows, :columns] < _LIT_SHARE[scene.light]).astype(np.float32)
    warmth = rng.uniform(0.55, 1.0, (200, 60))[:rows, :columns].astype(np.float32)
    down, over = (np.arange(height) + 0.5) / (pitch_px * 1.25), (np.arange(width) + 0.5) / pitch_px
    frame = ((down % 1 > 0.32) & (down < rows))[:, None] & ((over % 1 > 0.32) & (over < columns))[None, :]
    cell = np.ix_(np.minimum(down.astype(int), rows - 1), np.minimum(over.astype(int), columns - 1))
    pane = frame.astype(np.float32)[..., None]
    area *= 1 - pane * 0.22
    glow = (lit * warmth)[cell][..., None] * pane * (0.35 + 0.3 * row) * (0.4 + 0.6 * mood.glow)
    area += (np.asarray(_WINDOW, np.float32) - area) * np.clip(glow * 1.3, 0, 1)


def _paint_mast(canvas: Canvas, x: int, top: int, wall: RGB) -> None:
    wide = max(1, round(0.0022 * canvas.unit_px))
    tall = round(0.045 * canvas.unit_px)
    if x > 0:
        canvas.pixels[max(0, top - tall) : max(0, top), x : x + wide] = wall
