"""OpenCV's YuNet and SFace: pictures in, faces with 128-number vectors out.

YuNet (Wu et al. 2023, "YuNet: A Tiny Millisecond-level Face Detector", MIT) finds faces with five landmarks, SFace
(Zhong et al. 2021, "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition", Apache-2.0; 99.60 % on
Labeled Faces in the Wild) describes them. Both run through OpenCV's own classes, on the processor.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.engines.faces.pictures import box_of, checked, largest_first, unit
from dam.engines.faces.quality import quality_of
from dam.errors import EngineError, ModelUnavailable
from dam.ports import FaceModelInfo, Pixels
from dam.types import FoundFace

DETECTOR = "face_detection_yunet_2023mar.onnx"
RECOGNISER = "face_recognition_sface_2021dec.onnx"

DIMENSIONS = 128
# OpenCV's documentation, "DNN-based Face Detection And Recognition": the most accurate threshold on LFW.
SAME_COSINE = 0.363
# LFW asks about 6,000 pairs, a library about millions: our own margin above the published thresholds, which go from
# 0.212 (frontal against profile) to 0.363.
SURE_COSINE = 0.5

LEAST_SCORE = 0.7  # OpenCV's samples take 0.9, which leaves out half profiles
NMS_OVERLAP = 0.3  # and this, too
MOST_BOXES = 5000  # before overlapping ones are dropped; the samples' number
# YuNet was trained on faces of 10 to 300 px: portraits that fill a preview of 2048 px are found when it is smaller.
DETECT_LONG_SIDE = 1280


class OpenCvFaceEngine:
    """A `FaceEngine`; loads at the first picture and may be shared by threads, which take turns."""

    def __init__(self, folder: Path, *, name: str, detector: str = DETECTOR, recogniser: str = RECOGNISER) -> None:
        self.info = FaceModelInfo(
            name=name,
            space=f"face:{name}",
            dimensions=DIMENSIONS,
            same_cosine=SAME_COSINE,
            sure_cosine=SURE_COSINE,
        )
        self._files = (folder / detector, folder / recogniser)
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        """Return the faces of each picture, the largest first. Raises EngineError."""
        pictures = [checked(image) for image in images]
        if not pictures:
            return []
        import cv2

        with self._lock:
            try:
                return [self._faces(picture) for picture in pictures]
            except cv2.error as error:
                raise EngineError(f"The face model failed: {_one_line(error)}") from error

    def _faces(self, picture: Pixels) -> list[FoundFace]:
        detector, recogniser = self._models()
        small = _reduced(picture)
        detector.setInputSize((small.shape[1], small.shape[0]))
        _status, rows = detector.detect(np.ascontiguousarray(small[..., ::-1]))  # OpenCV's order is BGR
        if rows is None:
            return []
        rows = np.array(rows, dtype=np.float32)
        rows[:, 0:14:2] *= picture.shape[1] / small.shape[1]
        rows[:, 1:14:2] *= picture.shape[0] / small.shape[0]
        mirrored = np.ascontiguousarray(picture[..., ::-1])
        faces = [_face(picture, row, recogniser.alignCrop(mirrored, row[None]), recogniser) for row in rows]
        return largest_first([face for face in faces if face.box.area > 0])

    def _models(self) -> tuple[Any, Any]:
        if self._loaded is None:
            import cv2

            for path in self._files:
                if not path.is_file():
                    raise ModelUnavailable(f"The face model's file {path.name} is not in {path.parent}.")
            detector, recogniser = (str(path) for path in self._files)
            self._loaded = (
                cv2.FaceDetectorYN.create(detector, "", (320, 320), LEAST_SCORE, NMS_OVERLAP, MOST_BOXES),
                cv2.FaceRecognizerSF.create(recogniser, ""),
            )
        return self._loaded


def build(folder: Path, *, name: str, device: str, **options: Any) -> OpenCvFaceEngine:  # noqa: ARG001 - CPU only
    """Return the engine over the weights in `folder`; the options `detector` and `recogniser` are file names."""
    return OpenCvFaceEngine(folder, name=name, **options)


def _face(picture: Pixels, row: NDArray[np.float32], aligned: Pixels, recogniser: Any) -> FoundFace:
    """`row`: x, y, width, height, then right eye, left eye, nose and corners of the mouth, then the score."""
    left, top, width, height = (float(value) for value in row[:4])
    vector = unit(recogniser.feature(aligned))
    if vector.shape != (DIMENSIONS,):
        raise EngineError(f"The face model gave {vector.size} numbers instead of {DIMENSIONS}.")
    return FoundFace(
        box=box_of((left, top, left + width, top + height), picture),
        certainty=float(min(1.0, max(0.0, row[14]))),
        quality=quality_of(
            aligned[..., ::-1],
            side_px=min(width, height),
            right_eye=row[4:6],
            left_eye=row[6:8],
            nose=row[8:10],
        ),
        vector=vector,
    )


def _reduced(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    scale = DETECT_LONG_SIDE / max(height, width)
    if scale >= 1.0:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
