"""The most memory that the indexing process and a decoder child hold while all three kinds of media go through."""

import os

from dam import wiring
from tests.bench import media
from tests.bench.indexing import Indexing
from tests.bench.measure import OURS, Figure, Report
from tests.bench.resident import children_of, peak_mb
from tests.bench.task import Settings


def measure(settings: Settings) -> Report:
    """Index photos (four of a camera's size), videos and speech once, with the active pack."""
    few = 1 if settings.quick else None
    photos, videos, sounds = (media.find(kinds)[:few] for kinds in (media.PHOTOS, media.VIDEOS, media.SOUNDS))
    folder = settings.scratch / "library"
    media.copy_library([*photos, *videos, *sounds], folder)
    media.camera_library(photos[:4], folder / "camera", count=4)
    files = sum(path.is_file() for path in folder.rglob("*"))
    Indexing(wiring.embedder(), wiring.transcriber()).run(folder, files=files)
    own = peak_mb()
    children = [peak_mb(pid) or 0.0 for pid in children_of(os.getpid(), running="dam.engines.media.child")]
    if own is None or not children:
        return Report(remarks=("memory: this system does not say what a process has held.",))
    note = f"{files} photos, videos and recordings; {len(children)} children"
    return Report(
        figures=(
            Figure(what="memory: indexing process, peak", who=OURS, value=own, unit="MB", note=note),
            Figure(
                what="memory: a decoder child, peak", who=OURS, value=max(children), unit="MB", note="the largest"
            ),
        )
    )
