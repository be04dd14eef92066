"""FAISS as a vector store: exact search over fp16 rows in memory, safe from several threads.

Exact on purpose: one thread reads 100,000 × 512 fp16 rows in a few milliseconds, with any filter, and removal is
simple. A graph (HNSW) has no removal and crashed when it was searched and changed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.types import VectorMatch
from dam.vectors import flat
from dam.vectors.checks import checked, checked_queries
from dam.vectors.locks import ReadWriteLock

if TYPE_CHECKING:
    from dam.ports import Vectors

_MAX_BITMAP_ID = 1 << 28  # a bitmap over ids below this takes at most 32 MiB; above, FAISS's hash set


class FaissStore:
    """Cosine search over rows of length 1, kept as fp16; the id is the caller's (an `Embedding`'s key).

    FAISS takes NaN and repeated ids silently and can't be searched while it changes: rows are checked, repeated
    ids replace the old row, and a read-write lock lets searches run together and changes alone.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._lock = ReadWriteLock()
        self._index: Any = flat.library().IndexIDMap2(flat.empty(dimensions))
        self._known: set[int] = set()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows (n, dimensions) of length 1. Raises StoreError."""
        keys, rows = checked(ids, vectors, dimensions=self._dimensions)
        if not len(keys):
            return
        with self._lock.writing():
            self._forget(keys.tolist())
            self._index.add_with_ids(rows, keys)
            self._known.update(keys.tolist())

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows, in one pass over the index; ids that are not there are ignored."""
        with self._lock.writing():
            self._forget(ids)

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
        faiss = flat.library()
        with self._lock.reading():
            wanted = min(limit, self._index.ntotal)
            if wanted <= 0 or (allowed_ids is not None and not len(allowed_ids)):
                return [[] for _ in queries]
            # Selectors must outlive the search: FAISS keeps only pointers to them.
            selectors = _selectors(faiss, allowed_ids, refused_ids)
            parameters = faiss.SearchParameters(sel=selectors[-1]) if selectors else None
            scores, keys = self._index.search(queries, wanted, params=parameters)
        return [_matches(*row) for row in zip(keys.tolist(), scores.tolist(), strict=True)]

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the stored rows (n, dimensions), in the order of `ids`. Raises StoreError for an unknown id."""
        keys = np.asarray(ids, dtype=np.int64)
        with self._lock.reading():
            unknown = [key for key in keys.tolist() if key not in self._known]
            if unknown:
                raise StoreError(f"There is no vector with the id {unknown[0]}.")
            if not len(keys):
                return np.empty((0, self._dimensions), dtype=np.float32)
            rows: Vectors = self._index.reconstruct_batch(keys)
            return rows

    def ids(self) -> NDArray[np.int64]:
        """Return the ids (n,) of all rows, ascending."""
        with self._lock.reading():
            return np.sort(np.fromiter(self._known, dtype=np.int64, count=len(self._known)))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._known)

    def _forget(self, ids: Sequence[int]) -> None:
        known = [int(key) for key in ids if int(key) in self._known]
        if known:
            self._index.remove_ids(np.array(known, dtype=np.int64))
            self._known.difference_update(known)


def _selectors(faiss: Any, allowed: NDArray[np.int64] | None, refused: NDArray[np.int64] | None) -> list[Any]:
    """Return what lets through what may be found, as the last; those before it are parts of it."""
    made = [] if allowed is None else [_selector(faiss, allowed)]
    if refused is not None and len(refused):
        made += [of_refused := _selector(faiss, refused), faiss.IDSelectorNot(of_refused)]
        if allowed is not None:
            made.append(faiss.IDSelectorAnd(made[0], made[-1]))
    return made


def _selector(faiss: Any, ids: NDArray[np.int64]) -> Any:
    keys = np.ascontiguousarray(ids, dtype=np.int64)
    highest = int(keys.max())
    if highest >= _MAX_BITMAP_ID or int(keys.min()) < 0:
        return faiss.IDSelectorBatch(keys)
    among = np.zeros(highest + 1, dtype=bool)
    among[keys] = True
    return faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))


def _matches(keys: list[int], scores: list[float]) -> list[VectorMatch]:
    """Pair ids and scores; FAISS fills up with -1 and gives equal scores in no order."""
    found = sorted(
        ((-score, key) for key, score in zip(keys, scores, strict=True) if key >= 0),
    )
    return [VectorMatch(embedding_id=key, score=-score) for score, key in found]
