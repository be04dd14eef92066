"""The embedded vector store: an exact part for what is new, over the bulk of a snapshot, less what was removed.

    add ─▶ exact part (memory) ──┐
                                 ├─▶ search, get
    rest_on ─▶ bulk (mapped) ────┘   a mask tells which of its rows are still there

Small bulks are searched exactly, too; large ones by their index (dam.vectors.build). Who owns the store writes
snapshots and lets it rest on the new ones, which empties the exact part.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dam.ports import Vectors
from dam.types import VectorMatch
from dam.vectors.bulk import Bulk, Mask
from dam.vectors.checks import checked, checked_queries
from dam.vectors.faiss_store import FaissStore
from dam.vectors.locks import ReadWriteLock
from dam.vectors.snapshot import Snapshot

_FEW = 64  # one allowed id of so many rows: looked up one by one; more are marked in a table
_MAX_TABLE_ID = 1 << 28  # a table of ids below this takes at most 256 MiB for a moment


class LayeredStore:
    """Cosine search over rows of length 1, kept as fp16; the id is the caller's (an `Embedding`'s key)."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._lock = ReadWriteLock()
        self._exact = FaissStore(dimensions)
        self._bulk: Bulk | None = None
        self._here: Mask = np.empty(0, dtype=bool)  # which of the bulk's rows are still there; replaced, not changed
        self._gone = 0

    def rest_on(self, loaded: Snapshot, *, known: NDArray[np.int64]) -> None:
        """Take a snapshot's rows as the bulk, of which only `known` (ascending) are there.

        Other rows stay in the exact part; rows that neither names are forgotten.
        """
        bulk = Bulk(loaded)
        here = _among(bulk.ids, known)
        with self._lock.writing():
            ids = self._exact.ids()
            left = ids[bulk.places_of(ids) < 0]
            exact = FaissStore(self._dimensions)
            exact.add(left.tolist(), self._exact.get(left.tolist()))
            self._exact, self._bulk = exact, bulk
            self._mark(here)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows (n, dimensions) of length 1. Raises StoreError."""
        keys, rows = checked(ids, vectors, dimensions=self._dimensions)
        with self._lock.writing():
            self._drop_from_bulk(keys)
            self._exact.add(keys.tolist(), rows)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows; ids that are not there are ignored."""
        with self._lock.writing():
            self._drop_from_bulk(np.asarray(ids, dtype=np.int64))
            self._exact.remove(ids)

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
        with self._lock.reading():
            new = self._exact.search(queries, limit=limit, allowed_ids=allowed_ids, refused_ids=refused_ids)
            if self._bulk is None or limit <= 0:
                return new
            mask = self._mask(self._bulk, allowed_ids, refused_ids)
            scores, keys = self._bulk.search(queries, limit=limit, mask=mask)
        return [
            _best(some, every, news, limit)
            for some, every, news in zip(keys.tolist(), scores.tolist(), new, strict=True)
        ]

    def get(self, ids: Sequence[int]) -> Vectors:
        """Return the stored rows (n, dimensions), in the order of `ids`. Raises StoreError for an unknown id."""
        keys = np.asarray(ids, dtype=np.int64)
        with self._lock.reading():
            if self._bulk is None:
                return self._exact.get(keys.tolist())
            places = self._bulk.places_of(keys)
            ours = places >= 0
            ours[ours] = self._here[places[ours]]
            rows = np.empty((len(keys), self._dimensions), dtype=np.float32)
            rows[ours] = self._bulk.rows(places[ours])
            rows[~ours] = self._exact.get(keys[~ours].tolist())
            return rows

    def __len__(self) -> int:
        """How many rows there are."""
        with self._lock.reading():
            return len(self._here) - self._gone + len(self._exact)

    def _drop_from_bulk(self, keys: NDArray[np.int64]) -> None:
        if self._bulk is None or not len(keys):
            return
        places = self._bulk.places_of(keys)
        places = places[places >= 0]
        if self._here[places].any():
            here = self._here.copy()
            here[places] = False
            self._mark(here)

    def _mark(self, here: Mask) -> None:
        self._here = here
        self._gone = len(here) - int(np.count_nonzero(here))

    def _mask(
        self, bulk: Bulk, allowed_ids: NDArray[np.int64] | None, refused_ids: NDArray[np.int64] | None
    ) -> Mask | None:
        if refused_ids is not None and len(refused_ids):
            mask = self._mask(bulk, allowed_ids, None)
            mask = np.ones(len(bulk), dtype=bool) if mask is None else mask.copy()
            places = bulk.places_of(refused_ids)
            mask[places[places >= 0]] = False
            return mask
        if allowed_ids is None:
            return self._here if self._gone else None
        if len(allowed_ids) * _FEW < len(bulk):
            places = bulk.places_of(allowed_ids)
            mask = np.zeros(len(bulk), dtype=bool)
            mask[places[places >= 0]] = True
        else:
            mask = _among(bulk.ids, allowed_ids)
        return mask & self._here if self._gone else mask


def _among(ids: NDArray[np.int64], asked: NDArray[np.int64]) -> Mask:
    """Return (n,): which of `ids` (ascending) are among `asked`."""
    if not (len(ids) and len(asked)):
        return np.zeros(len(ids), dtype=bool)
    highest = int(ids[-1])
    if highest >= _MAX_TABLE_ID or ids[0] < 0:
        return np.isin(ids, asked)
    table = np.zeros(highest + 1, dtype=bool)
    table[asked[(asked >= 0) & (asked <= highest)]] = True
    return table[ids]


def _best(keys: list[int], scores: list[float], new: list[VectorMatch], limit: int) -> list[VectorMatch]:
    """Join what both parts found; FAISS fills up with -1 and gives equal scores in no order."""
    found = [(-score, key) for key, score in zip(keys, scores, strict=True) if key >= 0]
    found += [(-match.score, match.embedding_id) for match in new]
    return [VectorMatch(embedding_id=key, score=-score) for score, key in sorted(found)[:limit]]
