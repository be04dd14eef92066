"""From a recording that browsers can't play to one that they can: H.264 and AAC in MP4, at most 1080 lines."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from dam.engines.media.container import audio_stream, opened_container, video_stream
from dam.engines.media.frames import is_hdr, tone_map_frame
from dam.engines.media.job import Job
from dam.engines.media.picture import check_pixels
from dam.engines.media.probe import declared_duration_ms, displayed_size
from dam.engines.media.sniff import Opener, sniff
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.types import RenditionFile, RenditionRole

_MAX_LINES, _MAX_WIDTH = 1080, 1920
_VIDEO_CODECS = ("libx264", "h264_videotoolbox", "libopenh264")  # the first that this FFmpeg has
_AUDIO_RATE_HZ, _AUDIO_BITS = 48_000, 128_000
# x264: `veryfast` keeps up with playback on two cores; 23 is its own default quality.
_X264 = {"preset": "veryfast", "crf": "23"}
_TICKS = 90_000  # the classic video clock: all usual frame times are near-whole numbers of it


def make_proxy(job: Job) -> RenditionFile:
    """Encode a proxy of a video (or of sound alone). Raises UnsupportedMedia, DamagedMedia, MediaTooLarge."""
    sniffed = sniff(job.file)
    if sniffed.opener is not Opener.CONTAINER:
        raise UnsupportedMedia("A picture needs no proxy.")
    path = job.path("proxy", ".mp4")
    with opened_container(job, sniffed) as container:
        video, audio = video_stream(container), audio_stream(container)
        if video is None and audio is None:
            raise UnsupportedMedia("There is neither a picture nor a sound track in this file that can be read.")
        size = _encode(job, container, video, audio, path)
    mime = "video/mp4" if video is not None else "audio/mp4"
    return RenditionFile(role=RenditionRole.PROXY, path=path, mime=mime, width=size[0], height=size[1])


def _encode(
    job: Job, container: InputContainer, video: VideoStream | None, audio: AudioStream | None, path: Path
) -> tuple[int, int]:
    start_s = (container.start_time or 0) / 1e6
    whole_s = declared_duration_ms(container) / 1000
    picture = sound = None
    with path.open("xb") as file, av.open(file, "w", format="mp4", options={"movflags": "+faststart"}) as output:
        if audio is not None:
            sound = _Sound(output)
        for frame, time_s in _decoded(container, [item for item in (video, audio) if item is not None], start_s):
            if isinstance(frame, VideoFrame):
                if picture is None:
                    check_pixels(frame.width, frame.height, job.max_pixels)
                    picture = _Picture(output, cast(VideoStream, video), frame, job.threads)
                picture.take(frame, time_s)
            elif sound is not None:
                sound.take(frame, time_s)
            job.beat(min(1.0, time_s / whole_s) if whole_s else 0.0)
        if (video is not None and picture is None) or (sound is not None and not sound.heard and picture is None):
            raise DamagedMedia("Nothing in this file can be decoded.")
        for track in (picture, sound):
            if track is not None:
                track.finish()
    job.tell(1.0)
    return picture.size if picture else (0, 0)


def _decoded(container: InputContainer, streams: list[Any], start_s: float) -> Iterator[tuple[Any, float]]:
    """Yield frames with their time; broken packets are left out, a broken file ends early."""
    last_s = 0.0
    try:
        for packet in container.demux(streams):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in cast(list[Any], frames):
                last_s = max(0.0, frame.time - start_s) if frame.time is not None else last_s
                yield frame, last_s
    except FFmpegError:
        return


class _Picture:
    """The video track: square pixels, upright, 8-bit 4:2:0, the original's own frame times."""

    def __init__(self, output: OutputContainer, stream: VideoStream, first: VideoFrame, threads: int) -> None:
        width, height, self._rotation = displayed_size(stream, first)
        scale = min(1.0, _MAX_LINES / min(width, height), _MAX_WIDTH / max(width, height))
        self.size = _even(width * scale), _even(height * scale)
        self._coded = self.size[::-1] if self._rotation % 180 else self.size
        codec = next(name for name in _VIDEO_CODECS if name in av.codecs_available)
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        options = _X264 if codec == "libx264" else {}
        made = output.add_stream(codec, rate=min(rate, Fraction(240)), options=options)
        self._stream = cast(VideoStream, made)
        self._stream.width, self._stream.height = self._coded
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._stream.codec_context.thread_count = threads
        if self._rotation:
            self._stream.set_display_rotation(self._rotation)
        self._output = output
        self._hdr = is_hdr(int(first.color_trc))
        self._reformatter = VideoReformatter()
        self._last_tick = -1

    def take(self, frame: VideoFrame, time_s: float) -> None:
        tick = round(time_s * _TICKS)
        if tick <= self._last_tick:  # encoders refuse time that stands still
            return
        self._last_tick = tick
        if self._hdr:
            frame = tone_map_frame(self._reformatter, frame, self._coded)
        scaled = self._reformatter.reformat(frame, *self._coded, "yuv420p", interpolation="BICUBIC")
        scaled.pts, scaled.time_base, scaled.pict_type = tick, Fraction(1, _TICKS), 0
        self._output.mux(self._stream.encode(scaled))

    def finish(self) -> None:
        self._output.mux(self._stream.encode(None))


class _Sound:
    """The sound track: stereo AAC."""

    def __init__(self, output: OutputContainer) -> None:
        self._output = output
        self._stream = output.add_stream("aac", rate=_AUDIO_RATE_HZ, layout="stereo")
        self._stream.bit_rate = _AUDIO_BITS
        self._resampler: AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._ticks = 0
        self.heard = False

    def take(self, frame: AudioFrame, time_s: float) -> None:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            self._form = form
            self._resampler = AudioResampler(format="fltp", layout="stereo", rate=_AUDIO_RATE_HZ)
        if not self.heard:
            self._ticks = round(time_s * _AUDIO_RATE_HZ)
            self.heard = True
        frame.pts = None
        self._resample(frame)

    def finish(self) -> None:
        if self._resampler is not None:
            self._resample(None)
        self._output.mux(self._stream.encode(None))

    def _resample(self, frame: AudioFrame | None) -> None:
        for part in cast(AudioResampler, self._resampler).resample(frame):
            part.pts, part.time_base = self._ticks, Fraction(1, _AUDIO_RATE_HZ)
            self._ticks += part.samples
            self._output.mux(self._stream.encode(part))


def _even(length: float) -> int:
    """4:2:0 needs even sides."""
    return max(2, round(length / 2) * 2)
