"""The ports: what the flow needs from the outside world, one or two verbs each.

Adapters live in `dam.engines` (models, decoders) and `dam.vectors` (stores); `dam.wiring` binds them. A port's
fake, used by tests and by the contract suite, stands beside the adapters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dam.types import (
    ClipWish,
    CutClip,
    Essence,
    FoundFace,
    FoundObject,
    FoundText,
    MadePicture,
    PictureWish,
    Prepared,
    RenditionFile,
    SourceFile,
    SubtitleCue,
    Transcript,
    VectorMatch,
)

Pixels = NDArray[np.uint8]  # (height, width, 3), sRGB
Vectors = NDArray[np.float32]  # (n, dimensions), rows of length 1
Samples = NDArray[np.int16]  # (n,), 16 kHz mono

SPEECH_RATE_HZ = 16_000  # what Whisper, Silero and pocketsphinx all take


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """Which model made a row: `space` names vectors that may be compared, `name` goes on every row.

    `logit_scale` and `logit_bias` turn a cosine into the model's own log-odds (SigLIP); bias None: a CLIP.
    """

    name: str
    space: str = ""
    dimensions: int = 0
    logit_scale: float = 1.0
    logit_bias: float | None = None


@runtime_checkable
class Embedder(Protocol):
    """Pictures and words to vectors of one space."""

    @property
    def info(self) -> ModelInfo:
        """The model's name, space and size; loading is allowed."""
        ...

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """Return (n, dimensions) unit vectors. Raises EngineError (also for a vector that is not finite)."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions) unit vectors. Raises EngineError."""
        ...


@runtime_checkable
class KnowsWords(Protocol):
    """What some embedders can tell besides: which words they never learnt."""

    def unknown_words(self, words: Sequence[str]) -> list[str] | None:
        """Return those of the words that the model has never learnt; None where that can't be told."""
        ...


@runtime_checkable
class Transcriber(Protocol):
    """Sound to words in time."""

    @property
    def name(self) -> str:
        """The model's name, as remembered on every row; does not load the model."""
        ...

    def transcribe(self, samples: Samples, *, on_progress: Callable[[float], None] | None = None) -> Transcript:
        """Return the speech in `samples` (16 kHz mono int16); silence and music give no segments.

        `on_progress` is called with the share done, 0..1. Raises EngineError.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceModelInfo:
    """Which model made a face's vector.

    `same_cosine` is where two faces are as likely one person as not; from `sure_cosine` on they are one without
    asking. Both were measured on pairs, where the adapter says how.
    """

    name: str
    space: str
    dimensions: int
    same_cosine: float
    sure_cosine: float


@runtime_checkable
class FaceEngine(Protocol):
    """Pictures to faces with their vectors."""

    @property
    def info(self) -> FaceModelInfo:
        """The model's name, space, size and thresholds; does not load it."""
        ...

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        """Return the faces of each picture, the largest first. Raises EngineError."""
        ...


@runtime_checkable
class ObjectDetector(Protocol):
    """Pictures to things with their boxes."""

    @property
    def name(self) -> str:
        """The model's name, as remembered on every row; does not load the model."""
        ...

    def find_objects(self, images: Sequence[Pixels]) -> list[list[FoundObject]]:
        """Return the things in each picture, the surest first. Raises EngineError."""
        ...


@runtime_checkable
class TextReader(Protocol):
    """Pictures to the lines of writing in them."""

    @property
    def name(self) -> str:
        """The model's name, as remembered on every row; does not load the model."""
        ...

    def read_text(self, images: Sequence[Pixels]) -> list[list[FoundText]]:
        """Return the lines of each picture in reading order. Raises EngineError."""
        ...


@runtime_checkable
class Captioner(Protocol):
    """Pictures to a sentence each."""

    @property
    def name(self) -> str:
        """The model's name, as remembered on every row; does not load the model."""
        ...

    def describe(self, images: Sequence[Pixels]) -> list[str]:
        """Return one sentence per picture. Raises EngineError."""
        ...


