"""`manage.py run`, as a user meets it: one address, a clean end, no orphans, no second one beside it."""

import os
import signal
import socket
from pathlib import Path

import pytest
from PIL import Image

from tests.stack import DONE_S, START_S, answer, ask, manage, running, stages_ended, stages_left, until, users_of


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for position in range(3):
        Image.new("RGB", (320, 240), (80 * position, 90, 160)).save(folder / f"{position}.jpg")
    return folder


def test_one_address_a_clean_end_and_a_second_start_that_redoes_nothing(tmp_path: Path, pictures: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--media", str(pictures)) as stack:
        url = stack.address()
        assert answer(url) > 0
        assert set(stack.children()) == {"web", "worker", "watcher"}
        assert stack.log.count(url) == 1
        refused = manage(data, "run", "--no-browser")
        assert refused.returncode == 2
        assert f"already running on {data} at {url}" in refused.stderr
        until(
            lambda: stages_ended(data) >= 3 and not stages_left(data),
            limit_s=DONE_S, what="three pictures are indexed", log=lambda: stack.log,
        )  # fmt: skip
        assert stack.stop(signal.SIGINT) == 0
    assert users_of(data) == []
    assert "watcher" in (data / "log" / "afterimage.log").read_text(encoding="utf-8")

    query = "SELECT id, state, finished_at FROM catalog_stagerun ORDER BY id"
    before = ask(data, query)
    with running(data, "--media", str(pictures)) as stack:
        stack.address()
        until(lambda: "watching" in stack.log, limit_s=START_S, what="the watcher is at work", log=lambda: stack.log)
        assert stack.stop() == 0
    assert ask(data, query) == before


def test_a_killed_supervisor_leaves_no_orphans_and_the_next_start_waits_for_none(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--no-demo") as stack:
        stack.address()
        assert len(users_of(data)) >= 3
        stack.kill("supervisor")
        stack.process.wait(timeout=START_S)
        with running(data, "--no-demo") as again:
            assert answer(again.address()) > 0
            assert set(again.children()) == {"web", "worker", "watcher"}
            assert again.stop() == 0
        until(lambda: not users_of(data), limit_s=START_S, what="nobody is left", log=lambda: stack.log)


def test_an_open_address_is_refused_without_a_password(tmp_path: Path) -> None:
    refused = manage(tmp_path / "data", "run", "--no-browser", "--host", "0.0.0.0")  # noqa: S104 - refused
    assert refused.returncode == 2
    assert "AFTERIMAGE_PASSWORD" in refused.stderr
    assert not (tmp_path / "data" / "catalogue.sqlite3").exists()


def test_a_port_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage(tmp_path / "data", "run", "--no-browser", "--port", str(port))
    assert refused.returncode == 2
    assert refused.stderr.strip().splitlines()[-1].startswith(f"Port {port} on 127.0.0.1 is in use")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused = manage(tmp_path / "data", "run", "--no-browser")
    tmp_path.chmod(0o700)
    assert refused.returncode == 2
    assert str(tmp_path / "data") in refused.stderr
