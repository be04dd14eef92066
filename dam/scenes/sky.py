"""Paints the sky: gradient, sun or moon with bloom, stars, clouds; and the light that falls over it all."""

from __future__ import annotations

import numpy as np

from dam.scenes.canvas import Canvas, Floats, floats, gradient, noise, smoothstep
from dam.scenes.palette import MOODS, RGB
from dam.scenes.scene import Scene
from dam.scenes.vocabulary import Light

MOON: RGB = (0.96, 0.96, 0.90)


def paint_sky(canvas: Canvas, scene: Scene) -> None:
    """Fill the whole canvas with sky; the land is painted over its lower part."""
    mood = MOODS[scene.light]
    position = np.clip(canvas.y[:, 0] / max(scene.horizon, 0.05), 0.0, 1.0)
    canvas.pixels[:] = gradient(mood.sky, position)[:, None, :]
    if scene.light is Light.SUNSET:
        _paint_sunset(canvas, scene)
    elif scene.light is Light.NIGHT:
        _paint_stars(canvas, scene)
    elif scene.light is Light.DAY:
        canvas.add((0.30, 0.28, 0.22), canvas.glow(scene.sun_x, scene.sun_y * 0.3, 0.16))
    _paint_clouds(canvas, scene)
    if scene.light is Light.SUNSET:
        disc = canvas.glow(scene.sun_x, scene.sun_y, 0.045)
        canvas.blend((1.0, 0.96, 0.80), _disc(canvas, scene.sun_x, scene.sun_y, 0.042))
        canvas.add((0.40, 0.26, 0.10), disc)
    elif scene.light is Light.NIGHT:
        _paint_moon(canvas, scene)


def paint_bloom(canvas: Canvas, scene: Scene) -> None:
    """Last light over everything: the sun's veil at sunset, so that it eats a little into what stands before it."""
    if scene.light is Light.SUNSET:
        canvas.add((0.26, 0.13, 0.04), canvas.glow(scene.sun_x, scene.sun_y, 0.16))
        canvas.add((0.10, 0.05, 0.02), canvas.glow(scene.sun_x, scene.sun_y, 0.42))


def paint_rain(canvas: Canvas, scene: Scene) -> None:
    """Slanting streaks in two depths over the finished picture."""
    if scene.light is not Light.RAIN:
        return
    for depth, (cells, strength) in enumerate((((190.0, 6.0), 0.24), ((90.0, 4.0), 0.30))):
        field = noise(
            scene.seed + 71 + depth, width=canvas.width, height=canvas.height, cells=cells, octaves=1,
        )  # fmt: skip
        field = np.roll(field, int(scene.time_s * (2.1 + 0.9 * depth) * canvas.height), axis=0)
        slant = (canvas.y[:, 0] * canvas.height * 0.16).astype(int)
        columns = (np.arange(canvas.width)[None, :] + slant[:, None]) % canvas.width
        streaks = smoothstep(np.take_along_axis(field, columns, axis=1), 0.72, 1.0)
        canvas.blend((0.78, 0.82, 0.86), streaks * strength)


def _paint_sunset(canvas: Canvas, scene: Scene) -> None:
    canvas.add((0.42, 0.20, 0.04), canvas.glow(scene.sun_x, scene.sun_y, 0.30))
    canvas.add((0.38, 0.24, 0.08), canvas.glow(scene.sun_x, scene.sun_y, 0.11))


def _paint_stars(canvas: Canvas, scene: Scene) -> None:
    rng = np.random.default_rng(scene.seed + 11)
    band = noise(scene.seed + 12, width=canvas.width, height=canvas.height, cells=(3, 3), octaves=4)
    tilt = np.exp(-(((canvas.y - 0.12 - 0.5 * (canvas.x - 0.2)) / 0.16) ** 2)).astype(np.float32)
    canvas.add((0.10, 0.10, 0.15), tilt * smoothstep(band, 0.35, 0.8))
    count = 420
    xs, ys = rng.random(count), rng.random(count) ** 1.2 * scene.horizon
    glint = rng.random(count) ** 5
    for x, y, power in zip(xs, ys, glint, strict=True):
        radius = max(0.6, (0.0006 + 0.0011 * power) * canvas.unit_px)
        _dot(canvas, x * canvas.width, y * canvas.height, radius, 0.35 + 0.65 * float(power))


