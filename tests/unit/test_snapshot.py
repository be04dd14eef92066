"""Faults 40 and 41: a snapshot is the old one or the new one, whole, of the right space; or it is not used."""

from pathlib import Path

import numpy as np
import pytest

from dam.errors import StoreError
from dam.ports import Vectors
from dam.vectors import snapshot

_D = 8
_SPACE = "picture:test"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshots" / "space.vectors"


def _rows(n: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((n, _D)).astype(np.float16)
    made: Vectors = rows.astype(np.float32)
    return made


def _save(path: Path, n: int = 50, seed: int = 0) -> Vectors:
    rows = _rows(n, seed)
    snapshot.save(
        path,
        space=_SPACE,
        dimensions=_D,
        ids=np.arange(10, 10 + n, dtype=np.int64),
        get=lambda ids: rows[np.array(ids) - 10],
        last_seen=10 + n,
    )
    return rows


def _load(path: Path, *, space: str = _SPACE, dimensions: int = _D) -> snapshot.Snapshot | None:
    return snapshot.load(path, space=space, dimensions=dimensions)


@pytest.mark.parametrize("n", [0, 1, 50, 5000])
def test_what_is_saved_is_loaded(path: Path, n: int) -> None:
    rows = _save(path, n)
    loaded = _load(path)
    assert loaded is not None
    assert loaded.ids.tolist() == list(range(10, 10 + n))
    assert np.array_equal(np.asarray(loaded.rows, dtype=np.float32), rows)
    assert loaded.last_seen == 10 + n


def test_no_file_is_no_snapshot(path: Path) -> None:
    assert _load(path) is None


@pytest.mark.parametrize("place", [0, 9, 20, 200, 700, -40, -1])
def test_a_flipped_bit_anywhere_is_noticed(path: Path, place: int, caplog: pytest.LogCaptureFixture) -> None:
    _save(path)
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(bytes(content))
    assert _load(path) is None
    assert "is not used" in caplog.text


@pytest.mark.parametrize("kept", [0, 5, 30, 400, -1])
def test_a_cut_file_is_noticed(path: Path, kept: int) -> None:
    _save(path)
    path.write_bytes(path.read_bytes()[:kept])
    assert _load(path) is None


def test_another_size_or_model_is_not_used(path: Path) -> None:
    _save(path)
    assert _load(path, dimensions=_D * 2) is None
    assert _load(path, space="picture:other") is None


def test_a_crash_while_writing_leaves_the_old_one(path: Path) -> None:
    _save(path, seed=1)
    before = path.read_bytes()

    def fail(_: list[int]) -> Vectors:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshot.save(path, space=_SPACE, dimensions=_D, ids=np.arange(9, dtype=np.int64), get=fail, last_seen=9)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_a_store_error_and_leaves_the_old_one(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(path, seed=1)
    before = path.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync" if step == "fsync" else "pathlib.Path.replace", refuse)
    with pytest.raises(StoreError, match="No space left"):
        _save(path, seed=2)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_one_may_write_and_it_clears_what_a_crash_left(path: Path) -> None:
    path.parent.mkdir()
    part = path.with_name(f"{path.name}.abc.part")
    part.write_bytes(b"half")
    with snapshot.writer_lock(path) as first, snapshot.writer_lock(path) as second:
        assert (first, second) == (True, False)
        snapshot.remove_leftovers(path)
    assert not part.exists()
    with snapshot.writer_lock(path) as again:
        assert again
