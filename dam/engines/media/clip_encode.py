"""A stretch of a video decoded and encoded again: its own frames at their own times, its sound cut at the sample."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from dam.engines.media.clip_sound import SoundTrack
from dam.engines.media.frames import is_hdr, tone_map_frame
from dam.engines.media.job import Job
from dam.engines.media.picture import check_pixels
from dam.engines.media.probe import displayed_size
from dam.engines.media.stretch import Stretch, clip_tags
from dam.errors import DamagedMedia
from dam.types import ClipWish, CutClip, CutHow

# 16: no difference can be seen (x264's own scale, where 18 is called visually lossless); for an edit, not for a page.
# Smaller copies are for looking at: x264's default. `veryfast` keeps up with playback on two cores.
_FOR_EDITS = {"preset": "veryfast", "crf": "16"}
_FOR_EYES = {"preset": "veryfast", "crf": "21"}
_CODERS = ("libx264", "h264_videotoolbox", "libopenh264")  # the first that this FFmpeg has
_X264_PIXELS = {
    "yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p",
    "yuv420p10le", "yuv422p10le", "yuv444p10le", "nv12",
}  # fmt: skip


def encode_video(
    job: Job,
    container: InputContainer,
    video: VideoStream,
    sounds: list[Any],
    stretch: Stretch,
    wish: ClipWish,
) -> CutClip:
    """Encode a stretch as MP4 (H.264, AAC). Raises DamagedMedia, MediaTooLarge."""
    path = job.path("clip", ".mp4")
    for stream in (video, *sounds):
        stream.codec_context.thread_count = job.threads
        stream.codec_context.thread_type = "AUTO"
    picture: _Picture | None = None
    try:
        with path.open("xb") as file, av.open(file, "w", format="mp4", options={"movflags": "+faststart"}) as output:
            output.metadata.update(clip_tags(container, wish))
            tracks: dict[int, SoundTrack] = {}
            held: list[Any] = []  # sound that stands before the first frame in the file
            for frame, stream in _decoded(container, video, sounds, stretch):
                if isinstance(frame, VideoFrame):
                    if picture is None:
                        check_pixels(frame.width, frame.height, job.max_pixels)
                        picture = _Picture(job, output, video, frame, wish)
                        begin_s = cast(int, frame.pts) * cast(Fraction, video.time_base)
                        end_s = stretch.origin_s + Fraction(stretch.end_ms, 1000)
                        tracks = {each.index: SoundTrack.aac(output, each, begin_s, end_s) for each in sounds}
                        for waiting, its_stream in held:
                            tracks[its_stream.index].take(waiting)
                        held = []
                    picture.take(frame)
                    job.beat(stretch.share(stretch.ms_of(cast(int, frame.pts), video)))
                elif picture is None:
                    held.append((frame, stream))
                else:
                    tracks[stream.index].take(frame)
            if picture is None:
                raise DamagedMedia("No picture of this stretch can be decoded.")
            picture.finish()
            for track in tracks.values():
                track.finish()
    except FFmpegError as error:
        raise DamagedMedia(f"The clip can't be encoded: {error.strerror}.") from error
    return CutClip(
        path=path,
        mime="video/mp4",
        how=CutHow.ENCODED,
        duration_ms=picture.duration_ms,
        frames=picture.frames,
        width=picture.size[0],
        height=picture.size[1],
    )


def _decoded(
    container: InputContainer, video: VideoStream, sounds: list[Any], stretch: Stretch
) -> Iterator[tuple[Any, Any]]:
    """Yield the stretch's pictures, and all sound from a little before it to its end."""
    gate = _Gate(stretch, video, {sound.index for sound in sounds})
    stretch.seek(container)
    for packet in container.demux([video, *sounds]):
        if gate.video_over and packet.stream is video:
            continue
        for frame in _frames(packet):
            if gate.went_too_far(frame, packet.stream):
                # Seeking went past the first frame: everything from the beginning, then, however long it takes.
                yield from _decoded(container, video, sounds, replace(stretch, from_start=True))
                return
            if gate.lets_in(frame, packet.stream):
                yield frame, packet.stream
        if gate.over:
            return


def _frames(packet: Any) -> list[Any]:
    try:
        return [frame for frame in packet.decode() if frame.pts is not None]
    except FFmpegError:
        return []  # a broken packet is left out


