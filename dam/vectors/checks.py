"""What every vector store demands of the rows that it is given."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors

_LENGTH_TOLERANCE = 0.01  # fp16 rows of length 1 come back within 0.001 of it


def checked(ids: Sequence[int], vectors: Vectors, *, dimensions: int) -> tuple[NDArray[np.int64], Vectors]:
    """Return ids (n,) and vectors (n, dimensions) as int64 and contiguous float32, the last of repeated ids kept.

    Raises StoreError for a wrong size, a value that is not finite, or a row that is not of length 1.
    """
    keys = np.asarray(ids, dtype=np.int64)
    rows = checked_queries(vectors, dimensions=dimensions)
    if keys.shape != (len(rows),):
        raise StoreError(f"{keys.size} ids were given for {len(rows)} vectors.")
    lengths = np.linalg.norm(rows, axis=1)
    if len(rows) and np.abs(lengths - 1.0).max() > _LENGTH_TOLERANCE:
        raise StoreError("A vector is not of length 1; an all-zero one can't be found by its angle.")
    _, from_end = np.unique(keys[::-1], return_index=True)
    last = np.sort(len(keys) - 1 - from_end)
    return keys[last], np.ascontiguousarray(rows[last])


def checked_queries(vectors: Vectors, *, dimensions: int) -> Vectors:
    """Return `vectors` as contiguous float32 (n, dimensions). Raises StoreError for a wrong size or a NaN."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dimensions:
        raise StoreError(f"The index holds vectors of {dimensions} numbers; {rows.shape} was given.")
    if not np.isfinite(rows).all():
        raise StoreError("A vector holds a value that is not a finite number.")
    return rows
