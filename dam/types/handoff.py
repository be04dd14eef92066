"""What flows from the library into an edit: pieces of assets, and the timeline that they are laid out on."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dam.types.media import AudioTrack, FrameRate, MediaKind


class TimelineFormat(StrEnum):
    """What an edit can be handed over as."""

    OTIO = "otio"  # OpenTimelineIO's own
    FCPXML = "fcpxml"  # Final Cut Pro, DaVinci Resolve
    FCP7 = "fcp7"  # Premiere Pro, Resolve, Avid by way of others: "Final Cut Pro 7 XML", xmeml
    EDL = "edl"  # CMX 3600
    MARKERS = "markers"  # Resolve: "Timeline Markers from EDL"
    CSV = "csv"  # a log to read, for a spreadsheet or an assistant


class MarkerKind(StrEnum):
    """What a marker stands for."""

    SHOT = "shot"  # the stretch that was chosen, with the search and the note
    LINE = "line"  # a spoken line


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceLine:
    """A spoken line within a piece, on the asset's clock."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch `[start_ms, end_ms)` of a video or a recording, and all that an edit has to know of its file.

    `path` may hold surrogate escapes (names that are not UTF-8). `duration_ms`, `video_start_ms`, `video_frames`,
    `timecode` and `time_reference` are those of `MediaProbe`; `frame_rate` is None without moving pictures.
    """

    asset_id: int
    unit_id: int | None
    kind: MediaKind
    path: Path
    offline: bool
    start_ms: int
    end_ms: int
    duration_ms: int
    width: int = 0
    height: int = 0
    frame_rate: FrameRate | None = None
    timecode: str = ""
    video_start_ms: int = 0
    video_frames: int = 0
    time_reference: int | None = None
    audio_tracks: tuple[AudioTrack, ...] = ()
    title: str = ""
    keywords: tuple[str, ...] = ()
    note: str = ""
    lines: tuple[PieceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMap:
    r"""How paths begin here and on the machine of the edit: `/srv/media` is `/Volumes/Media` or `Z:\Media` there."""

    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineWish:
    """What the user asks of a timeline.

    `rate` None: that of most pieces. `drop` None: as the first piece at that rate counts. Handles are added before
    and after each piece as far as its file reaches: `handle_frames` of the timeline, or else `handle_ms`.
    """

    name: str
    rate: FrameRate | None = None
    drop: bool | None = None
    handle_frames: int = 0
    handle_ms: int = 0
    query: str = ""
    mark_shots: bool = True
    mark_lines: bool = True
    path_map: PathMap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutMarker:
    """A marker on a cut: from the media's first frame (or sample) on, in the media's own count."""

    kind: MarkerKind
    at: int
    length: int
    name: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A piece as it lies on the timeline.

    `rate` counts the media: its pictures, or the samples of a recording without any. In that count, `media_start` is
    what its first frame is called (the embedded timecode; 0 without one), `media_length` how much there is, and
    `[source_in, source_out)` what is used, from the media's first frame on; `[shot_in, shot_out)` is the same
    without handles. `record_in` and `record_length` are frames of the timeline, from its beginning. `url` is where
    the file is for the edit; `reel` a name of at most eight of A-Z and 0-9, one for each file.
    """

    piece: Piece
    number: int
    name: str
    reel: str
    url: str
    shown_path: str
    rate: FrameRate
    drop: bool
    has_video: bool
    media_start: int
    media_length: int
    source_in: int
    source_out: int
    shot_in: int
    shot_out: int
    record_in: int
    record_length: int
    markers: tuple[CutMarker, ...] = ()

    @property
    def has_sound(self) -> bool:
        """Whether the file has a sound track."""
        return bool(self.piece.audio_tracks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Cuts laid end to end; it begins at one o'clock, `start` frames, as edits do.

    `warnings` are sentences for the user: what had to be left out or could not be said exactly.
    """

    name: str
    query: str
    rate: FrameRate
    drop: bool
    start: int
    cuts: tuple[Cut, ...]
    width: int
    height: int
    warnings: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """In frames."""
        return sum(cut.record_length for cut in self.cuts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFile:
    """A finished file to hand over: `warnings` are the timeline's and those of its format."""

    name: str
    mime: str
    body: bytes
    warnings: tuple[str, ...] = ()
