"""Containers (video, sound), opened so that FFmpeg can reach nothing but the one file it was given."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from dam.engines.media.job import Job
from dam.engines.media.sniff import Sniffed
from dam.errors import DamagedMedia, UnsupportedMedia

# mpegts and mp4 with more streams than this are attacks; film masters have some forty.
_MAX_STREAMS = 200
_OPTIONS = {
    "protocol_whitelist": "none",  # no file:, no http:, whatever a header says
    "enable_drefs": "0",
    "use_absolute_path": "0",
    "max_streams": str(_MAX_STREAMS),
    "export_xmp": "1",  # MP4 and MOV: as the tag "xmp"; other demuxers ignore it
}
_TEXT_SUBTITLES = {"mov_text", "subrip", "srt", "webvtt", "ass", "ssa", "text"}
# Still pictures that containers carry as cover art, even where the flag is missing.
_STILLS = {"png", "bmp", "gif", "tiff", "webp"}


@contextmanager
def opened_container(job: Job, sniffed: Sniffed) -> Iterator[InputContainer]:
    """Open a recording as exactly the sniffed format. Raises DamagedMedia."""
    job.file.seek(0)
    try:
        container = av.open(
            job.file,
            format=sniffed.library_name,
            options={**_OPTIONS, "format_whitelist": sniffed.library_name},
            metadata_errors="replace",
            buffer_size=256 * 1024,
            io_open=_refuse,
        )
    except FFmpegError as error:
        raise DamagedMedia(_why(error, sniffed)) from error
    with container:
        yield cast(InputContainer, container)


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:  # noqa: ARG001 — FFmpeg's signature
    raise PermissionError("a recording may not open other files")


def _why(error: FFmpegError, sniffed: Sniffed) -> str:
    if sniffed.library_name == "mov" and isinstance(error, av.error.InvalidDataError):
        return "The file is cut off or damaged: the index that an MP4 or MOV needs (moov) is missing."
    return f"The file is cut off or damaged: no {sniffed.name} can be read from it ({error.strerror})."


def video_stream(container: InputContainer) -> VideoStream | None:
    """Return the moving picture, or None: cover art is none."""
    moving = [stream for stream in container.streams.video if not _is_cover(stream)]
    playable = [stream for stream in moving if is_decodable(stream)]
    if moving and not playable and not container.streams.audio:
        raise UnsupportedMedia("The video is in a coding that is not read.")
    return max(playable, key=_rank, default=None)


def cover_stream(container: InputContainer) -> VideoStream | None:
    """Return the cover art of a sound file."""
    covers = (stream for stream in container.streams.video if _is_cover(stream))
    return next((stream for stream in covers if is_decodable(stream)), None)


def audio_stream(container: InputContainer) -> AudioStream | None:
    """Return the sound to listen to: the default track, else the first."""
    tracks = [stream for stream in container.streams.audio if is_decodable(stream)]
    return max(tracks, key=_rank, default=None)


def subtitle_stream(container: InputContainer) -> SubtitleStream | None:
    """Return the text subtitles to read: the default track, else the first."""
    tracks = [
        stream
        for stream in container.streams.subtitles
        if is_decodable(stream) and stream.codec_context.name in _TEXT_SUBTITLES
    ]
    return max(tracks, key=_rank, default=None)


def is_decodable(stream: Stream) -> bool:
    """Whether this FFmpeg has a decoder for a stream; PyAV's types don't say that the context may be None."""
    context: object = stream.codec_context
    return context is not None


def _rank(stream: Stream) -> tuple[bool, int]:
    """Default first, then in the order of the file."""
    return bool(stream.disposition & Disposition.default), -stream.index


def _is_cover(stream: VideoStream) -> bool:
    if stream.disposition & Disposition.attached_pic:
        return True
    return is_decodable(stream) and stream.codec_context.name in _STILLS
