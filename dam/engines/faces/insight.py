"""InsightFace's SCRFD and ArcFace through onnxruntime: pictures in, faces with 512-number vectors out.

The weights may be used for non-commercial research only, so they are an opt-in pack and never a default. Their
package is not needed: detection is read by `scrfd`, faces are turned upright by `alignment`.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.engines.faces.alignment import aligned
from dam.engines.faces.pictures import box_of, checked, largest_first, unit
from dam.engines.faces.quality import quality_of
from dam.engines.faces.scrfd import decode
from dam.errors import EngineError, ModelUnavailable
from dam.ports import FaceModelInfo, Pixels
from dam.types import FoundFace

DETECTOR = "det_10g.onnx"
RECOGNISER = "w600k_r50.onnx"

DIMENSIONS = 512
# Immich puts faces together, with these weights, up to a cosine distance of 0.5 (its default `maxDistance`): without
# asking, here too. Down to 0.35 is our own margin for children and profiles, which people are asked about. Neither
# was measured for this project: the weights come only with their licence.
SAME_COSINE = 0.35
SURE_COSINE = 0.5

DETECT_SIDE = 640  # the input that the published figures are for


class InsightFaceEngine:
    """A `FaceEngine`; loads at the first picture and may be shared by threads, which take turns."""

    def __init__(self, folder: Path, *, name: str, device: str = "auto") -> None:
        self.info = FaceModelInfo(
            name=name,
            space=f"face:{name}",
            dimensions=DIMENSIONS,
            same_cosine=SAME_COSINE,
            sure_cosine=SURE_COSINE,
        )
        self._folder = folder
        self._device = device
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        """Return the faces of each picture, the largest first. Raises EngineError."""
        pictures = [checked(image) for image in images]
        if not pictures:
            return []
        with self._lock:
            return [self._faces(picture) for picture in pictures]

    def _faces(self, picture: Pixels) -> list[FoundFace]:
        detector, recogniser = self._models()
        blob, scale = detector_input(picture)
        found = decode(_run(detector, blob), side=DETECT_SIDE)
        if not len(found.scores):
            return []
        chips = [aligned(picture, points) for points in found.points / scale]
        # One by one: the published file takes any number, but some conversions of it take one.
        vectors = [_run(recogniser, _recogniser_input(chip))[0] for chip in chips]
        faces = [
            _face(picture, box / scale, points / scale, float(score), chip, vector)
            for box, points, score, chip, vector in zip(
                found.boxes, found.points, found.scores, chips, vectors, strict=True
            )
        ]
        return largest_first([face for face in faces if face.box.area > 0])

    def _models(self) -> tuple[Any, Any]:
        if self._loaded is None:
            self._loaded = (self._session(DETECTOR), self._session(RECOGNISER))
        return self._loaded

    def _session(self, name: str) -> Any:
        import onnxruntime

        path = self._folder / name
        if not path.is_file():
            raise ModelUnavailable(f"The face model's file {name} is not in {self._folder}.")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only
        providers = ["CPUExecutionProvider"]
        if self._device != "cpu" and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
            providers.insert(0, "CUDAExecutionProvider")
        try:
            return onnxruntime.InferenceSession(str(path), sess_options=options, providers=providers)
        except Exception as error:  # onnxruntime's exceptions have no common class but this
            raise EngineError(f"The face model's file {path} can't be loaded: {_one_line(error)}") from error


def build(folder: Path, *, name: str, device: str, **options: Any) -> InsightFaceEngine:
    """Return the engine over the two files in `folder`."""
    return InsightFaceEngine(folder, name=name, device=device, **options)


def detector_input(picture: Pixels) -> tuple[NDArray[np.float32], float]:
    """Return (1, 3, 640, 640), the picture in the upper left corner and black elsewhere, and the scale it took."""
    height, width = picture.shape[:2]
    scale = DETECT_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.zeros((DETECT_SIDE, DETECT_SIDE, 3), dtype=np.float32)
    canvas[: size[1], : size[0]] = np.asarray(
        picture if scale == 1.0 else Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
    )
    # The mean and scale of SCRFD's training.
    return np.ascontiguousarray(((canvas - 127.5) / 128.0).transpose(2, 0, 1)[None]), scale


def _recogniser_input(chip: Pixels) -> NDArray[np.float32]:
    values = (chip.astype(np.float32) - 127.5) / 127.5  # to -1..1, as in ArcFace's training
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def _run(session: Any, blob: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    try:
        return [np.asarray(each) for each in session.run(None, {session.get_inputs()[0].name: blob})]
    except Exception as error:  # as above
        raise EngineError(f"The face model failed: {_one_line(error)}") from error


def _face(
    picture: Pixels,
    corners: NDArray[np.float32],
    points: NDArray[np.float32],
    score: float,
    chip: Pixels,
    output: NDArray[np.float32],
) -> FoundFace:
    vector = unit(output)
    if vector.shape != (DIMENSIONS,):
        raise EngineError(f"The face model gave {vector.size} numbers instead of {DIMENSIONS}.")
    return FoundFace(
        box=box_of(corners.tolist(), picture),
        certainty=min(1.0, max(0.0, score)),
        quality=quality_of(
            chip,
            side_px=float(min(corners[2] - corners[0], corners[3] - corners[1])),
            right_eye=points[0],
            left_eye=points[1],
            nose=points[2],
        ),
        vector=vector,
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
