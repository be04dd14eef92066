"""What needs no trained model, a second: the look of pictures, and the places of coordinates."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dam.engines.look import load_looks, measure_look
from dam.engines.places import find_places
from tests.bench import media
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings

LIBRARIES = "Pillow and imagehash"
ALONE = "one coordinate at a time"
_PICTURES, _QUICK_PICTURES = 24, 4
_PLACES, _ALONE_PLACES, _QUICK_PLACES = 20_000, 1_000, 200
_COLOURS = 6
_DRAFT = (512, 512)  # px: libjpeg decodes at half the size, as ours does

_LOOK_NOTES = {
    OURS: "from a 2048 px JPEG: named colours, brightness, sharpness, black and white, hash",
    LIBRARIES: "decoded as small: a palette by median cut, a hash, and nothing else",
}


def measure(settings: Settings) -> Report:
    """Measure both."""
    return looks(settings).joined(places(settings))


def looks(settings: Settings) -> Report:
    """Return pictures a second, decoding included."""
    paths = _previews(settings.scratch / "previews", count=_QUICK_PICTURES if settings.quick else _PICTURES)
    for each in (_look_at, _by_libraries):
        each(paths[:1])  # imports
    values = interleaved(
        {OURS: lambda: _speed(_look_at, paths), LIBRARIES: lambda: _speed(_by_libraries, paths)}, settings.rounds
    )
    return Report(figures=figures_of(f"look of {len(paths)} pictures", "pictures/s", values, notes=_LOOK_NOTES))


def places(settings: Settings) -> Report:
    """Return lookups a second over coordinates all over the land, and seconds until the first answer."""
    began = time.perf_counter()
    find_places([(43.46, 11.88)])
    first_s = time.perf_counter() - began
    rng = np.random.default_rng(1)
    drawn = rng.uniform((-50, -180), (70, 180), (_QUICK_PLACES if settings.quick else _PLACES, 2))
    coordinates = [(float(lat), float(lng)) for lat, lng in drawn]
    few = coordinates[:_ALONE_PLACES]

    def together(some: Sequence[tuple[float, float]]) -> None:
        find_places(some)

    def alone(some: Sequence[tuple[float, float]]) -> None:
        for coordinate in some:
            find_places([coordinate])

    values = interleaved(
        {OURS: lambda: _speed(together, coordinates), ALONE: lambda: _speed(alone, few)}, settings.rounds
    )
    notes = {OURS: f"{len(coordinates):,} at once", ALONE: f"{len(few):,} of them"}
    return Report(
        figures=(
            *figures_of("places of coordinates", "places/s", values, notes=notes),
            *figures_of("places: until the first answer", "s", {OURS: [first_s]}, notes={OURS: "reads the cities"}),
        )
    )


def _look_at(paths: Sequence[Path]) -> None:
    for pixels in load_looks(paths):
        if pixels is None:
            raise RuntimeError("a picture of the benchmark can't be read")
        measure_look(pixels)


def _by_libraries(paths: Sequence[Path]) -> None:
    import imagehash

    for path in paths:
        with Image.open(path) as picture:
            picture.draft("RGB", _DRAFT)
            rgb = picture.convert("RGB")
        rgb.quantize(_COLOURS).getpalette()
        imagehash.phash(rgb)


def _speed(do: Callable[[Sequence[Any]], None], some: Sequence[Any]) -> float:
    began = time.perf_counter()
    do(some)
    return len(some) / (time.perf_counter() - began)


def _previews(folder: Path, *, count: int) -> list[Path]:
    """Write photos as previews of 2048 px, small ones enlarged: as large as those of a camera's pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    files = media.find(media.PHOTOS)
    paths = []
    for number in range(count):
        with Image.open(files[number % len(files)]) as picture:
            path = folder / f"{number}.jpg"
            picture.convert("RGB").resize((2048, 1366), Image.Resampling.BICUBIC).save(path, quality=85)
        paths.append(path)
    return paths
