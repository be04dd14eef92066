"""From a Scene to pixels: sky, land, water, things with their shadows and reflections, weather."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.scenes.canvas import Canvas
from dam.scenes.scene import Scene
from dam.scenes.sky import paint_bloom, paint_rain, paint_sky
from dam.scenes.staging import paint_objects
from dam.scenes.terrain import paint_backdrop, paint_ground
from dam.scenes.water import paint_water

# Painted this many times larger and averaged down: edges are smooth at every size.
SUPERSAMPLING = 2.0


def render(scene: Scene, *, width: int, height: int, supersampling: float = SUPERSAMPLING) -> NDArray[np.uint8]:
    """Draws a scene.

    Args:
        scene: what to draw; the same scene gives the same picture, at any size.
        width: pixels across, at least 16.
        height: pixels down, at least 16.
        supersampling: how much larger it is painted; 1.5 is enough for frames that move.

    Returns:
        sRGB picture (height, width, 3), uint8.

    Raises:
        ValueError: the picture would be smaller than 16 pixels.
    """
    if width < 16 or height < 16:
        raise ValueError(f"cannot render {width}x{height}: pictures are at least 16 pixels wide and high")
    canvas = Canvas(width=round(width * supersampling), height=round(height * supersampling))
    paint_sky(canvas, scene)
    paint_backdrop(canvas, scene)
    paint_water(canvas, scene)
    paint_ground(canvas, scene)
    paint_objects(canvas, scene)
    paint_bloom(canvas, scene)
    paint_rain(canvas, scene)
    return _developed(canvas, width=width, height=height)


def _developed(canvas: Canvas, *, width: int, height: int) -> NDArray[np.uint8]:
    corner = ((canvas.x - 0.5) ** 2 + (canvas.y - 0.5) ** 2)[..., None]
    pixels = canvas.pixels * (1.0 - 0.26 * corner)
    bright = np.maximum(pixels - 0.85, 0.0)
    # Highlights roll off instead of clipping, so that glow keeps its colour.
    pixels = np.minimum(pixels, 0.85) + bright / (1.0 + 3.0 * bright) * 0.6
    large = Image.fromarray(np.asarray(np.clip(pixels, 0.0, 1.0) * 255 + 0.5, np.uint8))
    small = large.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)
