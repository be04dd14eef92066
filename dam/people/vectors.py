"""The vectors of a face model in memory: embedding ids in, float32 rows out, read from the catalogue once each.

Forgotten vectors leave with the next look: only what is asked for is kept.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dam.catalog.readers.search import embeddings_by_id
from dam.ports import Vectors

_lock = Lock()
_kept: dict[str, tuple[NDArray[np.int64], NDArray[np.float16]]] = {}
_NONE = np.empty(0, dtype=np.int64)


def vectors_of(space: str, ids: Sequence[int], *, dimensions: int) -> tuple[NDArray[np.bool_], Vectors]:
    """Return which of `ids` are there, as a mask, and those rows (n, dimensions) in the order of `ids`.

    `ids` must be all the vectors of the space that the caller may use: what else was kept is dropped.
    """
    wanted = np.asarray(ids, dtype=np.int64)
    with _lock:
        known, rows = _kept.get(space, (_NONE, np.empty((0, dimensions), np.float16)))
        if rows.shape[1] != dimensions:
            known, rows = _NONE, np.empty((0, dimensions), np.float16)
        stays = np.isin(known, wanted)
        known, rows = known[stays], rows[stays]
        missing = wanted[~np.isin(wanted, known)]
        new = [row for row in embeddings_by_id(space, missing.tolist()) if len(row.vector) == 2 * dimensions]
        if new:
            known = np.concatenate([known, np.array([row.key.id for row in new], dtype=np.int64)])
            fresh = np.frombuffer(b"".join(row.vector for row in new), dtype="<f2").reshape(-1, dimensions)
            rows = np.concatenate([rows, fresh])
            order = np.argsort(known)
            known, rows = known[order], rows[order]
        # What a transaction has not committed may be taken back, and its ids be given again to other vectors.
        if not connection.in_atomic_block:
            _kept[space] = (known, rows)
        elif space in _kept:
            old, old_rows = _kept[space]
            still = np.isin(old, wanted)
            _kept[space] = (old[still], old_rows[still])
    here = np.isin(wanted, known)
    return here, rows[np.searchsorted(known, wanted[here])].astype(np.float32)


def drop(space: str = "") -> None:
    """Forget what is kept of a space, or of all."""
    with _lock:
        if space:
            _kept.pop(space, None)
        else:
            _kept.clear()
