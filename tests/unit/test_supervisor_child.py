"""One child process: its lines, its restarts, its group."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dam.supervisor import child as module
from dam.supervisor.child import Child, ChildSpec

LIMIT_S = 30.0


def until(condition: Callable[[], object], *, tend: Child | None = None) -> None:
    """Wait for a condition, tending the child meanwhile."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "this did not come about in time"
        if tend is not None:
            tend.tend()
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody asked after (a zombie) does not."""
    if not Path("/proc/self/stat").exists():
        return _answers_signals(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _answers_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def log() -> logging.Logger:
    return logging.getLogger("tests.supervisor.child")


@pytest.fixture
def make(tmp_path: Path, log: logging.Logger) -> Iterator[Callable[..., Child]]:
    made: list[Child] = []

    def a_child(code: str, *, restart: bool = True) -> Child:
        spec = ChildSpec(name="thing", command=("shell", "--no-imports", "-c", code), restart=restart)
        child = Child(spec, environment=os.environ, alive_lock=tmp_path / "lock", log=log)
        made.append(child)
        child.start()
        return child

    yield a_child
    for child in made:
        child.end_now()


def test_control_characters_in_a_line_are_shown_not_obeyed(
    make: Callable[..., Child], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    child = make(r"import sys; sys.stdout.write('name \x1b[2J\x07 end\n')", restart=False)
    until(lambda: child.finished, tend=child)
    until(lambda: caplog.messages)
    assert caplog.messages == [r"name \x1b[2J\x07 end"]
    assert vars(caplog.records[0])["child"] == "thing"


def test_a_child_that_ends_is_started_again_later_each_time(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_DELAYS_S", (0.0, 0.01, 0.02))
    monkeypatch.setattr(module, "_TELL_AFTER", 3)
    child = make("raise SystemExit(7)")
    until(lambda: any("3 times in a row" in message for message in caplog.messages), tend=child)
    told = [message for message in caplog.messages if message.startswith("thing ended with exit code 7")]
    assert [message.rpartition(" in ")[2] for message in told] == ["0 s.", "0.01 s.", "0.02 s."]


def test_what_a_killed_child_leaves_behind_is_ended(make: Callable[..., Child], tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        "import subprocess, pathlib, time; p = subprocess.Popen(['sleep', '600']);"
        f"pathlib.Path({str(note)!r}).write_text(str(p.pid)); time.sleep(600)"
    )
    child = make(code, restart=False)
    until(lambda: note.exists() and note.read_text(), tend=child)
    grandchild = int(note.read_text())
    assert alive(grandchild)
    assert child.pid is not None
    os.kill(child.pid, 9)
    until(lambda: child.finished, tend=child)
    until(lambda: not alive(grandchild))


def test_a_child_ends_when_its_parent_is_not_the_one_that_started_it(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)  # what the child is told; its parent is another process
    child = make("import time; time.sleep(600)", restart=False)
    monkeypatch.undo()
    until(lambda: child.finished, tend=child)
