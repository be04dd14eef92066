"""Whisper through openai-whisper, on torch: for GPUs, where torch brings its own CUDA libraries.

It is fed samples, so that no ffmpeg program is needed.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

from dam.engines.device import pick_device
from dam.engines.speech.hearing import Hearing
from dam.engines.speech.utterance import Utterance
from dam.engines.speech.vad import SHORTEST_SILENCE_MS
from dam.engines.speech.whisper_words import LONGEST_S, TEMPERATURES, as_floats, as_utterances
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Samples


class OpenWhisper:
    """The `Recogniser` over one checkpoint (`*.pt`) of openai-whisper.

    `architecture` is the library's name for it; with it, the attention heads that know the words' times are right.
    """

    longest_s = LONGEST_S
    shortest_silence_ms = SHORTEST_SILENCE_MS
    joins = True  # each call costs a whole 30 s window, however little is in it

    def __init__(self, folder: Path, *, name: str, device: str = "auto", architecture: str = "") -> None:
        self.name = name
        self._folder = folder
        self._device = device
        self._architecture = architecture
        self._lock = Lock()
        self._model: Any = None

    def languages(self, sound: Samples) -> Mapping[str, float]:
        """Return the probabilities of the languages that the model knows. Raises EngineError."""
        import torch
        import whisper

        model = self._loaded()
        if not model.is_multilingual:
            return {"en": 1.0}
        try:
            with torch.inference_mode():
                mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(as_floats(sound)), n_mels=model.dims.n_mels)
                _, found = model.detect_language(mel.to(model.device))
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"The speech engine {self.name} failed: {error}") from error
        return {str(language): float(probability) for language, probability in found.items()}

    def hear(self, sound: Samples, *, language: str) -> list[Utterance]:
        """Return what is said in at most 30 s. Raises EngineError."""
        import torch
        import whisper

        model = self._loaded()
        try:
            with torch.inference_mode():
                found = whisper.transcribe(
                    model,
                    as_floats(sound),
                    language=language or None,
                    temperature=TEMPERATURES,
                    condition_on_previous_text=False,
                    word_timestamps=True,
                    fp16=model.device.type == "cuda",
                    verbose=None,
                )
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"The speech engine {self.name} failed: {error}") from error
        return as_utterances(_as_object(segment) for segment in found["segments"])

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        checkpoints = sorted(self._folder.glob("*.pt")) if self._folder.is_dir() else []
        if not checkpoints:
            raise ModelUnavailable(f"The weights of {self.name} are not on this machine.")
        import whisper

        device = pick_device(self._device)
        if device == "mps":  # word times are computed in 64-bit floats, which Apple's GPUs do not have
            device = "cpu"
        try:
            # By path: by name, the library would fetch a file that it does not like once more, in the middle of work.
            # It reads checkpoints with torch's `weights_only`.
            model = whisper.load_model(str(checkpoints[0]), device=device)
            heads = whisper._ALIGNMENT_HEADS.get(self._architecture)  # noqa: SLF001 - lost by loading by path
            if heads is not None:
                model.set_alignment_heads(heads)
        except Exception as error:  # a cut or foreign file fails in torch, in pickle or in the library
            raise EngineError(f"The speech model {self.name} can't be loaded: {error}") from error
        return model.eval()


def build(folder: Path, *, name: str, device: str, architecture: str = "") -> Hearing:
    """Return the pack's transcriber; the model loads at the first speech."""
    return Hearing(OpenWhisper(folder, name=name, device=device, architecture=architecture))


def _as_object(segment: dict[str, Any]) -> Any:
    words = [SimpleNamespace(**word) for word in segment.get("words", ())]
    return SimpleNamespace(**{**segment, "words": words})
