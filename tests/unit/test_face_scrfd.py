"""SCRFD's outputs are read as its authors read them, and faces turned onto ArcFace's reference points."""

from pathlib import Path

import numpy as np
import pytest

from dam.engines.faces import insight
from dam.engines.faces.alignment import ALIGNED_PX, REFERENCE, aligned, similarity
from dam.engines.faces.scrfd import STRIDES, decode, without_overlaps
from dam.errors import EngineError
from tests.tiny_faces import MARKS, marked, write_detector, write_recogniser

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
SIDE = 64


def _outputs(*, anchors: int = 2) -> dict[tuple[int, int], Floats]:
    """Empty outputs by stride and width."""
    return {
        (stride, width): np.zeros((anchors * (SIDE // stride) ** 2, width), dtype=np.float32)
        for width in (1, 4, 10)
        for stride in STRIDES
    }


def test_distances_and_offsets_are_in_cells_from_the_cells_corner() -> None:
    outputs = _outputs()
    place = 2 * (3 * (SIDE // 8) + 5) + 1  # row 3, column 5, second anchor
    outputs[8, 1][place] = 0.9
    outputs[8, 4][place] = [1, 2, 3, 4]
    outputs[8, 10][place] = [-1, -1, 1, -1, 0, 0, -1, 1, 1, 1]
    found = decode(list(outputs.values()), side=SIDE)
    np.testing.assert_allclose(found.scores, [0.9])
    np.testing.assert_allclose(found.boxes, [[40 - 8, 24 - 16, 40 + 24, 24 + 32]])
    np.testing.assert_allclose(found.points[0], [[32, 16], [48, 16], [40, 24], [32, 32], [48, 32]])


@pytest.mark.parametrize("anchors", [1, 2])
def test_each_grid_has_its_own_stride_in_any_order_of_the_outputs_with_a_batch_in_front(anchors: int) -> None:
    outputs = _outputs(anchors=anchors)
    for stride in STRIDES:
        last = len(outputs[stride, 1]) - 1
        outputs[stride, 1][last] = 0.5 + stride / 100
        outputs[stride, 4][last] = 0.5
    shuffled = [each[None] for each in list(outputs.values())[::-1]]
    found = decode(shuffled, side=SIDE)
    sizes = found.boxes[:, 2] - found.boxes[:, 0]
    np.testing.assert_allclose(sizes, [32, 16, 8])  # the surest first
    np.testing.assert_allclose(found.boxes[:, 0] + sizes / 2, [32, 48, 56])


def test_doubtful_and_broken_scores_are_no_faces() -> None:
    outputs = _outputs()
    outputs[16, 1][0], outputs[16, 1][1] = 0.49, np.nan
    assert decode(list(outputs.values()), side=SIDE).boxes.shape == (0, 4)


def test_outputs_of_another_model_are_refused() -> None:
    outputs = _outputs()
    del outputs[16, 4]
    with pytest.raises(EngineError, match="no SCRFD"):
        decode(list(outputs.values()), side=SIDE)


def test_of_boxes_that_overlap_the_surest_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 0, 30, 10], [0, 0, 10, 25]], dtype=np.float32)
    scores = np.array([0.8, 0.9, 0.7, 0.95], dtype=np.float32)
    assert without_overlaps(boxes, scores, most=0.4).tolist() == [3, 1, 2]
    assert without_overlaps(boxes, scores, most=0.3).tolist() == [3, 2]
    assert without_overlaps(boxes[:0], scores[:0], most=0.4).tolist() == []


def test_a_similarity_is_found_again_from_the_points_that_it_moved() -> None:
    angle, scale = 0.5, 3.0
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (REFERENCE - 40) @ turn.T + [200, 300]
    matrix = similarity(points)
    np.testing.assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], REFERENCE, atol=1e-6)
    np.testing.assert_allclose(matrix[0, 0], matrix[1, 1])  # no shear, no mirroring
    assert np.isfinite(similarity(np.ones((5, 2)))).all()


def test_an_aligned_face_has_its_landmarks_on_the_reference_points() -> None:
    picture = np.zeros((500, 500, 3), dtype=np.uint8)
    points = REFERENCE[:, ::-1] * [-2, 2] + [400, 100]  # a quarter turn, doubled
    for x, y in points:
        picture[round(y) - 4 : round(y) + 5, round(x) - 4 : round(x) + 5] = 255
    face = aligned(picture, points)
    assert face.shape == (ALIGNED_PX, ALIGNED_PX, 3)
    for x, y in REFERENCE:
        assert face[round(y), round(x), 0] > 200
    assert face.mean() < 30


def test_marks_are_found_where_they_are_in_a_picture_of_any_size(tmp_path: Path) -> None:
    write_detector(tmp_path / insight.DETECTOR)
    write_recogniser(tmp_path / insight.RECOGNISER, dimensions=512)
    engine = insight.build(tmp_path, name="x", device="cpu")
    picture = marked(3)
    (faces,) = engine.find_faces([picture])
    (doubled,) = engine.find_faces([picture.repeat(2, axis=0).repeat(2, axis=1)])
    for face, (_colour, stride, distance) in zip(faces, reversed(MARKS), strict=True):
        assert face.box.width * 640 == pytest.approx(2 * stride * distance)
        assert face.box.height * 480 == pytest.approx(2 * stride * distance)
    for face, same in zip(faces, doubled, strict=True):
        assert face.box.overlap(same.box) == pytest.approx(1.0, abs=1e-4)


def test_vectors_of_another_size_are_refused(tmp_path: Path) -> None:
    write_detector(tmp_path / insight.DETECTOR)
    write_recogniser(tmp_path / insight.RECOGNISER, dimensions=128)
    with pytest.raises(EngineError, match="128 numbers instead of 512"):
        insight.build(tmp_path, name="x", device="cpu").find_faces([marked(1)])