def _dot(canvas: Canvas, x: float, y: float, radius: float, power: float) -> None:
    reach = int(radius * 2) + 1
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    area = canvas.pixels[top : int(y) + reach + 1, left : int(x) + reach + 1]
    rows = np.arange(top, top + area.shape[0])[:, None] - y
    columns = np.arange(left, left + area.shape[1])[None, :] - x
    light = np.exp(-(rows**2 + columns**2) / (2 * (radius * 0.6) ** 2)) * power
    area += (light[..., None] * (0.92, 0.95, 1.0)).astype(np.float32)


def _paint_moon(canvas: Canvas, scene: Scene) -> None:
    y = scene.sun_y * 0.45
    canvas.add((0.12, 0.15, 0.24), canvas.glow(scene.sun_x, y, 0.14))
    canvas.add((0.20, 0.22, 0.28), canvas.glow(scene.sun_x, y, 0.045))
    face = _disc(canvas, scene.sun_x, y, 0.030)
    craters = noise(scene.seed + 5, width=canvas.width, height=canvas.height, cells=(60, 60), octaves=1)
    canvas.blend(np.asarray(MOON, np.float32) * (0.86 + 0.16 * craters[..., None]), face)


def _disc(canvas: Canvas, x: float, y: float, radius: float) -> Floats:
    dx = (canvas.x - x) * canvas.width
    dy = (canvas.y - y) * canvas.height
    return floats(np.clip(radius * canvas.unit_px - np.sqrt(dx * dx + dy * dy) + 0.5, 0.0, 1.0))


def _paint_clouds(canvas: Canvas, scene: Scene) -> None:
    rng = np.random.default_rng(scene.seed + 31)
    cover = {Light.DAY: 0.54, Light.SUNSET: 0.50, Light.NIGHT: 0.64, Light.FOG: 0.8, Light.RAIN: 0.34}[scene.light]
    cover += float(rng.uniform(-0.08, 0.08))
    drift = scene.pan * 0.05 + scene.time_s * 0.004
    field = noise(scene.seed + 32, width=canvas.width, height=canvas.height, cells=(3.0, 7.0), octaves=6, shift=drift)
    fade = smoothstep(scene.horizon - canvas.y, 0.0, 0.30)
    mask = smoothstep(field, cover, cover + 0.22) * (0.25 + 0.75 * fade)
    lit = smoothstep(field, cover + 0.05, cover + 0.34)[..., None]
    if scene.light is Light.SUNSET:
        near = (0.45 + 0.55 * canvas.glow(scene.sun_x, scene.sun_y, 0.5))[..., None]
        bright = floats((1.0, 0.56, 0.34)) * near + floats((0.30, 0.10, 0.22)) * (1 - near)
        canvas.blend(bright * (1 - lit) + floats((0.44, 0.22, 0.36)) * lit, floats(mask * 0.85))
    else:
        edge, core = _CLOUD_TONES[scene.light]
        canvas.blend(floats(edge) * (1 - lit) + floats(core) * lit, floats(mask * 0.9))


_CLOUD_TONES: dict[Light, tuple[RGB, RGB]] = {
    Light.DAY: ((0.99, 0.99, 1.0), (0.90, 0.93, 0.97)),
    Light.NIGHT: ((0.10, 0.13, 0.24), (0.06, 0.08, 0.17)),
    Light.FOG: ((0.80, 0.82, 0.83), (0.76, 0.78, 0.80)),
    Light.RAIN: ((0.42, 0.46, 0.52), (0.24, 0.28, 0.34)),
}
