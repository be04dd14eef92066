"""Sound cut at the sample: beside a picture as AAC, alone as WAV, or copied between the frames of its coding."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from dam.engines.media.job import Job
from dam.engines.media.probe import codec_name
from dam.engines.media.stretch import Stretch, clip_tags
from dam.errors import DamagedMedia
from dam.types import ClipWish, CutClip, CutHow, SoundCut

_AAC_RATES = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000}
_AAC_BITS_PER_CHANNEL = 128_000  # FFmpeg's own encoder is transparent from about here
_MOST_CHANNELS = 8
_COPIED = {"mp3": (".mp3", "mp3", "audio/mpeg"), "aac": (".m4a", "ipod", "audio/mp4")}
# Time stamps that jitter by less belong to sound without a gap (MPEG-TS rounds to 90 kHz, Matroska to 1 ms).
_JITTER_S = 0.002


class SoundTrack:
    """One track of a clip: samples of `[begin_s, end_s)` on the source's clock, encoded from time 0 on."""

    def __init__(
        self, output: OutputContainer, stream: Any, begin_s: Fraction, end_s: Fraction, form: tuple[str, str, int]
    ) -> None:
        self._output, self._stream = output, stream
        self._format, self._layout, self.rate = form
        self._begin, self._end = round(begin_s * self.rate), round(end_s * self.rate)
        self._resampler: AudioResampler | None = None
        self._source_form: tuple[str, str, int] | None = None
        self._next = 0  # the sample, on the source's clock at our rate, that comes next
        self._given = 0
        self._heard = False

    @classmethod
    def aac(cls, output: OutputContainer, source: AudioStream, begin_s: Fraction, end_s: Fraction) -> "SoundTrack":
        """Return a track of AAC with the source's channels and rate, where AAC has them."""
        context = source.codec_context
        rate = context.sample_rate if context.sample_rate in _AAC_RATES else 48_000
        layout = context.layout.name if 0 < context.channels <= _MOST_CHANNELS else "stereo"
        try:
            stream = output.add_stream("aac", rate=rate, layout=layout)
        except ValueError:  # channels that nobody named
            layout = "stereo"
            stream = output.add_stream("aac", rate=rate, layout=layout)
        stream.bit_rate = _AAC_BITS_PER_CHANNEL * max(1, stream.codec_context.channels)
        language = source.metadata.get("language")
        if language:
            stream.metadata["language"] = language
        return cls(output, stream, begin_s, end_s, ("fltp", layout, rate))

    @property
    def samples(self) -> int:
        """How many samples of each channel were written."""
        return self._given

    def take(self, frame: AudioFrame) -> None:
        """Take a decoded frame of the source; only what lies inside is encoded."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._source_form:
            self._source_form = form
            self._resampler = AudioResampler(format=self._format, layout=self._layout, rate=self.rate)
            self._heard = False
        at = cast(int, frame.pts) * cast(Fraction, frame.time_base)
        if not self._heard or abs(float(at - Fraction(self._next, self.rate))) > _JITTER_S:
            self._next = round(at * self.rate)
            self._heard = True
        frame.pts = None
        for part in cast(AudioResampler, self._resampler).resample(frame):
            self._cut(part)

    def finish(self) -> None:
        """Write what the resampler and the encoder still hold."""
        if self._resampler is not None:
            for part in self._resampler.resample(None):
                self._cut(part)
        self._output.mux(self._stream.encode(None))

    def _cut(self, part: AudioFrame) -> None:
        first, self._next = self._next, self._next + part.samples
        begin, end = max(first, self._begin), min(first + part.samples, self._end)
        if begin >= end:
            return
        if (begin, end) != (first, first + part.samples):
            part = _sliced(part, begin - first, end - first)
        part.pts, part.time_base = begin - self._begin, Fraction(1, self.rate)
        part.sample_rate = self.rate
        self._given += end - begin
        self._output.mux(self._stream.encode(part))


def cut_sound(job: Job, container: InputContainer, sounds: list[Any], stretch: Stretch, wish: ClipWish) -> CutClip:
    """Cut a recording without a picture: its first track. Raises DamagedMedia."""
    source = sounds[0]
    coding = codec_name(source.codec_context.name)
    try:
        if wish.sound is SoundCut.COPY and coding in _COPIED:
            return _copied(job, container, source, stretch, wish, coding)
        return _exact(job, container, source, stretch, wish)
    except FFmpegError as error:
        raise DamagedMedia(f"The clip can't be cut out of this recording: {error.strerror}.") from error


def _exact(job: Job, container: InputContainer, source: Any, stretch: Stretch, wish: ClipWish) -> CutClip:
    """Write WAV with all that the decoder gives: 16, 24 or 32 bits, floats as floats."""
    path = job.path("clip", ".wav")
    form, coder = _pcm(source)
    rate, layout = source.codec_context.sample_rate, source.codec_context.layout.name
    begin_s = stretch.origin_s + Fraction(stretch.start_ms, 1000)
    end_s = stretch.origin_s + Fraction(stretch.end_ms, 1000)
    with _written(path, "wav", {"rf64": "auto"}) as output:
        output.metadata.update(
            {name: value for name, value in clip_tags(container, wish).items() if name != "timecode"}
        )
        made = output.add_stream(coder, rate=rate, layout=layout)
        track = SoundTrack(output, made, begin_s, end_s, (form, layout, rate))
        stretch.seek(container)
        for packet in container.demux(source):
            try:
                frames = cast(list[Any], packet.decode())
            except FFmpegError:
                continue
            for frame in frames:
                if frame.pts is not None:
                    track.take(frame)
            if packet.pts is not None:
                time_ms = stretch.ms_of(packet.pts, source)
                job.beat(stretch.share(time_ms))
                if time_ms >= stretch.end_ms:
                    break
        track.finish()
    if not track.samples:
        raise DamagedMedia("No sound of this stretch can be decoded.")
    return CutClip(
        path=path, mime="audio/wav", how=CutHow.ENCODED, duration_ms=round(1000 * track.samples / track.rate)
    )


def _copied(
    job: Job, container: InputContainer, source: Any, stretch: Stretch, wish: ClipWish, coding: str
) -> CutClip:
    """Copy the coded frames that lie wholly inside."""
    ending, name, mime = _COPIED[coding]
    path = job.path("clip", ending)
    begin_s = stretch.origin_s + Fraction(stretch.start_ms, 1000)
    end_s = stretch.origin_s + Fraction(stretch.end_ms, 1000)
    first: int | None = None
    last_end = 0
    with _written(path, name, {}) as output:
        output.metadata.update(clip_tags(container, wish))
        made = output.add_stream_from_template(source)
        made.metadata.clear()
        stretch.seek(container)
        for packet in container.demux(source):
            if not packet.size or packet.pts is None or packet.dts is None:
                continue
            begin, length = packet.pts * source.time_base, (packet.duration or 0) * source.time_base
            if begin >= end_s:
                break
            if begin < begin_s or begin + length > end_s:
                continue
            first = packet.pts if first is None else first
            last_end = packet.pts + (packet.duration or 0)
            packet.pts -= first
            packet.dts -= first
            packet.stream = made
            output.mux(packet)
            job.beat(stretch.share(stretch.ms_of(last_end, source)))
    if first is None:
        raise DamagedMedia("This stretch is shorter than one frame of its coding: cut it exactly instead.")
    return CutClip(
        path=path,
        mime=mime,
        how=CutHow.COPIED,
        duration_ms=round(float((last_end - first) * source.time_base) * 1000),
    )


def _written(path: Path, name: str, options: dict[str, str]) -> OutputContainer:
    path.open("xb").close()  # never over what is there
    return av.open(str(path), "w", format=name, options=options)


def _pcm(source: Any) -> tuple[str, str]:
    """Return the sample format and the coder of WAV that lose nothing of what a decoder gives."""
    given = source.codec_context.format.name.rstrip("p")
    if given in ("u8", "s16"):
        return "s16", "pcm_s16le"
    if given == "s32":
        return "s32", "pcm_s24le" if _bits(source) <= 24 else "pcm_s32le"
    lossy = codec_name(source.codec_context.name) in {"mp3", "aac", "opus", "vorbis", "ac3", "eac3", "wmav2", "amrnb"}
    # Lossy decoders give floats of 24 bits' worth; editors take 24-bit WAV more gladly than floats.
    return ("s32", "pcm_s24le") if lossy else ("flt", "pcm_f32le")


def _bits(source: Any) -> int:
    coder = codec_name(source.codec_context.name)
    if coder.startswith("pcm_") or coder in ("flac", "alac"):
        known = getattr(source.codec_context, "bits_per_raw_sample", 0) or source.codec_context.bits_per_coded_sample
        return int(known or 32)
    return 32


def _sliced(frame: AudioFrame, begin: int, end: int) -> AudioFrame:
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        channels = frame.layout.nb_channels
        begin, end = begin * channels, end * channels
    cut: Any = np.ascontiguousarray(samples[:, begin:end])
    made = AudioFrame.from_ndarray(cut, format=frame.format.name, layout=frame.layout.name)
    made.sample_rate = frame.sample_rate
    return made
