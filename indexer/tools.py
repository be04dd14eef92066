"""What every step of the pipeline is handed: the ports, the folders, the names of the models."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dam.config import Limits, Places
from dam.ports import Embedder, MediaReader, Transcriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The ports of one pipeline. Models are handed over as callables: they load when first needed.

    `picture_models` are all whose vectors a new asset needs: the pack in use, and the one being built beside it.
    """

    reader: MediaReader
    embedder: Callable[[str], Embedder]  # by model name
    transcriber: Callable[[str], Transcriber]  # by model name
    picture_models: tuple[str, ...]
    speech_model: str
    places: Places
    limits: Limits
    owner: str

    def scratch(self, name: str) -> Path:
        """Return (and make) a folder for work in progress, named after this process so that leftovers can be told."""
        folder = self.places.scratch / self.owner.replace(":", "-") / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def sound_of(self, asset_id: int) -> Path:
        """Return where the sound of an asset waits between its decode and its transcript."""
        return self.places.scratch / "sound" / f"{asset_id}.pcm"

    def cues_of(self, asset_id: int) -> Path:
        """Return where the subtitles of an asset wait between its decode and its transcript."""
        return self.places.scratch / "sound" / f"{asset_id}.json"


class Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def ms(self) -> int:
        """Whole milliseconds so far."""
        return int((time.monotonic() - self._start) * 1000)


@contextmanager
def throttled(report: Callable[[float], None], *, every_s: float = 1.0) -> Iterator[Callable[[float], None]]:
    """Yield a progress callback that passes on at most one call per `every_s`: each is a write to the database."""
    last = 0.0

    def forward(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= every_s:
            last = time.monotonic()
            report(share)

    yield forward
