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
from dam.vectors import build, snapshot
from search.vectors.columns import Columns
from search.vectors.differences import differences

_log = logging.getLogger(__name__)

_CHUNK = 4096
# PostgreSQL gives keys when rows are written but shows them when their transaction ends: lower ids can come later.
# Our writers commit some hundred rows at a time, so this many ids back are looked at again in each round.
_LATE_IDS = 8192
_RECONCILE_S = 60.0  # what came even later, or went unseen, is found by counts and sums
_PROBES = 256  # rows of a snapshot that are compared with the catalogue's
_SNAPSHOT_STEP = 4096  # changes since the last snapshot that make a new one worth its time, at least
_SNAPSHOT_SHARE = 20  # … and one for so many vectors: what is new is compared one by one, beside the index
_AFTER_FAILURE_S = 600.0  # a disk that was full is full a moment later, and an index takes minutes to build
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
        self._resting: tuple[int, int] | None = None  # which file the store lies on, as device and inode
        self._looked_at: tuple[int, int] | None = None  # which file was tried last
        self._not_before = 0.0
        self._counted = (self.columns, 0)
        self._background: tuple[int, Vectors] = (0, np.empty((0, dimensions), np.float32))

    def catch_up(self) -> int:
        """Take what is new and drop what is deleted; returns how many vectors changed. Raises database errors."""
        with self._changing:
            changed = 0
            if not self._opened:
                changed += self._open()
                self._opened = True
            changed += self._drop_deleted() + self._take_late() + self._take_new()
            if time.monotonic() - self._reconciled_at > _RECONCILE_S:
                changed += self._reconcile()
            self._unsaved += changed
            return changed

    def save_if_worth_it(self, *, least: int = _SNAPSHOT_STEP, stop: threading.Event | None = None) -> bool:
        """Write a snapshot when enough has changed and no other process does; returns whether it was written.

        From `build.WORTH_INDEXING` vectors on it has an index, which takes its time; searches go on meanwhile, and
        rest on the new snapshot from the moment that it is whole. What another process wrote is taken over, too.
        Raises StoreError, also when `stop` is set meanwhile; database errors.
        """
        path = self._path
        if path is None or not self._opened or time.monotonic() < self._not_before:
            return False
        self._take_over(path)
        if not self._is_due(path, least):
            return False
        with snapshot.writer_lock(path.with_name(f"{path.name}.build")) as ours:
            if not ours:
                return False
            try:
                return self._save(path, stop)
            except StoreError:
                self._not_before = time.monotonic() + _AFTER_FAILURE_S
                raise

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
            number = columns.count_units()
            self._counted = (columns, number)
        return number

    def _open(self) -> int:
        self._last_tombstone = rows.last_tombstone_id()
        path = self._path
        self._looked_at = snapshot.file_at(path) if path else None
        loaded = path and snapshot.load(path, space=self.space, dimensions=self._dimensions)
        columns = loaded and self._columns_of(loaded)
        if not (loaded and columns):
            return 0
        self._last_seen = loaded.last_seen
        differ = differences(self.space, columns.ids, up_to_id=self._last_seen)
        self.columns = columns.without(differ.gone)
        if not self._rests_on(loaded):
            self._copy(loaded)
        self._take(rows.embeddings_by_id(self.space, differ.missing.tolist()))
        # Not written again for what is in it.
        return len(differ.gone) + len(differ.missing)

    def _columns_of(self, loaded: snapshot.Snapshot) -> Columns | None:
        """Compare some rows with the catalogue's: a data folder may have been emptied and filled anew."""
        try:
            columns = Columns.from_arrays(loaded.ids, loaded.columns)
        except KeyError:
            return None
        places = np.unique(np.linspace(0, len(columns) - 1, min(len(columns), _PROBES)).astype(np.int64))
        theirs = rows.embeddings_by_id(self.space, columns.ids[places].tolist())
        here = columns.places_of(np.array([row.key.id for row in theirs], dtype=np.int64))
        same = columns.where(here).is_same(Columns.of(row.key for row in theirs))
        if same and all(loaded.rows[place].tobytes() == row.vector for place, row in zip(here, theirs, strict=True)):
            return columns
        _log.warning("the index snapshot of %s is of another catalogue; it is not used", self.space)
        return None

    def _rests_on(self, loaded: snapshot.Snapshot) -> bool:
        if not isinstance(self.store, snapshot.RestsOnSnapshots):
            return False
        self.store.rest_on(loaded, known=self.columns.ids)
        self._resting = loaded.file
        return True

    def _copy(self, loaded: snapshot.Snapshot) -> None:
        for start in range(0, len(self.columns), _CHUNK):
            ids = self.columns.ids[start : start + _CHUNK]
            some = loaded.rows[np.searchsorted(loaded.ids, ids)]
            self.store.add(ids.tolist(), some.astype(np.float32))

    def _is_due(self, path: Path, least: int) -> bool:
        if self._unsaved >= max(least, len(self.columns) // _SNAPSHOT_SHARE):
            return True
        # It was deleted, as it held somebody who is to be forgotten: what is mapped has to go, too.
        return self._resting is not None and snapshot.file_at(path) is None

    def _take_over(self, path: Path) -> None:
        """Rest on what another process has written since: one of them builds, all are to have it."""
        there = snapshot.file_at(path)
        if there is None or there == self._looked_at or not isinstance(self.store, snapshot.RestsOnSnapshots):
            return
        self._looked_at = there
        loaded = snapshot.load(path, space=self.space, dimensions=self._dimensions)
        if loaded and self._columns_of(loaded):
            with self._changing:
                self._rests_on(loaded)
                self._unsaved = abs(len(self.columns) - len(loaded.ids))

    def _save(self, path: Path, stop: threading.Event | None) -> bool:
        with self._changing:
            columns, last_seen, unsaved = self.columns, self._last_seen, self._unsaved
        built = None
        if len(columns) >= build.WORTH_INDEXING:
            built = build.build(
                len(columns), self._dimensions, lambda places: self._rows(columns.ids[places].tolist()), stop=stop
            )
        with snapshot.writer_lock(path) as ours:
            if not ours:  # somebody is being forgotten at this moment
                return False
            # Who forgets somebody waits for the lock, and then deletes the file: what was deleted before we had it
            # is known after this, and gets neither into the rows nor into the index.
            self.catch_up()
            gone = np.flatnonzero(~self.columns.known(columns.ids))
            snapshot.remove_leftovers(path)
            snapshot.save(
                path,
                space=self.space,
                dimensions=self._dimensions,
                ids=columns.ids,
                get=self._rows,
                columns=columns.arrays(),
                index=built.packed(without=gone) if built else None,
                last_seen=last_seen,
            )
            self._looked_at = snapshot.file_at(path)
            loaded = snapshot.load(path, space=self.space, dimensions=self._dimensions)
        with self._changing:
            if loaded:
                self._rests_on(loaded)
            self._unsaved -= unsaved
        return True

    def _rows(self, ids: list[int]) -> Vectors:
        """Return rows of the store, zeros for those that went away."""
        found = np.zeros((len(ids), self._dimensions), dtype=np.float32)
        keys = np.array(ids, dtype=np.int64)
        while True:
            here = self.columns.known(keys)
            try:
                found[here] = self.store.get(keys[here].tolist())
            except StoreError:  # one more went, between the two lines
                continue
            return found

    def _take_new(self) -> int:
        taken, new = 0, list[Columns]()
        while some := rows.embeddings_after(self.space, self._last_seen, limit=_CHUNK):
            new.append(self._stored(some))
            taken += len(new[-1])
            self._last_seen = some[-1].key.id
            # Joining copies all of them: not for every chunk of a million.
            if taken * _SNAPSHOT_SHARE > len(self.columns):
                self.columns, new = self.columns.joined(*new), []
        if new:
            self.columns = self.columns.joined(*new)
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

    def _reconcile(self) -> int:
        self._reconciled_at = time.monotonic()
        unusable = np.array(sorted(self._unusable), dtype=np.int64)
        ours = np.union1d(self.columns.ids, unusable) if len(unusable) else self.columns.ids
        differ = differences(self.space, ours, up_to_id=self._last_seen)
        self._unusable -= set(differ.gone.tolist())
        return self._drop(differ.gone.tolist()) + self._take(
            rows.embeddings_by_id(self.space, differ.missing.tolist())
        )

    def _unknown(self, ids: list[int]) -> list[int]:
        here = self.columns.known(ids)
        return [pk for pk, known in zip(ids, here.tolist(), strict=True) if not known and pk not in self._unusable]

    def _take(self, found: list[EmbeddingRow]) -> int:
        taken = self._stored(found)
        if len(taken):
            self.columns = self.columns.joined(taken)
        return len(taken)

    def _stored(self, found: list[EmbeddingRow]) -> Columns:
        """Add rows to the store; a spoilt one costs itself, not its whole batch."""
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
        return Columns.of(row.key for row in usable)

    def _drop(self, ids: list[int]) -> int:
        known = np.asarray(ids, dtype=np.int64)[self.columns.known(ids)] if ids else np.empty(0, np.int64)
        if len(known):
            # First unknown, then gone: a search between the two leaves out what it can't name.
            self.columns = self.columns.without(known)
            self.store.remove(known.tolist())
        return len(known)
