"""What both Whisper libraries give back, as utterances; and how both are asked."""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dam.engines.speech.utterance import Utterance
from dam.ports import Samples
from dam.types import SpokenWord

# Whisper's window is 30 s; a second of it is left to the pad at the end, where it likes to lose a word.
LONGEST_S = 29.0

# Greedy first, as openai-whisper does by default; two warmer attempts instead of its five, which are what makes
# minutes of music cost more than hours of speech.
TEMPERATURES = (0.0, 0.4, 0.8)


class _Word(Protocol):
    word: str
    start: float
    end: float
    probability: float


class WhisperSegment(Protocol):
    """A segment of faster-whisper; openai-whisper's dictionaries are wrapped to look like it. Times in seconds."""

    text: str
    start: float
    end: float
    no_speech_prob: float
    avg_logprob: float
    compression_ratio: float
    words: list[Any] | None


def as_floats(sound: Samples) -> NDArray[np.float32]:
    """Return samples in -1..1, as both libraries take them."""
    return np.asarray(sound, dtype=np.float32) / 32768.0


def as_utterances(segments: Iterable[WhisperSegment]) -> list[Utterance]:
    """Return the segments that hold words; one without word times counts as one word."""
    utterances = []
    for segment in segments:
        words = tuple(_word(word) for word in segment.words or ())
        if not words and segment.text.strip():
            words = (
                SpokenWord(
                    text=segment.text, start_ms=_milliseconds(segment.start), end_ms=_milliseconds(segment.end)
                ),
            )
        if words:
            utterances.append(
                Utterance(
                    words=words,
                    no_speech_probability=float(segment.no_speech_prob),
                    average_log_probability=float(segment.avg_logprob),
                    compression_ratio=float(segment.compression_ratio),
                )
            )
    return utterances


def _word(word: _Word) -> SpokenWord:
    return SpokenWord(
        text=word.word,
        start_ms=_milliseconds(word.start),
        end_ms=_milliseconds(word.end),
        probability=float(word.probability),
    )


def _milliseconds(seconds: float) -> int:
    return round(float(seconds) * 1000)
