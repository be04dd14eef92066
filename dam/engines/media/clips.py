"""A stretch of a recording as a file of its own: copied where that is exact, encoded again where it is not.

A stretch holds the frames whose time, rounded to a millisecond as in `recording`, lies in `[start_ms, end_ms)`: all
of those, and no other. Its coded stream can be copied when it begins with a keyframe and none of its packets is
mixed, in the order of decoding, with one that does not belong to it (frames that only others refer to would be shown
by players that know no edit lists). Sound is cut inside the stretch: between packets where it is copied, at the
sample where it is encoded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from dam.engines.media.clip_encode import encode_video
from dam.engines.media.clip_sound import cut_sound
from dam.engines.media.container import is_decodable, opened_container, video_stream
from dam.engines.media.job import Job
from dam.engines.media.probe import codec_name
from dam.engines.media.sniff import Opener, sniff
from dam.engines.media.stretch import Stretch, clip_tags
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.types import ClipWish, CutClip, CutHow

_MOST_TRACKS = 16
# What MP4 and MOV may hold (ISO 14496-12 registrations that players know), so that copying needs no other container.
_MP4_VIDEO = {"h264", "hevc", "av1", "vp9", "mpeg4"}
_MP4_SOUND = {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}
_MOV_VIDEO = {"h264", "hevc", "mpeg4", "prores", "dnxhd", "mjpeg", "cfhd", "qtrle"}
_MOV_SOUND = {"aac", "mp3", "ac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_f32le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extent:
    """The packets of a stretch: the time stamp that the first frame has, and how many there are."""

    first: int
    last_end: int
    frames: int


def cut_clip(job: Job, wish: ClipWish) -> CutClip:
    """Cut a clip out of the job's file. Raises UnsupportedMedia, DamagedMedia, MediaTooLarge."""
    sniffed = sniff(job.file)
    if sniffed.opener is not Opener.CONTAINER:
        raise UnsupportedMedia("A picture has no clips.")
    with opened_container(job, sniffed) as container:
        video = video_stream(container)
        sounds = [each for each in container.streams.audio if is_decodable(each)][:_MOST_TRACKS]
        if video is None and not sounds:
            raise UnsupportedMedia("There is neither a picture nor a sound track in this file that can be read.")
        stretch = Stretch.of(container, wish)
        if video is None:
            return cut_sound(job, container, sounds, stretch, wish)
        ending = _container_for(video, sounds, sniffed.name)
        if ending and not wish.longest_side:
            extent = _copyable(container, video, stretch)
            if extent is not None:
                return _copy(job, container, [video, *sounds], stretch, extent, wish, ending)
        return encode_video(job, container, video, sounds, stretch, wish)


def _container_for(video: VideoStream, sounds: list[Any], source: str) -> str:
    """Return the ending of the container that takes these streams as they are; "" where none does."""
    picture = codec_name(video.codec_context.name)
    heard = {codec_name(sound.codec_context.name) for sound in sounds}
    if source != "mov" and picture in _MP4_VIDEO and heard <= _MP4_SOUND:
        return ".mp4"
    if picture in _MOV_VIDEO and heard <= _MOV_SOUND:
        return ".mov"
    return ".mp4" if picture in _MP4_VIDEO and heard <= _MP4_SOUND else ""


def _copyable(container: InputContainer, video: VideoStream, stretch: Stretch) -> _Extent | None:
    """Return the extent of the stretch's packets where they can be copied exactly, else None. Reads no pixels."""
    run = _Run(video, stretch)
    stretch.seek(container)
    try:
        for packet in _of_stream(container, video):
            if not run.take(packet):
                break
    except FFmpegError:
        return None
    return run.extent()


