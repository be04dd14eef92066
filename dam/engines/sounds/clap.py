"""Sounds and words to vectors of one space: LAION's CLAP through transformers, from a folder on this machine.

Wu et al. 2023, "Large-scale Contrastive Language-Audio Pretraining with Feature Fusion and Keyword-to-Caption
Augmentation". Only unfused models: they hear one window at a time, which is what they are given.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, gcd
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.engines.device import pick_device
from dam.engines.scalars import read_scalar
from dam.engines.sounds.rows import checked, no_rows, unit_rows
from dam.errors import EngineError, ModelUnavailable
from dam.ports import SPEECH_RATE_HZ, ModelInfo, Samples, Vectors

CONFIG = "config.json"
EXTRACTOR = "preprocessor_config.json"
WEIGHTS = "model.safetensors"
# The form in which LAION published the weights. Loaded with `weights_only`: tensors and nothing that could run.
OLD_WEIGHTS = "pytorch_model.bin"

WINDOW_MS = 10_000  # `max_length_s` of every published CLAP
_LONGEST_TEXT = 77  # tokens; that many its text side was trained with (LAION-CLAP, training/data.py)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model ready to run."""

    model: Any
    extractor: Any
    tokenizer: Any
    device: str


class ClapSoundEmbedder:
    """The `SoundEmbedder` over one folder. Loads at the first vector, not before; may be shared by threads."""

    def __init__(self, folder: Path, *, name: str, device: str = "auto", batch: int = 8) -> None:
        self._folder = folder
        self._name = name
        self._device = device
        self._batch = batch
        self._loading = Lock()
        self._now: _Loaded | None = None

    @cached_property
    def info(self) -> ModelInfo:
        """The model's name, space and size, read from its files without loading it. Raises ModelUnavailable."""
        config = self._json(CONFIG)
        try:
            scale = read_scalar(self._folder / WEIGHTS, "logit_scale_a")
        except FileNotFoundError:
            scale = None  # the old form can't be read in part; the scale is then that of the model's first day
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EngineError(f"The weights of {self._name} can't be read: {error}") from error
        dimensions = config.get("projection_dim", 512)
        if not isinstance(dimensions, int):
            raise EngineError(f"The model {self._name} can't be read: {CONFIG}: projection_dim is no number")
        return ModelInfo(
            name=self._name,
            space=f"sound:{self._name}",
            dimensions=dimensions,
            logit_scale=exp(scale) if scale is not None else 1 / 0.07,
        )

    @cached_property
    def window_ms(self) -> int:
        """How long a stretch the model hears at once."""
        length = self._json(EXTRACTOR).get("max_length_s", WINDOW_MS / 1000)
        return int(length * 1000) if isinstance(length, int | float) and length > 0 else WINDOW_MS

    def warm(self) -> None:
        """Load the model now. Raises ModelUnavailable, EngineError."""
        self._loaded()

    def embed_sounds(self, sounds: Sequence[Samples]) -> Vectors:
        """Return (n, dimensions) unit vectors of 16 kHz mono samples; what is longer than a window is cut there.

        Raises EngineError.
        """
        checked(sounds)
        if not sounds:
            return no_rows(self.info.dimensions)
        loaded = self._loaded()
        rows = [
            self._run(lambda part: _encode_sounds(loaded, part), sounds[start : start + self._batch])
            for start in range(0, len(sounds), self._batch)
        ]
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions) unit vectors. Raises EngineError."""
        if not texts:
            return no_rows(self.info.dimensions)
        loaded = self._loaded()
        rows = [
            self._run(lambda part: _encode_texts(loaded, part), texts[start : start + self._batch])
            for start in range(0, len(texts), self._batch)
        ]
        return np.concatenate(rows)

    def _run(self, encode: Callable[[Any], Any], batch: Any) -> Vectors:
        """Encode, in halves where the accelerator's memory is too small, and check what comes out."""
        import torch

        try:
            with torch.inference_mode():
                return unit_rows(encode(batch), name=self._name)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise EngineError(f"{self._name} does not fit into the accelerator's memory.") from error
            middle = len(batch) // 2
            return np.concatenate([self._run(encode, batch[:middle]), self._run(encode, batch[middle:])])
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise EngineError(f"The model {self._name} failed: {error}") from error

    def _json(self, file: str) -> dict[str, Any]:
        try:
            found = json.loads((self._folder / file).read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise TypeError("it is no table")
        except FileNotFoundError as error:
            raise ModelUnavailable(f"The model {self._name} is not on this machine: {self._folder}.") from error
        except (OSError, ValueError, TypeError) as error:
            raise EngineError(f"The model {self._name} can't be read: {file}: {error}") from error
        return found

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._now is None:
                config = self._json(CONFIG)  # the clearest words for a folder that is not there
                audio = config.get("audio_config")
                if isinstance(audio, dict) and audio.get("enable_fusion"):
                    raise EngineError(f"The model {self._name} is a fused CLAP, which hears windows in fours.")
                self._now = _load(self._folder, name=self._name, device=pick_device(self._device))
            return self._now


def build(folder: Path, *, name: str, device: str, batch: int = 8) -> ClapSoundEmbedder:
    """Return the adapter for a pack."""
    return ClapSoundEmbedder(folder, name=name, device=device, batch=batch)


def resampled(sound: Samples, rate_hz: int) -> NDArray[np.float64]:
    """Return samples in -1..1 at another rate: a polyphase filter (scipy's `resample_poly`, its Kaiser window)."""
    from scipy.signal import resample_poly

    shared = gcd(rate_hz, SPEECH_RATE_HZ)
    scaled = np.asarray(sound, dtype=np.float64) / 32768.0
    return np.asarray(resample_poly(scaled, rate_hz // shared, SPEECH_RATE_HZ // shared))


def _load(folder: Path, *, name: str, device: str) -> _Loaded:
    safe = (folder / WEIGHTS).is_file()
    if not safe and not (folder / OLD_WEIGHTS).is_file():
        raise ModelUnavailable(f"The weights of {name} are not on this machine.")
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel
    from transformers.utils import logging

    quiet: Callable[[], None] = logging.disable_progress_bar  # it would be drawn over the worker's own lines
    quiet()
    try:
        model: Any = ClapModel.from_pretrained(folder, local_files_only=True, use_safetensors=safe, weights_only=True)
        extractor = ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # a cut or foreign file fails in any of four libraries
        raise EngineError(f"The model {name} can't be loaded: {error}") from error
    return _Loaded(model.eval().to(device), extractor, tokenizer, device)


def _encode_sounds(loaded: _Loaded, sounds: Sequence[Samples]) -> Any:
    rate = int(loaded.extractor.sampling_rate)
    most = int(loaded.extractor.nb_max_samples)
    # Never longer than a window: of what is, "rand_trunc" would take a random part. The other way, "fusion", marks a
    # random sound of a batch as a long one.
    waves = [resampled(sound, rate)[:most] for sound in sounds]
    features = loaded.extractor(
        waves, sampling_rate=rate, truncation="rand_trunc", padding="repeatpad", return_tensors="pt"
    )
    given = features["input_features"].to(device=loaded.device, dtype=loaded.model.dtype)
    return _pooled(loaded.model.get_audio_features(input_features=given))


def _encode_texts(loaded: _Loaded, texts: Sequence[str]) -> Any:
    rows = loaded.tokenizer(
        list(texts), padding=True, truncation=True, max_length=_LONGEST_TEXT, return_tensors="pt"
    ).to(loaded.device)
    return _pooled(loaded.model.get_text_features(input_ids=rows["input_ids"], attention_mask=rows["attention_mask"]))


def _pooled(answer: Any) -> Any:
    """Take the vectors out of an answer, which up to transformers 4 was the vectors themselves."""
    return getattr(answer, "pooler_output", answer)
