"""Puts the things into the picture: light on them, their shadow on the ground, their image on the water, lamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from dam.scenes.canvas import Canvas, Floats, blurred, floats
from dam.scenes.layout import nearness, water_band
from dam.scenes.palette import MOODS, Mood
from dam.scenes.scene import Scene, SceneObject
from dam.scenes.things import sketch_object
from dam.scenes.vocabulary import STANDS, Light, Place, Stand, Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A drawn thing on its way into the picture: colours (h, w, 3), alpha and lamps, and its top left pixel."""

    colour: Floats
    alpha: Floats
    lamps: Floats
    left: int
    top: int
    foot: int


def paint_objects(canvas: Canvas, scene: Scene) -> None:
    """Paints all things, the far ones first; those in the air stay behind those on the ground."""
    order = sorted(scene.objects, key=lambda item: (STANDS[item.thing] is not Stand.AIR, item.y))
    for item in order:
        tile = _tile(canvas, scene, item)
        if STANDS[item.thing] is Stand.WATER or (scene.place is Place.SEA and item.thing is Thing.LIGHTHOUSE):
            _paint_reflection(canvas, scene, tile)
        elif STANDS[item.thing] is Stand.GROUND:
            _paint_shadow(canvas, scene, tile)
        _paste(canvas, tile)
        if scene.light is not Light.DAY:
            _paint_lamps(canvas, scene, item, tile)


def _tile(canvas: Canvas, scene: Scene, item: SceneObject) -> Tile:
    sketch = sketch_object(item, length_px=item.size * canvas.unit_px)
    paint = floats(sketch.paint) / np.float32(255)
    mood = MOODS[scene.light]
    alpha = np.ascontiguousarray(paint[..., 3])
    colour = _lit(paint[..., :3], alpha, scene, item, mood)
    foot = round(item.y * canvas.height)
    top = foot - round(sketch.top * sketch.unit_px)
    left = round(item.x * canvas.width + sketch.left * sketch.unit_px)
    lamps = floats(floats(sketch.lamps) * (mood.glow / 255))
    return Tile(colour=colour, alpha=alpha, lamps=lamps, left=left, top=top, foot=foot)


def _lit(paint: Floats, alpha: Floats, scene: Scene, item: SceneObject, mood: Mood) -> Floats:
    height, width = alpha.shape
    fall = np.linspace(1.10, 0.82, height, dtype=np.float32)[:, None, None]
    toward = 1.0 if scene.sun_x > item.x else -1.0
    side = (1.0 + 0.10 * toward * np.linspace(-1, 1, width, dtype=np.float32))[None, :, None]
    colour = paint * np.asarray(mood.body, np.float32) * fall * side
    reach = max(1, round(0.012 * width))
    step = reach if toward > 0 else -reach
    inner = np.minimum(np.roll(alpha, -step, axis=1), np.roll(alpha, reach, axis=0))
    rim = np.clip(alpha - inner, 0, 1) * mood.rim
    colour += (np.asarray(mood.sun, np.float32) - colour) * rim[..., None] * 0.8
    far = 1.0 if STANDS[item.thing] is Stand.AIR else 1.0 - nearness(scene, item.y)
    veil = mood.veil * (0.55 + 0.8 * far) + 0.10 * far
    return np.asarray(colour + (np.asarray(mood.haze, np.float32) - colour) * veil, np.float32)


def _paste(canvas: Canvas, tile: Tile) -> None:
    area, inside = _overlap(canvas, tile.left, tile.top, tile.alpha.shape)
    target = canvas.pixels[area]
    target += (tile.colour[inside] - target) * tile.alpha[inside][..., None]


def _paint_shadow(canvas: Canvas, scene: Scene, tile: Tile) -> None:
    mood = MOODS[scene.light]
    height, width = tile.alpha.shape
    centre = (tile.left + width / 2) / canvas.width
    long = 0.42 if scene.light is Light.SUNSET else 0.20
    flat_px = max(2, round(height * long))
    lean = (centre - scene.sun_x) * height * (1.3 if scene.light is Light.SUNSET else 0.5)
    pad = round(abs(lean)) + 6
    flat = Image.fromarray(np.asarray(tile.alpha[::-1] * 255, np.uint8)).resize((width, flat_px))
    wide = Image.new("L", (width + 2 * pad, flat_px + 8))
    wide.paste(flat, (pad, 0))
    cast = wide.transform(
        wide.size, Image.Transform.AFFINE, (1, -lean / flat_px, 0, 0, 1, 0), Image.Resampling.BILINEAR
    )
    shadow = blurred(floats(cast) / np.float32(255), flat_px * 0.06 + 1.0)
    shadow *= np.linspace(1.0, 0.35, shadow.shape[0], dtype=np.float32)[:, None]
    top = tile.foot - max(1, round(height * 0.012))
    area, inside = _overlap(canvas, tile.left - pad, top, shadow.shape)
    canvas.pixels[area] *= 1 - (shadow[inside] * mood.shadow)[..., None]
    _paint_contact(canvas, tile, mood)


