"""The one way in which every speech engine works here: voice first, then words, then clips."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Protocol

from dam.engines.speech.chunks import Chunk, pack
from dam.engines.speech.clips import cut_clips
from dam.engines.speech.utterance import Utterance
from dam.engines.speech.vad import VoiceDetector, find_stretches
from dam.ports import Samples
from dam.types import SpokenWord, Transcript, TranscriptSource

# Finding the voice runs at several hundred times real time, hearing at one to fifty.
DETECTION_SHARE = 0.05
# Enough to tell the language of a recording that opens with a jingle or a name.
LANGUAGE_CHUNKS = 3

Progress = Callable[[float], None]


class Recogniser(Protocol):
    """An engine that turns sound known to be speech into words."""

    @property
    def name(self) -> str:
        """The model's name; does not load it."""
        ...

    @property
    def longest_s(self) -> float:
        """The longest chunk that it hears well, in seconds."""
        ...

    @property
    def shortest_silence_ms(self) -> int:
        """Silences shorter than this are left in what it hears."""
        ...

    @property
    def joins(self) -> bool:
        """Whether it hears several stretches of speech in one chunk."""
        ...

    def languages(self, sound: Samples) -> Mapping[str, float]:
        """Return ISO 639-1 codes with their probabilities. Raises EngineError."""
        ...

    def hear(self, sound: Samples, *, language: str) -> list[Utterance]:
        """Return what is said; word times count from the start of `sound`. Raises EngineError."""
        ...


class Hearing:
    """A Transcriber: the voice detector in front of one recogniser. One transcription at a time."""

    def __init__(self, recogniser: Recogniser, *, detector: VoiceDetector | None = None) -> None:
        self._recogniser = recogniser
        self._detector = detector or VoiceDetector()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The recogniser's name."""
        return self._recogniser.name

    def transcribe(self, samples: Samples, *, on_progress: Progress | None = None) -> Transcript:
        """Return the speech in `samples`; see the port. Holds one chunk in memory at a time."""
        with self._lock:
            chunks = self._chunks(samples, on_progress)
            language = self._language(samples, chunks)
            utterances: list[Utterance] = []
            total, heard = sum(chunk.length for chunk in chunks), 0
            for chunk in chunks:
                found = self._recogniser.hear(chunk.read(samples), language=language)
                utterances += [_in_asset(utterance, chunk) for utterance in found]
                heard += chunk.length
                if on_progress:
                    on_progress(DETECTION_SHARE + (1 - DETECTION_SHARE) * heard / total)
        if on_progress:
            on_progress(1.0)
        return Transcript(
            source=TranscriptSource.MODEL, model=self.name, language=language, segments=cut_clips(utterances)
        )

    def _chunks(self, samples: Samples, on_progress: Progress | None) -> list[Chunk]:
        def detected(share: float) -> None:
            if on_progress:
                on_progress(DETECTION_SHARE * share)

        longest_s = self._recogniser.longest_s
        probabilities = self._detector.probabilities(samples, on_progress=detected)
        stretches = find_stretches(
            probabilities,
            total_samples=len(samples),
            longest_s=longest_s,
            shortest_silence_ms=self._recogniser.shortest_silence_ms,
        )
        return pack(stretches, longest_s=longest_s, join=self._recogniser.joins)

    def _language(self, samples: Samples, chunks: list[Chunk]) -> str:
        """Ask over the longest chunks, so that one odd line does not decide for the whole recording."""
        votes: defaultdict[str, float] = defaultdict(float)
        for chunk in sorted(chunks, key=lambda item: -item.length)[:LANGUAGE_CHUNKS]:
            for language, probability in self._recogniser.languages(chunk.read(samples)).items():
                votes[language] += probability
        return max(votes, key=lambda language: votes[language]) if votes else ""


def _in_asset(utterance: Utterance, chunk: Chunk) -> Utterance:
    words = []
    for word in utterance.words:
        start_ms, end_ms = chunk.to_asset(word.start_ms / 1000, word.end_ms / 1000)
        words.append(SpokenWord(text=word.text, start_ms=start_ms, end_ms=end_ms, probability=word.probability))
    return Utterance(
        words=tuple(words),
        no_speech_probability=utterance.no_speech_probability,
        average_log_probability=utterance.average_log_probability,
        compression_ratio=utterance.compression_ratio,
        doubtful=utterance.doubtful,
    )
