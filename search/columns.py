"""What each vector belongs to, as compact arrays: never changed in place, so that searches read without a lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.catalog.readers.search import EmbeddingKey
from dam.types import MediaKind

_KINDS = {kind.value: number for number, kind in enumerate(MediaKind, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One entry per vector, by ascending embedding id: 33 bytes each, where a million objects would take 200 MB."""

    ids: NDArray[np.int64]
    unit_ids: NDArray[np.int64]
    asset_ids: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    kinds: NDArray[np.int8]

    @classmethod
    def of(cls, keys: Iterable[EmbeddingKey]) -> Columns:
        """Build from keys in any order."""
        rows = sorted((key.id, key.unit_id, key.asset_id, key.at_ms, _KINDS.get(key.kind, 0)) for key in keys)
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        return cls(
            ids=table[:, 0].copy(),
            unit_ids=table[:, 1].copy(),
            asset_ids=table[:, 2].copy(),
            at_ms=table[:, 3].copy(),
            kinds=table[:, 4].astype(np.int8),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def joined(self, other: Columns) -> Columns:
        """Return both together; `other`'s ids are not among ours."""
        joined = Columns(
            ids=np.concatenate([self.ids, other.ids]),
            unit_ids=np.concatenate([self.unit_ids, other.unit_ids]),
            asset_ids=np.concatenate([self.asset_ids, other.asset_ids]),
            at_ms=np.concatenate([self.at_ms, other.at_ms]),
            kinds=np.concatenate([self.kinds, other.kinds]),
        )
        if not (len(self) and len(other)) or other.ids[0] > self.ids[-1]:
            return joined
        return joined.where(np.argsort(joined.ids, kind="stable"))

    def where(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Columns:
        """Return the entries that `kept` (n,) is true for, or that it numbers."""
        return Columns(
            ids=self.ids[kept],
            unit_ids=self.unit_ids[kept],
            asset_ids=self.asset_ids[kept],
            at_ms=self.at_ms[kept],
            kinds=self.kinds[kept],
        )

    def known(self, ids: Collection[int]) -> NDArray[np.bool_]:
        """Return (m,), true where an id of `ids` is here."""
        asked = np.asarray(list(ids), dtype=np.int64)
        return np.isin(asked, self.ids)

    def places_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (m,): where each id stands, -1 for one that is not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, places, -1)

    def ids_of_units(self, unit_ids: Collection[int]) -> NDArray[np.int64]:
        """Return the ids of these units' vectors."""
        return self.ids[np.isin(self.unit_ids, list(unit_ids))]

    def ids_of(
        self, *, kinds: Collection[MediaKind] = (), only: NDArray[np.int64] | None = None, but: Collection[int] = ()
    ) -> NDArray[np.int64] | None:
        """Return the ids of vectors that may be found; None for all of them."""
        if not kinds and only is None and not len(but):
            return None
        kept = np.ones(len(self.ids), dtype=bool)
        if kinds:
            kept &= np.isin(self.kinds, [_KINDS[kind.value] for kind in kinds])
        if only is not None:
            kept &= np.isin(self.unit_ids, only)
        if len(but):
            kept &= ~np.isin(self.unit_ids, list(but))
        return self.ids[kept]
