"""The watcher with the real inotify: what happens in a folder is in the catalogue soon after."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError

from dam.catalog.models import Asset, Library, MediaFile
from dam.catalog.writers.libraries import edit_library, remove_library
from dam.types import FileState
from indexer import watch
from indexer.events import MANY_PATHS, DirtyPaths
from indexer.mounts import is_on_network
from indexer.watch import Watcher
from tests.integration.intake_support import Shelf, make_shelf

pytestmark = pytest.mark.django_db

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = make_shelf(tmp_path / "library")
    made.put("first.jpg", b"first")
    return made


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher(settle_s=0.2, rescan_s=3600)
    yield made
    made.close()


def until(watcher: Watcher, condition: Callable[[], bool]) -> None:
    """Take turns until the condition holds; the rescans are an hour apart, so only events can bring it about."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, dict(MediaFile.objects.values_list("path", "state"))
        if not watcher.turn():
            time.sleep(0.02)


def test_what_happens_in_a_folder_is_followed(shelf: Shelf, watcher: Watcher) -> None:
    until(watcher, lambda: shelf.states() == {"first.jpg": "present"})
    first = shelf.asset("first.jpg")

    (shelf.root / "new").mkdir()
    (shelf.root / "new/a.jpg").write_bytes(b"aaa")
    (shelf.root / os.fsdecode(b"bad\xff.jpg")).write_bytes(b"bad name")
    until(watcher, lambda: len(shelf.states()) == 3)
    row = shelf.row("new/a.jpg")

    (shelf.root / "new").rename(shelf.root / "renamed")
    until(watcher, lambda: "renamed/a.jpg" in shelf.states())
    assert shelf.row("renamed/a.jpg").pk == row.pk

    (shelf.root / "first.jpg").rename(shelf.root / "renamed/moved.jpg")
    until(watcher, lambda: "renamed/moved.jpg" in shelf.states())
    assert shelf.asset("renamed/moved.jpg") == first

    (shelf.root / "renamed/a.jpg").write_bytes(b"changed")
    until(watcher, lambda: shelf.row("renamed/a.jpg").asset_id != row.asset_id)

    (shelf.root / "renamed/moved.jpg").unlink()
    until(watcher, lambda: shelf.row("renamed/moved.jpg").state == FileState.MISSING)
    assert Asset.objects.filter(pk=first).exists()


def test_a_folder_moved_in_is_taken_with_all_it_holds(shelf: Shelf, watcher: Watcher, tmp_path: Path) -> None:
    until(watcher, lambda: len(shelf.states()) == 1)
    outside = tmp_path / "outside/deep"
    outside.mkdir(parents=True)
    for number in range(20):
        (outside / f"{number}.jpg").write_bytes(b"%d" % number)
    outside.parent.rename(shelf.root / "moved in")
    until(watcher, lambda: len(shelf.states()) == 21)


def test_our_own_reading_raises_no_events(shelf: Shelf, watcher: Watcher) -> None:
    until(watcher, lambda: len(shelf.states()) == 1)
    dirty = next(iter(watcher._libraries.values()))._dirty
    assert dirty is not None
    (shelf.root / "first.jpg").read_bytes()
    list(shelf.root.iterdir())
    (shelf.root / "marker.jpg").write_bytes(b"marker")  # events come in order: this one ends the wait
    deadline = time.monotonic() + 30
    seen: list[bytes] = []
    while b"marker.jpg" not in seen:
        assert time.monotonic() < deadline
        seen += dirty.take(now_s=time.monotonic())
        time.sleep(0.02)
    assert set(seen) == {b"marker.jpg"}


