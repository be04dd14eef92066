"""Exact search in numpy: the oracle of the contract tests, and a store for small libraries without FAISS."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors
from dam.types import VectorMatch
from dam.vectors.checks import checked, checked_queries


class MemoryStore:
    """Rows kept as fp16 (as every store keeps them), compared one by one."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._rows: dict[int, NDArray[np.float16]] = {}
        self._lock = threading.Lock()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows. Raises StoreError."""
        keys, rows = checked(ids, vectors, dimensions=self._dimensions)
        with self._lock:
            self._rows.update(zip(keys.tolist(), rows.astype(np.float16), strict=True))

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; ids that are not there are ignored."""
        with self._lock:
            for key in ids:
                self._rows.pop(int(key), None)

    def search(
        self,
        vectors: Vectors,
        *,
        limit: int,
        allowed_ids: NDArray[np.int64] | None = None,
        refused_ids: NDArray[np.int64] | None = None,
    ) -> list[list[VectorMatch]]:
        """Return, per query row, at most `limit` matches, best first; equal scores by id. Raises StoreError."""
        queries = checked_queries(vectors, dimensions=self._dimensions)
        with self._lock:
            allowed = set(self._rows) if allowed_ids is None else self._rows.keys() & set(allowed_ids.tolist())
            keys = sorted(allowed - set(() if refused_ids is None else refused_ids.tolist()))
            rows = np.array([self._rows[key] for key in keys], dtype=np.float32).reshape(-1, self._dimensions)
        # Equal rows must score equal, which BLAS promises only up to the last bits.
        scores = np.round(queries @ rows.T, 6)
        return [
            [
                VectorMatch(embedding_id=keys[place], score=float(row[place]))
                for place in np.argsort(-row, kind="stable")[: max(0, limit)]
            ]
            for row in scores
        ]

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the stored rows, in the order of `ids`. Raises StoreError for an unknown id."""
        with self._lock:
            try:
                rows = [self._rows[int(key)] for key in ids]
            except KeyError as error:
                raise StoreError(f"There is no vector with the id {error}.") from error
        return np.array(rows, dtype=np.float32).reshape(-1, self._dimensions)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)
