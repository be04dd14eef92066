"""The small picture of a face: square, around the face, inside the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from dam.engines.faces.crops import CROP_PX, crop_face
from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Box


def _picture(width: int = 800, height: int = 600, face: tuple[int, int, int, int] = (300, 200, 400, 300)) -> Pixels:
    picture = Image.new("RGB", (width, height), (120, 120, 120))
    picture.paste((220, 30, 30), face)
    return np.asarray(picture)


def _crop(picture: Pixels, box: Box) -> Image.Image:
    raw = crop_face(picture, box)
    found = Image.open(io.BytesIO(raw), formats=["JPEG"])
    assert found.size == (CROP_PX, CROP_PX)
    return found.convert("RGB")


def _red_share(crop: Image.Image) -> tuple[float, tuple[float, float]]:
    """The share of the crop's width that is red, and the middle of the red, in shares."""
    pixels = np.asarray(crop).astype(int)
    rows, columns = np.nonzero((pixels[..., 0] > 170) & (pixels[..., 1] < 90))
    side = (columns.max() - columns.min() + 1) / CROP_PX
    return side, ((columns.min() + columns.max()) / 2 / CROP_PX, (rows.min() + rows.max()) / 2 / CROP_PX)


def test_the_face_stands_in_the_middle_with_a_margin() -> None:
    crop = _crop(_picture(), Box(x=300 / 800, y=200 / 600, width=100 / 800, height=100 / 600))
    side, middle = _red_share(crop)
    assert side == pytest.approx(1 / 1.7, abs=0.03)
    assert middle == pytest.approx((0.5, 0.5), abs=0.02)


def test_at_the_edge_the_square_is_moved_inwards_and_keeps_its_size() -> None:
    crop = _crop(
        _picture(face=(0, 0, 100, 100)), Box(x=-0.02, y=-0.02, width=0.02 + 100 / 800, height=0.02 + 100 / 600)
    )
    side, middle = _red_share(crop)
    assert side == pytest.approx(1 / 1.7, abs=0.03)
    assert middle == pytest.approx((side / 2, side / 2), abs=0.02)


def test_a_face_that_fills_the_picture_gives_the_largest_square() -> None:
    crop = _crop(_picture(600, 300, face=(100, 0, 500, 300)), Box(x=1 / 6, y=0, width=4 / 6, height=1))
    assert _red_share(crop)[0] == pytest.approx(1.0, abs=0.02)


def test_a_tiny_face_is_enlarged() -> None:
    crop = _crop(_picture(face=(10, 10, 14, 14)), Box(x=10 / 800, y=10 / 600, width=4 / 800, height=4 / 600))
    assert 0.4 < _red_share(crop)[0] < 0.8


@pytest.mark.parametrize(
    "box",
    [
        Box(x=0.5, y=0.5, width=0, height=0.1),
        Box(x=1.2, y=0.5, width=0.1, height=0.1),
        Box(x=0.5, y=0.5, width=float("nan"), height=0.1),
    ],
)
def test_a_box_without_area_is_refused(box: Box) -> None:
    with pytest.raises(EngineError):
        crop_face(_picture(), box)
