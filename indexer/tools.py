"""What every step of the pipeline is handed: the ports, the folders, the names of the models."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dam import wiring
from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.config import Limits, Places
from dam.errors import EngineError
from dam.metadata.bench import Bench
from dam.ports import (
    Captioner,
    Embedder,
    FaceEngine,
    MediaReader,
    MetadataTool,
    ObjectDetector,
    SoundEmbedder,
    TextReader,
    Transcriber,
)
from dam.types import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The models of one pipeline, by the name of the model; they load when first used."""

    embedder: Callable[[str], Embedder]
    transcriber: Callable[[str], Transcriber]
    faces: Callable[[str], FaceEngine] = wiring.face_engine
    text: Callable[[str], TextReader] = wiring.text_reader
    objects: Callable[[str], ObjectDetector] = wiring.object_detector
    captions: Callable[[str], Captioner] = wiring.captioner
    sounds: Callable[[str], SoundEmbedder] = wiring.sound_embedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The ports of one pipeline, and the plan of what is to be done by which models."""

    reader: MediaReader
    engines: Engines
    plan: Plan
    places: Places
    limits: Limits
    owner: str
    has_gpu: bool = False
    metadata_tool: Callable[[], MetadataTool] = wiring.metadata_tool

    @property
    def bench(self) -> Bench:
        """What writing metadata needs."""
        return Bench(
            tool=self.metadata_tool(),
            reader=self.reader,
            scratch=self.scratch("metadata"),
            shadow=self.places.shadow,
        )

    def scratch(self, name: str) -> Path:
        """Return (and make) a folder for work in progress, named after this process so that leftovers can be told."""
        folder = self.places.scratch / self.owner.replace(":", "-") / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def sound_of(self, asset_id: int) -> Path:
        """Return where the sound of an asset waits between its decode and the stages that listen to it."""
        return self.places.scratch / "sound" / f"{asset_id}.pcm"

    def cues_of(self, asset_id: int) -> Path:
        """Return where the subtitles of an asset wait between its decode and its transcript."""
        return self.places.scratch / "sound" / f"{asset_id}.json"


def fail_apart(
    runs: Sequence[StageRun],
    error: EngineError,
    tools: Tools,
    step: Callable[[Sequence[StageRun], Tools], None],
) -> None:
    """Run a batch that failed again, one by one, so that only the guilty asset carries the failure."""
    if len(runs) == 1:
        jobs.fail(runs[0], str(error), max_attempts=tools.limits.max_attempts)
        return
    for run in runs:
        step([run], tools)


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
