"""What flows from a file to the catalogue: the file, its probe, its units and their renditions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dam.types.seen import Motion, NamedRegion


class MediaKind(StrEnum):
    """What an asset is."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"


class UnitKind(StrEnum):
    """What a search answers with."""

    PHOTO = "photo"
    SHOT = "shot"
    CLIP = "clip"


class AssetState(StrEnum):
    """How far an asset has come; the last three carry a reason in words."""

    PENDING = "pending"
    READY = "ready"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    QUARANTINED = "quarantined"


class FileState(StrEnum):
    """What is known of one path inside a library."""

    PRESENT = "present"
    MISSING = "missing"
    SKIPPED = "skipped"


class Stage(StrEnum):
    """The remembered steps of indexing, in the order in which they can run."""

    PREPARE = "prepare"
    EMBED = "embed"
    TRANSCRIBE = "transcribe"
    EMBED_SPEECH = "embed_speech"
    LOOK = "look"
    PLACE = "place"
    FACES = "faces"
    TEXT = "text"
    OBJECTS = "objects"
    CAPTION = "caption"
    SOUND = "sound"
    TAG = "tag"
    SOUND_TAG = "sound_tag"
    PROXY = "proxy"


class StageState(StrEnum):
    """Where one stage of one asset stands."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RenditionRole(StrEnum):
    """What a derived file is for.

    `THUMB` (a photo's) and `KEYFRAME` (a shot's) are what tiles show and what the models look at: short
    side 448 px where the original has it, sRGB JPEG, upright. `PREVIEW` is the large view (long side at most
    2048 px). `STRIP` is a shot's hover strip: frames of equal size side by side in one JPEG. `PROXY` is a
    browser-playable MP4. `WAVEFORM` is JSON: `{"peaks": [0..255, …], "per_second": n}`. `FACE` is the crop of a
    face, 192 px square.
    """

    THUMB = "thumb"
    PREVIEW = "preview"
    KEYFRAME = "keyframe"
    STRIP = "strip"
    PROXY = "proxy"
    WAVEFORM = "waveform"
    FACE = "face"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """An original to be opened: `path` may hold surrogate escapes (names that are not UTF-8).

    `root` is the library's root: the opened file must lie inside it after links are resolved.
    """

    path: Path
    root: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRate:
    """Frames per second as the rational that the container states: 30000/1001, not 29.97."""

    numerator: int
    denominator: int

    @property
    def fps(self) -> float:
        """Frames per second as a number to show."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """One audio stream of a container."""

    codec: str
    channels: int
    sample_rate_hz: int
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleCue:
    """One line of a sidecar or embedded subtitle."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMetadata:
    """What a file says about itself (EXIF, XMP, IPTC, container tags); None or empty where it says nothing.

    `taken_at` is local wall time without a zone; `taken_offset_min` is its offset from UTC where the file
    states one; `taken_source` names the field that it came from (`exif:DateTimeOriginal`, `xmp:CreateDate`,
    `container:creation_time`, `file:mtime`). `exposure_s` in seconds, `focal_length_mm` in millimetres,
    coordinates in degrees (WGS 84), `rating` 0..5 or -1 for rejected (xmp:Rating). `location` is the place within the
    city, `country_code` ISO 3166. `regions` are the faces and pets
    that the file names.
    """

    taken_at: datetime | None = None
    taken_offset_min: int | None = None
    taken_source: str = ""
    camera_make: str = ""
    camera_model: str = ""
    lens: str = ""
    exposure_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    rating: int | None = None
    creator: str = ""
    copyright: str = ""
    label: str = ""
    location: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    country_code: str = ""
    regions: tuple[NamedRegion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaProbe:
    """What a decoder found: sizes are as displayed (orientation and rotation applied).

    `format` is the sniffed container or picture format in lower case (`jpeg`, `heif`, `mov,mp4`, `flac`).
    `orientation` is EXIF's (1..8), which led from the stored picture to the displayed one.
    `timecode` is that of the first picture, as the container writes it (a `;` before the frames: drop-frame).
    `video_start_ms` is when the first picture comes on the asset's clock, whose zero is where the first of its tracks
    begins; `video_frames` how many pictures there are (0: not stated). `time_reference` is the first sample of a
    Broadcast Wave file, counted from midnight (EBU Tech 3285).
    """

    kind: MediaKind
    format: str
    mime: str
    width: int = 0
    height: int = 0
    duration_ms: int = 0
    frame_rate: FrameRate | None = None
    timecode: str = ""
    video_start_ms: int = 0
    video_frames: int = 0
    time_reference: int | None = None
    video_codec: str = ""
    audio_tracks: tuple[AudioTrack, ...] = ()
    rotation_deg: int = 0
    hdr: bool = False
    bit_depth: int = 8
    has_alpha: bool = False
    browser_playable: bool = True
    orientation: int = 1
    metadata: MediaMetadata = field(default_factory=MediaMetadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionFile:
    """A derived file, finished on disk at `path` (in the scratch folder until the catalogue takes it).

    `at_ms` is the time of the frame in the asset for keyframes; `frames` the number of frames in a strip.
    `colour` is the mean colour as `#rrggbb`; `placeholder` a tiny base64 WebP (≤ 400 characters), or empty.
    """

    role: RenditionRole
    path: Path
    mime: str
    width: int = 0
    height: int = 0
    at_ms: int = 0
    frames: int = 1
    colour: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedUnit:
    """A photo or a shot `[start_ms, end_ms)` with the renditions that belong to it; clips come from speech.

    `motion` of a shot's camera; `loudness_lufs` of its sound (EBU R 128), None where it is silent or unknown.
    """

    kind: UnitKind
    start_ms: int
    end_ms: int
    renditions: tuple[RenditionFile, ...] = ()
    motion: Motion | None = None
    loudness_lufs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that one decode of one file gave.

    `renditions` belong to the asset (preview, waveform); a unit's own are in the unit. `pcm` is the sound as
    16 kHz mono signed 16-bit little-endian samples, where the file has sound. `partial_reason` is empty when
    the whole file could be read, else a sentence. `loudness_lufs` is that of the whole sound (EBU R 128).
    """

    probe: MediaProbe
    units: tuple[PreparedUnit, ...] = ()
    renditions: tuple[RenditionFile, ...] = ()
    pcm: Path | None = None
    subtitles: tuple[SubtitleCue, ...] = ()
    subtitle_language: str = ""
    partial_reason: str = ""
    loudness_lufs: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Essence:
    """A file's content apart from its metadata: `digest` of the decoded picture, or a recording's coded packets."""

    digest: str
    metadata: MediaMetadata
