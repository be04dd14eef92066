"""Writing and things in pictures a second: the reader of the pack in use, and the detector's architecture."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dam import wiring
from dam.engines.objects import TransformersDetector
from dam.ports import ObjectDetector, Pixels
from tests.bench import media
from tests.bench.drawn import LINES, with_writing
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings
from tests.tiny_seen import dfine_config, make_detector

LIBRARY = "RapidOCR as it comes"
TOGETHER = "all pictures at once"
RTDETR = "RT-DETRv2-S"
_PICTURES, _QUICK = 6, 2  # most of a second each
_BATCH = 8  # as the pipeline hands them over
_SIDE = 640  # px, what the published detectors see
_COCO = {number: f"thing {number}" for number in range(80)}


def measure(settings: Settings) -> Report:
    """Measure both over the same photos, one after the other."""
    return writing(settings).joined(objects(settings))


def writing(settings: Settings) -> Report:
    """Return pictures a second of the reader in use, beside RapidOCR with its own settings, and how much each reads.

    Every picture has the same drawn lines in it: without writing only half of the work would be measured.
    """
    model = wiring.active_pack().text
    if model is None:
        return Report(remarks=("writing: the pack in use has no reader.",))
    pictures = [np.asarray(with_writing(media.preview(path))) for path in _photos(settings)]
    reader, library = wiring.text_reader(model.name), _rapidocr()
    read: dict[str, int] = {}

    def timed(who: str, texts_of: Callable[[Pixels], Sequence[str]]) -> float:
        began = time.perf_counter()
        texts = [texts_of(picture) for picture in pictures]
        took = time.perf_counter() - began
        read[who] = sum(line in found for found in texts for line in LINES)
        return len(pictures) / took

    def ours(picture: Pixels) -> list[str]:
        return [line.text for line in reader.read_text([picture])[0]]

    for each in (ours, library):
        each(pictures[0])  # loads
    values = interleaved({OURS: lambda: timed(OURS, ours), LIBRARY: lambda: timed(LIBRARY, library)}, settings.rounds)
    notes = {who: f"{count} of {len(pictures) * len(LINES)} drawn lines read right" for who, count in read.items()}
    return Report(
        figures=figures_of(f"writing in {len(pictures)} pictures", "pictures/s", values, notes=notes),
        about={"reader of writing": model.name},
    )


def objects(settings: Settings) -> Report:
    """Return pictures a second of the detector of `standard`, with random weights of its shape: time does not care.

    Boxes are kept by certainty, and random weights are as sure of most as of none: none is kept here.
    """
    small = _detector(settings.scratch / "dfine", dfine_config("small", labels=_COCO))
    together = TransformersDetector(settings.scratch / "dfine", name="dfine", sure=0.999, batch=_BATCH)
    other = _detector(settings.scratch / "rtdetr", rtdetr_small())
    pictures = [np.asarray(media.preview(path)) for path in _photos(settings)]
    for detector in (small, together, other):
        detector.find_objects(pictures[:1])  # loads
    values = interleaved(
        {
            OURS: lambda: _speed(small, pictures),
            TOGETHER: lambda: _speed(together, pictures),
            RTDETR: lambda: _speed(other, pictures),
        },
        settings.rounds,
    )
    notes = {OURS: f"D-FINE-S at {_SIDE} px, random weights of its shape; {len(pictures)} pictures"}
    notes |= {TOGETHER: "the same", RTDETR: "the detector that was not taken; random weights of its shape"}
    return Report(figures=figures_of("objects in pictures", "pictures/s", values, notes=notes))


def rtdetr_small() -> Any:
    """RT-DETRv2-S: ResNet-18, three decoder layers, as its authors converted it for transformers."""
    import transformers

    library: Any = transformers
    backbone = library.RTDetrResNetConfig(
        embedding_size=64,
        hidden_sizes=[64, 128, 256, 512],
        depths=[2, 2, 2, 2],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    return library.RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[128, 256, 512],
        hidden_expansion=0.5,
        decoder_layers=3,
        id2label=_COCO,
        label2id={name: number for number, name in _COCO.items()},
    )


def _detector(folder: Path, config: Any) -> TransformersDetector:
    return TransformersDetector(make_detector(folder, config, side=_SIDE), name=folder.name, sure=0.999)


def _speed(detector: ObjectDetector, pictures: Sequence[Pixels]) -> float:
    began = time.perf_counter()
    for start in range(0, len(pictures), _BATCH):
        detector.find_objects(pictures[start : start + _BATCH])
    return len(pictures) / (time.perf_counter() - began)


def _photos(settings: Settings) -> list[Path]:
    """Return some photos, spread over all that there are."""
    files, count = media.find(media.PHOTOS), _QUICK if settings.quick else _PICTURES
    return files[:: max(1, len(files) // count)][:count]


def _rapidocr() -> Callable[[Pixels], Sequence[str]]:
    """The library as its users call it: the same weights, its own sizes and cut-off."""
    import rapidocr

    engine: Any = rapidocr.RapidOCR(params={"Global.log_level": "critical"})

    def read(pixels: Pixels) -> Sequence[str]:
        return tuple(engine(np.ascontiguousarray(pixels[:, :, ::-1])).txts or ())

    return read
