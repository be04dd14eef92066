"""Milliseconds, frames and timecode: the same moment in the three ways in which an edit counts it."""

import math
import re
from fractions import Fraction

from dam.types import FrameRate

_RATES = [
    (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48000, 1001), (48, 1), (50, 1),
    (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1), (240000, 1001), (240, 1),
]  # fmt: skip
STANDARD_RATES = tuple(FrameRate(numerator=over, denominator=under) for over, under in _RATES)
# The rates that edits are made in, to choose from.
TIMELINE_RATES = tuple(rate for rate in STANDARD_RATES if rate.fps < 61 and round(rate.fps) != 48)
# 23.976 and 24 differ by a thousandth: a rate that is nearer than a fifth of that to a standard one is that.
_SAME = Fraction(1, 5000)
_SLOWEST, _FASTEST = 20, 250
# A time in the catalogue is a frame's, rounded to the millisecond.
_ROUNDED_MS = Fraction(1, 2)
_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")


def as_fraction(rate: FrameRate) -> Fraction:
    """Return frames per second."""
    return Fraction(rate.numerator, rate.denominator)


def standard_rate(rate: FrameRate) -> FrameRate:
    """Return the rate that an edit counts a file in.

    Containers round (2997/100), and those of phones and screen recorders state averages (359280/11987): what lies at
    a standard rate is that; a plain other one (20, 12.5) stays; of the rest the nearest standard one is taken, which
    is what editing programs conform files of varying rate to.
    """
    said = as_fraction(rate)
    exact = [one for one in STANDARD_RATES if is_same_rate(one, rate)]
    if exact:
        return exact[0]
    if said.denominator <= 2:
        return rate
    if not _SLOWEST <= said <= _FASTEST:  # time lapse, high speed: no standard is near, whole frames are
        return FrameRate(numerator=max(1, round(said)), denominator=1)
    return min(STANDARD_RATES, key=lambda one: abs(as_fraction(one) - said))


def is_same_rate(one: FrameRate, other: FrameRate) -> bool:
    """Tell whether two rates are one but for rounding in a container."""
    return abs(as_fraction(one) - as_fraction(other)) <= as_fraction(one) * _SAME


def nominal(rate: FrameRate) -> int:
    """Return how many frames a second of timecode counts: 30 for 29.97."""
    return math.ceil(as_fraction(rate))


def is_ntsc(rate: FrameRate) -> bool:
    """Tell whether a rate runs a thousandth slower than its timecode."""
    return rate.denominator == 1001


def may_drop(rate: FrameRate) -> bool:
    """Tell whether drop-frame timecode is defined at a rate: at 29.97 and its multiples (SMPTE ST 12-1)."""
    return is_ntsc(rate) and nominal(rate) % 30 == 0


def frame_at(ms: int, rate: FrameRate) -> int:
    """Return the frame that is shown at a time; a frame's own time, rounded to the millisecond, gives that frame."""
    return math.floor((ms + _ROUNDED_MS) * as_fraction(rate) / 1000)


def frame_after(ms: int, rate: FrameRate) -> int:
    """Return the first frame that is shown no more before a time: the end of a stretch, which is not in it."""
    return math.ceil((ms - _ROUNDED_MS) * as_fraction(rate) / 1000)


def to_timecode(frame: int, rate: FrameRate, *, drop: bool) -> str:
    """Return the timecode of a frame, `HH:MM:SS:FF`, or `HH:MM:SS;FF` in drop-frame; a day later it begins anew.

    Drop-frame leaves out the first numbers of each minute but every tenth, two at 29.97 and four at 59.94, so that
    the hour of the label is an hour (SMPTE ST 12-1, 5.2.2).
    """
    fps = nominal(rate)
    if drop:
        left_out = fps // 15
        in_ten = fps * 600 - 9 * left_out
        in_one = fps * 60 - left_out
        tens, rest = divmod(frame % (in_ten * 144), in_ten)
        minutes = (rest - left_out) // in_one if rest > left_out else 0
        frame = frame % (in_ten * 144) + left_out * (9 * tens + minutes)
    frame %= fps * 86_400
    seconds, frames = divmod(frame, fps)
    mark = ";" if drop else ":"
    wide = 3 if fps > 100 else 2
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{frames:0{wide}}"


def from_timecode(text: str, rate: FrameRate) -> tuple[int, bool] | None:
    """Return (frame, whether it is drop-frame) of a timecode; None for one that can't be at this rate.

    `;`, and `.` or `,` as some recorders write, stand before the frames of drop-frame. A number that drop-frame
    leaves out is read as the next that there is.
    """
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, frames = (int(match[place]) for place in (1, 2, 3, 5))
    fps = nominal(rate)
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= fps:
        return None
    drop = match[4] != ":" and may_drop(rate)
    frame = (hours * 3600 + minutes * 60 + seconds) * fps + frames
    if drop:
        left_out = fps // 15
        if minutes % 10 and seconds == 0:
            frame += max(0, left_out - frames)
        whole = hours * 60 + minutes
        frame -= left_out * (whole - whole // 10)
    return frame, drop


def rate_name(rate: FrameRate) -> str:
    """Return a rate as editors call it: `23.976`, `25`, `59.94`."""
    return f"{rate.fps:.3f}".rstrip("0").rstrip(".") if is_ntsc(rate) and nominal(rate) == 24 else _short(rate)


def _short(rate: FrameRate) -> str:
    return f"{rate.fps:.2f}".rstrip("0").rstrip(".")
