"""From an open container to a probe: what it is, how large, how long, and whether a browser can play it."""

from collections.abc import Mapping
from fractions import Fraction

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from dam.engines.media.container import audio_stream, is_decodable
from dam.engines.media.frames import is_hdr
from dam.engines.media.job import Job
from dam.engines.media.metadata import recording_metadata
from dam.engines.media.sniff import Sniffed
from dam.engines.media.wording import clean_text
from dam.types import AudioTrack, FrameRate, MediaKind, MediaProbe

MAX_DURATION_MS = 7 * 24 * 3600 * 1000  # a header that says more is wrong
_MAX_TRACKS = 32
_REFERENCE_DIGITS = 12  # a day at 384 kHz has eleven
_VIDEO_CODECS = {"h264", "vp8", "vp9", "av1"}
_VIDEO_CONTAINERS = {"mp4", "mov", "m4a", "3gp", "webm"}
_AUDIO_CODECS = {"aac", "mp3", "opus", "vorbis", "flac"}
_AUDIO_CONTAINERS = {"mp3", "m4a", "mp4", "aac", "flac", "ogg", "wav", "webm"}
_EVERYWHERE_PIXELS = {"yuv420p", "yuvj420p"}
# Decoders' names that differ from the codec's own.
_CODEC_NAMES = {"mp3float": "mp3", "libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "libopus": "opus"}


def codec_name(decoder: str) -> str:
    """Return the codec that a decoder is for."""
    return _CODEC_NAMES.get(decoder, decoder)


def declared_duration_ms(container: InputContainer) -> int:
    """Return the duration that the header states, 0 where it states none that can be."""
    duration_ms = (container.duration or 0) // 1000  # AV_TIME_BASE: microseconds
    return duration_ms if 0 < duration_ms <= MAX_DURATION_MS else 0


def probe_video(
    job: Job, sniffed: Sniffed, container: InputContainer, stream: VideoStream, first: VideoFrame
) -> MediaProbe:
    """Return a video's probe; the first frame knows its rotation and colours better than the header."""
    width, height, rotation = displayed_size(stream, first)
    name = _container_name(sniffed, container)
    codec = codec_name(stream.codec_context.name)
    tracks = _tracks(container)
    playable = (
        codec in _VIDEO_CODECS
        and name in _VIDEO_CONTAINERS
        and first.format.name in _EVERYWHERE_PIXELS
        and all(track.codec in _AUDIO_CODECS for track in tracks[:1])
    )
    return MediaProbe(
        kind=MediaKind.VIDEO,
        format=name,
        mime=_video_mime(name, sniffed.mime),
        width=width,
        height=height,
        duration_ms=declared_duration_ms(container),
        frame_rate=_frame_rate(stream),
        timecode=_timecode(container, stream),
        video_start_ms=_video_start_ms(container, stream),
        video_frames=_video_frames(stream),
        video_codec=codec,
        audio_tracks=tracks,
        rotation_deg=-rotation % 360,
        hdr=is_hdr(int(first.color_trc)),
        bit_depth=max((component.bits for component in first.format.components), default=8),
        browser_playable=playable,
        metadata=recording_metadata(all_tags(container, stream), mtime_ns=job.mtime_ns),
    )


def probe_audio(job: Job, sniffed: Sniffed, container: InputContainer) -> MediaProbe:
    """Return a sound file's probe."""
    name = _container_name(sniffed, container)
    tracks = _tracks(container)
    stream = audio_stream(container)
    codec = codec_name(stream.codec_context.name) if stream else ""
    plain_wav = name == "wav" and codec in ("pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_f32le")
    mime = {"mp4": "audio/mp4", "mov": "audio/mp4", "webm": "audio/webm", "matroska": "audio/x-matroska"}
    return MediaProbe(
        kind=MediaKind.AUDIO,
        format=name,
        mime=mime.get(name, sniffed.mime),
        duration_ms=declared_duration_ms(container),
        audio_tracks=tracks,
        time_reference=_time_reference(container),
        browser_playable=plain_wav or (name in _AUDIO_CONTAINERS and codec in _AUDIO_CODECS),
        metadata=recording_metadata(all_tags(container, stream), mtime_ns=job.mtime_ns),
    )


def displayed_size(stream: VideoStream, first: VideoFrame) -> tuple[int, int, int]:
    """Return (width, height, counter-clockwise turn in degrees) after pixel shape and rotation."""
    shape = stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 10) <= shape <= 10:  # nonsense; the widest real one is 64:33
        shape = Fraction(1)
    width, height = max(1, round(first.width * shape)), first.height
    rotation = round(first.rotation / 90) * 90 % 360
    return (height, width, rotation) if rotation % 180 else (width, height, rotation)


