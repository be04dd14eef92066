"""One supervisor for one data folder."""

import fcntl
import threading
from pathlib import Path

import pytest

from dam.errors import ConfigError
from dam.supervisor.lock import DataFolderLock


def nothing() -> None:
    """Do nothing while waiting."""


def test_a_second_start_is_refused_and_told_the_running_address(tmp_path: Path) -> None:
    first = DataFolderLock(tmp_path / "run")
    with first.held(on_wait=nothing):
        first.publish("http://127.0.0.1:8008/")
        with (
            pytest.raises(ConfigError, match=r"already running on .* at http://127\.0\.0\.1:8008/"),
            DataFolderLock(tmp_path / "run").held(on_wait=nothing),
        ):
            pass
    with DataFolderLock(tmp_path / "run").held(on_wait=nothing):
        assert not (tmp_path / "run" / "address.json").exists()


def test_children_of_a_killed_supervisor_are_waited_for(tmp_path: Path) -> None:
    lock = DataFolderLock(tmp_path / "run")
    with lock.held(on_wait=nothing):
        orphan = lock.alive_lock.open("a")
    fcntl.flock(orphan, fcntl.LOCK_SH)
    waited = threading.Event()

    def the_orphan_ends() -> None:
        waited.set()
        orphan.close()

    with lock.held(on_wait=the_orphan_ends):
        assert waited.is_set()
