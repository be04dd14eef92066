"""Faces a second: the engine of the pack in use, beside dlib called the plain way, over pictures of people."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dam import wiring
from dam.engines.faces.dlib_engine import LANDMARKS, RESNET, weights_folder
from dam.ports import FaceEngine, Pixels
from tests.bench import media
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings

PLAIN = "dlib, called plainly"
_DRAWN = 8  # pictures of the demo library that get drawn faces where there are no real ones
_QUICK = 2
_BATCH = 8  # as the pipeline hands them over
_NOTES = {PLAIN: "enlarged to twice its size, as face_recognition does; one picture after the other"}


def measure(settings: Settings) -> Report:
    """Measure finding and describing faces; decoding is not in it, tracking and clustering neither."""
    model = wiring.active_pack().faces
    if model is None:
        return Report(remarks=("faces: the pack in use has no model of them.",))
    pictures, source = media.pictures_of_people(_QUICK if settings.quick else _DRAWN)
    pictures = pictures[:_QUICK] if settings.quick else pictures
    engine = wiring.face_engine(model.name)
    found, seconds = _measured({OURS: _engine(engine), PLAIN: _plainly()}, pictures, settings.rounds)
    notes = {who: f"{count} faces" for who, count in found.items()} | {OURS: f"{found[OURS]} faces; {source}"}
    what = f"faces in {len(pictures)} pictures of people"
    rates = {who: [found[who] / each for each in took] for who, took in seconds.items()}
    speeds = {who: [len(pictures) / each for each in took] for who, took in seconds.items()}
    return Report(
        figures=(
            *figures_of(what, "faces/s", rates, notes=notes),
            *figures_of(f"{what}: pictures", "pictures/s", speeds, notes=_NOTES),
        ),
        about={"faces by": model.name},
    )


def _measured(
    contenders: dict[str, Callable[[Sequence[Pixels]], int]], pictures: Sequence[Pixels], rounds: int
) -> tuple[dict[str, int], dict[str, list[float]]]:
    """Return how many faces each finds, and its seconds by round."""
    found = {who: find(pictures[:1]) for who, find in contenders.items()}  # loads

    def timed(who: str) -> float:
        began = time.perf_counter()
        found[who] = contenders[who](pictures)
        return time.perf_counter() - began

    seconds = interleaved({who: lambda who=who: timed(who) for who in contenders}, rounds)  # type: ignore[misc]
    if not all(found.values()):
        raise RuntimeError(f"faces were to be measured, and these were found: {found}")
    return found, seconds


def _engine(engine: FaceEngine) -> Callable[[Sequence[Pixels]], int]:
    def find(pictures: Sequence[Pixels]) -> int:
        batches = (pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH))
        return sum(len(faces) for batch in batches for faces in engine.find_faces(batch))

    return find


def _plainly() -> Callable[[Sequence[Pixels]], int]:
    """The three calls of dlib's own example and of the face_recognition library, with the same weights."""
    import dlib

    folder = weights_folder()
    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(str(folder / LANDMARKS))
    resnet = dlib.face_recognition_model_v1(str(folder / RESNET))

    def faces_of(picture: Pixels) -> list[Any]:
        shapes = [landmarks(picture, rectangle) for rectangle in detector(picture, 1)]
        return [np.array(resnet.compute_face_descriptor(picture, shape)) for shape in shapes]

    return lambda pictures: sum(len(faces_of(picture)) for picture in pictures)
