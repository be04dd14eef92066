"""Decoder children: what they do to themselves stays with them, and the next file is read."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.engines.media.children import child_command
from dam.engines.media.reader import ChildMediaReader
from dam.errors import DamagedMedia, DecoderCrashed, MediaError, MediaTooLarge, MediaVanished, UnsupportedMedia
from dam.types import MediaKind, Prepared
from tests.media_files import limits, quadrants, source_of

_HOSTILE = Path(__file__).resolve().parents[1] / "hostile_child.py"


def _hostile_command(memory_bytes: int = 768 << 20) -> list[str]:
    usual = child_command(memory_bytes=memory_bytes, max_pixels=10_000_000, threads=1)
    return [sys.executable, str(_HOSTILE), *usual[usual.index("--memory") :]]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "good.jpg"
    quadrants().save(path, "JPEG")
    return path


@pytest.fixture
def hostile() -> Iterator[ChildMediaReader]:
    reader = ChildMediaReader(limits(decoders=1), command=_hostile_command())
    yield reader
    reader.close()


def _prepare(reader: ChildMediaReader, path: Path) -> Prepared:
    out_dir = path.parent / "out" / f"{path.name}-{time.monotonic_ns()}"
    out_dir.mkdir(parents=True)
    return reader.prepare(source_of(path), out_dir=out_dir)


@pytest.mark.parametrize(
    ("word", "error", "words"),
    [
        ("SEGFAULT", DecoderCrashed, "SIGSEGV"),
        ("EAT", MediaTooLarge, "ran out of memory"),
        ("EXIT", DecoderCrashed, "exit status 3"),
        ("LIE", DecoderCrashed, "did not write"),
        ("NONSENSE", DecoderCrashed, "nonsense"),
    ],
)
def test_a_child_that_misbehaves_costs_one_file(
    hostile: ChildMediaReader, tmp_path: Path, photo: Path, word: str, error: type[MediaError], words: str
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text(word + " " * 20)
    with pytest.raises(error, match=words):
        _prepare(hostile, bad)
    assert _prepare(hostile, photo).probe.kind is MediaKind.PHOTO


@pytest.mark.parametrize(("word", "stall_s", "total_s"), [("HANG", 2, 60), ("BEAT", 60, 2)])
def test_a_child_that_takes_too_long_is_killed(
    tmp_path: Path, photo: Path, word: str, stall_s: int, total_s: int
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text(word + " " * 20)
    bounds = limits(decoders=1, photo_time_s=stall_s, video_time_s=total_s)
    reader = ChildMediaReader(bounds, command=_hostile_command())
    try:
        with pytest.raises(DecoderCrashed, match="longer than 2 s"):
            _prepare(reader, bad)
        assert _prepare(reader, photo).probe.kind is MediaKind.PHOTO
    finally:
        reader.close()


def test_children_see_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: ChildMediaReader) -> None:
    monkeypatch.setenv("AFTERIMAGE_PASSWORD", "hush")
    bad = tmp_path / "bad.jpg"
    bad.write_text("SECRETS" + " " * 20)
    with pytest.raises(DamagedMedia) as caught:
        _prepare(hostile, bad)
    assert "AFTERIMAGE" not in str(caught.value)
    assert "PYTHONPATH" in str(caught.value)


def test_a_child_is_kept_from_file_to_file_and_never_loads_django_or_models(tmp_path: Path, photo: Path) -> None:
    script = textwrap.dedent("""
        import sys
        import dam.engines.media.child
        heavy = {"django", "torch", "rawpy", "imagecodecs", "pillow_heif", "pydantic"} & set(sys.modules)
        sys.exit(str(heavy) if heavy else 0)
    """)
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
    reader = ChildMediaReader(limits(decoders=1))
    try:
        _prepare(reader, photo)
        first = [child.pid for child in reader._pool._idle]
        _prepare(reader, photo)
        assert [child.pid for child in reader._pool._idle] == first
    finally:
        reader.close()


def test_the_reader_does_not_load_decoders_itself() -> None:
    script = textwrap.dedent("""
        import sys
        import dam.engines.media.reader
        found = {"av", "PIL", "rawpy", "pysubs2"} & set(sys.modules)
        sys.exit(str(found) if found else 0)
    """)
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


def test_many_threads_share_few_children(tmp_path: Path, photo: Path) -> None:
    reader = ChildMediaReader(limits(decoders=2))
    found: list[Prepared] = []
    threads = [threading.Thread(target=lambda: found.append(_prepare(reader, photo))) for _ in range(12)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(found) == 12
        assert len(reader._pool._idle) <= 2
    finally:
        reader.close()


def test_closing_ends_a_child_at_work(tmp_path: Path) -> None:
    reader = ChildMediaReader(limits(decoders=1, photo_time_s=600), command=_hostile_command())
    bad = tmp_path / "bad.jpg"
    bad.write_text("BEAT" + " " * 20)
    caught: list[str] = []

    def run() -> None:
        try:
            _prepare(reader, bad)
        except DecoderCrashed as error:
            caught.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    assert _until(lambda: bool(reader._pool._busy))
    (child,) = reader._pool._busy
    reader.close()
    thread.join(30)
    assert caught
    assert not child.alive
    with pytest.raises(DecoderCrashed, match="shut down"):
        _prepare(reader, bad)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread ends the child, which needs Python to run")
def test_children_end_with_their_parent_even_amid_a_hang(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text("HANG" + " " * 20)
    script = textwrap.dedent(f"""
        import threading, time
        from pathlib import Path
        from dam.engines.media.reader import ChildMediaReader
        from tests.media_files import limits, source_of
        reader = ChildMediaReader(limits(decoders=1, photo_time_s=600), command={_hostile_command()!r})
        path = Path({str(bad)!r})
        work = threading.Thread(target=lambda: reader.prepare(source_of(path), out_dir=path.parent), daemon=True)
        work.start()
        while not reader._pool._busy:
            time.sleep(0.01)
        print(next(iter(reader._pool._busy)).pid, flush=True)
        work.join()
    """)
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _until(lambda: _hangs(pid))
        parent.send_signal(signal.SIGKILL)
    assert _until(lambda: not _runs(pid))


def _hangs(pid: int) -> bool:
    """Whether the child has come to its sleep in C."""
    return "nanosleep" in Path(f"/proc/{pid}/wchan").read_text() if _runs(pid) else False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(condition: object, seconds: float = 30.0) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_pipe_is_refused_and_never_waited_for(hostile: ChildMediaReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnsupportedMedia, match="regular file"):
        _prepare(hostile, tmp_path / "pipe.jpg")


def test_a_link_is_refused_and_so_is_a_way_out_through_a_linked_folder(
    hostile: ChildMediaReader, tmp_path: Path, photo: Path
) -> None:
    (tmp_path / "link.jpg").symlink_to(photo)
    with pytest.raises(UnsupportedMedia, match="link"):
        _prepare(hostile, tmp_path / "link.jpg")
    library = tmp_path / "library"
    library.mkdir()
    (library / "out").symlink_to(tmp_path)
    with pytest.raises(UnsupportedMedia, match="outside"):
        hostile.prepare(source_of(library / "out" / "good.jpg", root=library), out_dir=tmp_path)


def test_a_file_that_changed_or_went_is_worth_another_attempt(
    hostile: ChildMediaReader, tmp_path: Path, photo: Path
) -> None:
    source = source_of(photo)
    photo.write_bytes(photo.read_bytes() + b"more")
    with pytest.raises(MediaVanished, match="changed"):
        hostile.prepare(source, out_dir=tmp_path)
    photo.unlink()
    with pytest.raises(MediaVanished, match="no longer"):
        hostile.prepare(source, out_dir=tmp_path)


@pytest.mark.skipif(sys.platform == "darwin", reason="APFS takes only names that are UTF-8")
def test_a_name_that_is_not_utf8_is_read(hostile: ChildMediaReader, tmp_path: Path, photo: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd \xff\xfe\n-name.jpg"))
    photo.rename(odd)
    assert hostile.prepare(source_of(odd), out_dir=tmp_path).probe.kind is MediaKind.PHOTO
