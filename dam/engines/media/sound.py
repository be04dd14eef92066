"""From decoded sound to 16 kHz mono samples on disk and the peaks of a waveform, as a stream."""

import json
import math
from pathlib import Path
from typing import BinaryIO

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from numpy.typing import NDArray

from dam.engines.media.job import Job
from dam.ports import SPEECH_RATE_HZ
from dam.types import RenditionFile, RenditionRole

_PEAKS_PER_SECOND = 50
_SAMPLES_PER_PEAK = SPEECH_RATE_HZ // _PEAKS_PER_SECOND
_MAX_PEAKS = 20_000  # ten times the pixels of a wide screen; 80 KB of JSON
MAX_SOUND_MS = 48 * 3600 * 1000  # 5.5 GB of samples; the longest recorders split their files at a day
# Smaller gaps between frames are rounding; larger ones are silence that the container leaves out (up to a limit:
# a broken time stamp must not write gigabytes of it).
_MIN_GAP_S, _MAX_GAP_S = 0.1, 600.0


class SoundWriter:
    """Takes the frames of one sound track; sample n is the sound at n / 16000 s of the asset."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._path = job.path("sound", ".pcm")
        self._file: BinaryIO | None = None
        self._resampler: AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        self._written = 0
        self._peaks = bytearray()
        self._rest: NDArray[np.int16] = np.zeros(0, dtype=np.int16)

    @property
    def duration_ms(self) -> int:
        """How much has been written."""
        return self._written * 1000 // SPEECH_RATE_HZ

    def take(self, time_s: float | None, frame: AudioFrame) -> None:
        """Take the next frame, which begins at `time_s` of the asset (None: right after the one before)."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:  # streams may change amid a recording (broadcasts do)
            self._flush()
            self._resampler = AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE_HZ)
            self._form = form
        if time_s is not None:
            self._bridge(time_s)
        frame.pts = None  # the resampler would stretch to odd time stamps; gaps are bridged above
        self._resample(frame)

    def finish(self) -> Path | None:
        """Write what is left; return the samples' file, or None where there was no sound."""
        self._flush()
        if self._file is None:
            return None
        if self._rest.size:
            self._peaks.append(_peak(self._rest[np.newaxis])[0])
        self._file.close()
        return self._path

    def waveform(self) -> RenditionFile | None:
        """Write the peaks as JSON: `{"peaks": [0..255, …], "per_second": n}`, at most 20,000 of them."""
        if not self._peaks:
            return None
        peaks = np.frombuffer(bytes(self._peaks), dtype=np.uint8)
        together = math.ceil(peaks.size / _MAX_PEAKS)
        padded = np.pad(peaks, (0, -peaks.size % together)).reshape(-1, together).max(axis=1)
        path = self._job.path("waveform", ".json")
        per_second = round(_PEAKS_PER_SECOND / together, 4)
        path.write_text(json.dumps({"peaks": padded.tolist(), "per_second": per_second}), encoding="ascii")
        return RenditionFile(role=RenditionRole.WAVEFORM, path=path, mime="application/json")

    def _bridge(self, time_s: float) -> None:
        gap_s = time_s - self._written / SPEECH_RATE_HZ
        if _MIN_GAP_S < gap_s < _MAX_GAP_S:
            self._write(np.zeros(round(gap_s * SPEECH_RATE_HZ), dtype=np.int16))

    def _flush(self) -> None:
        if self._resampler is not None:
            self._resample(None)

    def _resample(self, frame: AudioFrame | None) -> None:
        if self._resampler is None:
            return
        try:
            made = self._resampler.resample(frame)
        except (FFmpegError, ValueError):
            return  # a frame that can't be brought to mono: as if it were missing
        for part in made:
            self._write(np.asarray(part.to_ndarray(), dtype=np.int16).reshape(-1))

    def _write(self, samples: NDArray[np.int16]) -> None:
        if self.duration_ms >= MAX_SOUND_MS or samples.size == 0:
            return
        if self._file is None:
            self._file = self._path.open("xb")
        self._file.write(samples.astype("<i2").tobytes())
        self._written += samples.size
        joined = np.concatenate([self._rest, samples])
        whole = joined.size // _SAMPLES_PER_PEAK * _SAMPLES_PER_PEAK
        if whole:
            self._peaks += _peak(joined[:whole].reshape(-1, _SAMPLES_PER_PEAK)).tobytes()
        self._rest = joined[whole:]


def _peak(rows: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return each row's largest amplitude, 0..255."""
    largest = np.abs(rows.astype(np.int32)).max(axis=1)
    return np.asarray(np.minimum(largest >> 7, 255), dtype=np.uint8)
