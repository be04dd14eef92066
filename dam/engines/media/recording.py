"""From an open video or sound file to everything that one decode of it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from dam.engines.media.container import (
    audio_stream,
    cover_stream,
    opened_container,
    subtitle_stream,
    video_stream,
)
from dam.engines.media.effort import Effort
from dam.engines.media.frames import FrameMaker
from dam.engines.media.job import Job
from dam.engines.media.loudness import LoudnessMeter
from dam.engines.media.picture import check_pixels
from dam.engines.media.probe import MAX_DURATION_MS, declared_duration_ms, displayed_size, probe_audio, probe_video
from dam.engines.media.renditions import fit_long, shrink, write_picture
from dam.engines.media.sniff import Sniffed
from dam.engines.media.sound import SoundWriter
from dam.engines.media.subtitles import MAX_CUES, embedded_cues, tidy_cues
from dam.engines.media.video import VideoPass
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.types import MediaProbe, Prepared, RenditionFile, RenditionRole, SubtitleCue

# The end that was seen may lie a little before the one that the header states: the last frame's own duration,
# encoders' padding.
_EARLY_END_MS, _EARLY_END_SHARE = 800, 0.95
_MAX_COVER_BYTES = 20 * 1024 * 1024


@dataclass(slots=True)
class _Tracks:
    video: VideoStream | None
    audio: AudioStream | None
    subtitles: SubtitleStream | None

    def all(self) -> list[Any]:
        return [track for track in (self.video, self.audio, self.subtitles) if track is not None]


@dataclass(slots=True)
class _Gathered:
    """What one run through a container gave."""

    sound: SoundWriter
    loudness: LoudnessMeter | None = None
    video: VideoPass | None = None
    probe: MediaProbe | None = None
    cues: list[SubtitleCue] = field(default_factory=list)
    video_end_ms: int = 0
    damaged_packets: int = 0
    stopped_by: str = ""


def prepare_recording(job: Job, sniffed: Sniffed) -> Prepared:
    """Decode a video or a sound file once. Raises MediaError."""
    with opened_container(job, sniffed) as container:
        tracks = _Tracks(video_stream(container), audio_stream(container), subtitle_stream(container))
        if tracks.video is None and tracks.audio is None:
            raise UnsupportedMedia("There is neither a picture nor a sound track in this file that can be read.")
        gathered = _run(job, sniffed, container, tracks, loudness=LoudnessMeter())
        if tracks.video is None:
            gathered.probe = probe_audio(job, sniffed, container)
        return _finished(job, container, tracks, gathered)


def sound_of_recording(job: Job, sniffed: Sniffed) -> Path | None:
    """Decode only the sound. Raises MediaError."""
    with opened_container(job, sniffed) as container:
        tracks = _Tracks(None, audio_stream(container), None)
        if tracks.audio is None:
            return None
        return _run(job, sniffed, container, tracks).sound.finish()


def _run(
    job: Job, sniffed: Sniffed, container: InputContainer, tracks: _Tracks, *, loudness: LoudnessMeter | None = None
) -> _Gathered:
    gathered = _Gathered(SoundWriter(job), loudness)
    effort = _set_up(job, container, tracks)
    start_s = (container.start_time or 0) / 1e6
    clock = _Clock(start_s, tracks.video)
    whole_ms = declared_duration_ms(container)
    for packet in _packets(container, tracks, gathered):
        stream = packet.stream
        if isinstance(stream, SubtitleStream):
            if len(gathered.cues) < MAX_CUES:
                gathered.cues += _decoded_cues(stream, packet, gathered)
            continue
        if effort is not None and stream is tracks.video:
            effort.adjust(packet)
            gathered.video_end_ms = max(gathered.video_end_ms, _packet_end_ms(packet, start_s))
        for frame in _frames(packet, gathered):
            if isinstance(frame, VideoFrame):
                _take_picture(job, sniffed, container, gathered, frame, clock.time_ms(frame))
            elif isinstance(frame, AudioFrame):
                time_s = None if frame.time is None else frame.time - start_s
                if loudness is not None:
                    loudness.take(time_s, frame)
                gathered.sound.take(time_s, frame)
        seen = max(gathered.video_end_ms, gathered.sound.duration_ms)
        job.beat(min(1.0, seen / whole_ms) if whole_ms else 0.0)
    return gathered


def _set_up(job: Job, container: InputContainer, tracks: _Tracks) -> Effort | None:
    for track in (tracks.video, tracks.audio):
        if track is not None:
            track.codec_context.thread_count = job.threads
            track.codec_context.thread_type = "AUTO"
    if tracks.video is None:
        return None
    check_pixels(tracks.video.codec_context.width, tracks.video.codec_context.height, job.max_pixels)
    return Effort(tracks.video, declared_duration_ms(container))


def _packets(container: InputContainer, tracks: _Tracks, gathered: _Gathered) -> Iterator["Packet[Any]"]:
    try:
        yield from container.demux(tracks.all())
    except FFmpegError as error:
        gathered.stopped_by = str(error.strerror)


def _frames(packet: "Packet[Any]", gathered: _Gathered) -> list[Any]:
    try:
        return cast(list[Any], packet.decode())
    except FFmpegError:
        gathered.damaged_packets += 1
        return []


def _packet_end_ms(packet: "Packet[Any]", start_s: float) -> int:
    """Return where a packet ends: in sparsely decoded videos the last frames are never seen."""
    if packet.pts is None or packet.time_base is None:
        return 0
    end_ms = (float((packet.pts + (packet.duration or 0)) * packet.time_base) - start_s) * 1000
    return round(end_ms) if 0 < end_ms < MAX_DURATION_MS else 0


def _decoded_cues(stream: SubtitleStream, packet: "Packet[Any]", gathered: _Gathered) -> list[SubtitleCue]:
    try:
        return embedded_cues(stream, packet)
    except FFmpegError:
        gathered.damaged_packets += 1
        return []


class _Clock:
    """Gives each frame its time in the asset: from its time stamp, else one frame after the last."""

    def __init__(self, start_s: float, stream: VideoStream | None) -> None:
        self._start_s = start_s
        rate = (stream.average_rate or stream.guessed_rate) if stream else None
        self._step_ms = 1000 / float(rate) if rate and 1 <= rate <= 1000 else 40.0
        self._last_ms = -self._step_ms

    def time_ms(self, frame: VideoFrame) -> int:
        if frame.time is None:
            self._last_ms += self._step_ms
        else:  # never backwards: shots are intervals
            self._last_ms = max(self._last_ms, (frame.time - self._start_s) * 1000, 0.0)
        return round(max(self._last_ms, 0.0))


def _take_picture(
    job: Job, sniffed: Sniffed, container: InputContainer, gathered: _Gathered, frame: VideoFrame, time_ms: int
) -> None:
    if gathered.video is None:
        check_pixels(frame.width, frame.height, job.max_pixels)
        stream = cast(VideoStream, video_stream(container))
        gathered.probe = probe = probe_video(job, sniffed, container, stream, frame)
        _, _, rotation = displayed_size(stream, frame)
        maker = FrameMaker(width=probe.width, height=probe.height, rotation_deg=rotation, hdr=probe.hdr)
        gathered.video = VideoPass(job, maker)
    gathered.video.take(time_ms, frame)
    gathered.video_end_ms = max(gathered.video_end_ms, time_ms)


def _finished(job: Job, container: InputContainer, tracks: _Tracks, gathered: _Gathered) -> Prepared:
    probe = gathered.probe
    if probe is None:
        raise DamagedMedia("No picture can be decoded from this video.")
    pcm = gathered.sound.finish()
    if tracks.video is None and pcm is None:
        raise DamagedMedia("No sound can be decoded from this file.")
    duration_ms, partial_reason = _extent(probe, gathered)
    loudness = gathered.loudness or LoudnessMeter()
    units = tuple(
        replace(unit, loudness_lufs=loudness.between(unit.start_ms, unit.end_ms))
        for unit in (gathered.video.finish(duration_ms) if gathered.video else ())
    )
    picture = gathered.video.poster() if gathered.video else _cover(job, container)
    return Prepared(
        probe=replace(probe, duration_ms=duration_ms),
        units=units,
        renditions=tuple(item for item in (picture, gathered.sound.waveform()) if item is not None),
        pcm=pcm,
        subtitles=tidy_cues(gathered.cues),
        subtitle_language=(tracks.subtitles.language or "") if tracks.subtitles and gathered.cues else "",
        partial_reason=partial_reason,
        loudness_lufs=loudness.whole(),
    )


def _extent(probe: MediaProbe, gathered: _Gathered) -> tuple[int, str]:
    """Return the duration that is really there, and a reason where the header promised more."""
    declared = probe.duration_ms
    seen = max(gathered.video_end_ms, gathered.sound.duration_ms, 1)
    if declared and seen < declared - _EARLY_END_MS and seen < declared * _EARLY_END_SHARE:
        return seen, f"The file ends early: {_clock(seen)} of {_clock(declared)} can be read."
    if gathered.stopped_by:
        return seen, f"The file is damaged: it can be read up to {_clock(seen)}."
    return declared or seen, ""


def _clock(time_ms: int) -> str:
    seconds = round(time_ms / 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _cover(job: Job, container: InputContainer) -> RenditionFile | None:
    """Write a sound file's cover art as its preview; art that can't be read is no reason to fail."""
    stream = cover_stream(container)
    if stream is None:
        return None
    try:
        container.seek(0)
        packet = next(iter(container.demux(stream)))
        if packet.size > _MAX_COVER_BYTES:
            return None
        frame = next(iter(packet.decode() or stream.decode(None)))
        check_pixels(frame.width, frame.height, job.max_pixels)
        image = Image.fromarray(frame.to_ndarray(format="rgb24"))
    except (FFmpegError, StopIteration, DamagedMedia, ValueError, IndexError):
        return None
    preview = shrink(image, fit_long(*image.size))
    return write_picture(preview, RenditionRole.PREVIEW, job.path("preview", ".jpg"))
