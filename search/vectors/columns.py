"""What each vector belongs to, as compact arrays: never changed in place, so that searches read without a lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.catalog.readers.search import EmbeddingKey
from dam.types import MediaKind

_KINDS = {kind.value: number for number, kind in enumerate(MediaKind, start=1)}
_MAX_TABLE = 1 << 26  # numbers below this are looked up in a table of at most 64 MiB, for a moment

Mask = NDArray[np.bool_]
Ints = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One entry per vector, by ascending embedding id: 21 bytes each, where a million objects would take 200 MB.

    Units, assets and times are of four bytes as long as all of them fit.
    """

    ids: NDArray[np.int64]
    unit_ids: Ints
    asset_ids: Ints
    at_ms: Ints
    kinds: NDArray[np.int8]

    @classmethod
    def of(cls, keys: Iterable[EmbeddingKey]) -> Columns:
        """Build from keys in any order."""
        rows = sorted((key.id, key.unit_id, key.asset_id, key.at_ms, _KINDS.get(key.kind, 0)) for key in keys)
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        return cls(
            ids=table[:, 0].copy(),
            unit_ids=_compact(table[:, 1]),
            asset_ids=_compact(table[:, 2]),
            at_ms=_compact(table[:, 3]),
            kinds=table[:, 4].astype(np.int8),
        )

    @classmethod
    def from_arrays(cls, ids: NDArray[np.int64], others: Mapping[str, NDArray[Any]]) -> Columns:
        """Build from what `arrays` gave. Raises KeyError where one is not there."""
        return cls(
            ids=ids,
            unit_ids=_compact(others["unit_ids"]),
            asset_ids=_compact(others["asset_ids"]),
            at_ms=_compact(others["at_ms"]),
            kinds=others["kinds"],
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all but the ids, by name, to be kept in a file."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "ids"}

    def __len__(self) -> int:
        return len(self.ids)

    def is_same(self, other: Columns) -> bool:
        """Tell whether both hold the same, entry by entry."""
        return all(np.array_equal(getattr(self, each.name), getattr(other, each.name)) for each in fields(self))

    def count_units(self) -> int:
        """Return how many units have an entry."""
        if not len(self) or int(self.unit_ids.max()) >= _MAX_TABLE or int(self.unit_ids.min()) < 0:
            return len(np.unique(self.unit_ids))
        table = np.zeros(int(self.unit_ids.max()) + 1, dtype=bool)
        table[self.unit_ids] = True
        return int(np.count_nonzero(table))

    def joined(self, *others: Columns) -> Columns:
        """Return all together; the others' ids are not among ours, nor among each other's."""
        joined = Columns(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in (self, *others)])
                for each in fields(self)
            }
        )
        if (joined.ids[1:] > joined.ids[:-1]).all():
            return joined
        return joined.where(np.argsort(joined.ids, kind="stable"))

    def where(self, kept: Mask | NDArray[np.int64]) -> Columns:
        """Return the entries that `kept` (n,) is true for, or that it numbers."""
        return Columns(
            ids=self.ids[kept],
            unit_ids=self.unit_ids[kept],
            asset_ids=self.asset_ids[kept],
            at_ms=self.at_ms[kept],
            kinds=self.kinds[kept],
        )

    def without(self, ids: NDArray[np.int64]) -> Columns:
        """Return the entries but those of these ids."""
        if not len(ids):
            return self
        places = self.places_of(ids)
        kept = np.ones(len(self.ids), dtype=bool)
        kept[places[places >= 0]] = False
        return self.where(kept)

    def known(self, ids: Collection[int]) -> Mask:
        """Return (m,), true where an id of `ids` is here."""
        return self.places_of(np.asarray(list(ids), dtype=np.int64)) >= 0

    def places_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (m,): where each id stands, -1 for one that is not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, places, -1)

    def ids_of_units(self, unit_ids: Collection[int]) -> NDArray[np.int64]:
        """Return the ids of these units' vectors."""
        return self.ids[among(self.unit_ids, _array(unit_ids))]

    def units_of_assets_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the units (m,) of all vectors of the assets that these vectors are of."""
        places = self.places_of(ids)
        return np.unique(self.unit_ids[among(self.asset_ids, self.asset_ids[places[places >= 0]])]).astype(np.int64)

    def ids_of(
        self, *, kinds: Collection[MediaKind] = (), only: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64] | None:
        """Return the ids of vectors that may be found; None for all of them."""
        if not kinds and only is None:
            return None
        kept = np.ones(len(self.ids), dtype=bool)
        if kinds:
            kept &= self._are_of(kinds)
        if only is not None:
            kept &= among(self.unit_ids, only)
        return self.ids[kept]

    def units_of_others(self, kinds: Collection[MediaKind]) -> NDArray[np.int64]:
        """Return the units of vectors of any other kinds, as often as they have one."""
        return self.unit_ids[~self._are_of(kinds)].astype(np.int64)

    def _are_of(self, kinds: Collection[MediaKind]) -> Mask:
        return among(self.kinds, np.array([_KINDS[kind.value] for kind in kinds], dtype=np.int64))


def among(numbers: NDArray[Any], asked: Ints) -> Mask:
    """Return (n,): which of `numbers` are among `asked` (any order); ids of rows are small enough for a table."""
    if not (len(numbers) and len(asked)):
        return np.zeros(len(numbers), dtype=bool)
    highest = int(numbers.max())
    if highest >= _MAX_TABLE or int(numbers.min()) < 0:
        return np.isin(numbers, asked)
    table = np.zeros(highest + 1, dtype=bool)
    table[asked[(asked >= 0) & (asked <= highest)]] = True
    found: Mask = table[numbers]
    return found


def _compact(numbers: Ints) -> Ints:
    """Return numbers in four bytes each where they fit, as an array of their own."""
    small = np.iinfo(np.int32)
    fits = not len(numbers) or (int(numbers.min()) >= small.min and int(numbers.max()) <= small.max)
    return np.array(numbers, dtype=np.int32 if fits else np.int64)


def _array(ids: Collection[int]) -> NDArray[np.int64]:
    if isinstance(ids, Sequence):
        return np.asarray(ids, dtype=np.int64)
    return np.fromiter(ids, dtype=np.int64, count=len(ids))
