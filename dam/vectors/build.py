"""The index of many vectors: lists of near ones, each vector a bit per dimension, its best refined from fp16 rows.

IVF with RaBitQ codes (Gao and Long 2024). A code's estimate of an inner product is good to a few hundredths, so the
best thousand by estimate hold the best ten; those are compared exactly. RaBitQ wants vectors without favoured
directions, and embeddings have them: a random rotation comes first (without it, 1M clustered × 512, 200 refined:
recall@10 of 0.79 instead of 0.95). How many lists a query looks into is measured on the vectors themselves.
"""

import math
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors
from dam.vectors import flat

# Rows. At 100,000 × 512 the index answers in a fifth of the time of exact search (23 ms beside 107, both on a busy
# machine: `make bench-search N=100000`); with fewer, exact search takes a few milliseconds and nothing is built.
WORTH_INDEXING = 100_000
CANDIDATES = (1_000, 2_000, 4_000, 8_000)  # of the best estimates, that are compared exactly; fewer where that does

_CHUNK = 8192
_SAMPLES_A_LIST = 48  # k-means is no better with more
_ROUNDS = 8
# For each kind of query, above what is promised: at 0.993, on 64 of a kind, other queries of a million found 0.977.
_RECALL_WANTED = 0.998
NEAREST = 10
_QUERIES = 128  # of each kind
_PROBES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)

_HEAD = struct.Struct("<q")  # how many candidates a search compares, before what FAISS writes

Get = Callable[[NDArray[np.int64]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An index of FAISS, which knows how many lists a query looks into, and how many candidates are compared."""

    index: Any
    candidates: int

    def packed(self, *, without: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return it as bytes, less the rows at these places: they went away while it was built."""
        faiss = flat.library()
        if len(without):
            self.index.remove_ids(faiss.IDSelectorBatch(without))
        content = faiss.serialize_index(self.index)
        return np.concatenate([np.frombuffer(_HEAD.pack(self.candidates), dtype=np.uint8), content])


def unpacked(content: NDArray[np.uint8]) -> Built:
    """Return the index that `packed` made bytes of; it is read in place, so `content` must outlive it."""
    (candidates,) = _HEAD.unpack(content[: _HEAD.size].tobytes())
    return Built(index=flat.mapped(content[_HEAD.size :]), candidates=candidates)


def build(count: int, dimensions: int, get: Get, *, stop: threading.Event | None = None) -> Built:
    """Index `count` rows; `get` gives rows (m, dimensions) by their places. Takes minutes for a million.

    Raises StoreError when `stop` is set meanwhile.
    """
    faiss = flat.library()
    rng = np.random.default_rng(0)
    lists = _lists_for(count)
    inner = faiss.IndexIVFRaBitQ(faiss.IndexFlatIP(dimensions), dimensions, lists, faiss.METRIC_INNER_PRODUCT)
    inner.cp.niter, inner.cp.spherical, inner.cp.min_points_per_centroid = _ROUNDS, True, 1
    rotation = faiss.RandomRotationMatrix(dimensions, dimensions)
    rotation.init(0)
    index = faiss.IndexPreTransform(rotation, inner)
    sample = np.sort(rng.choice(count, min(count, lists * _SAMPLES_A_LIST), replace=False))
    inner.cp.max_points_per_centroid = _SAMPLES_A_LIST
    index.train(np.ascontiguousarray(get(sample), dtype=np.float32))
    queries = _queries(rng, count, get)
    best = _Best(len(queries))
    for places in _chunks(count):
        if stop is not None and stop.is_set():
            raise StoreError("The index was not built to its end: the program stops.")
        rows = np.ascontiguousarray(get(places), dtype=np.float32)
        index.add(rows)
        best.see(queries @ rows.T, places)
    return Built(index=index, candidates=_tune(index, inner, queries, best.places))


def _lists_for(count: int) -> int:
    """Return √n or so: scanning codes is so cheap that finer lists would only make building dearer."""
    return int(min(4096, max(4, 2 ** round(math.log2(math.sqrt(count))))))


def _chunks(count: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, count, _CHUNK):
        yield np.arange(start, min(count, start + _CHUNK), dtype=np.int64)


def _queries(rng: np.random.Generator, count: int, get: Get) -> Vectors:
    """Return queries of four kinds: near a row, between two, and off the data but along its directions.

    Texts lie off the data: the vectors of pictures and of words share a space, but each has a region of its own.
    """
    a, b, c = (_unit(get(np.sort(rng.integers(0, count, _QUERIES)))) for _ in range(3))
    b, c = rng.permutation(b), rng.permutation(c)
    noise = _unit(rng.standard_normal(a.shape, dtype=np.float32))
    return _unit(np.concatenate([a + 0.4 * noise, a + b + 0.4 * noise, a - b + c, a - b]))


class _Best:
    """The places of the nearest rows of each query, as rows go by."""

    def __init__(self, queries: int) -> None:
        self.places = np.full((queries, NEAREST), -1, dtype=np.int64)
        self._scores = np.full((queries, NEAREST), -np.inf, dtype=np.float32)

    def see(self, scores: Vectors, places: NDArray[np.int64]) -> None:
        """Look at scores (queries, m) of the rows at `places` (m,)."""
        scores = np.concatenate([self._scores, scores], axis=1)
        every = np.concatenate([self.places, np.broadcast_to(places, (len(scores), len(places)))], axis=1)
        top = np.argpartition(-scores, NEAREST - 1, axis=1)[:, :NEAREST]
        self._scores = np.take_along_axis(scores, top, axis=1)
        self.places = np.take_along_axis(every, top, axis=1)


def _tune(index: Any, inner: Any, queries: Vectors, nearest: NDArray[np.int64]) -> int:
    """Let a query look into as many lists as it has to, and return how many candidates then hold its nearest."""
    inner.nprobe = inner.nlist
    every = index.search(queries, max(CANDIDATES))[1]
    candidates = next((few for few in CANDIDATES if _hold(every[:, :few], nearest)), max(CANDIDATES))
    for probes in (*(few for few in _PROBES if few < inner.nlist), inner.nlist):
        inner.nprobe = probes
        if _hold(index.search(queries, candidates)[1], nearest):
            break
    return candidates


def _hold(found: NDArray[np.int64], nearest: NDArray[np.int64]) -> bool:
    hits = [len(np.intersect1d(*both)) for both in zip(found, nearest, strict=True)]
    of_a_kind = np.reshape(hits, (-1, _QUERIES)).sum(axis=1)
    return bool(of_a_kind.min() >= _RECALL_WANTED * _QUERIES * NEAREST)


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = (rows / np.maximum(lengths, 1e-6)).astype(np.float32)
    return unit
