"""Every vector store behaves as the exact one in numpy does, alone and under several threads."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dam.errors import StoreError
from dam.ports import Vectors, VectorStore
from dam.types import VectorMatch
from dam.vectors import build, bulk
from dam.vectors.faiss_store import FaissStore
from dam.vectors.layered_store import LayeredStore
from dam.vectors.locks import ReadWriteLock
from dam.vectors.memory_store import MemoryStore
from tests.resting import IndexedStore, RestingStore

_D = 16
_STORES: list[Callable[[int], VectorStore]] = [MemoryStore, FaissStore, LayeredStore, RestingStore, IndexedStore]


@pytest.fixture(params=_STORES, ids=lambda store: store.__name__)
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> VectorStore:
    monkeypatch.setattr(bulk, "EXACT_ROWS", 0)
    monkeypatch.setattr(build, "CANDIDATES", (30,))
    made: VectorStore = request.param(_D)
    assert isinstance(made, VectorStore)
    return made


def _rows(seed: int, n: int, dimensions: int = _D) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((n, dimensions)).astype(np.float32)
    made: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return made


def _ids(store: VectorStore, vector: Vectors, limit: int = 10) -> list[int]:
    return [match.embedding_id for match in store.search(vector[np.newaxis], limit=limit)[0]]


def test_the_nearest_comes_first_with_its_cosine(store: VectorStore) -> None:
    rows = _rows(1, 100)
    store.add(range(1000, 1100), rows)
    (matches,) = store.search(rows[42:43], limit=5)
    assert len(matches) == 5
    assert matches[0].embedding_id == 1042
    assert matches[0].score == pytest.approx(1.0, abs=1e-3)
    expected = np.sort(rows @ rows[42])[::-1][:5]
    assert [match.score for match in matches] == pytest.approx(expected.tolist(), abs=2e-3)


def test_several_queries_are_answered_in_their_order(store: VectorStore) -> None:
    rows = _rows(2, 30)
    store.add(range(30), rows)
    answers = store.search(rows[[7, 3, 19]], limit=1)
    assert [answer[0].embedding_id for answer in answers] == [7, 3, 19]


def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    assert store.search(_rows(1, 2), limit=3) == [[], []]
    assert len(store) == 0


def test_fewer_rows_than_the_limit_are_all_found(store: VectorStore) -> None:
    store.add([5, 6], _rows(3, 2))
    assert sorted(_ids(store, _rows(4, 1)[0], limit=50)) == [5, 6]


def test_a_limit_of_nothing_finds_nothing(store: VectorStore) -> None:
    store.add([5], _rows(3, 1))
    assert store.search(_rows(3, 1), limit=0) == [[]]


def test_adding_an_id_again_replaces_its_row(store: VectorStore) -> None:
    rows = _rows(5, 2)
    store.add([9], rows[:1])
    store.add([9], rows[1:])
    assert len(store) == 1
    assert store.get([9])[0] == pytest.approx(rows[1], abs=1e-3)
    assert _ids(store, rows[0]) == [9]


def test_the_last_of_an_id_given_twice_at_once_is_kept(store: VectorStore) -> None:
    rows = _rows(6, 3)
    store.add([4, 8, 4], rows)
    assert len(store) == 2
    assert store.get([4])[0] == pytest.approx(rows[2], abs=1e-3)


def test_a_removed_row_is_never_found_and_unknown_ids_are_ignored(store: VectorStore) -> None:
    rows = _rows(7, 10)
    store.add(range(10), rows)
    store.remove([3, 4, 3, 777])
    assert len(store) == 8
    assert not {3, 4} & set(_ids(store, rows[3]))
    store.remove([])
    with pytest.raises(StoreError):
        store.get([3])


def test_only_allowed_rows_are_found(store: VectorStore) -> None:
    rows = _rows(8, 200)
    store.add(range(200), rows)
    allowed = np.arange(0, 200, 7)
    (matches,) = store.search(rows[1:2], limit=200, allowed_ids=allowed)
    assert {match.embedding_id for match in matches} == set(allowed.tolist())
    assert store.search(rows[:1], limit=5, allowed_ids=np.empty(0, dtype=np.int64)) == [[]]
    assert store.search(rows[:1], limit=5, allowed_ids=np.array([100_000], dtype=np.int64)) == [[]]


def test_refused_ids_are_left_out_inside_the_search(store: VectorStore) -> None:
    rows = _rows(10, 40)
    store.add(range(40), rows)
    refused = np.array([0, 3, 7, 2**40], dtype=np.int64)
    (matches,) = store.search(rows[:1], limit=100, refused_ids=refused)
    assert sorted(match.embedding_id for match in matches) == sorted(set(range(40)) - {0, 3, 7})
    (both,) = store.search(rows[:1], limit=100, allowed_ids=np.array([3, 4, 5], dtype=np.int64), refused_ids=refused)
    assert sorted(match.embedding_id for match in both) == [4, 5]
    (every,) = store.search(rows[:1], limit=100, refused_ids=np.empty(0, dtype=np.int64))
    assert len(every) == 40


def test_ids_beyond_any_bitmap_can_be_allowed(store: VectorStore) -> None:
    rows = _rows(9, 3)
    store.add([1, 2**33, 2**40], rows)
    (matches,) = store.search(rows[:1], limit=3, allowed_ids=np.array([2**40, 1], dtype=np.int64))
    assert [match.embedding_id for match in matches] == [1, 2**40]


def test_equal_rows_come_in_the_order_of_their_ids(store: VectorStore) -> None:
    row = _rows(10, 1)
    store.add([30, 10, 20], np.repeat(row, 3, axis=0))
    assert _ids(store, row[0]) == [10, 20, 30]


@pytest.mark.parametrize("spoilt", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_refused_and_nothing_is_added(store: VectorStore, spoilt: float) -> None:
    rows = _rows(11, 3)
    rows[1, 5] = spoilt
    with pytest.raises(StoreError, match="finite"):
        store.add([1, 2, 3], rows)
    assert len(store) == 0
    with pytest.raises(StoreError, match="finite"):
        store.search(rows[1:2], limit=1)


def test_a_zero_row_is_refused(store: VectorStore) -> None:
    with pytest.raises(StoreError, match="length 1"):
        store.add([1], np.zeros((1, _D), dtype=np.float32))


def test_wrong_sizes_are_refused(store: VectorStore) -> None:
    with pytest.raises(StoreError):
        store.add([1], _rows(1, 1, _D + 1))
    with pytest.raises(StoreError):
        store.add([1, 2], _rows(1, 1))
    with pytest.raises(StoreError):
        store.search(_rows(1, 1)[0], limit=1)


def test_rows_come_back_in_the_asked_order(store: VectorStore) -> None:
    rows = _rows(12, 5)
    store.add([10, 11, 12, 13, 14], rows)
    assert store.get([13, 10]) == pytest.approx(rows[[3, 0]], abs=1e-3)
    assert store.get([]).shape == (0, _D)


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(0, 25), max_size=8), st.integers(0, 10_000)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 25), max_size=8), st.just(0)),
    ),
    max_size=12,
)


@pytest.mark.parametrize("made", [FaissStore, RestingStore])
@settings(max_examples=40, deadline=None)
@given(steps=_steps, allowed=st.none() | st.sets(st.integers(0, 25)))
def test_any_history_leaves_faiss_answering_as_the_oracle(
    made: Callable[[int], VectorStore], steps: list[tuple[str, list[int], int]], allowed: set[int] | None
) -> None:
    oracle, faiss_store = MemoryStore(_D), made(_D)
    for step, ids, seed in steps:
        for one in (oracle, faiss_store):
            if step == "add":
                one.add(ids, _rows(seed, len(ids)))
            else:
                one.remove(ids)
    assert len(faiss_store) == len(oracle)
    only = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    query = _rows(99, 2)
    for exact, found in zip(
        oracle.search(query, limit=30, allowed_ids=only),
        faiss_store.search(query, limit=30, allowed_ids=only),
        strict=True,
    ):
        scores = {match.embedding_id: match.score for match in found}
        assert scores == pytest.approx({match.embedding_id: match.score for match in exact}, abs=1e-4)


def test_rows_deleted_or_added_while_searching_are_never_half_there(store: VectorStore) -> None:
    """Fault 43: an index that is changed under a search crashed before it had an owner."""
    steady, moving = _rows(20, 300), _rows(21, 300)
    store.add(range(300), steady)
    problems: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            matches = store.search(moving[:4], limit=400)[0]
            problems.extend(f"{match}" for match in matches if not _is_sane(match))

    def change() -> None:
        for start in range(0, 300, 20):
            ids = range(300 + start, 320 + start)
            store.add(ids, moving[start : start + 20])
            store.remove(ids)
            if set(ids) & set(_ids(store, moving[start], limit=600)):
                problems.append(f"a removed row of {ids} was found")

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for thread in askers:
        thread.start()
    change()
    done.set()
    for thread in askers:
        thread.join(60)
    assert not any(thread.is_alive() for thread in askers)
    assert problems == []
    assert len(store) == 300
    assert _ids(store, steady[17], limit=1) == [17]


def _is_sane(match: VectorMatch) -> bool:
    return 0 <= match.embedding_id < 600 and -1.01 <= match.score <= 1.01


def test_a_writer_waits_for_readers_and_new_readers_wait_for_it() -> None:
    lock = ReadWriteLock()
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def read_long() -> None:
        with lock.reading():
            inside.set()
            leave.wait(10)
            order.append("first reader left")

    def write() -> None:
        with lock.writing():
            order.append("written")

    def read_late() -> None:
        with lock.reading():
            order.append("late reader")

    first = threading.Thread(target=read_long)
    first.start()
    assert inside.wait(10)
    writer = threading.Thread(target=write)
    writer.start()
    while not lock._writers_waiting:
        assert writer.is_alive()
    late = threading.Thread(target=read_late)
    late.start()
    leave.set()
    for thread in (first, writer, late):
        thread.join(10)
    assert order == ["first reader left", "written", "late reader"]
