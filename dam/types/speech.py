"""What flows from sound to searchable lines."""

from dataclasses import dataclass
from enum import StrEnum


class TranscriptSource(StrEnum):
    """Where the words came from."""

    MODEL = "model"
    SIDECAR = "sidecar"
    EMBEDDED = "embedded"
    PERSON = "person"  # a file that a user gave, or lines written by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """One word with its time in the asset; `probability` in 0..1, 1.0 for subtitles."""

    text: str
    start_ms: int
    end_ms: int
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSegment:
    """A stretch of speech between pauses: becomes one clip.

    `no_speech_probability`, `average_log_probability` and `compression_ratio` are Whisper's own measures
    (None where the engine has none); `weak` marks a segment that is kept but neither shown nor searched.
    """

    start_ms: int
    end_ms: int
    text: str
    words: tuple[SpokenWord, ...] = ()
    no_speech_probability: float | None = None
    average_log_probability: float | None = None
    compression_ratio: float | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All the speech of one asset, in time order; `language` is an ISO 639-1 code or empty."""

    source: TranscriptSource
    model: str
    language: str
    segments: tuple[SpeechSegment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One spoken line as it is to be; `unit_id` is None for one that is new.

    `speaker` is a name, "" where nobody was named. `breaks` are the times (ms of the asset) in the line at which
    somebody's captions began, none where nobody cut it. `edited` where a person wrote it.
    """

    unit_id: int | None
    start_ms: int
    end_ms: int
    text: str
    words: tuple[SpokenWord, ...] = ()
    breaks: tuple[int, ...] = ()
    speaker: str = ""
    edited: bool = False