def test_libraries_added_edited_and_removed_are_followed(
    shelf: Shelf, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_LIBRARIES_S", 0.05)
    until(watcher, lambda: len(shelf.states()) == 1)
    second = make_shelf(tmp_path / "second")
    second.put("b.jpg", b"bbb")
    until(watcher, lambda: second.states() == {"b.jpg": "present"})
    edit_library(second.library.id, exclude=["b.*"])
    until(watcher, lambda: second.states() == {"b.jpg": "skipped"})
    remove_library(second.library.id)
    until(watcher, lambda: len(watcher._libraries) == 1)
    assert len(shelf.states()) == 1


def test_a_drive_that_goes_and_comes_back(
    shelf: Shelf, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_ROOT_S", 0.05)
    until(watcher, lambda: len(shelf.states()) == 1)
    shelf.root.rename(tmp_path / "unplugged")
    until(watcher, lambda: not Library.objects.get().online)
    assert shelf.states() == {"first.jpg": "present"}
    (tmp_path / "unplugged").rename(shelf.root)
    until(watcher, lambda: Library.objects.get().online)
    (shelf.root / "later.jpg").write_bytes(b"later")
    until(watcher, lambda: shelf.states() == {"first.jpg": "present", "later.jpg": "present"})


def test_files_deleted_under_another_mount_are_not_missing(shelf: Shelf, watcher: Watcher, tmp_path: Path) -> None:
    until(watcher, lambda: len(shelf.states()) == 1)
    watched = next(iter(watcher._libraries.values()))
    assert watched._dirty is not None
    shelf.root.rename(tmp_path / "unmounted")
    shelf.root.mkdir()
    watched._dirty.mark(b"first.jpg", now_s=0.0)
    until(watcher, lambda: not Library.objects.get().online)
    assert shelf.states() == {"first.jpg": "present"}


def test_where_no_events_come_rescans_do(shelf: Shelf, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def limit_reached(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch, "_POLL_S", 0.05)
    monkeypatch.setattr("watchdog.observers.api.BaseObserver.schedule", limit_reached)
    until(watcher, lambda: len(shelf.states()) == 1)
    (shelf.root / "later.jpg").write_bytes(b"later")
    until(watcher, lambda: len(shelf.states()) == 2)


def test_a_burst_of_events_is_one_walk(tmp_path: Path) -> None:
    dirty = DirtyPaths()
    for number in range(MANY_PATHS + 10):
        dirty.mark(b"%d" % number, now_s=0.0)
    taken = dirty.take(now_s=10.0)
    assert b"" in taken
    assert len(taken) < MANY_PATHS
    assert dirty.take(now_s=10.0) == []


def test_a_path_is_given_out_when_quiet_or_after_a_while() -> None:
    dirty = DirtyPaths()
    dirty.mark(b"a", now_s=0.0)
    assert dirty.take(now_s=0.1) == []
    assert dirty.take(now_s=0.3) == [b"a"]
    for tenth in range(19):
        dirty.mark(b"busy", now_s=1.0 + tenth / 10)
        assert dirty.take(now_s=1.0 + tenth / 10) == []
    dirty.mark(b"busy", now_s=3.0)
    assert dirty.take(now_s=3.0) == [b"busy"]


def test_an_unreachable_catalogue_does_not_end_the_watcher(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        """Stands for the stop event: set after the third failed turn."""

        failures = 0

        def is_set(self) -> bool:
            return self.failures >= 3

        def wait(self, _seconds: float) -> None:
            return

    stop = Stop()

    def fail() -> bool:
        stop.failures += 1
        raise OperationalError("database is locked")

    monkeypatch.setattr(watcher, "turn", fail)
    monkeypatch.setattr(watch, "close_old_connections", lambda: None)
    watcher.run(stop)  # type: ignore[arg-type]  # all that it uses of an Event
    assert stop.failures == 3


def test_a_network_drive_is_told_from_a_local_one(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n"
        "nas:/photos /mnt/My\\040Photos nfs4 rw 0 0\n"
        "/dev/sdb1 /mnt/My\\040Photos/local ext4 rw 0 0\n"
    )
    assert is_on_network(Path("/mnt/My Photos/2024"), mounts=mounts)
    assert not is_on_network(Path("/mnt/My Photos/local/x"), mounts=mounts)
    assert not is_on_network(Path("/home/me"), mounts=mounts)
    assert not is_on_network(Path("/home/me"), mounts=tmp_path / "none")


def test_the_command_ends_cleanly_on_a_signal(tmp_path: Path) -> None:
    environment = os.environ | {
        "AFTERIMAGE_DATA": str(tmp_path / "data"),
        "AFTERIMAGE_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "dam.settings",
        "AFTERIMAGE_SETTLE_S": "0.2",
    }
    (tmp_path / "media").mkdir()
    (tmp_path / "media/a.jpg").write_bytes(b"aaa")

    add = [sys.executable, "manage.py", "library", "add", str(tmp_path / "media")]
    subprocess.run(add, cwd=PROJECT, env=environment, check=True)
    child = subprocess.Popen([sys.executable, "manage.py", "watch"], cwd=PROJECT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not rows_in(tmp_path / "data/catalogue.sqlite3"):
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    finally:
        child.kill()
        child.wait()


def rows_in(database: Path) -> int:
    """Count the file rows of another process's catalogue."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM catalog_mediafile").fetchone()[0])
