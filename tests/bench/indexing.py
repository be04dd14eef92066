"""The product's own indexing, run over a folder and timed: scan → prepare → embed → record."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from dam import wiring
from dam.catalog.models import Asset, Library, Tombstone
from dam.catalog.readers import status
from dam.catalog.writers.libraries import add_library
from dam.config import config
from dam.ports import Embedder, Samples, Transcriber
from dam.types import Plan, Stage, Transcript, TranscriptSource
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools


class Deaf:
    """A transcriber that hears nothing: pictures are measured without speech, which is measured on its own."""

    name = "deaf"

    def transcribe(self, samples: Samples, *, on_progress: Callable[[float], None] | None = None) -> Transcript:
        """Return no segments."""
        return Transcript(source=TranscriptSource.MODEL, model=self.name, language="", segments=())


class Indexing:
    """A pipeline with models of our choice over the process's media reader, whose children stay up between runs."""

    def __init__(self, embedder: Embedder, transcriber: Transcriber | None = None) -> None:
        hearing = transcriber or Deaf()
        settings = config()
        self._tools = Tools(
            reader=wiring.media_reader(),
            engines=Engines(embedder=lambda _name: embedder, transcriber=lambda _name: hearing),
            plan=Plan(models={Stage.EMBED: (embedder.info.name,), Stage.TRANSCRIBE: (hearing.name,)}),
            places=settings.places,
            limits=settings.limits,
            owner="bench:1",
        )

    def run(self, folder: Path, *, files: int) -> float:
        """Index a folder into an empty catalogue; returns seconds. Raises RuntimeError unless all files are ready."""
        forget_everything()
        library = add_library(folder)
        began = time.perf_counter()
        scan_library(library.id)
        blocked = Pipeline(self._tools).run_until_idle()
        took = time.perf_counter() - began
        ready = status.files_by_state()["ready"]
        if blocked or ready != files:
            raise RuntimeError(f"{ready} of {files} files were indexed: {blocked or status.reasons()}")
        return took


def forget_everything() -> None:
    """Empty the benchmark's own catalogue and its folders."""
    for model in (Library, Asset, Tombstone):
        model.objects.all().delete()
    for folder in (config().places.renditions, config().places.scratch):
        shutil.rmtree(folder, ignore_errors=True)
