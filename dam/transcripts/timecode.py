"""Milliseconds of a recording to timecode, as an editor's programs count it."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{1,3})")
# Frames a second (rounded) whose counting drops numbers where the rate is 1000/1001 of that: how many, each minute
# but every tenth (SMPTE ST 12-1).
_DROPPED = {30: 2, 60: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCount:
    """How a recording's frames are counted: `numerator / denominator` a second, from `first` on; `drop` drop-frame.

    Without a rate (0 / 0: sound alone) times are written in milliseconds.
    """

    numerator: int = 0
    denominator: int = 0
    first: int = 0
    drop: bool = False

    def at(self, ms: int) -> str:
        """Return the timecode of a moment: HH:MM:SS:FF (";" before the frames in drop-frame), or HH:MM:SS.mmm."""
        if not self.numerator or not self.denominator:
            return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
        frame = self.first + round(ms * self.numerator / (self.denominator * 1000))
        if self.drop:
            frame += _numbers_dropped(frame, self.nominal)
        second, number = divmod(frame, self.nominal)
        clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
        return f"{clock}{';' if self.drop else ':'}{number:02}"

    @property
    def nominal(self) -> int:
        """Frames that a second of timecode counts."""
        return max(1, round(self.numerator / self.denominator))


def frame_count(numerator: int, denominator: int, written: str = "") -> FrameCount:
    """Return how frames are counted at a rate, from the timecode that is `written` in a file ("": from nought)."""
    if not numerator or not denominator:
        return FrameCount()
    bare = FrameCount(numerator=numerator, denominator=denominator)
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        return bare
    hours, minutes, seconds, sign, frames = found.groups()
    drop = sign in ";," and bare.nominal in _DROPPED and denominator == 1001
    number = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * bare.nominal + int(frames)
    if drop:
        whole = int(hours) * 60 + int(minutes)
        number -= _DROPPED[bare.nominal] * (whole - whole // 10)
    return FrameCount(numerator=numerator, denominator=denominator, first=number, drop=drop)


def _numbers_dropped(frame: int, nominal: int) -> int:
    dropped = _DROPPED[nominal]
    of_ten = nominal * 600 - dropped * 9  # frames in ten minutes
    of_one = nominal * 60 - dropped
    tens, rest = divmod(frame, of_ten)
    return dropped * 9 * tens + (dropped * ((rest - dropped) // of_one) if rest >= dropped else 0)