def _paint_contact(canvas: Canvas, tile: Tile, mood: Mood) -> None:
    height, width = tile.alpha.shape
    reach = max(2, round(height * 0.05))
    feet = tile.alpha[-reach * 2 :].max(axis=0)
    fall = np.exp(-((np.linspace(-1, 1, reach * 2) / 0.5) ** 2)).astype(np.float32)[:, None]
    soft = blurred(fall * feet[None, :], reach * 0.3)
    area, inside = _overlap(canvas, tile.left, tile.foot - reach, (reach * 2, width))
    canvas.pixels[area] *= 1 - (soft[inside] * (0.3 + mood.shadow * 0.5))[..., None]


def _paint_reflection(canvas: Canvas, scene: Scene, tile: Tile) -> None:
    height, width = tile.alpha.shape
    deep = max(2, round(height * 0.75))
    source = np.linspace(height - 1, 0, deep).astype(int)
    alpha, colour = tile.alpha[source], tile.colour[source]
    rows = np.arange(deep, dtype=np.float32)
    sway = np.sin(rows / max(2.0, height * 0.03) + scene.time_s * 2.4) * width * 0.012 * (0.3 + rows / deep)
    columns = np.clip(np.arange(width)[None, :] + sway[:, None], 0, width - 1).astype(int)
    alpha = np.take_along_axis(alpha, columns, axis=1) * np.linspace(0.62, 0.06, deep, dtype=np.float32)[:, None]
    colour = np.take_along_axis(colour, columns[..., None], axis=1) * 0.82
    shore = (water_band(scene) or (0.0, 1.0))[1]
    wet = max(0, min(deep, round(shore * canvas.height) - tile.foot))
    area, inside = _overlap(canvas, tile.left, tile.foot, (wet, width))
    target = canvas.pixels[area]
    target += (colour[inside] - target) * alpha[inside][..., None]


def _paint_lamps(canvas: Canvas, scene: Scene, item: SceneObject, tile: Tile) -> None:
    area, inside = _overlap(canvas, tile.left, tile.top, tile.alpha.shape)
    canvas.pixels[area] += tile.lamps[inside] * 0.9
    height, width = tile.alpha.shape
    pad = round(max(height, width) * 0.30)
    halo = Image.new("RGB", (width + 2 * pad, height + 2 * pad))
    halo.paste(Image.fromarray(np.asarray(np.clip(tile.lamps, 0, 1) * 255, np.uint8)), (pad, pad))
    for radius, power in ((0.03, 0.9), (0.12, 1.3)):
        soft = np.stack([blurred(floats(band) / np.float32(255), radius * width) for band in halo.split()], axis=-1)
        area, inside = _overlap(canvas, tile.left - pad, tile.top - pad, soft.shape[:2])
        canvas.pixels[area] += soft[inside] * power
    if item.thing in (Thing.CAR, Thing.BUS) and scene.light in (Light.NIGHT, Light.FOG, Light.RAIN, Light.SUNSET):
        _paint_beam(canvas, scene, item, tile)


def _paint_beam(canvas: Canvas, scene: Scene, item: SceneObject, tile: Tile) -> None:
    """Paint a cone of light ahead of a vehicle, bright at the lamp and soft at its edges."""
    width = tile.alpha.shape[1]
    reach, spread = round(width * 0.9), round(width * 0.5)
    along = np.linspace(0.02, 1.0, max(reach, 2), dtype=np.float32)[None, :]
    across = np.linspace(-1.0, 1.0, max(spread, 2), dtype=np.float32)[:, None] - 0.18 * along
    cone = np.exp(-((across / (0.05 + 0.42 * along)) ** 2)) * (1 - along) ** 1.5
    cone = cone if item.facing > 0 else cone[:, ::-1]
    middle = tile.foot - round(0.17 * width / 1.1)
    left = tile.left + round(width * 0.92) if item.facing > 0 else tile.left + round(width * 0.08) - cone.shape[1]
    area, inside = _overlap(canvas, left, middle - cone.shape[0] // 2, cone.shape)
    light = np.asarray((0.52, 0.46, 0.32), np.float32) * MOODS[scene.light].glow
    canvas.pixels[area] += cone[inside][..., None] * light
    pool_x = (tile.left + (1.25 if item.facing > 0 else -0.25) * width) / canvas.width
    pool = np.exp(-(((canvas.x - pool_x) / (0.42 * width / canvas.width)) ** 2)
                  - ((canvas.y - tile.foot / canvas.height) / (0.055 * width / canvas.height)) ** 2)  # fmt: skip
    canvas.add((0.34, 0.29, 0.19), np.asarray(pool * MOODS[scene.light].glow, np.float32))


def _overlap(
    canvas: Canvas, left: int, top: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the part of a tile that lies on the canvas: slices of the canvas, and of the tile."""
    y0, y1 = max(0, top), min(canvas.height, top + shape[0])
    x0, x1 = max(0, left), min(canvas.width, left + shape[1])
    y1, x1 = max(y0, y1), max(x0, x1)
    return (slice(y0, y1), slice(x0, x1)), (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
