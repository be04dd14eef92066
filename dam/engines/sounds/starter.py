"""The project's own small model of sounds: a folder with its words and weights in, vectors of one space out.

Made by `dam.engines.training.starter_clap`; what it can do stands in packs/starter/clap/MODEL_CARD.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from dam.engines.scalars import read_scale_and_bias
from dam.engines.sounds.mel import as_picture, mel_power
from dam.engines.sounds.rows import checked, no_rows, unit_rows
from dam.engines.sounds.small_words import WordList, padded
from dam.errors import EngineError, ModelUnavailable
from dam.ports import SPEECH_RATE_HZ, ModelInfo, Samples, Vectors

CONFIG = "config.json"
WEIGHTS = "model.safetensors"

WINDOW_MS = 5_000  # as in training
_WINDOW = WINDOW_MS * SPEECH_RATE_HZ // 1000


@dataclass(frozen=True, slots=True)
class _Loaded:
    net: Any
    words: WordList


class StarterSoundEmbedder:
    """The `SoundEmbedder` over one folder. Loads at the first vector, not before; may be shared by threads.

    It runs on the processor: a window takes a few milliseconds there.
    """

    def __init__(self, folder: Path, *, name: str, batch: int = 32) -> None:
        self._folder = folder
        self._name = name
        self._batch = batch
        self._loading = Lock()
        self._now: _Loaded | None = None

    @property
    def window_ms(self) -> int:
        """How long a stretch the model hears at once."""
        return WINDOW_MS

    @cached_property
    def info(self) -> ModelInfo:
        """The model's name, space and size, read from its files without loading it. Raises ModelUnavailable."""
        dimensions = self._config()["dimensions"]
        scale, bias = read_scale_and_bias(self._folder / WEIGHTS, name=self._name, kind="a model of sounds")
        return ModelInfo(
            name=self._name,
            space=f"sound:{self._name}",
            dimensions=dimensions,
            logit_scale=scale,
            logit_bias=bias,
        )

    def warm(self) -> None:
        """Load the model now. Raises ModelUnavailable, EngineError."""
        self._loaded()

    def embed_sounds(self, sounds: Sequence[Samples]) -> Vectors:
        """Return (n, dimensions) unit vectors of 16 kHz mono samples; what is longer than a window is cut there.

        What is shorter is heard over and over, until the window is full. Raises EngineError.
        """
        checked(sounds)
        if not sounds:
            return no_rows(self.info.dimensions)
        net = self._loaded().net
        rows = []
        for start in range(0, len(sounds), self._batch):
            pictures = [as_picture(mel_power(_filled(sound))) for sound in sounds[start : start + self._batch]]
            rows.append(self._run(net.hear, np.stack(pictures)))
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions) unit vectors; every word that it does not know is the same to it.

        Raises EngineError.
        """
        if not texts:
            return no_rows(self.info.dimensions)
        loaded = self._loaded()
        rows = []
        for start in range(0, len(texts), self._batch):
            numbers = [loaded.words.row(text) for text in texts[start : start + self._batch]]
            rows.append(self._run(loaded.net.read, np.array(padded(numbers), dtype=np.int64)))
        return np.concatenate(rows)

    def _run(self, side: Any, batch: Any) -> Vectors:
        import torch

        try:
            with torch.inference_mode():
                return unit_rows(side(torch.from_numpy(batch)), name=self._name)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise EngineError(f"The model {self._name} failed: {error}") from error

    def _config(self) -> dict[str, Any]:
        try:
            config = json.loads((self._folder / CONFIG).read_text(encoding="utf-8"))
            if not isinstance(config["dimensions"], int) or not all(
                isinstance(word, str) for word in config["words"]
            ):
                raise TypeError("an entry is of the wrong kind")
        except FileNotFoundError as error:
            raise ModelUnavailable(f"The model {self._name} is not on this machine: {self._folder}.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EngineError(f"The model {self._name} can't be read: {CONFIG}: {error}") from error
        return dict(config)

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._now is None:
                self._now = self._load()
            return self._now

    def _load(self) -> _Loaded:
        words = WordList(self._config()["words"])
        if not (self._folder / WEIGHTS).is_file():
            raise ModelUnavailable(f"The weights of {self._name} are not on this machine.")
        from safetensors.torch import load_file

        from dam.engines.sounds.small_net import SmallClap  # torch comes with it

        try:
            net = SmallClap(len(words)).eval()
            state = load_file(self._folder / WEIGHTS)
            net.load_state_dict({
                name: value.float() if value.is_floating_point() else value for name, value in state.items()
            })  # fmt: skip
        except Exception as error:  # a cut or foreign file fails in either library
            raise EngineError(f"The model {self._name} can't be loaded: {error}") from error
        return _Loaded(net, words)


def build(folder: Path, *, name: str, device: str, batch: int = 32) -> StarterSoundEmbedder:  # noqa: ARG001 - runs on the processor
    """Return the adapter for a pack."""
    return StarterSoundEmbedder(folder, name=name, batch=batch)


def _filled(sound: Samples) -> Samples:
    """Return exactly one window of a sound."""
    if len(sound) >= _WINDOW:
        return sound[:_WINDOW]
    return np.tile(sound, _WINDOW // len(sound) + 1)[:_WINDOW]
