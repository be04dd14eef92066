"""Photos per second: the product end to end, its encoder alone, and the same weights in a plain loop."""

import time
from collections.abc import Callable
from pathlib import Path

from dam import wiring
from dam.catalog.models import Rendition
from dam.config import config
from dam.engines import weights
from dam.engines.pictures import load_pictures
from dam.ports import Embedder
from dam.types import RenditionRole
from tests.bench import media
from tests.bench.indexing import Indexing
from tests.bench.measure import OURS, Figure, Report, figures_of, interleaved
from tests.bench.open_clip_loop import OpenClipLoop
from tests.bench.task import Settings

LIMIT = "its encoder alone"
LOOP = "open_clip loop"
RCLIP = "rclip"

_NOTES = {
    OURS: "scan, decode in children, previews, metadata, vectors, rows",
    LIMIT: "the same embedder fed with pictures in memory",
    LOOP: "open, preprocess, encode_image in batches of 32; same weights, nothing is kept",
    RCLIP: "the command, less its start: ViT-B/32-256 too (ONNX), vectors in its database",
}


def measure(settings: Settings) -> Report:
    """Measure with the active pack: small pictures as they are, and pictures of a camera's size."""
    pack = wiring.active_pack()
    embedder = wiring.embedder()
    folder = weights.folder_of(pack.embedder, models=config().places.models)
    files = media.find(media.PHOTOS)
    small = media.copy_library(files, settings.scratch / "small", count=24 if settings.quick else 240)
    camera = media.camera_library(files, settings.scratch / "camera", count=4 if settings.quick else 16)
    runs = compare(embedder, folder, small)
    report = report_of(f"photos of {media.megapixels(small):.1f} MP", interleaved(runs, settings.rounds))
    large = report_of("photos of 12.0 MP", interleaved(compare(embedder, folder, camera), settings.rounds))
    return report.joined(large).joined(
        Report(about={"pack": pack.name, "embedder": embedder.info.name, "media": media.source()})
    )


def compare(embedder: Embedder, folder: Path, photos: list[Path]) -> dict[str, Callable[[], float]]:
    """Return the contenders for these photos, warm: each gives photos per second."""
    indexing = Indexing(embedder)
    loop = OpenClipLoop(folder)
    indexing.run(photos[0].parent, files=len(photos))
    loop.seconds(photos[:2])
    looks = Rendition.objects.filter(role=RenditionRole.THUMB).values_list("key", flat=True)
    loaded = load_pictures([config().places.renditions / key for key in looks])
    pictures = [picture for picture in loaded if picture is not None]

    def limit() -> float:
        began = time.perf_counter()
        embedder.embed_images(pictures)
        return len(pictures) / (time.perf_counter() - began)

    return {
        OURS: lambda: len(photos) / indexing.run(photos[0].parent, files=len(photos)),
        LIMIT: limit,
        LOOP: lambda: len(photos) / loop.seconds(photos),
    }


def report_of(what: str, values: dict[str, list[float]]) -> Report:
    """Return the figures, with the share of the encoder's limit that is reached."""
    figures = figures_of(what, "photos/s", values, notes=_NOTES)
    shares = {OURS: [ours / limit for ours, limit in zip(values[OURS], values[LIMIT], strict=True)]}
    (share,) = figures_of(f"{what}: share of the encoder's limit", "%", {OURS: [100 * one for one in shares[OURS]]})
    return Report(figures=(*figures, _noted(share)))


def _noted(share: Figure) -> Figure:
    return Figure(
        what=share.what,
        who=share.who,
        value=share.value,
        unit=share.unit,
        note="end to end ÷ encoder alone, per round",
    )
