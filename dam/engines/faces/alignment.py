"""Five landmarks to the upright face that ArcFace was trained on: a similarity transform to its reference points."""

import numpy as np
from numpy.typing import NDArray

from dam.ports import Pixels

ALIGNED_PX = 112
# Where ArcFace's training pictures have the eyes, the nose and the corners of the mouth (insightface,
# python-package/insightface/utils/face_align.py, `arcface_dst`).
REFERENCE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


def similarity(points: NDArray[np.floating], reference: NDArray[np.floating] = REFERENCE) -> NDArray[np.float64]:
    """Return the (2, 3) matrix that turns, scales and shifts `points` (n, 2) onto `reference` with least squares.

    With points as complex numbers, a turn with scale is one factor, and the best one is the quotient of two sums
    (Umeyama 1991 in two dimensions, without mirroring). Points that coincide give a matrix of zeros and a shift.
    """
    source = np.asarray(points, dtype=np.float64) @ np.array([1, 1j])
    target = np.asarray(reference, dtype=np.float64) @ np.array([1, 1j])
    from_middle, to_middle = source - source.mean(), target - target.mean()
    spread = float((np.abs(from_middle) ** 2).sum())
    factor = (np.conj(from_middle) * to_middle).sum() / spread if spread > 0 else 0j
    shift = target.mean() - factor * source.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def aligned(picture: Pixels, points: NDArray[np.floating]) -> Pixels:
    """Return the face as (112, 112, 3); black where it lies outside of the picture."""
    import cv2

    size = (ALIGNED_PX, ALIGNED_PX)
    return np.asarray(cv2.warpAffine(picture, similarity(points), size, flags=cv2.INTER_LINEAR), dtype=np.uint8)
