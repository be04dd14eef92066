"""The index of many vectors finds what exact search finds, whatever a filter leaves, and never what was removed."""

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from dam.errors import StoreError
from dam.ports import Vectors
from dam.vectors import build, bulk
from dam.vectors.layered_store import LayeredStore
from dam.vectors.memory_store import MemoryStore
from tests.resting import rest

_D = 64
_N = 12_000
_CLUSTERS = 120


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thresholds at the size of a test: the index answers from the first row on."""
    monkeypatch.setattr(bulk, "EXACT_ROWS", 50)
    monkeypatch.setattr(build, "CANDIDATES", (300, 1_000, 3_000))


@pytest.fixture(scope="module")
def rows() -> Vectors:
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((_CLUSTERS, _D)).astype(np.float32)
    sizes = 1 / np.arange(1, _CLUSTERS + 1) ** 0.7
    of = np.sort(rng.choice(_CLUSTERS, _N, p=sizes / sizes.sum()))
    return _unit(centres[of] + 0.7 * rng.standard_normal((_N, _D)).astype(np.float32))


@pytest.fixture
def store(rows: Vectors) -> LayeredStore:
    made = LayeredStore(_D)
    made.add(range(_N), rows)
    rest(made, range(_N), _D, indexed=True)
    assert made._bulk is not None
    assert made._bulk._refined is not None
    return made


@pytest.fixture(scope="module")
def oracle(rows: Vectors) -> MemoryStore:
    made = MemoryStore(_D)
    made.add(range(_N), rows)
    return made


def _unit(rows: Vectors) -> Vectors:
    made: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return made


def _queries(rows: Vectors) -> Vectors:
    rng = np.random.default_rng(5)
    near = rows[rng.integers(0, _N, 30)] + 0.1 * rng.standard_normal((30, _D)).astype(np.float32)
    off = rows[rng.integers(0, _N, 10)] - rows[rng.integers(0, _N, 10)]
    return _unit(np.concatenate([near, off]))


def _recall(
    store: LayeredStore,
    oracle: MemoryStore,
    queries: Vectors,
    *,
    limit: int,
    allowed: NDArray[np.int64] | None = None,
) -> float:
    found = store.search(queries, limit=limit, allowed_ids=allowed)
    exact = oracle.search(queries, limit=limit, allowed_ids=allowed)
    hits = sum(
        len({match.embedding_id for match in one} & {match.embedding_id for match in other})
        for one, other in zip(found, exact, strict=True)
    )
    return hits / sum(len(each) for each in exact)


@pytest.mark.parametrize("limit", [1, 10, 50])
def test_the_nearest_are_found(store: LayeredStore, oracle: MemoryStore, rows: Vectors, limit: int) -> None:
    assert _recall(store, oracle, _queries(rows), limit=limit) >= 0.97


def test_scores_are_those_of_the_rows_and_not_of_their_codes(store: LayeredStore, rows: Vectors) -> None:
    query = _queries(rows)[:1]
    (matches,) = store.search(query, limit=20)
    for match in matches:
        assert match.score == pytest.approx(float(rows[match.embedding_id] @ query[0]), abs=2e-3)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_filter_never_empties_a_good_answer(
    store: LayeredStore, oracle: MemoryStore, rows: Vectors, share: float
) -> None:
    allowed = np.flatnonzero(np.random.default_rng(7).random(_N) < share).astype(np.int64)
    found = store.search(_queries(rows), limit=10, allowed_ids=allowed)
    assert all(len(each) == 10 for each in found)
    assert {match.embedding_id for each in found for match in each} <= set(allowed.tolist())
    assert _recall(store, oracle, _queries(rows), limit=10, allowed=allowed) >= 0.97


def test_a_filter_on_what_lies_far_from_the_query_finds_it(
    store: LayeredStore, oracle: MemoryStore, rows: Vectors
) -> None:
    """None of what is allowed lies in the lists near the query: further ones are looked into."""
    queries = rows[:10]
    allowed = np.flatnonzero((rows @ queries.T).max(axis=1) < 0.3).astype(np.int64)
    assert len(allowed) > bulk.EXACT_ROWS
    found = store.search(queries, limit=10, allowed_ids=allowed)
    assert all(len(each) == 10 for each in found)
    assert _recall(store, oracle, queries, limit=10, allowed=allowed) >= 0.9


def test_removed_rows_are_gone_and_new_ones_are_there_at_once(
    store: LayeredStore, oracle: MemoryStore, rows: Vectors
) -> None:
    (best,) = oracle.search(rows[:1], limit=400)
    gone = [match.embedding_id for match in best[:300]]
    store.remove(gone)
    store.add([_N + 5], rows[:1])
    (found,) = store.search(rows[:1], limit=50)
    assert found[0].embedding_id == _N + 5
    assert not {match.embedding_id for match in found} & set(gone)
    left = {match.embedding_id for match in best[300:349]}
    assert len(left & {match.embedding_id for match in found}) >= 0.9 * 49
    assert len(store) == _N - 300 + 1
    with pytest.raises(StoreError):
        store.get(gone[:1])
    assert store.get([_N + 5])[0] == pytest.approx(rows[0], abs=1e-3)


def test_a_row_that_is_replaced_is_found_where_it_is_now(store: LayeredStore, rows: Vectors) -> None:
    store.add([17], -rows[17:18])
    assert 17 not in {match.embedding_id for match in store.search(rows[17:18], limit=50)[0]}
    assert store.search(-rows[17:18], limit=1)[0][0].embedding_id == 17
    assert len(store) == _N


def test_rows_that_went_while_the_index_was_built_are_not_in_it(rows: Vectors) -> None:
    made = build.build(2_000, _D, lambda places: rows[places])
    gone = np.arange(100, 200, dtype=np.int64)
    with_all, without = len(made.packed(without=gone[:0])), len(made.packed(without=gone))
    assert made.index.ntotal == 1_900
    assert without < with_all


def test_a_build_can_be_stopped(rows: Vectors) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoreError, match="stops"):
        build.build(2_000, _D, lambda places: rows[places], stop=stop)


def test_searches_go_on_while_rows_change_and_the_bulk_is_swapped(store: LayeredStore, rows: Vectors) -> None:
    problems: list[str] = []
    done = threading.Event()
    steady = rows[:8]

    def ask() -> None:
        while not done.is_set():
            try:
                for number, matches in enumerate(store.search(steady, limit=20)):
                    if not any(match.embedding_id == number for match in matches[:1]):
                        problems.append(f"row {number} was not found")
            except StoreError as error:
                problems.append(str(error))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for thread in askers:
        thread.start()
    for turn in range(4):
        first = _N + 100 * turn
        store.add(range(first, first + 100), rows[1_000:1_100])
        store.remove(range(first, first + 50))
        rest(store, [*range(_N), *range(first + 50, first + 100)], _D, indexed=turn == 2)
        if {match.embedding_id for match in store.search(rows[1_000:1_001], limit=100)[0]} & set(
            range(first, first + 50)
        ):
            problems.append("a removed row came back")
        store.remove(range(first + 50, first + 100))
    done.set()
    for thread in askers:
        thread.join(60)
    assert not any(thread.is_alive() for thread in askers)
    assert problems == []
    assert len(store) == _N