@runtime_checkable
class SoundEmbedder(Protocol):
    """Stretches of sound and words to vectors of one space."""

    @property
    def info(self) -> ModelInfo:
        """The model's name, space ("sound:<name>") and size; loading is allowed."""
        ...

    @property
    def window_ms(self) -> int:
        """How long a stretch the model hears at once."""
        ...

    def embed_sounds(self, sounds: Sequence[Samples]) -> Vectors:
        """Return (n, dimensions) unit vectors for stretches of 16 kHz mono int16. Raises EngineError."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions) unit vectors. Raises EngineError."""
        ...


@runtime_checkable
class MediaReader(Protocol):
    """Originals, opened in decoder children: the only port that touches untrusted bytes."""

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        """Decode a file once: probe, units, renditions, sound; everything is written below `out_dir`.

        Raises UnsupportedMedia, DamagedMedia, MediaTooLarge, DecoderCrashed, MediaVanished.
        """
        ...

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        """Decode only the sound, to 16 kHz mono int16 samples in a file, or None where there is none."""
        ...

    def read_subtitles(self, source: SourceFile) -> tuple[SubtitleCue, ...]:
        """Return the lines of a subtitle file (SRT, VTT, ASS and kin); `source` is that file itself.

        Raises UnsupportedMedia (not subtitles), MediaTooLarge, DecoderCrashed, MediaVanished.
        """
        ...

    def read_essence(self, source: SourceFile) -> Essence:
        """Return a digest of the picture and sound alone, and what the file says of itself.

        Two files with the same digest decode to the same. Raises as `prepare`; UnsupportedMedia also for what no
        metadata is written into.
        """
        ...

    def make_proxy(
        self, source: SourceFile, *, out_dir: Path, on_progress: Callable[[float], None] | None = None
    ) -> RenditionFile:
        """Encode a browser-playable MP4 (H.264, AAC, fast start; at most 1080 lines)."""
        ...

    def cut_clip(
        self,
        source: SourceFile,
        wish: ClipWish,
        *,
        out_dir: Path,
        on_progress: Callable[[float], None] | None = None,
    ) -> CutClip:
        """Cut a stretch of a recording into a file below `out_dir`, copied where that is exact, else encoded."""
        ...

    def make_picture(self, source: SourceFile, wish: PictureWish, *, out_dir: Path) -> MadePicture:
        """Write a photo as a JPEG of a chosen size below `out_dir`."""
        ...

    def close(self) -> None:
        """End the decoder children."""
        ...


@runtime_checkable
class MetadataTool(Protocol):
    """The tags of files, read and written; `path` is absolute and printable."""

    def read(self, path: Path, *, tags: Sequence[str] = ()) -> dict[str, object]:
        """Return a file's tags as "Group:Name" → value: all of them, or those named. Raises MetadataToolFailed."""
        ...

    def write(
        self, path: Path, *, values: Mapping[str, object], clear: Sequence[str] = (), recode_iptc: bool = False
    ) -> str:
        """Write tags into a file that is ours to change (a new sidecar is made); returns the tool's warnings.

        `clear` are tags to take away; `recode_iptc` brings all of IPTC to UTF-8 first. Raises MetadataToolFailed.
        """
        ...

    def close(self) -> None:
        """End the tool's process."""
        ...


@runtime_checkable
class VectorStore(Protocol):
    """Vectors of one space, found by cosine. One owner; the methods may be called from several threads."""

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows. Raises StoreError for a wrong size or a value that is not finite."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; ids that are not there are ignored."""
        ...

    def search(
        self,
        vectors: Vectors,
        *,
        limit: int,
        allowed_ids: NDArray[np.int64] | None = None,
        refused_ids: NDArray[np.int64] | None = None,
    ) -> list[list[VectorMatch]]:
        """Return, per query row, at most `limit` matches, best first; both sorts of ids filter inside."""
        ...

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the stored rows, in the order of `ids`. Raises StoreError for an unknown id."""
        ...

    def __len__(self) -> int:
        """How many rows there are."""
        ...
