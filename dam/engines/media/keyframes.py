"""Which few frames stand for a shot: clear ones, unlike each other, as many as the content changes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.engines.media.frames import Pixels
from dam.engines.media.shots import Look, difference

MAX_KEYFRAMES = 6
_MS_PER_KEYFRAME = 1500  # a shot of two seconds shows one thing, whatever moves in it
# Frames that differ less than this give nearly the same vector and cost as much; see `shots.difference`. An
# empty road is 0.03 from itself a second later, 0.5 from the same road with a car near the camera.
NEW_CONTENT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A frame that may come to stand for its shot; `clarity` grows with detail and well-used brightness."""

    look: Look
    pixels: Pixels
    clarity: float

    @property
    def time_ms(self) -> int:
        """The frame's time in the asset."""
        return self.look.time_ms


def clarity_of(luma: NDArray[np.float32]) -> float:
    """Return how much there is to see: mean edge strength, less for black, white and flat frames."""
    edges = np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean()
    return float(edges * min(1.0, luma.std() / 30) + luma.std() * 0.05)


def choose_keyframes(candidates: list[Candidate]) -> list[Candidate]:
    """Return one to six candidates in time order; the clearest of the middle first, then what differs most."""
    middle = candidates[len(candidates) // 5 : len(candidates) - len(candidates) // 5]
    chosen = [max(middle, key=lambda candidate: candidate.clarity)]
    floor = 0.25 * chosen[0].clarity  # black and blurred frames are different too, but not worth a vector
    distances = [difference(chosen[0].look, candidate.look) for candidate in candidates]
    lasts_ms = candidates[-1].time_ms - candidates[0].time_ms
    most = min(MAX_KEYFRAMES, 1 + lasts_ms // _MS_PER_KEYFRAME)
    while len(chosen) < most:
        usable = [
            place for place, candidate in enumerate(candidates) if candidate.clarity >= floor and distances[place] > 0
        ]
        best = max(usable, key=lambda place: distances[place], default=None)
        if best is None or distances[best] < NEW_CONTENT:
            break
        chosen.append(candidates[best])
        distances = [
            min(known, difference(candidates[best].look, candidate.look))
            for known, candidate in zip(distances, candidates, strict=True)
        ]
    return sorted(chosen, key=lambda candidate: candidate.time_ms)
