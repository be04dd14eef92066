"""The fake's rule: which squares are faces, whose they are, and that JPEG does not change it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.faces.fake import PEOPLE, SAME_COSINE, SURE_COSINE, build, vector_of
from dam.ports import Pixels
from dam.types import FoundFace

ENGINE = build(Path(), name="fake", device="cpu")
GREY = (118, 120, 122)
Colour = tuple[int, int, int]


def _picture(*squares: tuple[int, int, int, Colour], ground: Colour = GREY) -> Image.Image:
    picture = Image.new("RGB", (640, 480), ground)
    for left, top, side, colour in squares:
        picture.paste(colour, (left, top, left + side, top + side))
    return picture


def _as_jpeg(picture: Image.Image, quality: int = 85) -> Pixels:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def _faces(picture: Image.Image, quality: int = 85) -> list[FoundFace]:
    return ENGINE.find_faces([_as_jpeg(picture, quality)])[0]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("quality", [95, 85, 75])
@pytest.mark.parametrize("side", [24, 41, 160])
def test_a_square_of_a_colour_is_that_person_through_jpeg(person: str, quality: int, side: int) -> None:
    (face,) = _faces(_picture((203, 101, side, PEOPLE[person])), quality)
    assert face.vector @ vector_of(person) > 0.99
    assert face.box.x * 640 == pytest.approx(203, abs=3)
    assert face.box.y * 480 == pytest.approx(101, abs=3)
    assert face.box.width * 640 == pytest.approx(side, abs=5)
    assert face.quality == pytest.approx(min(1.0, side / 64), abs=0.08)


def test_two_colours_are_two_people_and_the_shade_says_how_sure() -> None:
    squares = [(20, 20, 90, (255, 0, 0)), (200, 20, 80, (200, 0, 0)), (20, 200, 70, (128, 0, 0))]
    squares += [(200, 200, 60, (64, 0, 0)), (400, 200, 50, (0, 0, 255))]
    faces = _faces(_picture(*squares))
    assert len(faces) == 5
    cosines = [float(face.vector @ faces[0].vector) for face in faces]
    assert cosines == pytest.approx([1.0, 0.94, 0.71, 0.38, 0.0], abs=0.03)
    assert cosines[1] > SURE_COSINE > cosines[2] > SAME_COSINE > cosines[3]


@pytest.mark.parametrize(
    "picture",
    [
        _picture(ground=(255, 0, 0)),
        _picture((0, 0, 300, (255, 0, 0))),  # at the edge
        _picture((100, 100, 10, (255, 0, 0))),  # too small
        _picture((100, 100, 100, (255, 255, 255)), (300, 100, 100, (0, 0, 0))),  # nobody's colours
        _picture((100, 100, 100, (200, 120, 40))),
        _picture((100, 100, 100, (255, 0, 0)), (200, 100, 100, (255, 0, 0))),  # no square
        _picture((100, 100, 100, (30, 0, 0))),  # too dark
    ],
    ids=["plain", "edge", "small", "black and white", "brown", "long", "dark"],
)
def test_other_areas_are_nobody(picture: Image.Image) -> None:
    assert _faces(picture) == []


def test_a_person_is_the_same_in_another_picture_and_at_another_size() -> None:
    one = _picture((203, 101, 90, (0, 255, 255)), ground=(20, 60, 20))
    smaller = one.resize((448, 336), Image.Resampling.LANCZOS)
    (face,), (again,) = _faces(one), _faces(smaller)
    assert face.vector @ again.vector > 0.99
    assert face.box.overlap(again.box) > 0.9
