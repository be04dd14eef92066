"""A small drawing board: flat shapes in a thing's own units become an RGBA tile and a tile of its lamps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from dam.scenes.palette import RGB

Point = tuple[float, float]


class Sketch:
    """Draws in units of a thing's nominal length: x to the right from its middle, y upwards from its foot."""

    def __init__(self, *, unit_px: float, extent: tuple[float, float, float, float], facing: int) -> None:
        """Args: ``unit_px`` pixels in one unit; ``extent`` left, bottom, right, top; ``facing`` 1 or -1."""
        left, self.bottom, right, self.top = extent
        self.unit_px = unit_px
        self.facing = facing
        self.left = left if facing > 0 else -right
        self.width = max(2, round((right - left) * unit_px))
        self.height = max(2, round((self.top - self.bottom) * unit_px))
        self.paint = Image.new("RGBA", (self.width, self.height), (0, 0, 0, 0))
        self.lamps = Image.new("RGB", (self.width, self.height), (0, 0, 0))
        self._brush = ImageDraw.Draw(self.paint)
        self._torch = ImageDraw.Draw(self.lamps)

    def polygon(self, points: Sequence[Point], colour: RGB, *, alpha: float = 1.0) -> None:
        """Fills a polygon."""
        self._brush.polygon(self._pixels(points), fill=(*_bytes(colour), round(alpha * 255)))

    def curve(self, points: Sequence[Point], colour: RGB, *, alpha: float = 1.0) -> None:
        """Fills the smooth closed curve through the points."""
        self.polygon(smooth(points), colour, alpha=alpha)

    def rectangle(self, left: float, bottom: float, right: float, top: float, colour: RGB) -> None:
        """Fills a rectangle."""
        self.polygon([(left, bottom), (right, bottom), (right, top), (left, top)], colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: RGB) -> None:
        """Fills an ellipse around (x, y)."""
        self._brush.ellipse(self._box(x, y, rx, ry), fill=(*_bytes(colour), 255))

    def line(self, points: Sequence[Point], width: float, colour: RGB) -> None:
        """Draws a line of the given width; at least one pixel wide."""
        pixels = max(1, round(width * self.unit_px))
        self._brush.line(self._pixels(points), fill=(*_bytes(colour), 255), width=pixels, joint="curve")

    def ring(self, x: float, y: float, radius: float, width: float, colour: RGB) -> None:
        """Draws a circle's line."""
        pixels = max(1, round(width * self.unit_px))
        self._brush.ellipse(self._box(x, y, radius, radius), outline=(*_bytes(colour), 255), width=pixels)

    def lamp(self, points: Sequence[Point], colour: RGB) -> None:
        """Marks a polygon as shining by itself; how strongly, the light of the scene decides."""
        self._torch.polygon(self._pixels(points), fill=_bytes(colour))

    def lamp_disc(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """Marks a disc as shining by itself."""
        self._torch.ellipse(self._box(x, y, radius, radius), fill=_bytes(colour))

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [
            ((x * self.facing - self.left) * self.unit_px, (self.top - y) * self.unit_px) for x, y in points
        ]

    def _box(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        (px, py), reach_x, reach_y = self._pixels([(x, y)])[0], rx * self.unit_px, ry * self.unit_px
        return (px - reach_x, py - reach_y, px + reach_x, py + reach_y)


def smooth(points: Sequence[Point], *, steps: int = 6) -> list[Point]:
    """A closed Catmull-Rom curve (Catmull and Rom 1974, tension 1/2) through the points, as a polygon."""
    p1 = np.asarray(points, dtype=np.float64)
    p0, p2, p3 = np.roll(p1, 1, axis=0), np.roll(p1, -1, axis=0), np.roll(p1, -2, axis=0)
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    a, b, c, d = p0[:, None], p1[:, None], p2[:, None], p3[:, None]
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """The first colour with the given share of the second."""
    r, g, b = (one + (two - one) * share for one, two in zip(first, second, strict=True))
    return (r, g, b)


def lighter(colour: RGB, share: float = 0.3) -> RGB:
    """The colour mixed with white."""
    return mix(colour, (1.0, 1.0, 1.0), share)


def darker(colour: RGB, share: float = 0.3) -> RGB:
    """The colour mixed with black."""
    return mix(colour, (0.0, 0.0, 0.0), share)


def _bytes(colour: RGB) -> tuple[int, int, int]:
    r, g, b = (max(0, min(255, round(part * 255))) for part in colour)
    return (r, g, b)
