"""A picture and a face's box to the face's own small picture: a square JPEG with some margin."""

import io

import numpy as np
from PIL import Image

from dam.engines.faces.pictures import checked
from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Box

CROP_PX = 192  # twice the 96 px at which pages show faces
MARGIN = 0.35  # of the box, on each side: boxes end at the brows and chin, people are known by hair, too
_QUALITY = 85  # as all renditions


def crop_face(image: Pixels, box: Box) -> bytes:
    """Return a JPEG of 192 × 192 px (sRGB) around the box.

    At the picture's edge the square is moved inwards, never filled up; a box wider than the picture is high gives the
    largest square that fits. Raises EngineError for no picture, or a box without area in it.
    """
    picture = checked(image)
    height, width = picture.shape[:2]
    inside = box.clipped()
    if not inside.area > 0:  # also true for NaN
        raise EngineError("A face's box must have an area in its picture.")
    side = max(inside.width * width, inside.height * height) * (1 + 2 * MARGIN)
    side = max(1, min(round(side), width, height))
    x, y = inside.centre
    left = min(max(0, round(x * width - side / 2)), width - side)
    top = min(max(0, round(y * height - side / 2)), height - side)
    square = Image.fromarray(np.ascontiguousarray(picture[top : top + side, left : left + side]))
    buffer = io.BytesIO()
    square.resize((CROP_PX, CROP_PX), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
