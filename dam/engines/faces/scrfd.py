"""SCRFD's outputs to boxes and landmarks: distances from anchor points on three grids, overlaps removed.

The scheme is that of Guo et al. 2021, "Sample and Computation Redistribution for Efficient Face Detection", as its
authors' own detector reads it: two anchors in each cell of grids of 8, 16 and 32 px; a box as four distances from the
cell's corner, landmarks as five offsets from it, all in cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.errors import EngineError

STRIDES = (8, 16, 32)
LANDMARKS = 5
LEAST_SCORE = 0.5  # InsightFace's default
NMS_OVERLAP = 0.4  # and this, too

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """n faces, the surest first: `boxes` (n, 4) as left, top, right, bottom, `points` (n, 5, 2), `scores` (n,).

    In pixels of the detector's input. Points: right eye, left eye, nose, right and left corner of the mouth, where
    "right" is the person's.
    """

    boxes: Floats
    points: Floats
    scores: Floats


def decode(outputs: Sequence[Floats], *, side: int) -> Detections:
    """Return the faces in nine outputs for an input of `side` × `side` px; their order does not matter.

    Raises EngineError for outputs of another shape.
    """
    scores, boxes, points = [], [], []
    for stride in STRIDES:
        cells = (side // stride) ** 2
        score = _find(outputs, cells, 1)[:, 0]
        kept = np.flatnonzero(score >= LEAST_SCORE)  # a NaN is not kept
        anchors = len(score) // cells
        cell = kept // anchors
        corner = np.stack([cell % (side // stride), cell // (side // stride)], axis=1).astype(np.float32) * stride
        distance = _find(outputs, cells, 4)[kept] * stride
        offset = _find(outputs, cells, 2 * LANDMARKS)[kept].reshape(-1, LANDMARKS, 2) * stride
        scores.append(score[kept])
        boxes.append(np.concatenate([corner - distance[:, :2], corner + distance[:, 2:]], axis=1))
        points.append(corner[:, None, :] + offset)
    found = Detections(boxes=np.concatenate(boxes), points=np.concatenate(points), scores=np.concatenate(scores))
    kept = without_overlaps(found.boxes, found.scores, most=NMS_OVERLAP)
    return Detections(boxes=found.boxes[kept], points=found.points[kept], scores=found.scores[kept])


def without_overlaps(boxes: Floats, scores: Floats, *, most: float) -> NDArray[np.intp]:
    """Return the places of the boxes that stay, the surest first (greedy non-maximum suppression)."""
    order = np.argsort(-scores, kind="stable")
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    areas = sides[:, 0] * sides[:, 1]
    kept = []
    while order.size:
        best, others = order[0], order[1:]
        kept.append(best)
        upper = np.maximum(boxes[best, :2], boxes[others, :2])
        lower = np.minimum(boxes[best, 2:], boxes[others, 2:])
        shared = np.prod(np.maximum(lower - upper, 0), axis=1)
        union = np.maximum(areas[best] + areas[others] - shared, 1e-9)
        order = others[shared / union <= most]
    return np.array(kept, dtype=np.intp)


def _find(outputs: Sequence[Floats], cells: int, width: int) -> Floats:
    """Return the output of a grid with `width` numbers an anchor as (cells × anchors, width)."""
    for output in outputs:
        rows = output.size // width
        if output.shape[-1] == width and rows in (cells, 2 * cells):
            return output.reshape(rows, width)
    raise EngineError(f"The face detector has no output of {width} numbers for {cells} cells: it is no SCRFD.")
