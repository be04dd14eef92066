"""Pictures to things with their boxes, by a detector of the DETR family through transformers.

D-FINE and RT-DETR v2 (both Apache-2.0) run through it. The packs name D-FINE: at 640 px and on one core, random
weights of the right shape took 0.40 s a picture as D-FINE-S (10 M parameters, COCO AP 48.5 by its authors), 0.81 s as
RT-DETRv2-S (20 M, AP 48.1), 0.25 s as D-FINE-N (4 M, AP 42.8), 0.74 s as D-FINE-M (20 M, AP 52.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from dam.engines.device import pick_device
from dam.engines.transformers_folder import load_from, load_weights
from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Box, FoundObject

# What is kept. These detectors give each of 300 queries a score of its own and need no suppression of doubles; the
# authors draw boxes from 0.4 or 0.5 on. The reader counts from 0.5 on (`dam.catalog.readers.seen`).
SURE = 0.35
_SMALLEST = 1e-4  # of the picture's area; a box without area is none


# Measured on two cores (docs/benchmarks.md): eight at once take half as long again as one after the other, for what
# lies between the layers no longer fits the caches.
_ON_PROCESSOR, _ON_ACCELERATOR = 1, 8


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: Any
    processor: Any
    device: str
    labels: dict[int, str]


class TransformersDetector:
    """An `ObjectDetector` from a folder that transformers wrote; loads at the first picture."""

    def __init__(self, folder: Path, *, name: str, device: str = "auto", batch: int = 0, sure: float = SURE) -> None:
        """`batch` pictures go through the model together; 0: as many as suit the device."""
        self.name = name
        self._folder, self._device, self._batch, self._sure = folder, device, batch, sure
        self._now: _Loaded | None = None
        self._loading = Lock()

    def find_objects(self, images: Sequence[Pixels]) -> list[list[FoundObject]]:
        """Return the things in each picture, the surest first, by the model's own labels in lower case.

        Raises EngineError, ModelUnavailable.
        """
        found: list[list[FoundObject]] = []
        batch = self._batch or (_ON_PROCESSOR if pick_device(self._device) == "cpu" else _ON_ACCELERATOR)
        for start in range(0, len(images), batch):
            found += self._find([_as_image(pixels) for pixels in images[start : start + batch]])
        return found

    def _find(self, images: Sequence[Image.Image]) -> list[list[FoundObject]]:
        import torch

        loaded = self._loaded()
        try:
            with torch.inference_mode():
                inputs = loaded.processor(images=list(images), return_tensors="pt").to(loaded.device)
                outputs = loaded.model(**inputs)
                if not bool(torch.isfinite(outputs.logits).all() and torch.isfinite(outputs.pred_boxes).all()):
                    raise EngineError(f"{self.name} gave numbers that are not finite.")
                # As shares of the picture: no size is given.
                results = loaded.processor.post_process_object_detection(outputs, threshold=self._sure)
        except (RuntimeError, ValueError, TypeError) as error:
            raise EngineError(f"{self.name} failed on a picture: {error}") from error
        return [self._things(result, loaded.labels) for result in results]

    def _things(self, result: Any, labels: dict[int, str]) -> list[FoundObject]:
        things = []
        for score, label, corners in zip(
            result["scores"].tolist(), result["labels"].tolist(), result["boxes"].tolist(), strict=True
        ):
            left, top, right, bottom = corners
            box = Box(x=left, y=top, width=right - left, height=bottom - top).clipped()
            if box.area >= _SMALLEST:
                things.append(FoundObject(label=labels[label], certainty=min(1.0, score), box=box))
        return sorted(things, key=lambda thing: -thing.certainty)

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._now is None:
                self._now = self._load()
            return self._now

    def _load(self) -> _Loaded:
        from transformers import AutoImageProcessor, AutoModelForObjectDetection

        device = pick_device(self._device)
        model = load_weights(self._folder, AutoModelForObjectDetection.from_pretrained, name=self.name, device=device)
        processor = load_from(self._folder, AutoImageProcessor.from_pretrained, name=self.name)
        labels = {int(number): str(label).strip().lower() for number, label in model.config.id2label.items()}
        return _Loaded(model, processor, device, labels)


def build(folder: Path, *, name: str, device: str, batch: int = 8) -> TransformersDetector:
    """Return the detector as a pack's adapter."""
    return TransformersDetector(folder, name=name, device=device, batch=batch)


def _as_image(pixels: Pixels) -> Image.Image:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape} of {pixels.dtype}.")
    return Image.fromarray(np.ascontiguousarray(pixels))
