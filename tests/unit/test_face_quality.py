"""Quality falls with blur, with size and with the turn of the head."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dam.engines.faces.quality import frontality, quality_of, sharpness
from dam.ports import Pixels

EYES = {"right_eye": (40.0, 50.0), "left_eye": (80.0, 50.0)}


@pytest.fixture(scope="module")
def texture() -> Pixels:
    rough = np.random.default_rng(3).integers(0, 256, size=(28, 28, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(rough).resize((112, 112), Image.Resampling.BICUBIC))


def _blurred(picture: Pixels, radius: float) -> Pixels:
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


def test_a_blurred_face_is_less_sharp_and_a_plain_one_not_at_all(texture: Pixels) -> None:
    values = [sharpness(_blurred(texture, radius)) for radius in (0, 2, 4, 8)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9
    assert values[-1] < 0.3
    assert sharpness(np.full((112, 112, 3), 90, dtype=np.uint8)) == 0.0
    assert sharpness(np.zeros((2, 2, 3), dtype=np.uint8)) == 0.0


def test_a_face_is_frontal_where_the_nose_lies_midway_however_the_head_is_tilted() -> None:
    assert frontality((40, 50), (80, 50), (60, 75)) == pytest.approx(1.0)
    assert frontality((40, 50), (80, 50), (70, 75)) == pytest.approx(0.5)
    assert frontality((40, 50), (80, 50), (85, 75)) == 0.0
    assert frontality((50, 40), (50, 80), (25, 60)) == pytest.approx(1.0)  # lying on the side
    assert frontality((50, 50), (50, 50), (50, 60)) == 0.0


def test_small_faces_count_by_their_size(texture: Pixels) -> None:
    full = quality_of(texture, side_px=300, nose=(60.0, 75.0), **EYES)
    assert quality_of(texture, side_px=100, nose=(60.0, 75.0), **EYES) == pytest.approx(full)
    assert quality_of(texture, side_px=25, nose=(60.0, 75.0), **EYES) == pytest.approx(full / 4)
    assert 0 <= quality_of(texture, side_px=25, nose=(60.0, 75.0), **EYES) <= 1
