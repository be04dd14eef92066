"""What every face engine does: the same expectations for the fake and for the real ones, with the weights at hand."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.faces import dlib_engine, fake, insight, opencv_engine
from dam.errors import EngineError, ModelUnavailable
from dam.ports import FaceEngine, Pixels
from tests.conftest import REAL_MEDIA
from tests.services import missing
from tests.tiny_faces import marked, write_detector, write_recogniser

YUNET = REAL_MEDIA.parent / "models" / "face_detection_yunet.onnx"
Pictures = Callable[[int], Pixels]


def _squares(count: int) -> Pixels:
    """A picture with squares that are faces by the fake's rule."""
    picture = Image.new("RGB", (640, 480), (118, 120, 122))
    places = [((60, 60), 128, (255, 0, 0)), ((320, 96), 96, (0, 0, 255)), ((480, 320), 64, (0, 255, 0))]
    for (left, top), side, colour in places[:count]:
        picture.paste(colour, (left, top, left + side, top + side))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return np.asarray(Image.open(buffer).convert("RGB"))


def _photos(count: int) -> Pixels:
    """A real photo with that many people in it, or none."""
    names = {0: "photos/chelsea.png", 1: "faces/obama.jpg", 2: "faces/two_people.jpg", 3: "faces/obama_and_biden.jpg"}
    if not REAL_MEDIA.is_dir():
        missing(f"no real media at {REAL_MEDIA}: set AFTERIMAGE_REAL_MEDIA")
    found = Image.open(REAL_MEDIA / names[count]).convert("RGB")
    found.thumbnail((1200, 1200))
    return np.asarray(found)


def _fake(folder: Path) -> tuple[FaceEngine, Pictures]:
    return fake.build(folder, name="engine", device="cpu"), _squares


def _dlib(folder: Path) -> tuple[FaceEngine, Pictures]:
    return dlib_engine.build(folder, name="engine", device="cpu"), _photos


def _opencv(folder: Path) -> tuple[FaceEngine, Pictures]:
    if not YUNET.is_file():
        missing(f"no YuNet at {YUNET}")
    (folder / opencv_engine.DETECTOR).write_bytes(YUNET.read_bytes())
    write_recogniser(folder / opencv_engine.RECOGNISER, dimensions=128)
    return opencv_engine.build(folder, name="engine", device="cpu"), _photos


def _insight(folder: Path) -> tuple[FaceEngine, Pictures]:
    write_detector(folder / insight.DETECTOR)
    write_recogniser(folder / insight.RECOGNISER, dimensions=512)
    return insight.build(folder, name="engine", device="cpu"), marked


ADAPTERS = {"fake": _fake, "dlib": _dlib, "opencv": _opencv, "insight": _insight}


@pytest.fixture(scope="module", params=ADAPTERS)
def adapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[FaceEngine, Pictures]:
    return ADAPTERS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture
def engine(adapter: tuple[FaceEngine, Pictures]) -> FaceEngine:
    return adapter[0]


@pytest.fixture
def pictures(adapter: tuple[FaceEngine, Pictures]) -> Pictures:
    return adapter[1]


def test_it_is_a_face_engine_and_says_which(engine: FaceEngine) -> None:
    assert isinstance(engine, FaceEngine)
    info = engine.info
    assert (info.name, info.space) == ("engine", "face:engine")
    assert 0 < info.same_cosine < info.sure_cosine < 1


def test_every_face_has_a_unit_vector_a_box_in_the_picture_and_numbers_in_0_to_1(
    engine: FaceEngine, pictures: Pictures
) -> None:
    (faces,) = engine.find_faces([pictures(3)])
    assert len(faces) == 3
    for face in faces:
        assert face.vector.dtype == np.float32
        assert face.vector.shape == (engine.info.dimensions,)
        assert np.linalg.norm(face.vector) == pytest.approx(1.0, abs=1e-5)
        assert 0 <= face.box.x < face.box.x + face.box.width <= 1
        assert 0 <= face.box.y < face.box.y + face.box.height <= 1
        assert 0.005 < face.box.area < 0.2
        assert 0 < face.certainty <= 1
        assert 0 <= face.quality <= 1


