"""A search process keeps up with the catalogue: new, deleted, late and spoilt vectors, with a snapshot or without."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from dam.catalog.models import Embedding, Tombstone, Unit
from dam.catalog.readers import search as rows
from dam.vectors import build
from dam.vectors.layered_store import LayeredStore
from search.vectors import index as index_module
from search.vectors.follow import Follower
from search.vectors.index import SpaceIndex
from tests.small_library import DIMENSIONS, PICTURES, SPEECH, SmallLibrary, embed, forget, picture_vector

pytestmark = pytest.mark.django_db


def _index(snapshots: Path | None = None) -> SpaceIndex:
    return SpaceIndex(PICTURES, DIMENSIONS, make_store=LayeredStore, snapshots=snapshots)


def _agrees(index: SpaceIndex) -> bool:
    """Whether the index holds exactly what the catalogue does, ids, units, times and numbers."""
    theirs = {row.pk: row for row in Embedding.objects.filter(space=index.space)}
    ids = index.columns.ids.tolist()
    if ids != sorted(theirs) or len(index.store) != len(theirs):
        return False
    if index.columns.unit_ids.tolist() != [theirs[pk].unit_id for pk in ids]:
        return False
    if index.columns.at_ms.tolist() != [theirs[pk].at_ms for pk in ids]:
        return False
    held = index.store.get(ids).astype("<f2")
    return all(row.tobytes() == bytes(theirs[pk].vector) for row, pk in zip(held, ids, strict=True))


def _photos(n: int) -> list[Unit]:
    library = SmallLibrary(f"/root-{n}-{time.monotonic_ns()}")
    return [library.photo(f"picture {number}") for number in range(n)]


def test_new_and_deleted_vectors_are_followed() -> None:
    units = _photos(5)
    index = _index()
    assert index.catch_up() == 5
    assert _agrees(index)
    embed(units[0], picture_vector("again"), at_ms=3_000)
    forget(Embedding.objects.get(unit=units[1]))
    assert index.catch_up() == 2
    assert _agrees(index)
    assert index.catch_up() == 0


def test_a_vector_that_comes_and_goes_between_two_looks_is_not_kept() -> None:
    units = _photos(2)
    index = _index()
    index.catch_up()
    forget(embed(units[0], picture_vector("short")))
    index.catch_up()
    assert _agrees(index)


def test_other_spaces_are_left_alone() -> None:
    (unit,) = _photos(1)
    embed(unit, picture_vector("a line"), space=SPEECH)
    index = _index()
    assert index.catch_up() == 1
    assert _agrees(index)


def test_spoilt_vectors_cost_only_themselves(caplog: pytest.LogCaptureFixture) -> None:
    """Fault 44: rows of a wrong size, zeros and NaN are left out, and said, and asked for once."""
    units = _photos(3)
    nan = picture_vector("nan")
    nan[0] = np.nan
    embed(units[0], nan)
    embed(units[1], np.zeros(DIMENSIONS, np.float32))
    embed(units[2], picture_vector("short")[:10])
    index = _index()
    assert index.catch_up() == 3
    assert "can't be used" in caplog.text
    index._reconciled_at -= 1_000
    assert index.catch_up() == 0
    assert len(index.store) == 3


def test_ids_that_appear_late_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL gives keys at the write and shows them at the commit: a lower one can come after a higher one."""
    units = _photos(4)
    late = Embedding.objects.get(unit=units[1])
    Embedding.objects.filter(pk=late.pk).delete()  # not visible yet
    index = _index()
    index.catch_up()
    assert len(index.columns) == 3
    late.save(force_insert=True)
    monkeypatch.setattr(rows, "keys_can_come_late", lambda: True)
    assert index.catch_up() == 1
    assert _agrees(index)


def test_what_no_tombstone_told_is_found_by_count() -> None:
    """Fault 42: rows that went or came behind the follower's back."""
    units = _photos(6)
    late = Embedding.objects.get(unit=units[1])
    Embedding.objects.filter(pk=late.pk).delete()
    index = _index()
    index.catch_up()
    late.save(force_insert=True)
    Embedding.objects.filter(unit__in=units[3:5]).delete()
    index._reconciled_at -= 1_000
    assert index.catch_up() == 3
    assert _agrees(index)


