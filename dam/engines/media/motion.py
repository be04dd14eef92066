"""From small luma frames of a shot, while they stream by, to how its camera moves.

Each pair of frames gives a shift of the whole picture and what changed beside it; each second of them a verdict; the
shot is what it is for most of its time.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.engines.media.shots import SMALL_HEIGHT, SMALL_WIDTH
from dam.types import Motion

Luma = NDArray[np.float32]  # (36, 64), 0..255

_HALF_WIDTH, _HALF_HEIGHT = SMALL_WIDTH // 2, SMALL_HEIGHT // 2
# Hands shake at 2 to 8 Hz: pairs this far apart see it, and of 25 or 30 frames every second or third is looked at.
_MIN_STEP_MS, _MAX_STEP_MS = 75, 170
_WINDOW_MS = 1000
_DENSE_S, _ONE_OF = 3, 3
_KEPT_MS = 3000  # a cut is known some frames late; older windows are judged and forgotten
_FEWEST = 4  # pairs that make a verdict: a shot of a third of a second at least

# All measured on drawn and on real clips, see tests/unit/test_motion.py; shares are of the picture's width or height.
_PAN_PER_S = 0.03  # a picture's width in half a minute: slower is drift of a tripod's head
_STRAIGHT = 0.7  # path to way: a pan goes somewhere
_JOLT = 0.0035  # change of the shift from pair to pair: 7 px of 1920; a tripod stays below 0.001
_CHANGED = 0.045  # of the picture's points differ by more than noise and compression make them …
_TURMOIL = 0.25  # and with so many, shifts are guesses
_DIFFERS = 12.0  # … that is, by so many of 255 levels
_QUIET = 0.6  # mean difference of two frames, of 255: what compression alone makes of a still picture
_UNEXPLAINED = 0.6  # of the difference is left: the shift is larger than one step can follow, or there is none
_FLAT = 4.0  # spread of luma (and product of slopes) below which nothing can be followed: black, white, fog
_TELLING = 0.4  # by so much of 255 a part has to fit better or worse to have a say …
_MOST_PARTS, _FEWEST_PARTS = 0.65, 4  # … and so many of those have to agree that it was the camera that moved


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    from_ms: int
    to_ms: int
    across: float
    down: float
    changed: float


class MotionMeter:
    """Takes the frames of a video in time order; `close` gives the motion of the shot that ends there.

    The first seconds of a shot are all looked at, then one out of three: it has to cost little beside decoding.
    Memory does not grow with the shot's length.
    """

    def __init__(self) -> None:
        self._start_ms = 0
        self._last_ms = 0
        self._last: Luma | None = None
        self._steps: list[_Step] = []
        self._verdicts: Counter[Motion] = Counter()

    def take(self, time_ms: int, luma: Luma) -> None:
        """Take the next frame; those that come too soon after the last are passed over."""
        if self._last is not None and time_ms - self._last_ms < _MIN_STEP_MS:
            return
        second = (time_ms - self._start_ms) // _WINDOW_MS
        if second >= _DENSE_S and second % _ONE_OF:
            self._last = None
            return
        if self._last is not None and time_ms - self._last_ms <= _MAX_STEP_MS:
            across, down, changed = _compare(self._last, luma)
            self._steps.append(_Step(from_ms=self._last_ms, to_ms=time_ms, across=across, down=down, changed=changed))
            if time_ms - self._steps[0].from_ms > _KEPT_MS:
                self._judge_oldest()
        self._last_ms, self._last = time_ms, luma

    def close(self, end_ms: int) -> Motion | None:
        """Return the motion of the shot that ends at `end_ms`, and begin the next there; None: too few frames."""
        steps = [step for step in self._steps if step.to_ms < end_ms]
        self._steps = [step for step in self._steps if step.from_ms >= end_ms]
        while steps:
            start_ms = steps[0].from_ms
            # A rest of less than half a window goes with the last whole one.
            whole = steps[-1].to_ms - start_ms >= 1.5 * _WINDOW_MS
            window = [step for step in steps if step.to_ms - start_ms <= _WINDOW_MS] if whole else steps
            self._count(window)
            steps = steps[len(window) :]
        self._start_ms = end_ms
        verdicts, self._verdicts = self._verdicts, Counter()
        return verdicts.most_common(1)[0][0] if verdicts else None

    def _judge_oldest(self) -> None:
        start_ms = self._steps[0].from_ms
        window = [step for step in self._steps if step.to_ms - start_ms <= _WINDOW_MS]
        self._count(window)
        self._steps = self._steps[len(window) :]

    def _count(self, window: list[_Step]) -> None:
        if len(window) >= _FEWEST:
            self._verdicts[_verdict(window)] += window[-1].to_ms - window[0].from_ms


def _verdict(steps: list[_Step]) -> Motion:
    """Judge a second: shaking before panning (a shaky pan is shaky), and what changes beside the camera last."""
    shifts = np.array([(step.across, step.down) for step in steps])
    lasts_s = (steps[-1].to_ms - steps[0].from_ms) / 1000
    jolts = np.hypot(*np.diff(shifts, axis=0).T)
    path = float(np.hypot(*shifts.T).sum())
    way = float(np.hypot(*shifts.sum(axis=0)))
    pans = way / lasts_s >= _PAN_PER_S and way >= _STRAIGHT * path
    changed = float(np.mean([step.changed for step in steps]))
    # A quick pan's own unevenness is no shake: it is measured against the pan. And where most of the picture goes its
    # own way (a bird before the lens), what is taken for jolts is the subject's.
    if changed < _TURMOIL and float(np.median(jolts)) >= max(_JOLT, 0.5 * way / len(steps) if pans else 0.0):
        return Motion.SHAKY
    if pans:
        return Motion.PAN
    return Motion.MOVING if changed >= _CHANGED else Motion.STILL


def _compare(one: Luma, other: Luma) -> tuple[float, float, float]:
    """Return how far the picture shifted (shares of width and height), and the share of points that changed beside.

    One step of Lucas and Kanade ("An Iterative Image Registration Technique", 1981) measures shifts of about a point;
    where it fails, phase correlation (Kuglin and Hines, "The Phase Correlation Image Alignment Method", 1975) finds
    whole points first.
    """
    change = other - one
    before = float(np.abs(change).sum()) / change.size
    if before < _QUIET:
        return 0.0, 0.0, 0.0
    across, down, left, moves = _aligned(one, other, 0, 0)
    if not moves or float(left.sum()) / left.size > _UNEXPLAINED * before:
        whole_across, whole_down = _correlate(one, other)
        if whole_across or whole_down:
            farther = _aligned(one, other, whole_across, whole_down)
            if farther[3] and (not moves or float(farther[2].mean()) < float(left.mean())):
                across, down, left, moves = farther
    if not moves:
        return 0.0, 0.0, _share_changed(np.abs(change))
    return across / SMALL_WIDTH, down / SMALL_HEIGHT, _share_changed(left)


def _correlate(one: Luma, other: Luma) -> tuple[int, int]:
    """Return by how many points the picture shifted, to the nearest two, (across, down); (0, 0): can't be told."""
    halves = np.stack([one, other]).reshape(2, _HALF_HEIGHT, 2, _HALF_WIDTH, 2).sum(axis=(2, 4)) * np.float32(0.25)
    halves -= halves.sum(axis=(1, 2), keepdims=True) / np.float32(_HALF_HEIGHT * _HALF_WIDTH)
    if float(np.abs(halves).sum()) / halves.size < _FLAT:
        return 0, 0
    waves = np.fft.rfft2(halves * _FADE)
    cross = waves[1] * np.conj(waves[0])
    strength = np.abs(cross)
    strongest = float(strength.max())
    if not strongest:  # one of them is flat: nothing to follow
        return 0, 0
    peaks = np.fft.irfft2(cross / (strength + 1e-3 * strongest), s=(_HALF_HEIGHT, _HALF_WIDTH))
    down, across = divmod(int(peaks.argmax()), _HALF_WIDTH)
    down, across = _signed(down, _HALF_HEIGHT), _signed(across, _HALF_WIDTH)
    # Further than a third of the picture between two frames is a cut or a mistake.
    near = abs(down) <= _HALF_HEIGHT // 3 and abs(across) <= _HALF_WIDTH // 3
    return (2 * across, 2 * down) if near else (0, 0)