class _Gate:
    """Knows which decoded frames belong to a stretch, and when there can be no more."""

    def __init__(self, stretch: Stretch, video: VideoStream, sounds: set[int]) -> None:
        self._stretch, self._video = stretch, video
        self._left = set(sounds)
        self._seen = False
        self.video_over = False

    @property
    def over(self) -> bool:
        return self.video_over and not self._left

    def went_too_far(self, frame: Any, stream: Any) -> bool:
        if self._seen or stream is not self._video:
            return False
        self._seen = True
        return self._stretch.sought and self._stretch.ms_of(frame.pts, stream) > self._stretch.start_ms

    def lets_in(self, frame: Any, stream: Any) -> bool:
        time_ms = self._stretch.ms_of(frame.pts, stream)
        if stream is self._video:
            self.video_over = self.video_over or time_ms >= self._stretch.end_ms
            return self._stretch.holds(time_ms)
        if time_ms >= self._stretch.end_ms:
            self._left.discard(stream.index)
        return self._stretch.start_ms - 1000 <= time_ms < self._stretch.end_ms


class _Picture:
    """The picture track: the original's own frame times, pixel shape, colours and turn, or a smaller, upright one."""

    def __init__(
        self, job: Job, output: OutputContainer, source: VideoStream, first: VideoFrame, wish: ClipWish
    ) -> None:
        width, height, self._rotation = displayed_size(source, first)
        self._smaller = wish.longest_side > 0
        scale = min(1.0, wish.longest_side / max(width, height)) if self._smaller else 1.0
        shown = (_even(width * scale), _even(height * scale))
        coded = (shown[1], shown[0]) if self._rotation % 180 else shown
        self._size = coded if self._smaller else (_even(first.width), _even(first.height))
        self.size = shown
        self._hdr = self._smaller and is_hdr(int(first.color_trc))  # a small copy is for every screen
        self._format = first.format.name if first.format.name in _X264_PIXELS and not self._smaller else "yuv420p"
        codec = next(name for name in _CODERS if name in av.codecs_available)
        if codec != "libx264":
            self._format = "yuv420p"
        rate = source.average_rate or source.guessed_rate or Fraction(25)
        options = dict(_FOR_EYES if self._smaller else _FOR_EDITS) if codec == "libx264" else {}
        if first.interlaced_frame and not self._smaller:
            options["flags"] = "+ilme+ildct"
        made = cast(VideoStream, output.add_stream(codec, rate=min(rate, Fraction(240)), options=options))
        made.width, made.height = self._size
        made.pix_fmt = self._format
        self._base = cast(Fraction, source.time_base)
        made.codec_context.time_base = self._base
        made.codec_context.thread_count = job.threads
        if not self._smaller:
            self._keep_look(made, source, first)
        if self._rotation:
            made.set_display_rotation(self._rotation)
        self._output, self._stream = output, made
        self._reformatter = VideoReformatter()
        self._origin = cast(int, first.pts)
        self._last = -1
        self._last_length = round(1 / rate / self._base) or 1
        self.frames = 0

    @property
    def duration_ms(self) -> int:
        """How long the clip is, its last frame included."""
        return round(float((self._last + self._last_length) * self._base) * 1000)

    def take(self, frame: VideoFrame) -> None:
        tick = cast(int, frame.pts) - self._origin
        if tick <= self._last:  # encoders refuse time that stands still
            return
        if frame.duration:
            self._last_length = frame.duration
        self._last = tick
        self.frames += 1
        if self._hdr:
            frame = tone_map_frame(self._reformatter, frame, self._size)
        if (frame.width, frame.height) != self._size or frame.format.name != self._format:
            frame = self._reformatter.reformat(frame, *self._size, self._format, interpolation="BICUBIC")
        frame.pts, frame.time_base, frame.pict_type = tick, self._base, 0
        self._output.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._output.mux(self._stream.encode(None))

    def _keep_look(self, made: VideoStream, source: VideoStream, first: VideoFrame) -> None:
        """Say of the new coding what was said of the old: pixel shape, and what its numbers mean as colours."""
        context, before = made.codec_context, source.codec_context
        shape = source.sample_aspect_ratio
        if shape and Fraction(1, 10) <= shape <= 10 and shape != 1:
            context.sample_aspect_ratio = shape
        context.color_range = first.color_range or before.color_range
        context.color_primaries = first.color_primaries
        context.color_trc = first.color_trc
        context.colorspace = first.colorspace


def _even(length: float) -> int:
    """4:2:0 needs even sides."""
    return max(2, round(length / 2) * 2)
