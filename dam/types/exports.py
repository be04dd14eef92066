"""What is made of originals to be handed out: clips and pictures, as they are asked for and as they became."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class CutHow(StrEnum):
    """How a clip was made."""

    COPIED = "copied"  # the coded stream itself: nothing is lost
    ENCODED = "encoded"  # decoded and encoded again, because the cut lies between keyframes or the size changes


class SoundCut(StrEnum):
    """How a stretch of a recording without a picture is cut, where its coding is lossy."""

    EXACT = "exact"  # decoded to WAV, to the sample
    COPY = "copy"  # MP3 and AAC stay as they are, cut between their frames (26 ms at most inside the stretch)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipWish:
    """A stretch `[start_ms, end_ms)` of a recording; both 0 for all of it.

    `longest_side` in pixels, square and upright (0: as the original is). `timecode` is that of the first frame, ""
    for none. Without `keep_metadata` the clip says nothing about itself, and where it was taken only with
    `keep_location`.
    """

    start_ms: int = 0
    end_ms: int = 0
    longest_side: int = 0
    timecode: str = ""
    sound: SoundCut = SoundCut.EXACT
    keep_metadata: bool = True
    keep_location: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CutClip:
    """A clip that was made; `frames` counts its pictures, 0 for sound alone. `duration_ms` is what is in it."""

    path: Path
    mime: str
    how: CutHow
    duration_ms: int
    frames: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWish:
    """A photo as an sRGB JPEG, upright; `longest_side` in pixels (0: all there are), `quality` 1 to 100.

    Without `keep_metadata` it says nothing about itself, and where it was taken only with `keep_location`.
    """

    longest_side: int = 0
    quality: int = 90
    keep_metadata: bool = True
    keep_location: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePicture:
    """A picture that was made."""

    path: Path
    mime: str
    width: int
    height: int
