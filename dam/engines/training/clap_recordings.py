"""Recordings whose truth somebody knows, for measuring the sound model: a folder in, windows with their concepts out.

A folder for each concept, named by its key with dots ("sound.nature.rain"), with any files that ffmpeg reads. What
lies below a folder's concept is left open: of "sound.animals" nobody says whether it is a dog.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dam.ports import SPEECH_RATE_HZ, Samples

_SHORTEST_S = 0.25
_SILENT = 1e-7  # of power: -70 dB, as the index leaves it out
_WINDOWS_OF_EACH = 8  # of one file: a long one shall not speak for many


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One window of a recording and the key of what is heard in it; `drawing`: lines are drawn by it, not checked."""

    file: str
    key: str
    sound: Samples
    drawing: bool

    def holds(self, key: str) -> bool:
        """Tell whether a concept is true of it: its own, and those above."""
        return f"{self.key}/".startswith(f"{key}/")

    def counts(self, key: str) -> bool:
        """Tell whether anybody knows if a concept is true of it."""
        return not key.startswith(f"{self.key}/")


def read_recordings(folder: Path, *, window_s: float) -> list[Recorded]:
    """Return the windows of every file. Raises CalledProcessError for one that ffmpeg can't read."""
    found = []
    for concept in sorted(folder.iterdir()):
        # By file, for the windows of one are alike; in turn, so that a concept with one file has it to be drawn by.
        for place, path in enumerate(sorted(concept.iterdir())):
            key, drawing = concept.name.replace(".", "/"), place % 2 == 0
            found += [
                Recorded(file=path.name, key=key, sound=part, drawing=drawing)
                for part in _windows(_decoded(path), size=int(window_s * SPEECH_RATE_HZ))
            ]
    return found


def _windows(sound: Samples, *, size: int) -> list[Samples]:
    """Return windows of equal length, as the index cuts them, without those that are too short or silent."""
    count = max(1, -(-len(sound) // size))
    parts = [
        sound[len(sound) * n // count : len(sound) * (n + 1) // count] for n in range(min(count, _WINDOWS_OF_EACH))
    ]
    return [
        part
        for part in parts
        if len(part) >= _SHORTEST_S * SPEECH_RATE_HZ and np.mean((part / 32768.0) ** 2) >= _SILENT
    ]


def _decoded(path: Path) -> Samples:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "1", "-ar", str(SPEECH_RATE_HZ)]
    raw = subprocess.run([*command, "-f", "s16le", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, dtype="<i2")
