"""Spoken sentences for the sound model by ffmpeg's flite source (development time only), as the demo's talks."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from dam.engines.training.sounds.craft import RATE_HZ, Random, Sound, length, noise

_VOICES = ("slt", "rms", "awb", "kal16")
_STARTS = ("we", "they", "my friends", "the people here", "some of you", "our neighbours", "she", "he", "I")
_VERBS = ("could never find", "would like to see", "talked about", "forgot", "wanted to change", "looked for",
          "will remember", "should think of", "asked about", "did not know")  # fmt: skip
_THINGS = ("the way home", "a better answer", "the old house", "that question", "the morning train", "the first day",
           "another reason", "the long summer", "a cup of coffee", "the name of the street",
           "the price of bread")  # fmt: skip
_ENDS = ("before the end of the year", "when we were young", "in a small town", "and nobody said a word",
         "because it was late", "on the other side of the river", "for the very first time",
         "as far as I can tell")  # fmt: skip


def spoken(random: Random, n: int) -> Sound:
    """Return n samples of one voice that says made-up sentences, at its own pace and pitch.

    Raises CalledProcessError or FileNotFoundError where ffmpeg is missing or was built without flite.
    """
    voice = str(random.choice(_VOICES))
    factor = random.uniform(0.88, 1.16)
    parts: list[Sound] = []
    while sum(map(len, parts)) < n:
        words = " ".join(str(random.choice(some)) for some in (_STARTS, _VERBS, _THINGS, _ENDS))
        said = _say(words, voice)
        at = np.arange(0, len(said) - 1, factor)
        parts += [np.interp(at, np.arange(len(said)), said), np.zeros(length(random.uniform(0.1, 0.8)))]
    sound = np.concatenate(parts)[:n]
    return np.asarray(sound + noise(random, n, 1.0) * 0.001)


def _say(text: str, voice: str) -> Sound:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "line.txt"
        file.write_text(text, encoding="ascii")
        source = f"flite=textfile={file}:voice={voice}"
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            source,
            "-ac",
            "1",
            "-ar",
            str(RATE_HZ),
            "-f",
            "s16le",
            "-",
        ]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, dtype="<i2").astype(np.float64) / 32768
