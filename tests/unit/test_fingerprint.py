"""Content gives the fingerprint, and a file that changes meanwhile gives none."""

import itertools
import os
from pathlib import Path

import pytest
from blake3 import blake3

from dam.errors import MediaVanished
from indexer import fingerprint
from indexer.fingerprint import BLOCK_BYTES, BLOCKS, EDGE_BYTES, WHOLE_BYTES, block_starts, fingerprint_file


def sparse(path: Path, size: int, *, byte_at: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
        file.seek(byte_at)
        file.write(b"x")
    return path


def test_the_fingerprint_is_blake3_of_size_and_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")
    found = fingerprint_file(tmp_path, b"a")
    assert found.fingerprint == blake3((5).to_bytes(8, "little") + b"hello").hexdigest()
    assert found.stamp.size_bytes == 5
    status = (tmp_path / "a").stat()
    assert found.stamp.inode == f"{status.st_dev}:{status.st_ino}"


def test_name_and_dates_do_not_matter(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"same")
    os.utime(tmp_path / "b", ns=(0, 0))
    assert fingerprint_file(tmp_path, b"a").fingerprint == fingerprint_file(tmp_path, b"b").fingerprint


def test_a_small_file_is_read_to_its_last_byte(tmp_path: Path) -> None:
    size = 3 * 1024 * 1024 + 7
    one = sparse(tmp_path / "one", size, byte_at=size - 1)
    two = sparse(tmp_path / "two", size, byte_at=size - 2)
    assert fingerprint_file(tmp_path, one.name.encode()) != fingerprint_file(tmp_path, two.name.encode())


def test_a_large_file_is_sampled(tmp_path: Path) -> None:
    size = WHOLE_BYTES + 5_000_001
    starts = block_starts(size)
    names = ["first", "block", "last", "between", "between too"]
    places = [0, starts[17], size - 1, starts[0] + BLOCK_BYTES, starts[5] + BLOCK_BYTES + 1]
    prints = {}
    for name, place in zip(names, places, strict=True):
        sparse(tmp_path / name, size, byte_at=place)
        prints[name] = fingerprint_file(tmp_path, name.encode()).fingerprint
    assert len({prints["first"], prints["block"], prints["last"], prints["between"]}) == 4
    # Not read, by design: see the module's first lines.
    assert prints["between"] == prints["between too"]


@pytest.mark.parametrize("size", [WHOLE_BYTES + 1, WHOLE_BYTES * 3 + 17, 10**12])
def test_the_blocks_lie_between_the_edges_without_overlap(size: int) -> None:
    starts = block_starts(size)
    assert len(starts) == BLOCKS
    assert starts[0] == EDGE_BYTES
    assert starts[-1] + BLOCK_BYTES == size - EDGE_BYTES
    assert all(after - before >= BLOCK_BYTES for before, after in itertools.pairwise(starts))


def test_a_file_rewritten_while_it_is_read_gives_no_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    read = fingerprint.fingerprint_descriptor

    def read_and_rewrite(descriptor: int, *, size_bytes: int) -> str:
        result = read(descriptor, size_bytes=size_bytes)
        with path.open("r+b") as file:
            file.write(b"after!")
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))
        return result

    monkeypatch.setattr(fingerprint, "fingerprint_descriptor", read_and_rewrite)
    with pytest.raises(MediaVanished):
        fingerprint_file(tmp_path, b"a")


def test_a_file_that_shrinks_while_it_is_read_gives_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"short")
    descriptor = os.open(tmp_path / "a", os.O_RDONLY)
    try:
        with pytest.raises(MediaVanished):
            fingerprint.fingerprint_descriptor(descriptor, size_bytes=6)
    finally:
        os.close(descriptor)


def test_a_link_is_never_opened_wherever_it_stands_in_the_path(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    for raw_path in (b"file", b"folder/secret"):
        with pytest.raises(OSError, match=r"symbolic|directory"):
            fingerprint_file(root, raw_path)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IsADirectoryError):
        fingerprint_file(tmp_path, b"pipe")
