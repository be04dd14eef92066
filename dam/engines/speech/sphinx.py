"""pocketsphinx, which needs no download: its wheel carries an English model. Runs in a child process."""

import json
import re
import select
import struct
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

import dam
from dam.engines.speech.hearing import Hearing
from dam.engines.speech.utterance import Utterance
from dam.errors import EngineError, ModelUnavailable
from dam.ports import SPEECH_RATE_HZ, Samples
from dam.types import SpokenWord

FRAME_MS = 10  # pocketsphinx's default frame rate: 100 a second
FILLER = re.compile(r"^(<.*>|\[.*\]|\+\+.*\+\+)$")  # <s>, <sil>, [NOISE], ++BREATH++
VARIANT = re.compile(r"\(\d+\)$")  # "for(2)": the second pronunciation
# Mean word posterior: read English gives 0.5 to 0.9, speech in other languages and singing mostly below 0.2.
DOUBTFUL_PROBABILITY = 0.2
# Decoding takes 0.3 to 0.6 × real time on one core of an ordinary machine; this bounds a child that hangs.
PATIENCE = 60
LEAST_PATIENCE_S = 120.0


class SphinxRecogniser:
    """The `Recogniser` over one long-lived child; a child that died is replaced at the next call."""

    longest_s = 20.0  # the search keeps every frame's hypotheses: memory grows with the utterance
    # It normalises the sound by its mean over the utterance and guesses words from those before: with the pauses of
    # a speech left in, it heard 17 of the 22 words of a famous one, phrase by phrase 13.
    shortest_silence_ms = 1500
    joins = False

    def __init__(self, *, name: str = "pocketsphinx-en-us") -> None:
        self.name = name
        self._child: subprocess.Popen[bytes] | None = None

    def languages(self, sound: Samples) -> Mapping[str, float]:  # noqa: ARG002 - the port's signature
        """English is all that it knows."""
        return {"en": 1.0}

    def hear(self, sound: Samples, *, language: str) -> list[Utterance]:  # noqa: ARG002 - the port's signature
        """Return the words of one stretch of speech as one utterance. Raises EngineError."""
        raw = sound.astype("<i2", copy=False).tobytes()
        patience_s = max(LEAST_PATIENCE_S, PATIENCE * len(sound) / SPEECH_RATE_HZ)
        try:
            found = self._ask(raw, patience_s=patience_s)
        except (OSError, ValueError, EngineError) as error:
            self.close()
            raise EngineError(f"The speech engine pocketsphinx failed: {error}") from error
        words = tuple(
            SpokenWord(
                text=f" {VARIANT.sub('', word)}",
                start_ms=first * FRAME_MS,
                end_ms=(last + 1) * FRAME_MS,
                probability=min(1.0, max(0.0, probability)),
            )
            for word, first, last, probability in found
            if not FILLER.match(word)
        )
        if not words:
            return []
        return [Utterance(words=words, doubtful=fmean(word.probability for word in words) < DOUBTFUL_PROBABILITY)]

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def __del__(self) -> None:
        self.close()

    def _ask(self, raw: bytes, *, patience_s: float) -> list[tuple[str, int, int, float]]:
        child = self._running()
        if child.stdin is None or child.stdout is None:
            raise EngineError("its child has no pipes")
        child.stdin.write(struct.pack("<I", len(raw)) + raw)
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], patience_s)
        if not ready:
            raise EngineError(f"no answer within {patience_s:.0f} s")
        line = child.stdout.readline()
        if not line.endswith(b"\n"):
            raise EngineError(f"its child ended with status {child.wait()}")
        return [(str(word), int(first), int(last), float(chance)) for word, first, last, chance in json.loads(line)]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            if find_spec("pocketsphinx") is None:
                raise ModelUnavailable("it is not installed")
            self._child = subprocess.Popen(
                [sys.executable, "-m", "dam.engines.speech.sphinx_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(dam.__file__).parents[1],
            )
        return self._child


def build(folder: Path, *, name: str, device: str) -> Hearing:  # noqa: ARG001 - the model is in the wheel, on the CPU
    """Return the pack's transcriber; nothing is started before the first sound."""
    return Hearing(SphinxRecogniser(name=name))
