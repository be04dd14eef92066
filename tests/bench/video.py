"""Video as × real time: the product end to end, decoding alone, and PySceneDetect's shots on the same files."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

from dam import wiring
from dam.catalog.models import Unit
from dam.types import UnitKind
from tests.bench import media
from tests.bench.cuts import Agreement, agreement, total
from tests.bench.indexing import Indexing
from tests.bench.measure import OURS, Figure, Report, figures_of, interleaved
from tests.bench.task import Settings

DECODING = "decoding alone"
SCENEDETECT = "PySceneDetect"

_TOLERANCE_FRAMES = 2
_NOTES = {
    OURS: "probe, shots, keyframes, strips, sound to samples, vectors, rows; no speech",
    DECODING: "PyAV on all cores, no picture is looked at",
    SCENEDETECT: "AdaptiveDetector, its defaults: shots and nothing else",
}


def measure(settings: Settings) -> Report:
    """Measure all files together, and compare the cuts."""
    files = media.find(media.VIDEOS)
    videos = media.copy_library(files[:1] if settings.quick else files, settings.scratch / "video")
    seconds = sum(_duration_s(path) for path in videos)
    indexing = Indexing(wiring.embedder())
    indexing.run(videos[0].parent, files=len(videos))
    ours = {path.name: _our_cuts(path) for path in videos}
    theirs: dict[str, list[float]] = {}

    def detect() -> float:
        began = time.perf_counter()
        theirs.update({path.name: _their_cuts(path) for path in videos})
        return seconds / (time.perf_counter() - began)

    values = interleaved(
        {
            OURS: lambda: seconds / indexing.run(videos[0].parent, files=len(videos)),
            DECODING: lambda: seconds / _decode(videos),
            SCENEDETECT: detect,
        },
        settings.rounds,
    )
    found = total(
        agreement(ours[path.name], theirs[path.name], tolerance=_TOLERANCE_FRAMES / _frame_rate(path))
        for path in videos
    )
    figures = figures_of(f"video, {len(videos)} files of {seconds:.0f} s in all", "× real time", values, notes=_NOTES)
    return Report(figures=(*figures, _agreement_figure(found)))


def _agreement_figure(found: Agreement) -> Figure:
    return Figure(
        what="shots: F1 with PySceneDetect",
        who=OURS,
        value=found.f1,
        unit="F1",
        note=f"within {_TOLERANCE_FRAMES} frames: {found.both} cuts in both, {found.only_first} only in ours, "
        f"{found.only_second} only in theirs",
    )


def _our_cuts(path: Path) -> list[float]:
    shots = Unit.objects.filter(kind=UnitKind.SHOT, asset__files__path=path.name, start_ms__gt=0)
    return [start / 1000 for start in shots.order_by("start_ms").values_list("start_ms", flat=True)]


def _their_cuts(path: Path) -> list[float]:
    from scenedetect import AdaptiveDetector, detect

    logging.getLogger("pyscenedetect").setLevel(logging.WARNING)  # it tells of every file
    return [float(start.seconds) for start, _ in detect(str(path), AdaptiveDetector())][1:]


def _decode(videos: Sequence[Path]) -> float:
    import av

    began = time.perf_counter()
    for path in videos:
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "AUTO"
            for _ in container.decode(video=0):
                pass
    return time.perf_counter() - began


def _duration_s(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        return (container.duration or 0) / 1e6


def _frame_rate(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        return float(container.streams.video[0].average_rate or 25)