class _Run:
    """Looks at a video's packets, in the order of decoding, for whether those of a stretch stand alone."""

    def __init__(self, video: VideoStream, stretch: Stretch) -> None:
        self._video, self._stretch = video, stretch
        self._first = self._last_end = self._frames = 0
        self._seen = self._over = self._refused = False

    def take(self, packet: "Packet[Any]") -> bool:
        """Look at the next packet; False when enough is known."""
        if packet.pts is None or packet.dts is None:
            return self._refuse()
        time_ms = self._stretch.ms_of(packet.pts, self._video)
        if not self._seen and self._stretch.sought and time_ms > self._stretch.start_ms:
            return self._refuse()  # seeking went too far: what lies before can't be seen
        self._seen = True
        if self._stretch.holds(time_ms):
            return self._inside(packet)
        if not self._frames:
            return time_ms < self._stretch.end_ms
        if time_ms < self._stretch.start_ms:
            return self._refuse()
        self._over = True
        # Nothing that is decoded later than this can be shown earlier.
        return self._stretch.ms_of(packet.dts, self._video) < self._stretch.end_ms

    def extent(self) -> _Extent | None:
        """Return what was found, None where it can't be copied."""
        if self._refused or not self._frames:
            return None
        return _Extent(first=self._first, last_end=self._last_end, frames=self._frames)

    def _inside(self, packet: "Packet[Any]") -> bool:
        pts = cast(int, packet.pts)
        if self._over or (not self._frames and not packet.is_keyframe):
            return self._refuse()
        if not self._frames:
            self._first = pts
        elif pts < self._first:
            return self._refuse()  # shown before the keyframe it was coded after: it refers to what is not there
        self._frames += 1
        self._last_end = max(self._last_end, pts + (packet.duration or 0))
        return True

    def _refuse(self) -> bool:
        self._refused = True
        return False


def _of_stream(container: InputContainer, stream: Stream) -> Iterator["Packet[Any]"]:
    """Yield a stream's packets without the empty one at the end."""
    return (packet for packet in container.demux(cast(Any, stream)) if packet.size)


def _copy(
    job: Job,
    container: InputContainer,
    streams: list[Any],
    stretch: Stretch,
    extent: _Extent,
    wish: ClipWish,
    ending: str,
) -> CutClip:
    video = streams[0]
    path = job.path("clip", ending)
    begin_s = extent.first * video.time_base
    end_s = extent.last_end * video.time_base
    options = {"movflags": "+faststart+write_colr"}
    try:
        with path.open("xb") as file, av.open(file, "w", format=ending[1:], options=options) as output:
            output.metadata.update(clip_tags(container, wish))
            targets = {stream.index: _target(output, stream) for stream in streams}
            left = extent.frames
            for packet in _packets(container, streams, stretch, end_s):
                stream = packet.stream
                if stream is video:
                    if not stretch.holds(stretch.ms_of(cast(int, packet.pts), video)) or not left:
                        continue
                    left -= 1
                elif not _within(packet, begin_s, end_s):
                    continue
                offset = round(begin_s / stream.time_base)
                packet.pts -= offset
                packet.dts -= offset
                packet.stream = targets[stream.index]
                output.mux(packet)
                job.beat(1 - left / extent.frames)
    except FFmpegError as error:
        raise DamagedMedia(f"The clip can't be copied out of this file: {error.strerror}.") from error
    return CutClip(
        path=path,
        mime="video/mp4" if ending == ".mp4" else "video/quicktime",
        how=CutHow.COPIED,
        duration_ms=round((end_s - begin_s) * 1000),
        frames=extent.frames,
        width=video.codec_context.width,
        height=video.codec_context.height,
    )


def _target(output: OutputContainer, stream: Stream) -> Stream:
    made = output.add_stream_from_template(cast(Any, stream))
    made.metadata.clear()
    language = stream.metadata.get("language")
    if language:
        made.metadata["language"] = language
    return cast(Stream, made)


def _packets(
    container: InputContainer, streams: list[Any], stretch: Stretch, end_s: Fraction
) -> Iterator["Packet[Any]"]:
    """Yield the packets of all streams from a little before the stretch to where every stream has passed its end."""
    past: set[int] = set()
    stretch.seek(container)
    for packet in container.demux(streams):
        if not packet.size or packet.pts is None or packet.dts is None:
            continue
        if packet.dts * packet.time_base >= end_s:
            past.add(packet.stream.index)
            if len(past) == len(streams):
                return
        yield packet


def _within(packet: "Packet[Any]", begin_s: Fraction, end_s: Fraction) -> bool:
    """Tell whether a packet of sound lies wholly inside."""
    base = packet.time_base
    begin = cast(int, packet.pts) * base
    return begin >= begin_s and begin + (packet.duration or 0) * base <= end_s
