"""dlib's face recognition, whose weights come in a wheel: pictures in, faces with 128-number vectors out.

Histograms of gradients find frontal and half-turned faces, five landmarks turn each one upright, and the ResNet of
dlib 19.3 (99.38 % on Labeled Faces in the Wild, dlib's own measurement) describes it. The weights lie in the wheel of
face_recognition_models (CC0-1.0); dlib itself is under the Boost licence. The wheel's 68-point landmarks were trained
on data that may not be used commercially, so they are never opened.

How the thresholds were measured: 13 faces of five people (ten press photos, two of them with several people), each
also halved, shrunk to 400 px, mirrored, turned by 10°, darkened, brightened, blurred (2.5 px), greyed, with noise and
as a JPEG of quality 20. 2,057 pairs of one person in different pictures had cosines of 0.910 to 1.000 (median 0.958),
6,853 pairs of two people 0.734 to 0.905 (median 0.829). So 0.91 parts them; from 0.94 on, which 88 % of the same
pairs reach, there is room for the lookalikes of a larger library. The cosines are high because dlib trains for
Euclidean distance: its vectors have a length of about 1.41, at which its documented threshold, a distance of 0.6
(99.38 % on LFW), is a cosine of 0.91, and 0.94 a distance of 0.49.
"""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from dam.engines.faces.pictures import box_of, checked, largest_first, unit
from dam.engines.faces.quality import quality_of
from dam.errors import EngineError, ModelUnavailable
from dam.ports import FaceModelInfo, Pixels
from dam.types import FoundFace

PACKAGE = "face_recognition_models"  # found, never imported: it asks for pkg_resources, which is gone
LANDMARKS = "shape_predictor_5_face_landmarks.dat"
RESNET = "dlib_face_recognition_resnet_model_v1.dat"

DIMENSIONS = 128
SAME_COSINE = 0.91
SURE_COSINE = 0.94

# The detector's window is 80 px: smaller faces are found only in an enlarged picture, at about 0.12 s a megapixel.
# A keyframe (448 × 796) is doubled, so faces from 40 px are found; a preview (2048 × 1365) stays about as it is.
DETECT_PIXELS = 3_000_000
MOST_ENLARGED = 2.0
# dlib's own threshold is 0. In 58 photos of animals, things and a few people, all but one of what it found were
# faces: that one, on a space suit, scored 0.04 to 0.13 by the way the picture was resized. A girl who looks down
# scored 0.1 to 0.4, everybody else more.
LEAST_SCORE = 0.15
CHIP_PX = 150  # what the ResNet takes
CHIP_PADDING = 0.25  # and the margin that it was trained with (dlib, face_recognition.py)


class DlibFaceEngine:
    """A `FaceEngine`; loads at the first picture and may be shared by threads, which take turns."""

    def __init__(self, folder: Path, *, name: str) -> None:
        self.info = FaceModelInfo(
            name=name,
            space=f"face:{name}",
            dimensions=DIMENSIONS,
            same_cosine=SAME_COSINE,
            sure_cosine=SURE_COSINE,
        )
        self._folder = folder
        self._lock = Lock()
        self._loaded: tuple[Any, Any, Any] | None = None

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        """Return the faces of each picture, the largest first. Raises EngineError."""
        pictures = [checked(image) for image in images]
        if not pictures:
            return []
        with self._lock:
            try:
                return [self._faces(picture) for picture in pictures]
            except RuntimeError as error:  # what dlib raises for everything, std::bad_alloc too
                raise EngineError(f"The face model failed: {error}") from error

    def _faces(self, picture: Pixels) -> list[FoundFace]:
        import dlib

        detector, landmarks, resnet = self._models()
        looked_at = _resized(picture)
        scale = picture.shape[1] / looked_at.shape[1]
        found, scores, _turned = detector.run(looked_at, 0, LEAST_SCORE)
        shapes = []
        for rectangle in found:
            corners = (rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1)
            left, top, right, bottom = (round(corner * scale) for corner in corners)
            shapes.append(landmarks(picture, dlib.rectangle(left, top, right - 1, bottom - 1)))
        chips = [dlib.get_face_chip(picture, shape, size=CHIP_PX, padding=CHIP_PADDING) for shape in shapes]
        vectors = [resnet.compute_face_descriptor(chip) for chip in chips]
        return largest_first(
            [
                _face(picture, shape, chip, vector, score)
                for shape, chip, vector, score in zip(shapes, chips, vectors, scores, strict=True)
            ]
        )

    def _models(self) -> tuple[Any, Any, Any]:
        if self._loaded is None:
            import dlib

            missing = [name for name in (LANDMARKS, RESNET) if not (self._folder / name).is_file()]
            if missing:
                raise ModelUnavailable(f"The face model's file {missing[0]} is not in {self._folder}.")
            self._loaded = (
                dlib.get_frontal_face_detector(),
                dlib.shape_predictor(str(self._folder / LANDMARKS)),
                dlib.face_recognition_model_v1(str(self._folder / RESNET)),
            )
        return self._loaded


def build(folder: Path, *, name: str, device: str, **options: Any) -> DlibFaceEngine:  # noqa: ARG001 - the adapters'
    """Return the engine over the wheel's weights. Raises ModelUnavailable where the wheel is not installed."""
    return DlibFaceEngine(weights_folder(), name=name)


def weights_folder() -> Path:
    """Return where the wheel keeps its weights. Raises ModelUnavailable."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModelUnavailable(f"The package {PACKAGE}, which brings the face model, is not installed.")
    return Path(found.submodule_search_locations[0]) / "models"


def _resized(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    factor = min(MOST_ENLARGED, math.sqrt(DETECT_PIXELS / (height * width)))
    if 0.9 < factor < 1.1:  # not worth the blur
        return picture
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))


def _face(picture: Pixels, shape: Any, chip: Pixels, vector: Any, score: float) -> FoundFace:
    """Points of the five: 0, 1 the left eye's outer and inner corner, 2, 3 the right eye's, 4 below the nose."""
    points = np.array([(shape.part(number).x, shape.part(number).y) for number in range(5)], dtype=np.float64)
    rectangle = shape.rect
    return FoundFace(
        box=box_of((rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1), picture),
        # The detector's score is a distance from its decision: 0 is as likely a face as not; frontal faces in
        # focus score 1 to 2.5, so they come out at 0.88 to 0.99.
        certainty=1.0 / (1.0 + math.exp(-2.0 * score)),
        quality=quality_of(
            chip,
            side_px=min(rectangle.width(), rectangle.height()),
            right_eye=points[2:4].mean(axis=0),
            left_eye=points[0:2].mean(axis=0),
            nose=points[4],
        ),
        vector=unit(vector),
    )
