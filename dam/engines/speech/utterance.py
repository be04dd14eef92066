"""What an engine heard in one go: words with the engine's own doubts about them."""

from dataclasses import dataclass

from dam.types import SpokenWord

# Whisper's own limits (openai-whisper `transcribe`, the defaults of its arguments): above the first the text repeats
# itself, below the second the decoder was guessing.
MOST_REPETITION = 2.4
LEAST_LOG_PROBABILITY = -1.0
# Whisper takes a window for silence above 0.6 only if it was guessing as well. Here the voice detector has already
# heard speech, so half that guessing is enough to doubt the words; a confident line is kept whatever the window says.
MOST_NO_SPEECH = 0.6
DOUBTFUL_LOG_PROBABILITY = LEAST_LOG_PROBABILITY / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Words in time order, as the engine joined them.

    A word's text keeps the space in front of it where the language has one, so that joining the texts gives the
    line back. The measures are Whisper's, None where the engine has none; `doubtful` is the engine's own verdict.
    """

    words: tuple[SpokenWord, ...]
    no_speech_probability: float | None = None
    average_log_probability: float | None = None
    compression_ratio: float | None = None
    doubtful: bool = False

    @property
    def weak(self) -> bool:
        """Whether the words are likely to be invented: kept, but neither shown nor searched."""
        log_probability = self.average_log_probability
        if self.doubtful:
            return True
        if self.compression_ratio is not None and self.compression_ratio > MOST_REPETITION:
            return True
        if log_probability is None:
            return False
        if log_probability < LEAST_LOG_PROBABILITY:
            return True
        silent = self.no_speech_probability is not None and self.no_speech_probability > MOST_NO_SPEECH
        return silent and log_probability < DOUBTFUL_LOG_PROBABILITY
