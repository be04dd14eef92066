"""Speech as × real time: the pack's transcriber, and openai-whisper's `base` where its weights are."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dam import wiring
from dam.ports import SPEECH_RATE_HZ, Samples
from tests.bench import media
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings
from tests.sounds import read_samples

WHISPER = "openai-whisper base"
_WARM_UP_S = 2
_NO_WEIGHTS = (
    "openai-whisper: needs the weights of `base` from where OpenAI keeps them, and they are not in its cache; random "
    "ones would tell nothing, since its time depends on what it hears."
)


def measure(settings: Settings) -> Report:
    """Measure over all recordings, one after the other."""
    files = media.find(media.SOUNDS)
    sounds = [read_samples(path) for path in (files[:1] if settings.quick else files)]
    seconds = sum(len(sound) for sound in sounds) / SPEECH_RATE_HZ
    transcriber = wiring.transcriber()
    transcriber.transcribe(sounds[0][: _WARM_UP_S * SPEECH_RATE_HZ])
    contenders = {OURS: lambda: seconds / _timed(transcriber.transcribe, sounds)}
    weights = whisper_weights()
    remarks: tuple[str, ...] = (_NO_WEIGHTS,)
    if weights.is_file():
        whisper, remarks = _Whisper(weights), ()
        contenders[WHISPER] = lambda: seconds / _timed(whisper.hear, sounds)
    values = interleaved(contenders, settings.rounds)
    notes = {OURS: f"{transcriber.name}: voice first, then words with their times", WHISPER: "words with their times"}
    return Report(
        figures=figures_of(f"speech, {seconds:.0f} s", "× real time", values, notes=notes),
        remarks=remarks,
        about={"transcriber": transcriber.name},
    )


def whisper_weights() -> Path:
    """Return where openai-whisper keeps `base` once it was fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "whisper" / "base.pt"


class _Whisper:
    """The library as its users call it, fed with samples; by path, so that it never asks for a download."""

    def __init__(self, weights: Path) -> None:
        import whisper

        self._model = whisper.load_model(str(weights))

    def hear(self, sound: Samples) -> object:
        import whisper

        found: dict[str, Any] = whisper.transcribe(
            self._model,
            sound.astype("float32") / 32768.0,
            word_timestamps=True,
            fp16=self._model.device.type == "cuda",
        )
        return found


def _timed(hear: Any, sounds: Sequence[Samples]) -> float:
    began = time.perf_counter()
    for sound in sounds:
        hear(sound)
    return time.perf_counter() - began