def test_the_largest_face_comes_first(engine: FaceEngine, pictures: Pictures) -> None:
    areas = [face.box.area for face in engine.find_faces([pictures(3)])[0]]
    assert areas == sorted(areas, reverse=True)


def test_answers_stand_in_the_order_of_the_pictures_and_none_is_an_empty_list(
    engine: FaceEngine, pictures: Pictures
) -> None:
    found = engine.find_faces([pictures(1), pictures(0), pictures(2)])
    assert [len(faces) for faces in found] == [1, 0, 2]
    assert engine.find_faces([]) == []


def test_a_batch_says_what_each_picture_says_alone_and_says_it_again(engine: FaceEngine, pictures: Pictures) -> None:
    together = engine.find_faces([pictures(2), pictures(1)])
    for faces, alone in zip(together, [engine.find_faces([pictures(n)])[0] for n in (2, 1)], strict=True):
        assert [(face.box, face.certainty, face.quality) for face in faces] == [
            (face.box, face.certainty, face.quality) for face in alone
        ]
        for face, same in zip(faces, alone, strict=True):
            np.testing.assert_array_equal(face.vector, same.vector)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 10, 3), dtype=np.uint8),
        np.zeros((10, 10), dtype=np.uint8),
        np.zeros((10, 10, 4), dtype=np.uint8),
        np.zeros((10, 10, 3), dtype=np.float32),
    ],
    ids=["no rows", "grey", "with alpha", "floats"],
)
def test_what_is_no_picture_is_refused_in_words(engine: FaceEngine, picture: Pixels) -> None:
    with pytest.raises(EngineError, match="A picture must"):
        engine.find_faces([picture])


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3)])
def test_pictures_too_small_for_a_face_hold_none(engine: FaceEngine, size: tuple[int, int]) -> None:
    assert engine.find_faces([np.full((*size, 3), 90, dtype=np.uint8)]) == [[]]


def test_a_view_into_a_larger_picture_is_taken_as_it_is(engine: FaceEngine, pictures: Pictures) -> None:
    picture = pictures(1)
    mirrored = picture[:, ::-1]
    assert [face.box for face in engine.find_faces([mirrored])[0]] == [
        face.box for face in engine.find_faces([np.ascontiguousarray(mirrored)])[0]
    ]


def test_threads_may_share_it(engine: FaceEngine, pictures: Pictures) -> None:
    shown = [pictures(1), pictures(2)] * 3
    alone = [[face.box for face in faces] for faces in engine.find_faces(shown)]
    with ThreadPoolExecutor(max_workers=3) as pool:
        found = pool.map(lambda picture: engine.find_faces([picture])[0], shown)
    assert [[face.box for face in faces] for faces in found] == alone


@pytest.mark.parametrize("build", [opencv_engine.build, insight.build])
def test_missing_weights_are_named_when_the_first_picture_comes(
    build: Callable[..., FaceEngine], tmp_path: Path
) -> None:
    engine = build(tmp_path, name="engine", device="cpu")
    assert engine.info.name == "engine"  # without loading
    with pytest.raises(ModelUnavailable, match=r"\.onnx"):
        engine.find_faces([np.zeros((64, 64, 3), dtype=np.uint8)])


@pytest.mark.parametrize("build", [opencv_engine.build, insight.build])
def test_damaged_weights_are_an_engine_error(build: Callable[..., FaceEngine], tmp_path: Path) -> None:
    module = opencv_engine if build is opencv_engine.build else insight
    for name in (module.DETECTOR, module.RECOGNISER):
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(EngineError):
        build(tmp_path, name="engine", device="cpu").find_faces([np.zeros((64, 64, 3), dtype=np.uint8)])
