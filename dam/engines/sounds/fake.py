"""A `SoundEmbedder` for tests: no weights; a sound lies by its pitch and evenness, a word where that sound does."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dam.engines.sounds.rows import checked
from dam.ports import SPEECH_RATE_HZ, ModelInfo, Samples, Vectors

WORDS = ("silence", "noise", "low tone", "tone", "high tone")

_QUIET = 10.0  # mean amplitude of 32767: rounding noise
_FLAT = 0.2  # spectral flatness: of noise 0.56, of a tone nearly 0
_LOW_HZ, _HIGH_HZ = 250.0, 2000.0


class FakeSoundEmbedder:
    """Hears silence, noise, and tones below 250 Hz, between, and above 2 kHz. Other words are far from all."""

    dimensions = 16
    window_ms = 2_000

    def __init__(self, *, name: str = "fake-sounds") -> None:
        self.info = ModelInfo(name=name, space=f"sound:{name}", dimensions=self.dimensions, logit_scale=20.0)

    def embed_sounds(self, sounds: Sequence[Samples]) -> Vectors:
        """Return (n, 16) unit vectors."""
        checked(sounds)
        return self._stacked([_of_word(WORDS.index(_heard(sound))) for sound in sounds])

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, 16) unit vectors."""
        return self._stacked([self._of_text(text.lower()) for text in texts])

    def _of_text(self, text: str) -> Vectors:
        meant = [word for word in WORDS if f" {word} " in f" {text} "]
        if meant:
            return _of_word(WORDS.index(max(meant, key=len)))
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
        row = np.zeros(self.dimensions, dtype=np.float32)
        row[8:] = np.random.default_rng(seed).normal(size=self.dimensions - 8)
        return np.asarray(row / np.linalg.norm(row), dtype=np.float32)

    def _stacked(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)


def build(folder: Path, *, name: str, device: str) -> FakeSoundEmbedder:  # noqa: ARG001 - an adapter's signature
    """Return the fake as a pack's adapter."""
    return FakeSoundEmbedder(name=name)


def _heard(sound: Samples) -> str:
    wave = np.asarray(sound, dtype=np.float64)
    if np.abs(wave).mean() < _QUIET:
        return "silence"
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2 + 1e-9
    if np.exp(np.log(power).mean()) / power.mean() > _FLAT:
        return "noise"
    hertz = float(np.fft.rfftfreq(len(wave), 1 / SPEECH_RATE_HZ)[int(power.argmax())])
    return "low tone" if hertz < _LOW_HZ else "high tone" if hertz > _HIGH_HZ else "tone"


def _of_word(number: int) -> Vectors:
    row = np.zeros(FakeSoundEmbedder.dimensions, dtype=np.float32)
    row[number], row[6] = 1.0, 0.2  # all sounds have something in common
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)
