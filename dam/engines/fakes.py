"""Deterministic stand-ins for the models: no weights, no libraries, and answers that a test can foresee."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dam.engines.speech.clips import cut_clips
from dam.engines.speech.utterance import Utterance
from dam.errors import EngineError
from dam.ports import SPEECH_RATE_HZ, ModelInfo, Pixels, Samples, Vectors
from dam.types import SpokenWord, Transcript, TranscriptSource

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}

SCRIPT = ["ask", "not", "what", "your", "country", "can", "do", "for", "you"]

_LOUD = 500  # of 32767: any tone or voice, no rounding noise
_WORD_MS = 400


class FakeEmbedder:
    """An `Embedder` by colour: a picture's vector is its mean colour, and a colour's word lies where the colour does.

    Other words get a vector of their own, the same each time and far from every picture.
    """

    dimensions = 16

    def __init__(self, *, name: str = "fake-embedder") -> None:
        self.info = ModelInfo(
            name=name, space=f"picture:{name}", dimensions=self.dimensions, logit_scale=100.0, logit_bias=None
        )

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """Return (n, 16) unit vectors."""
        rows = []
        for pixels in images:
            if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
                raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape}.")
            rows.append(_of_colour(pixels.reshape(-1, 3).mean(axis=0)))
        return self._stacked(rows)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, 16) unit vectors."""
        rows = []
        for text in texts:
            named = [COLOURS[word] for word in text.lower().split() if word in COLOURS]
            rows.append(_of_colour(np.mean(named, axis=0)) if named else _of_words(text))
        return self._stacked(rows)

    def _stacked(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)


class FakeTranscriber:
    """A `Transcriber` that hears the words of `script`, one each 0.4 s, wherever the sound is loud."""

    def __init__(self, *, name: str = "fake-transcriber", script: Sequence[str] = SCRIPT) -> None:
        self.name = name
        self._script = tuple(script)

    def transcribe(self, samples: Samples, *, on_progress: Callable[[float], None] | None = None) -> Transcript:
        """Return the script's words over the loud parts; the script starts again when it is over."""
        step = _WORD_MS * SPEECH_RATE_HZ // 1000
        words: list[SpokenWord] = []
        for start in range(0, len(samples), step):
            part = np.asarray(samples[start : start + step]).astype(np.int32)
            if np.abs(part).mean() >= _LOUD:
                start_ms = start * 1000 // SPEECH_RATE_HZ
                end_ms = start_ms + len(part) * 1000 // SPEECH_RATE_HZ
                text = f" {self._script[len(words) % len(self._script)]}"
                words.append(SpokenWord(text=text, start_ms=start_ms, end_ms=end_ms, probability=0.9))
            if on_progress:
                on_progress(min(1.0, (start + step) / len(samples)))
        return Transcript(
            source=TranscriptSource.MODEL,
            model=self.name,
            language="en" if words else "",
            segments=cut_clips([Utterance(words=tuple(words))]),
        )


def build_embedder(folder: Path, *, name: str, device: str) -> FakeEmbedder:  # noqa: ARG001 - an adapter's signature
    """Return the fake as a pack's adapter."""
    return FakeEmbedder(name=name)


def build_transcriber(folder: Path, *, name: str, device: str) -> FakeTranscriber:  # noqa: ARG001 - as above
    """Return the fake as a pack's adapter."""
    return FakeTranscriber(name=name)


def _of_colour(colour: Vectors) -> Vectors:
    row = np.zeros(FakeEmbedder.dimensions, dtype=np.float32)
    row[:3] = np.asarray(colour) / 255.0 - 0.5
    row[3] = 0.05  # grey has a direction too
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def _of_words(text: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    row = np.zeros(FakeEmbedder.dimensions, dtype=np.float32)
    row[4:] = np.random.default_rng(seed).normal(size=FakeEmbedder.dimensions - 4)
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)
