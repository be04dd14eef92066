"""Deterministic stand-ins for what finds writing, things and sentences: by colour, as a test can foresee."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Box, FoundObject, FoundText

_WHOLE = Box(x=0.0, y=0.0, width=1.0, height=1.0)
_NAMES = ("red", "green", "blue")


class FakeTextReader:
    """A `TextReader` that reads the name of the strongest channel, and the brightness, as two lines of a sign.

    A grey picture has no writing.
    """

    def __init__(self, *, name: str = "fake-text", says: str = "sign") -> None:
        self.name = name
        self._says = says

    def read_text(self, images: Sequence[Pixels]) -> list[list[FoundText]]:
        """Return two lines of each coloured picture."""
        return [self._lines(pixels) for pixels in images]

    def _lines(self, pixels: Pixels) -> list[FoundText]:
        colour = strongest(pixels)
        if not colour:
            return []
        upper, lower = Box(x=0.1, y=0.1, width=0.5, height=0.1), Box(x=0.1, y=0.3, width=0.5, height=0.1)
        return [
            FoundText(text=f"{self._says} {colour}", certainty=0.9, box=upper),
            FoundText(text="level " + "abcdefgh"[int(pixels.mean()) // 32], certainty=0.8, box=lower),
        ]


class FakeObjectDetector:
    """An `ObjectDetector` that sees two balls of the strongest colour, and a wall where there is none."""

    def __init__(self, *, name: str = "fake-objects") -> None:
        self.name = name

    def find_objects(self, images: Sequence[Pixels]) -> list[list[FoundObject]]:
        """Return the same things for the same colour."""
        return [self._things(pixels) for pixels in images]

    def _things(self, pixels: Pixels) -> list[FoundObject]:
        colour = strongest(pixels)
        if not colour:
            return [FoundObject(label="wall", certainty=0.6, box=_WHOLE)]
        left, right = Box(x=0.1, y=0.4, width=0.2, height=0.2), Box(x=0.6, y=0.4, width=0.2, height=0.2)
        return [
            FoundObject(label=f"{colour} ball", certainty=0.9, box=left),
            FoundObject(label=f"{colour} ball", certainty=0.7, box=right),
        ]


class FakeCaptioner:
    """A `Captioner` that names the strongest colour."""

    def __init__(self, *, name: str = "fake-captions") -> None:
        self.name = name

    def describe(self, images: Sequence[Pixels]) -> list[str]:
        """Return a sentence for each picture."""
        return [f"A picture of something {strongest(pixels) or 'grey'}." for pixels in images]


def build_text(folder: Path, *, name: str, device: str) -> FakeTextReader:  # noqa: ARG001 - an adapter's signature
    """Return the fake as a pack's adapter."""
    return FakeTextReader(name=name)


def build_objects(folder: Path, *, name: str, device: str) -> FakeObjectDetector:  # noqa: ARG001 - as above
    """Return the fake as a pack's adapter."""
    return FakeObjectDetector(name=name)


def build_captions(folder: Path, *, name: str, device: str) -> FakeCaptioner:  # noqa: ARG001 - as above
    """Return the fake as a pack's adapter."""
    return FakeCaptioner(name=name)


def strongest(pixels: Pixels) -> str:
    """Return "red", "green" or "blue", or "" for a picture without a colour. Raises EngineError for no picture."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape}.")
    mean = pixels.reshape(-1, 3).mean(axis=0)
    return _NAMES[int(mean.argmax())] if mean.max() - mean.min() >= 8 else ""
