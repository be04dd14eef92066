"""The picture while it is painted: a float RGB array, and the few brushes that all painters share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from dam.scenes.palette import RGB

Floats = NDArray[np.float32]


class Canvas:
    """``pixels`` is (height, width, 3) in 0..1, linear in paint rather than in light; origin at the top left."""

    def __init__(self, *, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.pixels: Floats = np.zeros((height, width, 3), np.float32)
        self.x: Floats = floats((np.arange(width) + 0.5) / width)[None, :]
        self.y: Floats = floats((np.arange(height) + 0.5) / height)[:, None]
        self.unit_px = float(np.sqrt(width * height))

    def blend(self, colour: RGB | Floats, mask: Floats, *, rows: slice = slice(None)) -> None:
        """Covers the rows with a colour (or an array of colours) where the mask, in 0..1, says so."""
        target = self.pixels[rows]
        target += (np.asarray(colour, np.float32) - target) * mask[..., None]

    def add(self, colour: RGB, mask: Floats, *, rows: slice = slice(None)) -> None:
        """Add light."""
        self.pixels[rows] += np.asarray(colour, np.float32) * mask[..., None]

    def below(self, profile: Floats, *, softness_px: float = 1.0) -> Floats:
        """Mask (height, width) of what lies under a profile given as one y in 0..1 for each column."""
        return floats(np.clip((self.y - profile[None, :]) * (self.height / softness_px) + 0.5, 0.0, 1.0))

    def glow(self, x: float, y: float, radius: float) -> Floats:
        """Return a round Gaussian bump, 1 at (x, y); the radius is a fraction of the picture's unit length."""
        dx = (self.x - x) * (self.width / self.unit_px)
        dy = (self.y - y) * (self.height / self.unit_px)
        return floats(np.exp(-(dx * dx + dy * dy) / (2 * radius * radius)))


def floats(values: object) -> Floats:
    """Return anything that numpy reads as a float32 array."""
    return np.asarray(values, np.float32)


def gradient(stops: Sequence[RGB], position: Floats) -> Floats:
    """Colours (..., 3) at positions in 0..1 along evenly spaced stops."""
    table = np.asarray(stops, np.float32)
    at = np.linspace(0.0, 1.0, len(table))
    return np.stack([np.interp(position, at, table[:, part]) for part in range(3)], axis=-1).astype(np.float32)


def noise(
    seed: int, *, width: int, height: int, cells: tuple[float, float], octaves: int = 4, shift: float = 0.0
) -> Floats:
    """Fractal value noise (height, width) in about 0..1, the same picture at every size.

    ``cells`` counts the lattice cells across and down in the first octave; ``shift`` moves it left by that many
    picture widths. Octaves finer than two pixels count as grey.
    """
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    weight = sum(0.5**octave for octave in range(octaves))
    for octave in range(octaves):
        across, down = cells[0] * 2**octave, cells[1] * 2**octave
        if octave and across > width / 2 and down > height / 2:
            total += 0.5 * (weight - sum(0.5**done for done in range(octave)))
            break
        lattice = rng.random((min(int(down), 700) + 4, min(int(across * 2), 1400) + 4), dtype=np.float32)
        left = (shift % 0.9) * across
        box = (left, 0.0, min(left + across, lattice.shape[1]), min(down, lattice.shape[0]))
        layer = Image.fromarray(lattice).resize((width, height), Image.Resampling.BICUBIC, box=box)
        total += np.asarray(layer) * 0.5**octave
    return np.asarray(total / weight, np.float32)


def waves(seed: int, position: Floats, *, frequency: float, octaves: int = 5, sharp: bool = False) -> Floats:
    """Return a line (the shape of ``position``) in about -1..1: summed sines, or summed sharp ridges."""
    rng = np.random.default_rng(seed)
    total = np.zeros_like(position)
    weight = 0.0
    for octave in range(octaves):
        phase, stretch = rng.random() * 6.283, 0.8 + 0.4 * rng.random()
        angle = position * (frequency * stretch * 2.0**octave * 6.283) + phase
        wave = 1.0 - 2.0 * np.abs(np.sin(angle / 2)) if sharp else np.sin(angle)
        total += wave * 0.5**octave
        weight += 0.5**octave
    return np.asarray(total / weight, np.float32)


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 under ``low``, 1 over ``high`` and a smooth ramp between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blurred(mask: Floats, radius_px: float) -> Floats:
    """Return a mask blurred by a Gaussian of the given radius."""
    if radius_px < 0.3:
        return mask
    picture = Image.fromarray(np.asarray(np.clip(mask, 0, 1) * 255, np.uint8))
    return floats(picture.filter(ImageFilter.GaussianBlur(radius_px))) / np.float32(255)


def perspective_rows(nearness: Floats, *, near_stretch: float = 0.35) -> NDArray[np.int64]:
    """Which row of a flat texture lies under each row of a plane seen from above it.

    ``nearness`` rises from 0 at the horizon to 1 at the viewer; far rows are squeezed as 1 / distance does.
    """
    height = len(nearness)
    far, near = 1 / near_stretch, 1 / (1 + near_stretch)
    share = (far - 1 / (nearness + near_stretch)) / (far - near)
    return np.asarray(np.clip(share * (height - 1), 0, height - 1), np.int64)
