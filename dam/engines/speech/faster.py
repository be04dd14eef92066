"""Whisper through faster-whisper (CTranslate2): 8 bits on a CPU, half precision on an NVIDIA GPU."""

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from dam.engines.speech.hearing import Hearing
from dam.engines.speech.utterance import Utterance
from dam.engines.speech.vad import SHORTEST_SILENCE_MS
from dam.engines.speech.whisper_words import LONGEST_S, TEMPERATURES, as_floats, as_utterances
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Samples

MOST_THREADS = 8  # CTranslate2 gains nothing beyond, and the picture encoder wants cores too


class FasterWhisper:
    """The `Recogniser` over one CTranslate2 folder (`model.bin`, `config.json`, `tokenizer.json`, `vocabulary.*`)."""

    longest_s = LONGEST_S
    shortest_silence_ms = SHORTEST_SILENCE_MS
    joins = True  # each call costs a whole 30 s window, however little is in it

    def __init__(self, folder: Path, *, name: str, device: str = "auto") -> None:
        self.name = name
        self._folder = folder
        self._device = device
        self._lock = Lock()
        self._model: Any = None

    def languages(self, sound: Samples) -> Mapping[str, float]:
        """Return the probabilities of the languages that the model knows. Raises EngineError."""
        model = self._loaded()
        if not model.model.is_multilingual:
            return {"en": 1.0}
        try:
            _, _, found = model.detect_language(as_floats(sound))
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"The speech engine {self.name} failed: {error}") from error
        return {str(language): float(probability) for language, probability in found}

    def hear(self, sound: Samples, *, language: str) -> list[Utterance]:
        """Return what is said in at most 30 s. Raises EngineError."""
        model = self._loaded()
        try:
            segments, _ = model.transcribe(
                as_floats(sound),
                language=language or None,
                beam_size=1,
                temperature=list(TEMPERATURES),
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=False,  # done already
            )
            return as_utterances(segments)
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"The speech engine {self.name} failed: {error}") from error

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                if not (self._folder / "model.bin").is_file():
                    raise ModelUnavailable(f"The weights of {self.name} are not on this machine.")
                self._model = _load(self._folder, name=self.name, device=self._device)
            return self._model


def build(folder: Path, *, name: str, device: str) -> Hearing:
    """Return the pack's transcriber; the model loads at the first speech."""
    return Hearing(FasterWhisper(folder, name=name, device=device))


def _load(folder: Path, *, name: str, device: str) -> Any:
    import ctranslate2
    from faster_whisper import WhisperModel

    threads = min(MOST_THREADS, os.cpu_count() or 1)
    try:
        if device in ("auto", "cuda") and ctranslate2.get_cuda_device_count() > 0:
            try:
                return WhisperModel(str(folder), device="cuda", compute_type="float16", local_files_only=True)
            except (RuntimeError, ValueError):
                # A GPU without the CUDA libraries that CTranslate2 was built for: slower, but the same words.
                if device == "cuda":
                    raise
        return WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
    except Exception as error:  # a cut or foreign file fails in three libraries, each its own way
        raise EngineError(f"The speech model {name} can't be loaded: {error}") from error
