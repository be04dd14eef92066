"""The vector part of a query: the store on one thread, beside numpy over the same rows on one thread."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dam import wiring
from dam.ports import Vectors
from tests.bench.measure import OURS, Report, interleaved, latency_figures
from tests.bench.task import Settings

NUMPY = "numpy, brute force"
FILTERED = "Afterimage, a third allowed"

LIMIT = 600  # matches a query, as the search asks for
_QUERIES = 60  # a round
_PER_CLUSTER = 100  # pictures of one event look alike
_SPREAD = 0.8  # the noise around a cluster's centre, of the centre's length
_NOTES = {
    OURS: f"exact, fp16 rows, {LIMIT} matches",
    FILTERED: "the same with a filter on ids",
    NUMPY: "float32 rows: one product, argpartition, sort",
}


def measure(settings: Settings) -> Report:
    """Measure libraries of 10,000 and 100,000 vectors of the pack's size."""
    dimensions = wiring.embedder().info.dimensions
    report = Report()
    for rows in (1_000,) if settings.quick else (10_000, 100_000):
        found = interleaved(contenders(rows, dimensions), settings.rounds)
        what = f"query among {rows:,} × {dimensions} vectors"
        report = report.joined(Report(figures=latency_figures(what, found, notes=_NOTES)))
    return report


def contenders(rows: int, dimensions: int) -> dict[str, Callable[[], list[float]]]:
    """Return the ways to ask `rows` clustered vectors, warm: each gives the milliseconds of a round's queries."""
    rng = np.random.default_rng(0)
    vectors = clustered(rng, rows, dimensions)
    store = wiring.vector_store(dimensions)
    store.add(range(rows), vectors)
    third = np.arange(0, rows, 3)
    near = rng.integers(0, rows, _QUERIES)
    queries = _unit(vectors[near] + _noise(rng, (_QUERIES, dimensions)))
    asked: dict[str, Callable[[Vectors], object]] = {
        OURS: lambda query: store.search(query, limit=LIMIT),
        FILTERED: lambda query: store.search(query, limit=LIMIT, allowed_ids=third),
        NUMPY: lambda query: brute_force(vectors, query[0]),
    }
    for ask in asked.values():
        ask(queries[:1])
    return {who: partial(_milliseconds, ask, queries) for who, ask in asked.items()}


def brute_force(vectors: Vectors, query: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the places of the best `LIMIT` rows, best first."""
    scores = vectors @ query
    best = np.argpartition(-scores, LIMIT)[:LIMIT] if len(scores) > LIMIT else np.arange(len(scores))
    return np.asarray(best[np.argsort(-scores[best])])


def clustered(rng: np.random.Generator, rows: int, dimensions: int) -> Vectors:
    """Return (rows, dimensions) unit vectors around random centres."""
    centres = _unit(rng.standard_normal((max(1, rows // _PER_CLUSTER), dimensions), dtype=np.float32))
    return around(rng, centres, rows)


def around(rng: np.random.Generator, centres: Vectors, rows: int) -> Vectors:
    """Return (rows, dimensions) unit vectors, each near one of `centres`."""
    of = rng.integers(0, len(centres), rows)
    return _unit(centres[of] + _noise(rng, (rows, centres.shape[1])))


def _noise(rng: np.random.Generator, shape: tuple[int, int]) -> Vectors:
    """Return rows of the length `_SPREAD`, on average."""
    noise: Vectors = rng.standard_normal(shape, dtype=np.float32) * np.float32(_SPREAD / np.sqrt(shape[1]))
    return noise


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _milliseconds(ask: Callable[[Vectors], object], queries: Vectors) -> list[float]:
    took = []
    for number in range(len(queries)):
        began = time.perf_counter()
        ask(queries[number : number + 1])
        took.append((time.perf_counter() - began) * 1000)
    return took
