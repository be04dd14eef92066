"""Real people in real photos: every face is found, the same person comes together and others stay apart."""

import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageFilter

from dam.engines.faces import dlib_engine, opencv_engine
from dam.engines.faces.crops import crop_face
from dam.engines.media.renditions import fit_long, fit_thumb, shrink
from dam.ports import FaceEngine, Pixels
from dam.types import FoundFace
from tests.services import missing
from tests.tiny_faces import write_recogniser

pytestmark = [pytest.mark.real, pytest.mark.slow]

# Who is on which photo, from left to right; two_people.jpg shows Obama and Biden in spite of what its list says.
PEOPLE = {
    "obama.jpg": ("obama",),
    "obama2.jpg": ("obama",),
    "obama3.jpg": ("obama",),
    "biden.jpg": ("biden",),
    "biden2.jpg": ("biden",),
    "obama_and_biden.jpg": ("biden", "obama", "a girl"),
    "two_people.jpg": ("obama", "biden"),
    "lin-manuel-miranda.png": ("miranda",),
    "alex-lacamoire.png": ("lacamoire",),
    "alex_lacamoire1.jpg": ("lacamoire",),
}
NOBODY = ("photos/chelsea.png", "photos/coffee.png", "photos/kodim03.png")


def _preview(path: Path) -> Pixels:
    """The picture as large as faces are looked for in photos."""
    image = Image.open(path).convert("RGB")
    return np.asarray(shrink(image, fit_long(*image.size)))


def _keyframe(path: Path) -> Pixels:
    """The picture as large as faces are looked for in shots."""
    image = Image.open(path).convert("RGB")
    return np.asarray(shrink(image, fit_thumb(*image.size)))


@pytest.fixture(scope="module")
def dlib() -> FaceEngine:
    return dlib_engine.build(Path(), name="dlib", device="cpu")


@pytest.fixture
def yunet(real_media: Path, tmp_path: Path) -> FaceEngine:
    weights = real_media.parent / "models" / "face_detection_yunet.onnx"
    if not weights.is_file():
        missing(f"no YuNet at {weights}")
    (tmp_path / opencv_engine.DETECTOR).write_bytes(weights.read_bytes())
    write_recogniser(tmp_path / opencv_engine.RECOGNISER, dimensions=128)
    return opencv_engine.build(tmp_path, name="opencv", device="cpu")


def _from_left(engine: FaceEngine, picture: Pixels) -> list[FoundFace]:
    return sorted(engine.find_faces([picture])[0], key=lambda face: face.box.x)


@pytest.mark.parametrize("size", [_preview, _keyframe])
def test_dlib_finds_every_face_and_tells_the_people_apart(
    dlib: FaceEngine, real_media: Path, size: Callable[[Path], Pixels]
) -> None:
    found: list[tuple[str, str, FoundFace]] = []
    for name, people in PEOPLE.items():
        faces = _from_left(dlib, size(real_media / "faces" / name))
        if name == "obama_and_biden.jpg" and size is _keyframe:
            faces = faces[:2]  # the girl looks down and is 37 px wide
        assert len(faces) >= min(len(people), 2), name
        found += [(name, who, face) for who, face in zip(people, faces, strict=False)]
    sure = pairs = 0
    for (name, who, face), (other_name, other, again) in combinations(found, 2):
        cosine = float(face.vector @ again.vector)
        if who != other:
            assert cosine < dlib.info.same_cosine, (name, other_name)
        else:
            pairs += 1
            assert cosine >= dlib.info.same_cosine, (name, other_name)
            sure += cosine >= dlib.info.sure_cosine
    assert sure >= 0.8 * pairs


def test_dlib_and_yunet_see_nobody_where_nobody_is(dlib: FaceEngine, yunet: FaceEngine, real_media: Path) -> None:
    pictures = [_preview(real_media / name) for name in NOBODY]
    assert dlib.find_faces(pictures) == [[], [], []]
    assert yunet.find_faces(pictures) == [[], [], []]


@pytest.mark.parametrize("size", [_preview, _keyframe])
def test_yunet_finds_every_face_where_dlib_does(
    yunet: FaceEngine, dlib: FaceEngine, real_media: Path, size: Callable[[Path], Pixels]
) -> None:
    for name, people in PEOPLE.items():
        picture = size(real_media / "faces" / name)
        faces = _from_left(yunet, picture)
        assert len(faces) == len(people), name
        for face in dlib.find_faces([picture])[0]:
            assert max(face.box.overlap(other.box) for other in faces) > 0.45, name


def test_a_blurred_or_small_face_has_less_quality_than_the_same_in_focus(dlib: FaceEngine, real_media: Path) -> None:
    image = Image.open(real_media / "faces" / "obama.jpg").convert("RGB")
    blurred = image.filter(ImageFilter.GaussianBlur(6))
    small = image.resize((image.width // 5, image.height // 5), Image.Resampling.LANCZOS)
    good, soft, tiny = (dlib.find_faces([np.asarray(each)])[0][0].quality for each in (image, blurred, small))
    assert good > 0.8
    assert soft < 0.5 * good
    assert tiny < 0.6 * good


def test_a_crop_holds_the_face(dlib: FaceEngine, real_media: Path) -> None:
    picture = _preview(real_media / "faces" / "two_people.jpg")
    for face in dlib.find_faces([picture])[0]:
        crop = np.asarray(Image.open(io.BytesIO(crop_face(picture, face.box))).convert("RGB"))
        (again,) = dlib.find_faces([crop])[0]
        assert float(face.vector @ again.vector) > dlib.info.sure_cosine
        assert again.box.area > 0.2


def test_a_singer_in_a_video_is_the_man_on_his_portrait(dlib: FaceEngine, real_media: Path) -> None:
    (portrait,) = dlib.find_faces([_preview(real_media / "faces" / "lin-manuel-miranda.png")])[0]
    (stranger,) = dlib.find_faces([_preview(real_media / "faces" / "obama.jpg")])[0]
    (video,) = (real_media / "video").glob("*two_faces*")
    with av.open(str(video)) as container:  # he sings, and turns his head, in frames 80 to 220
        shown = [frame for number, frame in enumerate(container.decode(video=0)) if 80 < number < 220][::12]
    faces = [
        face
        for found in dlib.find_faces(
            [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in shown]
        )
        for face in found
    ]
    assert len(faces) >= 0.6 * len(shown)
    for face in faces:
        assert float(face.vector @ stranger.vector) < dlib.info.same_cosine
    trusted = [face for face in faces if face.quality >= 0.5]
    assert len(trusted) >= 4
    same = [float(face.vector @ portrait.vector) >= dlib.info.same_cosine for face in trusted]
    assert sum(same) >= 0.9 * len(same)
