"""The rows of a snapshot, searched where they lie: never changed, so that any thread may read without a lock."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.ports import Vectors
from dam.vectors import build, flat
from dam.vectors.snapshot import Snapshot

# Up to so many rows that a filter leaves are compared one by one: as quick as the index (1M × 512, milliseconds of
# processor time on a busy machine, exact beside index: 1% 12 and 10, 5% 22 and 15, 10% 33 and 18), and exact.
EXACT_ROWS = 20_000
_CANDIDATES_A_MATCH = 5  # of 600 nearest, 98 of 100 are among 3,000 where the 10 nearest are among 1,000
_CANDIDATES = 1_000
_FILTERED = 0.9  # a mask that leaves less is a filter, not a few removed rows
_SETTLED = 0.99  # looking into twice as many lists changes no more of the best
_QUERY_BITS = 4  # of a query's numbers, beside codes: as good as exact ones, at a fiftieth of the time

Mask = NDArray[np.bool_]


class Bulk:
    """Rows by their places 0..n-1, of which a search may see those that a mask (n,) is true for."""

    def __init__(self, snapshot: Snapshot) -> None:
        # Not the snapshot itself, whose columns are somebody else's, who may have newer ones.
        self.ids, self._rows = snapshot.ids, snapshot.rows
        self._mapped = (snapshot.flat, snapshot.index)  # read in place by what is made of them
        self._exact: Any = flat.mapped(snapshot.flat)
        self._built = None if snapshot.index is None else build.unpacked(snapshot.index)
        self._lists: Any = None
        self._refined: Any = None
        if self._built:
            self._lists = flat.library().downcast_index(self._built.index.index)
            self._refined = flat.library().IndexRefine(self._built.index, self._exact)

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, places: NDArray[np.int64]) -> Vectors:
        """Return the rows (m, dimensions) at these places."""
        return self._rows[places].astype(np.float32)

    def places_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (m,): where each id stands, -1 for one that is not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[places] == ids, places, -1)

    def search(
        self, queries: Vectors, *, limit: int, mask: Mask | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return scores and ids (queries, limit or fewer), best first; the id is -1 where nothing more was found."""
        allowed = len(self.ids) if mask is None else int(np.count_nonzero(mask))
        wanted = min(limit, allowed)
        if wanted <= 0:
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        faiss = flat.library()
        # The selector must outlive the search: FAISS keeps only a pointer to it.
        selector = None if mask is None else faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        candidates = self._candidates(wanted)
        filtered = allowed < _FILTERED * len(self.ids)
        if self._refined is None or allowed <= 2 * candidates or (filtered and allowed <= EXACT_ROWS):
            parameters = None if selector is None else faiss.SearchParameters(sel=selector)
            scores, places = self._exact.search(queries, wanted, params=parameters)
        else:
            scores, places = self._approximate(faiss, queries, selector, candidates=candidates, filtered=filtered)
            scores, places = scores[:, :wanted], places[:, :wanted]
        return scores, np.where(places >= 0, self.ids[places], -1)

    def _candidates(self, wanted: int) -> int:
        enough = self._built.candidates if self._built else 0
        return max(enough, wanted * _CANDIDATES_A_MATCH * max(_CANDIDATES, enough) // _CANDIDATES)

    def _approximate(
        self, faiss: Any, queries: Vectors, selector: Any, *, candidates: int, filtered: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Look into the lists near each query; into more, while what a filter leaves is not found in them."""
        probes, before = self._lists.nprobe, None
        if filtered:  # at least the second look settles it
            probes = max(1, probes // 2)
        while True:
            inner = faiss.IVFRaBitQSearchParameters(nprobe=probes, qb=_QUERY_BITS, sel=selector)
            outer = faiss.SearchParametersPreTransform(index_params=inner)
            parameters = faiss.IndexRefineSearchParameters(k_factor=1.0, base_index_params=outer)
            scores, places = self._refined.search(queries, candidates, params=parameters)
            best = places[:, : build.NEAREST]
            settled = not filtered or (before is not None and _same(before, best) >= _SETTLED)
            if probes >= self._lists.nlist or (settled and (places[:, -1] >= 0).all()):
                return scores, places
            probes, before = min(2 * probes, self._lists.nlist), best


def _same(before: NDArray[np.int64], now: NDArray[np.int64]) -> float:
    """Return the share of what was found that is still among the best."""
    kept = sum(len(np.intersect1d(*both)) for both in zip(before, now, strict=True))
    return kept / max(1, before.size)
