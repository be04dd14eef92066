"""Where in the sound somebody speaks: Silero VAD over 16 kHz samples, without torch.

The model is the ONNX file inside silero-vad's wheel. The package itself is never imported: it sets torch to one
thread for the whole process, which would slow down the picture encoder beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.errors import ModelUnavailable
from dam.ports import SPEECH_RATE_HZ, Samples

# The sequence model's input: 512 new samples (32 ms) behind the 64 samples before them, see
# silero_vad/sequence_vad.py; its LSTM state is (1, 1, 128).
FRAME = 512
CONTEXT = 64
STATE = (1, 1, 128)
BLOCK_FRAMES = 512  # 16 s a call: more gains nothing, and memory stays flat however long the sound is

# Silero's own defaults: speech starts at 0.5, goes on down to 0.35, and counts from 250 ms.
THRESHOLD = 0.5
KEEP_THRESHOLD = 0.35
SHORTEST_SPEECH_MS = 250
# Silero's default of 100 ms parts words at stops ("cap|tain"); at 300 ms a breath still ends a stretch.
SHORTEST_SILENCE_MS = 300
# The engines' models were trained on utterances with some quiet around them; words' soft ends lie there too.
PAD_MS = 300


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech from sample `start` up to, but without, sample `stop`."""

    start: int
    stop: int


class VoiceDetector:
    """Silero VAD; loads at the first use and may be shared by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._session: Any = None

    def probabilities(
        self, samples: Samples, *, on_progress: Callable[[float], None] | None = None
    ) -> NDArray[np.float32]:
        """Return the probability of speech for each 32 ms of `samples` (16 kHz), reading them in blocks."""
        session = self._loaded()
        hidden = np.zeros(STATE, dtype=np.float32)
        cell = np.zeros(STATE, dtype=np.float32)
        context = np.zeros(CONTEXT, dtype=np.float32)
        found = [np.zeros(0, dtype=np.float32)]
        for start in range(0, len(samples), FRAME * BLOCK_FRAMES):
            block = np.asarray(samples[start : start + FRAME * BLOCK_FRAMES], dtype=np.float32) / 32768.0
            frames = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
            before = np.concatenate([context[None], frames[:-1, -CONTEXT:]])
            context = frames[-1, -CONTEXT:]
            spoken, hidden, cell = session.run(
                ["speech_probs", "hn", "cn"],
                {"input": np.concatenate([before, frames], axis=1), "h": hidden, "c": cell},
            )
            found.append(np.asarray(spoken, dtype=np.float32).reshape(-1))
            if on_progress:
                on_progress(min(1.0, (start + len(block)) / len(samples)))
        return np.concatenate(found)

    def _loaded(self) -> Any:
        with self._lock:
            if self._session is None:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.inter_op_num_threads = options.intra_op_num_threads = 1  # as Silero does: tiny layers
                options.log_severity_level = 3  # errors only
                self._session = onnxruntime.InferenceSession(
                    str(_model_file()), sess_options=options, providers=["CPUExecutionProvider"]
                )
            return self._session


def find_stretches(
    probabilities: NDArray[np.float32],
    *,
    total_samples: int,
    longest_s: float,
    shortest_silence_ms: int = SHORTEST_SILENCE_MS,
) -> list[Stretch]:
    """Turn frame probabilities into padded stretches of speech, none longer than `longest_s`, none overlapping.

    Silences under `shortest_silence_ms` stay inside a stretch. One that is too long is cut where speech is least
    likely, in its second half.
    """
    least = SHORTEST_SPEECH_MS * SPEECH_RATE_HZ // 1000 // FRAME
    spoken = [run for run in _merge(_runs(probabilities), SHORTEST_SILENCE_MS) if run[1] - run[0] >= least]
    frames = _merge(spoken, shortest_silence_ms)
    longest = max(1, int(longest_s * SPEECH_RATE_HZ) // FRAME - 2 * (PAD_MS * SPEECH_RATE_HZ // 1000 // FRAME + 1))
    frames = [part for run in frames for part in _parts(run, probabilities, longest)]
    return _padded(frames, total_samples)


def _runs(probabilities: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return runs of frames that start at `THRESHOLD` and go on while above `KEEP_THRESHOLD`."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for frame, probability in enumerate(probabilities.tolist()):
        if start is None and probability >= THRESHOLD:
            start = frame
        elif start is not None and probability < KEEP_THRESHOLD:
            runs.append((start, frame))
            start = None
    if start is not None:
        runs.append((start, len(probabilities)))
    return runs


def _merge(runs: Sequence[tuple[int, int]], shortest_silence_ms: int) -> list[tuple[int, int]]:
    shortest = shortest_silence_ms * SPEECH_RATE_HZ // 1000 // FRAME
    merged: list[tuple[int, int]] = []
    for run in runs:
        if merged and run[0] - merged[-1][1] < shortest:
            merged[-1] = (merged[-1][0], run[1])
        else:
            merged.append(run)
    return merged


def _parts(run: tuple[int, int], probabilities: NDArray[np.float32], longest: int) -> list[tuple[int, int]]:
    start, stop = run
    parts: list[tuple[int, int]] = []
    while stop - start > longest:
        earliest = start + max(1, longest // 2)
        cut = earliest + int(np.argmin(probabilities[earliest : start + longest]))
        parts.append((start, cut))
        start = cut
    return [*parts, (start, stop)]


def _padded(frames: Sequence[tuple[int, int]], total_samples: int) -> list[Stretch]:
    """Give each stretch its quiet surroundings; two that would meet share the silence between them."""
    pad = PAD_MS * SPEECH_RATE_HZ // 1000
    stretches: list[Stretch] = []
    for position, (first, last) in enumerate(frames):
        floor = stretches[-1].stop if stretches else 0
        ceiling = total_samples
        if position + 1 < len(frames):
            ceiling = (last + frames[position + 1][0]) * FRAME // 2
        start = max(floor, first * FRAME - pad)
        stop = min(total_samples, ceiling, last * FRAME + pad)
        if stop > start:
            stretches.append(Stretch(start, stop))
    return stretches


def _model_file() -> Path:
    spec = find_spec("silero_vad")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / "silero_vad_16k_sequence.onnx"
        if path.is_file():
            return path
    raise ModelUnavailable("The voice detector is missing: reinstall silero-vad 6.2 or newer.")
