"""From decoded sound to its loudness after EBU R 128, of the whole and of any stretch of it."""

from array import array
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as AtEnd
from av.error import FFmpegError
from av.filter import Graph

# Rec. ITU-R BS.1770-5, annex 1: the loudness of a mean square, and the two gates.
_OFFSET_LUFS = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_BLOCK_MS, _STEP_MS = 400, 100  # gating blocks overlap by three quarters
_ROUNDING_MS = 5  # times of shots are whole milliseconds, and encoders shift sound by parts of a frame
_MAX_BLOCKS = 48 * 3600 * 10  # as long as sound is kept (sound.MAX_SOUND_MS); 14 MB
_MIN_GAP_S = 0.1  # smaller ones are rounding of time stamps


class LoudnessMeter:
    """Takes the frames of one sound track in time order; `between` tells how loud a stretch is.

    FFmpeg's ebur128 filter weighs the channels and gives the loudness of every gating block (400 ms, every 100 ms);
    the gates are applied here, so that shots have a loudness of their own.
    """

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._form: tuple[str, str, int] | None = None
        self._start_s = 0.0  # of the asset, where the filter's first sample lies
        self._pushed_s = 0.0
        self._pulled = 0
        self._ends_ms = array("d")
        self._blocks_lufs = array("f")

    def take(self, time_s: float | None, frame: AudioFrame) -> None:
        """Take the next frame, which begins at `time_s` of the asset (None: right after the one before)."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        now_s = self._start_s + self._pushed_s
        if form != self._form or (time_s is not None and time_s - now_s > _MIN_GAP_S):
            self._graph, self._form = _filter(form), form
            self._start_s, self._pushed_s, self._pulled = max(now_s, time_s or 0.0), 0.0, 0
        if self._graph is None or len(self._blocks_lufs) >= _MAX_BLOCKS:
            return
        frame.pts = None  # odd time stamps must not make the filter stretch anything
        try:
            self._graph.push(frame)
            self._pushed_s += frame.samples / frame.sample_rate
            self._pull(self._graph)
        except (FFmpegError, ValueError):
            self._graph = None  # a layout that it can't weigh; a change of form tries again

    def between(self, start_ms: float, end_ms: float) -> float | None:
        """Return the gated loudness of a stretch of the asset in LUFS, or None where it is silent or unknown.

        Of blocks that lie wholly inside: a bang after the cut is none of the shot's. A stretch too short for one is
        as loud as the block around its middle.
        """
        ends_ms = np.frombuffer(self._ends_ms, dtype=np.float64)
        blocks = np.frombuffer(self._blocks_lufs, dtype=np.float32).astype(np.float64)
        inside = (ends_ms - _BLOCK_MS >= start_ms - _ROUNDING_MS) & (ends_ms <= end_ms + _ROUNDING_MS)
        if not inside.any():
            inside = np.abs(ends_ms - _BLOCK_MS / 2 - (start_ms + end_ms) / 2) <= _STEP_MS / 2 + _ROUNDING_MS
        blocks = blocks[inside]
        blocks = blocks[blocks > _ABSOLUTE_GATE_LUFS]
        if blocks.size == 0:
            return None
        blocks = blocks[blocks > _mean(blocks) + _RELATIVE_GATE_LU]
        return round(_mean(blocks), 2)

    def whole(self) -> float | None:
        """Return the gated loudness of all that was taken, in LUFS, or None where it is silent or unknown."""
        return self.between(0, float("inf"))

    def _pull(self, graph: Graph) -> None:
        while True:
            try:
                made = graph.pull()
            except (NothingYet, AtEnd):
                return
            self._pulled += 1
            lufs = float(made.metadata.get("lavfi.r128.M", "-inf"))
            if self._pulled * _STEP_MS >= _BLOCK_MS:  # the first blocks are not full yet
                self._ends_ms.append(self._start_s * 1000 + self._pulled * _STEP_MS)
                self._blocks_lufs.append(lufs)


def _mean(blocks_lufs: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Return the loudness of the mean square of blocks."""
    powers = 10 ** ((blocks_lufs - _OFFSET_LUFS) / 10)
    return float(_OFFSET_LUFS + 10 * np.log10(powers.mean()))


def _filter(form: tuple[str, str, int]) -> Graph | None:
    sample_format, layout, rate = form
    graph = Graph()
    try:
        source = graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=Fraction(1, rate))
        meter = graph.add("ebur128", "metadata=1:framelog=quiet")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
    except (FFmpegError, ValueError):
        return None
    return graph