def _container_name(sniffed: Sniffed, container: InputContainer) -> str:
    """WebM is Matroska with few codecs; the header's own word lies in the document type."""
    if sniffed.name != "matroska":
        return sniffed.name
    codecs = {codec_name(item.codec_context.name) for item in container.streams if is_decodable(item)}
    return "webm" if codecs <= {"vp8", "vp9", "av1", "opus", "vorbis", "webvtt"} else "matroska"


def _video_mime(name: str, sniffed: str) -> str:
    return {"webm": "video/webm", "m4a": "video/mp4", "ogg": "video/ogg"}.get(name, sniffed)


def _tracks(container: InputContainer) -> tuple[AudioTrack, ...]:
    chosen = audio_stream(container)
    streams = sorted(container.streams.audio, key=lambda stream: stream is not chosen)
    return tuple(
        AudioTrack(
            codec=codec_name(stream.codec_context.name),
            channels=stream.codec_context.channels,
            sample_rate_hz=stream.codec_context.sample_rate,
            language=_language(stream.metadata),
        )
        for stream in streams[:_MAX_TRACKS]
        if is_decodable(stream)
    )


def _language(tags: Mapping[str, str]) -> str:
    language = clean_text(tags.get("language"), limit=16)
    return "" if language in ("und", "```") else language


def _frame_rate(stream: VideoStream) -> FrameRate | None:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= 10_000:
            return FrameRate(numerator=rate.numerator, denominator=rate.denominator)
    return None


def _timecode(container: InputContainer, stream: VideoStream) -> str:
    """Return the start timecode: QuickTime has a track for it, MXF and AVI a tag, Matroska one in capitals."""
    voices = [container.metadata, stream.metadata, *(other.metadata for other in container.streams.data)]
    said = (value for tags in voices for name, value in tags.items() if name.casefold() == "timecode" and value)
    return next((clean_text(value, limit=16) for value in said), "")


def _video_start_ms(container: InputContainer, stream: VideoStream) -> int:
    """Return how long after the first track the first picture comes: nothing in most files, a little in MPEG-TS."""
    if stream.start_time is None or stream.time_base is None:
        return 0
    late_ms = round(float(stream.start_time * stream.time_base) * 1000 - (container.start_time or 0) / 1000)
    return late_ms if 0 < late_ms < MAX_DURATION_MS else 0


def _video_frames(stream: VideoStream) -> int:
    """Return how many pictures the header promises, by count or by length of the track; 0 where it says neither."""
    rate = _frame_rate(stream)
    frames = stream.frames
    if not frames and rate and stream.duration and stream.time_base:
        frames = round(stream.duration * stream.time_base * Fraction(rate.numerator, rate.denominator))
    return frames if rate and 0 < frames <= MAX_DURATION_MS / 1000 * rate.fps else 0


def _time_reference(container: InputContainer) -> int | None:
    """Return the samples from midnight to the first one, which recorders write into Broadcast Wave (`bext`)."""
    said = container.metadata.get("time_reference", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _REFERENCE_DIGITS else None


def all_tags(container: InputContainer, stream: object) -> dict[str, str]:
    """Return the container's tags over the stream's (Ogg keeps them there)."""
    own = getattr(stream, "metadata", None) or {}
    return {**own, **container.metadata}
