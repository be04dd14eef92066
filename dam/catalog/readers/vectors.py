"""Stored vectors of a space as one matrix: of some assets, or of a sample of the whole library."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.catalog.models import Embedding
from dam.ports import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitVectors:
    """Rows of `vectors` (n, d) float32 with the unit and the moment of each; the rows of a unit stand together."""

    unit_ids: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    vectors: Vectors


def vectors_of_assets(asset_ids: Sequence[int], *, space: str) -> UnitVectors:
    """Return every vector of these assets in a space, by one query."""
    rows = list(
        Embedding.objects.filter(unit__asset_id__in=asset_ids, space=space)
        .order_by("unit_id", "at_ms", "pk")
        .values_list("unit_id", "at_ms", "vector")
    )
    return UnitVectors(
        unit_ids=np.array([row[0] for row in rows], dtype=np.int64),
        at_ms=np.array([row[1] for row in rows], dtype=np.int64),
        vectors=as_matrix([row[2] for row in rows]),
    )


def count_vectors(space: str) -> int:
    """Return how many vectors a space has."""
    return Embedding.objects.filter(space=space).count()


def sample_vectors(space: str, *, most: int, seed: int = 0) -> Vectors:
    """Return at most `most` vectors (n, d) float32 of a space, chosen by a seed, so the same each time."""
    ids = np.fromiter(
        Embedding.objects.filter(space=space).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000),
        dtype=np.int64,
    )
    if len(ids) > most:
        ids = np.random.default_rng(seed).choice(ids, size=most, replace=False)
    blobs = Embedding.objects.filter(pk__in=np.sort(ids).tolist()).order_by("pk").values_list("vector", flat=True)
    return as_matrix(list(blobs))


def as_matrix(blobs: Sequence[bytes | memoryview]) -> Vectors:
    """Return stored vectors (little-endian fp16) as (n, d) float32; (0, 0) for none."""
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    joined = np.frombuffer(b"".join(bytes(blob) for blob in blobs), dtype="<f2")
    return joined.reshape(len(blobs), -1).astype(np.float32)
