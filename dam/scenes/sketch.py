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

    def polygon(self, points: Sequence[Point], colour: RGB) -> None:
        """Fill a polygon."""
        self._brush.polygon(self._pixels(points), fill=(*_bytes(colour), 255))

    def curve(self, points: Sequence[Point], colour: RGB) -> None:
        """Fill the smooth closed curve through the points."""
        self.polygon(smooth(points), colour)

    def rectangle(self, left: float, bottom: float, right: float, top: float, colour: RGB) -> None:
        """Fill a rectangle."""
        self.polygon([(left, bottom), (right, bottom), (right, top), (left, top)], colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: RGB) -> None:
        """Fill an ellipse around (x, y)."""
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
        """Mark a polygon as shining by itself; how strongly, the light of the scene decides."""
        self._torch.polygon(self._pixels(points), fill=_bytes(colour))

    def lamp_disc(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """Mark a disc as shining by itself."""
        self._torch.ellipse(self._box(x, y, radius, radius), fill=_bytes(colour))

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [((x * self.facing - self.left) * self.unit_px, (self.top - y) * self.unit_px) for x, y in points]

    def _box(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        (px, py), reach_x, reach_y = self._pixels([(x, y)])[0], rx * self.unit_px, ry * self.unit_px
        return (px - reach_x, py - reach_y, px + reach_x, py + reach_y)


def smooth(points: Sequence[Point], *, steps: int = 7) -> list[Point]:
    """Return a closed curve through the points, as a polygon.

    Cubic Hermite segments with the directions of Catmull and Rom (1974); a tangent is never longer than the
    shorter of its two sides, so that corners round off without swinging out.
    """
    at = np.asarray(points, dtype=np.float64)
    after, before = np.roll(at, -1, axis=0), np.roll(at, 1, axis=0)
    chord = after - before
    reach = np.minimum(np.linalg.norm(after - at, axis=1), np.linalg.norm(at - before, axis=1))
    tangent = chord * (reach / np.maximum(np.linalg.norm(chord, axis=1), 1e-9))[:, None]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    start, end, leave, arrive = at[:, None], after[:, None], tangent[:, None], np.roll(tangent, -1, axis=0)[:, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * start + (t**3 - 2 * t**2 + t) * leave
        + (3 * t**2 - 2 * t**3) * end + (t**3 - t**2) * arrive
    )  # fmt: skip
    return [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return the first colour with the given share of the second."""
    r, g, b = (one + (two - one) * share for one, two in zip(first, second, strict=True))
    return (r, g, b)


def lighter(colour: RGB, share: float = 0.3) -> RGB:
    """Return the colour mixed with white."""
    return mix(colour, (1.0, 1.0, 1.0), share)


def darker(colour: RGB, share: float = 0.3) -> RGB:
    """Return the colour mixed with black."""
    return mix(colour, (0.0, 0.0, 0.0), share)


def _bytes(colour: RGB) -> tuple[int, int, int]:
    r, g, b = (max(0, min(255, round(part * 255))) for part in colour)
    return (r, g, b)
