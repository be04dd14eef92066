"""The follower: keeps one space's vectors in memory as the catalogue has them, never more than a moment behind.

The catalogue is the truth. A process loads the snapshot, if there is a good one, corrects it by the catalogue, and
from then on asks for rows above the last id that it has seen, and for tombstones of deleted ones.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dam.catalog.readers import search as rows
from dam.catalog.readers.search import EmbeddingRow
from dam.errors import StoreError
from dam.ports import Vectors, VectorStore
from dam.vectors import snapshot
from search.columns import Columns

_log = logging.getLogger(__name__)

_CHUNK = 4096
# PostgreSQL gives keys when rows are written but shows them when their transaction ends: lower ids can come later.
# Our writers commit some hundred rows at a time, so this many ids back are looked at again in each round.
_LATE_IDS = 8192
_RECONCILE_S = 60.0  # what came even later, or went unseen, is found by count
_PROBES = 256  # rows of a snapshot that are compared with the catalogue's
_SNAPSHOT_STEP = 4096  # changes since the last snapshot that make a new one worth its time, at least
_LENGTH_TOLERANCE = 0.01  # fp16 rows of length 1 come back within 0.001 of it
_BACKGROUND_ROWS = 2048  # enough for a median and a spread to two digits


class SpaceIndex:
    """The vectors of one space, searchable while they follow the catalogue.

    Any thread may read `store` and `columns`, and may call the methods; of those that change, one runs at a time.
    """

    def __init__(
        self, space: str, dimensions: int, *, make_store: Callable[[int], VectorStore], snapshots: Path | None
    ) -> None:
        self.space = space
        self.store = make_store(dimensions)
        self.columns = Columns.of([])
        self._dimensions = dimensions
        self._path = snapshots and snapshot.path_of(snapshots, space)
        self._changing = threading.Lock()
        self._opened = False
        self._last_seen = 0
        self._last_tombstone = 0
        self._unusable: set[int] = set()
        self._reconciled_at = time.monotonic()
        self._unsaved = 0
        self._counted = (self.columns, 0)
        self._background: tuple[int, Vectors] = (0, np.empty((0, dimensions), np.float32))

    def catch_up(self) -> int:
        """Take what is new and drop what is deleted; returns how many vectors changed. Raises database errors."""
        with self._changing:
            changed = 0
            if not self._opened:
                changed += self._open()
            changed += self._drop_deleted() + self._take_late() + self._take_new()
            if time.monotonic() - self._reconciled_at > _RECONCILE_S:
                changed += self._reconcile_by_count()
            self._unsaved += changed
            return changed

    def save_if_worth_it(self, *, least: int = _SNAPSHOT_STEP) -> bool:
        """Write a snapshot when enough has changed and no other process does; returns whether it was written."""
        path = self._path
        if path is None or self._unsaved < max(least, len(self.columns) // 10):
            return False
        with self._changing, snapshot.writer_lock(path) as ours:
            if not ours:
                return False
            snapshot.remove_leftovers(path)
            snapshot.save(
                path,
                space=self.space,
                dimensions=self._dimensions,
                ids=self.columns.ids,
                get=self.store.get,
                last_seen=self._last_seen,
            )
            self._unsaved = 0
        return True

    def background(self) -> Vectors:
        """Return (m, dimensions), m ≤ 2048: vectors spread evenly over the space, as the background of scores."""
        columns, (size, sample) = self.columns, self._background
        if abs(len(columns) - size) * 10 > size:
            places = np.linspace(0, len(columns) - 1, min(len(columns), _BACKGROUND_ROWS)).astype(np.int64)
            try:
                sample = self.store.get(columns.ids[places].tolist())
            except StoreError:  # some went away meanwhile; the next query asks again
                return sample
            self._background = (len(columns), sample)
        return sample

    @property
    def unit_count(self) -> int:
        """How many units have a vector here."""
        columns, (counted, number) = self.columns, self._counted
        if counted is not columns:
            number = len(np.unique(columns.unit_ids))
            self._counted = (columns, number)
        return number

    def _open(self) -> int:
        self._last_tombstone = rows.last_tombstone_id()
        loaded = self._path and snapshot.load(self._path, space=self.space, dimensions=self._dimensions)
        if loaded and self._is_of_this_catalogue(loaded):
            self._last_seen = loaded.last_seen
            self._take_snapshot(loaded)
        self._opened = True
        return len(self.columns)

    def _is_of_this_catalogue(self, loaded: snapshot.Snapshot) -> bool:
        """Compare some rows with the catalogue's: a data folder may have been emptied and filled anew."""
        places = np.unique(np.linspace(0, len(loaded.ids) - 1, min(len(loaded.ids), _PROBES)).astype(np.int64))
        ours = {int(loaded.ids[place]): loaded.rows[place].tobytes() for place in places}
        theirs = rows.embeddings_by_id(self.space, list(ours))
        if any(row.vector != ours[row.key.id] for row in theirs):
            _log.warning("the index snapshot of %s is of another catalogue; it is not used", self.space)
            return False
        return True

    def _take_snapshot(self, loaded: snapshot.Snapshot) -> None:
        wanted = Columns.of(rows.embedding_keys(self.space))
        kept = np.isin(loaded.ids, wanted.ids)
        for start in range(0, len(loaded.ids), _CHUNK):
            some = slice(start, start + _CHUNK)
            ids, vectors = loaded.ids[some][kept[some]], loaded.rows[some][kept[some]]
            self.store.add(ids.tolist(), vectors.astype(np.float32))
        here = np.isin(wanted.ids, loaded.ids)
        self.columns = wanted.where(here)
        late = wanted.ids[~here & (wanted.ids <= self._last_seen)]
        self._take(rows.embeddings_by_id(self.space, late.tolist()))

    def _take_new(self) -> int:
        taken = 0
        while some := rows.embeddings_after(self.space, self._last_seen, limit=_CHUNK):
            taken += self._take(some)
            self._last_seen = some[-1].key.id
        return taken

    def _take_late(self) -> int:
        if not rows.keys_can_come_late():
            return 0
        between = rows.embedding_ids_between(self.space, self._last_seen - _LATE_IDS, self._last_seen)
        return self._take(rows.embeddings_by_id(self.space, self._unknown(between)))

    def _drop_deleted(self) -> int:
        dropped = 0
        after = self._last_tombstone - (_LATE_IDS if rows.keys_can_come_late() else 0)
        while some := rows.tombstones_after(self.space, after, limit=_CHUNK):
            dropped += self._drop([embedding_id for _, embedding_id in some])
            after = some[-1][0]
        self._last_tombstone = max(self._last_tombstone, after)
        return dropped

    def _reconcile_by_count(self) -> int:
        self._reconciled_at = time.monotonic()
        if rows.count_embeddings(self.space) == len(self.columns) + len(self._unusable):
            return 0
        theirs = np.fromiter((key.id for key in rows.embedding_keys(self.space)), dtype=np.int64)
        self._unusable &= set(theirs.tolist())
        gone = self.columns.ids[~np.isin(self.columns.ids, theirs)]
        late = self._unknown(theirs[theirs <= self._last_seen].tolist())
        return self._drop(gone.tolist()) + self._take(rows.embeddings_by_id(self.space, late))

    def _unknown(self, ids: list[int]) -> list[int]:
        here = self.columns.known(ids)
        return [pk for pk, known in zip(ids, here.tolist(), strict=True) if not known and pk not in self._unusable]

    def _take(self, found: list[EmbeddingRow]) -> int:
        """Add rows; a spoilt one costs itself, not its whole batch."""
        whole = [row for row in found if len(row.vector) == 2 * self._dimensions]
        halves = np.frombuffer(b"".join(row.vector for row in whole), dtype="<f2").reshape(-1, self._dimensions)
        vectors = halves.astype(np.float32)
        good = np.abs(np.linalg.norm(vectors, axis=1) - 1.0) < _LENGTH_TOLERANCE  # false for a NaN, too
        usable = [row for row, fine in zip(whole, good.tolist(), strict=True) if fine]
        if len(usable) < len(found):
            spoilt = {row.key.id for row in found} - {row.key.id for row in usable}
            self._unusable |= spoilt
            _log.warning("vectors %s of %s can't be used and are left out", sorted(spoilt)[:10], self.space)
        if usable:
            self.store.add([row.key.id for row in usable], vectors[good])
            self.columns = self.columns.joined(Columns.of(row.key for row in usable))
        return len(usable)

    def _drop(self, ids: list[int]) -> int:
        known = np.asarray(ids, dtype=np.int64)[self.columns.known(ids)] if ids else np.empty(0, np.int64)
        if len(known):
            # First unknown, then gone: a search between the two leaves out what it can't name.
            self.columns = self.columns.where(~np.isin(self.columns.ids, known))
            self.store.remove(known.tolist())
        return len(known)
