"""Pictures as arrays to the exact pixels that a model was trained on: open_clip's evaluation transform, faster.

One resize of just the part that is kept replaces open_clip's resize and crop; scaling to floats happens later, for a
whole batch at once. The contract tests hold it to open_clip's own transform.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.errors import EngineError
from dam.ports import Pixels

ResizeMode = Literal["shortest", "longest", "squash"]
RESIZE_MODES: dict[str, ResizeMode] = {"shortest": "shortest", "longest": "longest", "squash": "squash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """What a model expects: size in pixels, the way to get there, and the mean and deviation (of 0..1 values)."""

    height: int
    width: int
    mode: ResizeMode
    bilinear: bool
    fill: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def from_open_clip(cls, values: Mapping[str, Any]) -> "Preprocessing":
        """Read open_clip's `preprocess_cfg`. Raises EngineError for one that can't be followed."""
        size = values["size"]
        height, width = (size, size) if isinstance(size, int) else (size[-2], size[-1])
        stated = values.get("resize_mode") or "shortest"
        mode = RESIZE_MODES.get(stated)
        if mode is None or values.get("mode", "RGB") != "RGB":
            raise EngineError(f"The model wants its pictures prepared in a way that is not known here: {stated}.")
        return cls(
            height=int(height),
            width=int(width),
            mode=mode,
            bilinear=values.get("interpolation") == "bilinear",
            fill=int(values.get("fill_color") or 0),
            mean=_triple(values["mean"]),
            std=_triple(values["std"]),
        )

    def apply(self, pixels: Pixels) -> NDArray[np.uint8]:
        """Return (height, width, 3) from any (h, w, 3). Raises EngineError for another shape or type."""
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape} of {pixels.dtype}.")
        picture = Image.fromarray(np.ascontiguousarray(pixels))
        filtering = Image.Resampling.BILINEAR if self.bilinear else Image.Resampling.BICUBIC
        wide, high = self._scaled(picture.width, picture.height)
        if self.mode == "longest":
            return self._padded(np.asarray(picture.resize((wide, high), filtering)))
        left, top = round((wide - self.width) / 2), round((high - self.height) / 2)
        across, down = picture.width / wide, picture.height / high
        box = (left * across, top * down, (left + self.width) * across, (top + self.height) * down)
        box = (box[0], box[1], min(box[2], picture.width), min(box[3], picture.height))
        return np.asarray(picture.resize((self.width, self.height), filtering, box=box))

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        """Return the size before cropping or padding, rounded as torchvision and open_clip round it."""
        if self.mode == "squash":
            return self.width, self.height
        if self.mode == "shortest" and self.width == self.height:
            if width <= height:
                return self.width, int(self.width * height / width)
            return int(self.height * width / height), self.height
        pick = max if self.mode == "longest" else min
        ratio = pick(height / self.height, width / self.width)
        return max(1, round(width / ratio)), max(1, round(height / ratio))

    def _padded(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        canvas = np.full((self.height, self.width, 3), self.fill, dtype=np.uint8)
        top, left = (self.height - pixels.shape[0]) // 2, (self.width - pixels.shape[1]) // 2
        canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return canvas


def _triple(values: float | list[float]) -> tuple[float, float, float]:
    if isinstance(values, int | float):
        return (float(values),) * 3
    first, second, third = values
    return float(first), float(second), float(third)
