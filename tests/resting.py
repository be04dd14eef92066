"""Stores that rest on a snapshot after every change: the bulk of a large library, at the size of a test."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dam.ports import Vectors
from dam.vectors import build, snapshot
from dam.vectors.layered_store import LayeredStore

_SPACE = "picture:test"


class RestingStore(LayeredStore):
    """All that was added lies in a snapshot, searched one by one; what is removed is only masked."""

    def __init__(self, dimensions: int) -> None:
        super().__init__(dimensions)
        self._ids: set[int] = set()

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows, and rest on them."""
        super().add(ids, vectors)
        self._ids |= {int(each) for each in ids}
        rest(self, sorted(self._ids), self._dimensions)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget rows."""
        super().remove(ids)
        self._ids -= {int(each) for each in ids}


class IndexedStore(RestingStore):
    """The same with an index, as soon as there are a few rows, and again when they have doubled."""

    _next = 20

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace rows, and rest on them."""
        LayeredStore.add(self, ids, vectors)
        self._ids |= {int(each) for each in ids}
        if len(self._ids) >= self._next:
            rest(self, sorted(self._ids), self._dimensions, indexed=True)
            self._next = 2 * len(self._ids)


def rest(store: LayeredStore, ids: Sequence[int], dimensions: int, *, indexed: bool = False) -> None:
    """Write a snapshot of these rows, with an index or without, and let the store rest on it."""
    keys = np.array(ids, dtype=np.int64)
    index = None
    if indexed:
        made = build.build(len(keys), dimensions, lambda places: store.get(keys[places].tolist()))
        index = made.packed(without=np.empty(0, dtype=np.int64))
    with tempfile.TemporaryDirectory() as folder:
        path = snapshot.path_of(Path(folder), _SPACE)
        snapshot.save(path, space=_SPACE, dimensions=dimensions, ids=keys, get=store.get, last_seen=0, index=index)
        loaded = snapshot.load(path, space=_SPACE, dimensions=dimensions)
    assert loaded is not None
    store.rest_on(loaded, known=keys)
