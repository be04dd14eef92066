"""How far a face's vector can be trusted: from the aligned face, its size and its landmarks to a number in 0..1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dam.ports import Pixels

# The aligned faces are 150 px (dlib, a margin of a quarter around) or 112 px (ArcFace's): both hold a face of about
# 100 px, so a smaller one was enlarged and shows the model less than it was trained on.
FULL_SIDE_PX = 100.0
# Variance of the Laplacian of the aligned face's grey values (Pech-Pacheco et al. 2000, "Diatom autofocusing in
# brightfield microscopy"). Twelve press photos of 90 to 370 px measured 98 to 1,735 (a video still 49); blurred by
# a Gaussian of 1.5 px, 5 to 118; by one of 3 px, 1 to 37.
SHARP_VARIANCE = 80.0

Point = Sequence[float] | NDArray[np.floating]


def quality_of(aligned: Pixels, *, side_px: float, right_eye: Point, left_eye: Point, nose: Point) -> float:
    """Return sharpness × size × frontality, each in 0..1.

    `aligned` is the picture of the face alone, `side_px` the shorter side of its box in the picture, the points are
    in pixels of the picture ("right" is the person's). Portraits in focus gave 0.73 to 0.99, a video still 0.59, a
    girl of 76 px in shade who looks down 0.34, portraits blurred beyond use 0.11 to 0.4.
    """
    return sharpness(aligned) * min(1.0, side_px / FULL_SIDE_PX) * frontality(right_eye, left_eye, nose)


def sharpness(aligned: Pixels) -> float:
    """Return how sharp a face is: 1 from a Laplacian variance of 80 on, its square root's share below."""
    grey = aligned.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
    if min(grey.shape) < 3:
        return 0.0
    middle = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * middle
    return float(min(1.0, (float(laplacian.var()) / SHARP_VARIANCE) ** 0.5))


def frontality(right_eye: Point, left_eye: Point, nose: Point) -> float:
    """Return 1 where the nose lies midway between the eyes (along the line through them), 0 where below one eye."""
    right, left, tip = (np.asarray(point, dtype=np.float64) for point in (right_eye, left_eye, nose))
    across: NDArray[np.float64] = left - right
    length = float(across @ across)
    if not length:
        return 0.0
    place = float((tip - right) @ across) / length
    return max(0.0, 1.0 - abs(place - 0.5) / 0.5)