def test_a_snapshot_saves_reading_every_vector_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = _photos(40)
    first = _index(tmp_path)
    first.catch_up()
    assert first.save_if_worth_it(least=1)
    forget(Embedding.objects.get(unit=units[7]))
    embed(units[0], picture_vector("new"))
    read: list[int] = []
    after = rows.embeddings_after

    def counted(space: str, after_id: int, *, limit: int) -> list[rows.EmbeddingRow]:
        found = after(space, after_id, limit=limit)
        read.extend(row.key.id for row in found)
        return found

    monkeypatch.setattr(rows, "embeddings_after", counted)
    second = _index(tmp_path)
    second.catch_up()
    assert _agrees(second)
    assert len(read) == 1


def test_a_snapshot_of_another_catalogue_is_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _photos(20)
    first = _index(tmp_path)
    first.catch_up()
    first.save_if_worth_it(least=1)
    for row in Embedding.objects.all():  # the same ids, other pictures
        row.vector = picture_vector("other").astype("<f2").tobytes()
        row.save()
    second = _index(tmp_path)
    second.catch_up()
    assert "another catalogue" in caplog.text
    assert _agrees(second)


def test_a_spoilt_snapshot_costs_a_rebuild_only(tmp_path: Path) -> None:
    _photos(20)
    first = _index(tmp_path)
    first.catch_up()
    first.save_if_worth_it(least=1)
    (path,) = tmp_path.glob("*.vectors")
    path.write_bytes(path.read_bytes()[:-100])
    second = _index(tmp_path)
    second.catch_up()
    assert _agrees(second)


def test_a_large_space_is_indexed_and_what_another_process_wrote_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "WORTH_INDEXING", 30)
    monkeypatch.setattr(build, "CANDIDATES", (40,))
    units = _photos(40)
    first, second = _index(tmp_path), _index(tmp_path)
    first.catch_up()
    second.catch_up()
    assert first.save_if_worth_it(least=1)
    assert not second.save_if_worth_it(least=1)  # there is one that has all of it
    for index in (first, second):
        assert isinstance(index.store, LayeredStore)
        assert index.store._bulk is not None
        assert index.store._bulk._refined is not None
        forget(Embedding.objects.filter(unit=units[3]).first() or embed(units[3], picture_vector("gone")))
        embed(units[3], picture_vector("new"))
        first.catch_up()
        second.catch_up()
        assert _agrees(index)


def test_a_snapshot_that_was_deleted_is_written_anew(tmp_path: Path) -> None:
    """Somebody was forgotten: the store may not go on resting on the file that held them."""
    _photos(20)
    index = _index(tmp_path)
    index.catch_up()
    assert index.save_if_worth_it(least=1)
    (path,) = tmp_path.glob("*.vectors")
    path.unlink()
    assert index.save_if_worth_it()
    assert path.exists()
    assert _agrees(index)
    assert not index.save_if_worth_it()


def test_a_snapshot_is_written_only_when_enough_has_changed(tmp_path: Path) -> None:
    _photos(3)
    index = _index(tmp_path)
    index.catch_up()
    assert not index.save_if_worth_it()
    assert index.save_if_worth_it(least=3)
    assert not index.save_if_worth_it(least=3)


def test_many_chunks_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_CHUNK", 7)
    _photos(30)
    index = _index()
    assert index.catch_up() == 30
    assert _agrees(index)
    Tombstone.objects.bulk_create(
        [Tombstone(embedding_id=pk, space=PICTURES) for pk in Embedding.objects.values_list("pk", flat=True)]
    )
    Embedding.objects.all().delete()
    assert index.catch_up() == 30
    assert len(index.store) == 0
    assert index.background().shape == (0, DIMENSIONS)


@pytest.mark.django_db(transaction=True)
def test_the_thread_makes_a_new_photo_findable_and_ends_when_told() -> None:
    follower = Follower(snapshots=None, every_s=0.02)
    index = follower.space(PICTURES, DIMENSIONS)
    follower.start()
    try:
        unit = _photos(1)[0]
        deadline = time.monotonic() + 20
        while unit.pk not in index.columns.unit_ids and time.monotonic() < deadline:
            time.sleep(0.02)
        assert unit.pk in index.columns.unit_ids
    finally:
        follower.stop()
    assert not any(thread.name == "search-follower" for thread in threading.enumerate())
    connection.close()
