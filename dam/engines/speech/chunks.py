"""Stretches of speech to the chunks that an engine hears, and times in a chunk back to times in the asset."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dam.engines.speech.vad import Stretch
from dam.ports import SPEECH_RATE_HZ, Samples


@dataclass(frozen=True, slots=True)
class Chunk:
    """Stretches heard in one go, end to end, the silence between them left out."""

    stretches: tuple[Stretch, ...]

    @property
    def length(self) -> int:
        """How many samples the engine hears."""
        return sum(stretch.stop - stretch.start for stretch in self.stretches)

    def read(self, samples: Samples) -> Samples:
        """Return the chunk's sound, as a copy in memory."""
        return np.concatenate([np.asarray(samples[part.start : part.stop]) for part in self.stretches])

    def to_asset(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Map a word's time in the chunk to milliseconds in the asset.

        The word belongs to the stretch that holds its middle and never reaches out of it.
        """
        middle = (start_s + end_s) / 2 * SPEECH_RATE_HZ
        offset = 0
        for part in self.stretches:
            length = part.stop - part.start
            if middle < offset + length or part is self.stretches[-1]:
                shift = part.start - offset
                first = min(max(start_s * SPEECH_RATE_HZ + shift, part.start), part.stop)
                last = min(max(end_s * SPEECH_RATE_HZ + shift, first), part.stop)
                return _milliseconds(first), _milliseconds(last)
            offset += length
        raise ValueError("a chunk holds at least one stretch")


def pack(stretches: Sequence[Stretch], *, longest_s: float, join: bool) -> list[Chunk]:
    """Group stretches, in order, into chunks of at most `longest_s`; without `join`, one stretch is one chunk."""
    longest = int(longest_s * SPEECH_RATE_HZ)
    groups: list[list[Stretch]] = []
    length = 0
    for stretch in stretches:
        size = stretch.stop - stretch.start
        if join and groups and length + size <= longest:
            groups[-1].append(stretch)
            length += size
        else:
            groups.append([stretch])
            length = size
    return [Chunk(tuple(group)) for group in groups]


def _milliseconds(sample: float) -> int:
    return round(sample * 1000 / SPEECH_RATE_HZ)
