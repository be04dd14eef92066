"""Pictures to a sentence each, by a model of transformers that writes captions (BLIP and its kin).

The packs name BLIP base (BSD-3-Clause): native in transformers, 224 M parameters, and it needs no prompt. Microsoft's
own Florence-2 files bring code of their own, which is not run here.
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

# A caption of COCO, which BLIP learned from, has 10 to 12 words; 30 tokens hold the longest of them.
LONGEST_TOKENS = 30


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: Any
    processor: Any
    device: str


class TransformersCaptioner:
    """A `Captioner` from a folder that transformers wrote; loads at the first picture."""

    def __init__(self, folder: Path, *, name: str, device: str = "auto", batch: int = 4) -> None:
        self.name = name
        self._folder, self._device, self._batch = folder, device, batch
        self._now: _Loaded | None = None
        self._loading = Lock()

    def describe(self, images: Sequence[Pixels]) -> list[str]:
        """Return one sentence per picture, the likeliest word each time: the same answer every time.

        Raises EngineError, ModelUnavailable.
        """
        sentences: list[str] = []
        for start in range(0, len(images), self._batch):
            sentences += self._describe([_as_image(pixels) for pixels in images[start : start + self._batch]])
        return sentences

    def _describe(self, images: Sequence[Image.Image]) -> list[str]:
        import torch

        loaded = self._loaded()
        try:
            with torch.inference_mode():
                inputs = loaded.processor(images=list(images), return_tensors="pt").to(loaded.device)
                tokens = loaded.model.generate(
                    pixel_values=inputs["pixel_values"], max_new_tokens=LONGEST_TOKENS, do_sample=False, num_beams=1
                )
                texts = loaded.processor.batch_decode(tokens, skip_special_tokens=True)
        except (RuntimeError, ValueError, TypeError) as error:
            raise EngineError(f"{self.name} failed on a picture: {error}") from error
        return [as_sentence(text) for text in texts]

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._now is None:
                self._now = self._load()
            return self._now

    def _load(self) -> _Loaded:
        from transformers import AutoModelForImageTextToText, AutoProcessor

        device = pick_device(self._device)
        model = load_weights(self._folder, AutoModelForImageTextToText.from_pretrained, name=self.name, device=device)
        processor = load_from(self._folder, AutoProcessor.from_pretrained, name=self.name)
        return _Loaded(model, processor, device)


def build(folder: Path, *, name: str, device: str, batch: int = 4) -> TransformersCaptioner:
    """Return the captioner as a pack's adapter."""
    return TransformersCaptioner(folder, name=name, device=device, batch=batch)


def as_sentence(text: str) -> str:
    """Return a model's words as a sentence: one line, a capital first, no mark at the end but one of its own."""
    words = " ".join(text.split()).rstrip(" .,;:")
    return words[:1].upper() + words[1:] + "." if words else ""


def _as_image(pixels: Pixels) -> Image.Image:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape} of {pixels.dtype}.")
    return Image.fromarray(np.ascontiguousarray(pixels))
