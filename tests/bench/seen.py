"""Writing and things in pictures a second: the reader of the pack in use, and the detector's architecture."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from dam import wiring
from dam.engines.objects import TransformersDetector
from dam.ports import Pixels
from tests.bench import media
from tests.bench.measure import OURS, Figure, Report, figures_of, interleaved
from tests.bench.task import Settings
from tests.tiny_seen import dfine_config, make_detector

_PREVIEW = 2048  # px, long side
_COCO = {number: f"thing {number}" for number in range(80)}
_LIBRARY = "RapidOCR as it comes"


def measure(settings: Settings) -> Report:
    """Measure both over the same pictures, one after the other."""
    return writing(settings).joined(objects(settings))


def writing(settings: Settings) -> Report:
    """Return pictures a second of the reader in use, beside RapidOCR with its own settings, and how much each reads."""
    name = wiring.active_pack().text
    if name is None:
        return Report(remarks=("writing: the pack in use has no reader.",))
    pictures = _pictures(settings)
    reader, library = wiring.text_reader(name.name), _rapidocr()
    lines: dict[str, int] = {}

    def ours() -> float:
        began = time.perf_counter()
        lines[OURS] = sum(len(reader.read_text([pixels])[0]) for pixels in pictures)
        return len(pictures) / (time.perf_counter() - began)

    def theirs() -> float:
        began = time.perf_counter()
        lines[_LIBRARY] = sum(len(library(pixels)) for pixels in pictures)
        return len(pictures) / (time.perf_counter() - began)

    contenders: dict[str, Callable[[], float]] = {OURS: ours, _LIBRARY: theirs}
    for each in (lambda: reader.read_text(pictures[:1]), lambda: library(pictures[0])):
        each()  # loads
    values = interleaved(contenders, settings.rounds)
    notes = {who: f"{count} lines" for who, count in lines.items()}
    return Report(
        figures=figures_of(f"writing in {len(pictures)} pictures", "pictures/s", values, notes=notes),
        about={"reader of writing": reader.name},
    )


def objects(settings: Settings) -> Report:
    """Return pictures a second of the detector of `standard`, with random weights of its shape: time does not care."""
    folder = make_detector(settings.scratch / "detector", dfine_config("small", labels=_COCO), side=640)
    detector = TransformersDetector(folder, name="dfine-small", sure=0.99)
    pictures = _pictures(settings)
    detector.find_objects(pictures[:1])

    def ours() -> float:
        began = time.perf_counter()
        for start in range(0, len(pictures), 4):  # as the pipeline hands them over
            detector.find_objects(pictures[start : start + 4])
        return len(pictures) / (time.perf_counter() - began)

    values = interleaved({OURS: ours}, settings.rounds)
    figures: tuple[Figure, ...] = figures_of(
        "things in pictures", "pictures/s", values, notes={OURS: "D-FINE-S, random weights of its shape"}
    )
    return Report(figures=figures)


def _pictures(settings: Settings) -> list[Pixels]:
    """Return the real photos as previews: long side at most 2048 px."""
    files: Sequence[Any] = media.find(media.PHOTOS)
    pictures = []
    for path in files[:2] if settings.quick else files:
        with Image.open(path) as picture:
            picture = picture.convert("RGB")
            picture.thumbnail((_PREVIEW, _PREVIEW))
            pictures.append(np.asarray(picture))
    return pictures


def _rapidocr() -> Callable[[Pixels], tuple[str, ...]]:
    """The library as its users call it: the same weights, its own sizes and cut-off."""
    import rapidocr

    engine = rapidocr.RapidOCR(params={"Global.log_level": "critical"})

    def read(pixels: Pixels) -> tuple[str, ...]:
        return tuple(engine(np.ascontiguousarray(pixels[:, :, ::-1])).txts or ())

    return read
