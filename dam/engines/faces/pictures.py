"""What every face engine does with a picture: checked pixels in, boxes as shares, unit vectors and order out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Box, FoundFace


def checked(image: Pixels) -> Pixels:
    """Return the picture as contiguous (height, width, 3) bytes. Raises EngineError for anything else."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise EngineError(f"A picture must be (height, width, 3) bytes, not {image.shape} of {image.dtype}.")
    if not image.size:
        raise EngineError("A picture must have pixels.")
    return np.ascontiguousarray(image)


def box_of(corners: Sequence[float], image: Pixels) -> Box:
    """Return the part of (left, top, right, bottom) in pixels that lies in the picture, as shares of it."""
    left, top, right, bottom = (float(corner) for corner in corners)
    height, width = image.shape[:2]
    return Box(x=left / width, y=top / height, width=(right - left) / width, height=(bottom - top) / height).clipped()


def unit(vector: object) -> NDArray[np.float32]:
    """Return a model's output as (d,) float32 of length 1. Raises EngineError for one that is not finite."""
    row = np.asarray(vector, dtype=np.float32).reshape(-1)
    length = float(np.linalg.norm(row))
    if not np.isfinite(length) or length == 0.0:
        raise EngineError("The face model gave numbers that are not finite: its weights may be damaged.")
    return np.asarray(row / length, dtype=np.float32)


def largest_first(faces: Sequence[FoundFace]) -> list[FoundFace]:
    """Return the faces by size; equal ones from left to right, so that a run is like the one before."""
    return sorted(faces, key=lambda face: (-face.box.area, face.box.x, face.box.y))
