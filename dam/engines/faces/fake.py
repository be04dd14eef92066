"""A face engine without a model: squares of a plain colour are faces, and the colour is the person.

The rule, so that a test can foresee its people. A face is a square of one of the colours of `PEOPLE` (pure or darker
by any factor down to a quarter), at least 24 px wide, on a ground of another colour, and not touching the picture's
edge; so pictures of one plain colour, stripes and halves hold no face. The colour says who it is; the shade says how
well it is seen: two squares of one colour with brightest channels 255 and `a` have a cosine of sin(π/2 × a/255).

    255 and 255 → 1.00  the same          255 and 200 → 0.94  the same, without asking
    255 and 128 → 0.71  perhaps the same  255 and  64 → 0.38  somebody else, as far as the vector can tell
    two colours → 0.00  two people

It looks only at what survives JPEG: the middle of each area, and shapes to within two pixels or a tenth.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.engines.faces.pictures import box_of, checked, largest_first
from dam.ports import FaceModelInfo, Pixels
from dam.types import FoundFace

PEOPLE = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
}

SAME_COSINE = 0.5
SURE_COSINE = 0.8
LEAST_SIDE = 24  # three of JPEG's blocks of 8: their middle one is plain wherever the square begins
FULL_SIDE = 64  # from this size on, a face has quality 1
_DARKEST = 48  # of 255: a quarter of full brightness, less what JPEG takes
_CODES = {4: 0, 2: 1, 1: 2, 6: 3, 5: 4, 3: 5}  # bits red, green, blue → place in PEOPLE


class FakeFaceEngine:
    """A `FaceEngine` by colour; see the module."""

    dimensions = 2 * len(PEOPLE)

    def __init__(self, *, name: str = "fake-faces") -> None:
        self.info = FaceModelInfo(
            name=name,
            space=f"face:{name}",
            dimensions=self.dimensions,
            same_cosine=SAME_COSINE,
            sure_cosine=SURE_COSINE,
        )
        self._lock = Lock()

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        """Return the plain squares of each picture, the largest first. Raises EngineError."""
        pictures = [checked(image) for image in images]
        with self._lock:
            return [largest_first(_squares(picture)) for picture in pictures]


def build(folder: Path, *, name: str, device: str, **options: Any) -> FakeFaceEngine:  # noqa: ARG001 - the adapters'
    """Return the fake as a pack's adapter."""
    return FakeFaceEngine(name=name)


def vector_of(person: str, *, brightest: int = 255) -> NDArray[np.float32]:
    """Return the vector that a square of a colour of `PEOPLE`, in a shade, will get."""
    return _vector(list(PEOPLE).index(person), brightest / 255)


def _squares(picture: Pixels) -> list[FoundFace]:
    from scipy import ndimage

    height, width = picture.shape[:2]
    whose = _people_by_pixel(picture)
    faces = []
    for number in range(len(PEOPLE)):
        plain = ndimage.binary_opening(whose == number, np.ones((5, 5)))  # without the frays that JPEG gives edges
        labels, _count = ndimage.label(plain)
        for label, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
            part = labels[rows, columns] == label
            high, wide = part.shape
            at_edge = rows.start < 2 or columns.start < 2 or rows.stop > height - 2 or columns.stop > width - 2
            if at_edge or min(high, wide) < LEAST_SIDE - 2 or abs(high - wide) > max(4, 0.1 * max(high, wide)):
                continue
            if part.mean() < 0.9:
                continue
            inside = picture[rows, columns][high // 4 : -(high // 4), wide // 4 : -(wide // 4)]
            brightest = float(np.median(inside.max(axis=2))) / 255
            faces.append(
                FoundFace(
                    box=box_of((columns.start, rows.start, columns.stop, rows.stop), picture),
                    certainty=0.99,
                    quality=min(1.0, min(high, wide) / FULL_SIDE),
                    vector=_vector(number, brightest),
                )
            )
    return faces


def _people_by_pixel(picture: Pixels) -> NDArray[np.int8]:
    """Return, for each pixel, its colour's place in PEOPLE, or -1: channels near the brightest, or near nothing."""
    values = picture.astype(np.int16)
    brightest = values.max(axis=2, keepdims=True)
    high, low = values >= 0.75 * brightest, values <= 0.3 * brightest
    code = (high * np.array([4, 2, 1])).sum(axis=2)
    plain = (high | low).all(axis=2) & (brightest[..., 0] >= _DARKEST)
    places = np.full(8, -1, dtype=np.int8)
    for bits, place in _CODES.items():
        places[bits] = place
    return np.asarray(np.where(plain, places[code], -1), dtype=np.int8)


def _vector(number: int, brightness: float) -> NDArray[np.float32]:
    angle = (1.0 - min(1.0, brightness)) * np.pi / 2
    row = np.zeros(2 * len(PEOPLE), dtype=np.float32)
    row[2 * number], row[2 * number + 1] = np.cos(angle), np.sin(angle)
    return row
