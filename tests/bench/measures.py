"""How fast look and place are, a second of one core's time: `python -m tests.bench.measures`."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from dam.engines.look import load_looks, measure_look
from dam.engines.places import find_places

_PICTURES = 24
_PLACES = 20_000


def measure_looks(folder: Path) -> float:
    """Return pictures a second of processor time, decoding included, over 2048 px previews."""
    paths = _pictures(folder)
    _look_at(paths[:2])  # imports
    start = time.process_time()
    _look_at(paths)
    return len(paths) / (time.process_time() - start)


def measure_places() -> dict[str, float]:
    """Return seconds until the first answer, and lookups a second after it, over coordinates all over the land."""
    start = time.process_time()
    find_places([(43.46, 11.88)])
    first_s = time.process_time() - start
    rng = np.random.default_rng(1)
    coordinates = [(float(lat), float(lng)) for lat, lng in rng.uniform((-50, -180), (70, 180), (_PLACES, 2))]
    start = time.process_time()
    find_places(coordinates)
    return {"places_first_s": first_s, "places_per_s": _PLACES / (time.process_time() - start)}


def _look_at(paths: list[Path]) -> None:
    for pixels in load_looks(paths):
        if pixels is None:
            raise RuntimeError("a picture of the benchmark can't be read")
        measure_look(pixels)


def _pictures(folder: Path) -> list[Path]:
    paths = []
    for number in range(_PICTURES):
        path = folder / f"{number}.jpg"
        noise = np.random.default_rng(number)
        coarse = noise.integers(0, 256, (24, 32, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((2048, 1366), Image.Resampling.BICUBIC)
        grain = noise.normal(0, 6, (1366, 2048, 1))
        Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)).save(path, quality=85)
        paths.append(path)
    return paths


def measure() -> dict[str, float]:
    """Return all figures."""
    with tempfile.TemporaryDirectory() as folder:
        return {"looks_per_s": measure_looks(Path(folder)), **measure_places()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: round(value, 2) for name, value in measure().items()}) + "\n")