def _aligned(one: Luma, other: Luma, across: int, down: int) -> tuple[float, float, Luma, bool]:
    """Return the shift near (across, down) points, the difference that it leaves, and whether the camera moved so.

    It did where the shift makes most of the parts fit better that it makes fit differently: a car that passes takes
    its own part along and no other.
    """
    height, width = one.shape
    one = one[max(0, -down) : height - max(0, down), max(0, -across) : width - max(0, across)]
    still = other[max(0, -down) : height - max(0, down), max(0, -across) : width - max(0, across)]
    other = other[max(0, down) : height - max(0, -down), max(0, across) : width - max(0, -across)]
    mean = (one + other) * np.float32(0.5)
    slope_x = (mean[1:-1, 2:] - mean[1:-1, :-2]) * np.float32(0.5)
    slope_y = (mean[2:, 1:-1] - mean[:-2, 1:-1]) * np.float32(0.5)
    change = (other - one)[1:-1, 1:-1]
    xx, yy, xy = (float((p * q).sum()) for p, q in ((slope_x, slope_x), (slope_y, slope_y), (slope_x, slope_y)))
    by_x, by_y = -float((slope_x * change).sum()), -float((slope_y * change).sum())
    room = xx * yy - xy * xy
    if room <= _FLAT * change.size:  # no detail, or stripes along which nothing can be followed
        return 0.0, 0.0, np.abs(change), False
    x = min(1.5, max(-1.5, (by_x * yy - by_y * xy) / room))
    y = min(1.5, max(-1.5, (by_y * xx - by_x * xy) / room))
    left = np.abs(change + np.float32(x) * slope_x + np.float32(y) * slope_y)
    gain = _parts(np.abs(still - one)[1:-1, 1:-1]) - _parts(left)
    better, worse = int((gain > _TELLING).sum()), int((gain < -_TELLING).sum())
    return across + x, down + y, left, better >= _FEWEST_PARTS and better >= _MOST_PARTS * (better + worse)


def _parts(difference: Luma) -> Luma:
    """Return the means of parts of 5 × 5 points; what is left over at the edges is left out."""
    rows, columns = difference.shape[0] // 5, difference.shape[1] // 5
    whole = difference[: rows * 5, : columns * 5]
    return np.asarray(whole.reshape(rows, 5, columns, 5).sum(axis=(1, 3)) / np.float32(25))


def _share_changed(difference: Luma) -> float:
    return float((difference > _DIFFERS).sum()) / difference.size


def _signed(place: int, size: int) -> int:
    return place - size if place > size // 2 else place


_FADE: Luma = np.outer(np.hanning(_HALF_HEIGHT), np.hanning(_HALF_WIDTH)).astype(np.float32)
