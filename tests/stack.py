"""The real stack for tests: `manage.py run` on a data folder of its own, killed and looked at from outside."""

import http.client
import os
import queue
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANAGE = str(ROOT / "manage.py")
START_S = 90.0  # eight test processes may share two cores
DONE_S = 240.0


REAL_MODELS = {"DJANGO_SETTINGS_MODULE": "dam.settings", "AFTERIMAGE_PACK": "starter"}


def until(condition: Callable[[], object], *, limit_s: float, what: str, log: Callable[[], str] = str) -> None:
    """Poll until the condition holds; fails, with the log, when it does not in time."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {limit_s:g} s\n{log()}"
        time.sleep(0.05)


def environment(data: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a product's process of a test sees: one data folder, no hub, short leases, a quick watcher."""
    return {
        **os.environ,
        "AFTERIMAGE_DATA": str(data),
        "AFTERIMAGE_OFFLINE": "1",
        "AFTERIMAGE_LEASE_S": "2",
        "AFTERIMAGE_SETTLE_S": "0.2",
        "AFTERIMAGE_DECODERS": "2",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        # Stand-ins for the models, which load at once; `REAL_MODELS` takes the starter pack instead.
        "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
        "AFTERIMAGE_PACK": "quick",
        **(extra or {}),
    }


def manage(data: Path, *arguments: str, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, MANAGE, *arguments],
        env=environment(data, extra), capture_output=True, text=True, timeout=DONE_S, check=False,
    )  # fmt: skip


class Stack:
    """One `manage.py run`."""

    def __init__(self, data: Path, *arguments: str, extra: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._lines: list[str] = []
        self._address: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, MANAGE, "run", "--port", "0", "--no-browser", *arguments],
            env=environment(data, extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.append(line)
                if found := re.search(r"http://\S+/", line):
                    self._address.put(found[0])

    @property
    def log(self) -> str:
        """Everything printed so far."""
        return "".join(self._lines)

    def address(self) -> str:
        """Wait for the address line and return the address."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and (self.process.poll() is None or not self._address.empty()):
            try:
                return self._address.get(timeout=0.2)
            except queue.Empty:
                continue
        raise AssertionError(f"no address within {START_S:g} s, or before the end\n{self.log}")

    def children(self) -> dict[str, int]:
        """Return the process ids of web, worker and watcher, by name."""
        names = {"web": "web", "work": "worker", "watch": "watcher"}
        found = {}
        for pid, parent, command in processes():
            match = re.search(r"dam\.supervisor\.launch \d+ \S+ (\w+)", command)
            if parent == self.process.pid and match and match[1] in names:
                found[names[match[1]]] = pid
        return found

    def kill(self, name: str) -> int:
        """Kill a child (or "supervisor") with -9 and return the process id that it had."""
        if name == "supervisor":
            pid = self.process.pid
        else:
            until(lambda: name in self.children(), limit_s=START_S, what=f"{name} is there", log=lambda: self.log)
            pid = self.children()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_everything(self) -> None:
        """Kill the supervisor and every process below it with -9, as a power cut would."""
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            kill_if_there(pid)
        self.process.wait(timeout=START_S)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask for a clean stop and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=START_S)


@contextmanager
def running(data: Path, *arguments: str, extra: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Yield a running stack; whatever is left of it afterwards is killed."""
    stack = Stack(data, *arguments, extra=extra)
    try:
        yield stack
        stack.stop()
    finally:
        for pid in users_of(data):
            kill_if_there(pid)
        stack.process.wait(timeout=START_S)
        stack._reader.join(timeout=START_S)


def kill_if_there(pid: int) -> None:
    """Kill with -9 whoever may have ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def processes() -> list[tuple[int, int, str]]:
    """Return (process id, parent's id, command line) of every process that has not ended."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
        errors="replace",
    )
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    return [(int(row[0]), int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")]


def descendants(pid: int) -> list[int]:
    """Return the process ids below `pid`, its children first."""
    below: dict[int, list[int]] = {}
    for child, parent, _command in processes():
        below.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def users_of(data: Path) -> list[int]:
    """Return the processes whose command line names the data folder, and those below them."""
    named = [pid for pid, _parent, command in processes() if str(data) in command]
    return [*named, *(below for pid in named for below in descendants(pid))]


def answer(url: str) -> int:
    """Return the status with which a page answers, 0 for none."""
    host, port = re.findall(r"http://([^:/]+):(\d+)/", url)[0]
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def ask(data: Path, sql: str) -> list[tuple[object, ...]]:
    """Read from the catalogue of a data folder, from outside; nothing while it is not there yet."""
    try:
        with closing(
            sqlite3.connect(f"file:{data / 'catalogue.sqlite3'}?mode=ro", uri=True, timeout=20)
        ) as connection:
            rows: list[tuple[object, ...]] = connection.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []
    return rows


def number(data: Path, sql: str) -> int:
    """Return the one number that a query gives, 0 while there is no catalogue."""
    rows = ask(data, sql)
    return int(str(rows[0][0])) if rows else 0


def stages_ended(data: Path) -> int:
    """Return how many stages of assets are done or failed for good: how far the indexing is."""
    return number(data, "SELECT count(*) FROM catalog_stagerun WHERE state IN ('done', 'failed')")


def stages_left(data: Path) -> int:
    """Return how many stages are due or running."""
    return number(data, "SELECT count(*) FROM catalog_stagerun WHERE state IN ('due', 'running')")


def contents(data: Path) -> dict[str, tuple[object, ...]]:
    """Return what the catalogue holds of each file: its state, and how many units, vectors, renditions, lines."""
    rows = ask(
        data,
        """
        SELECT f.path, f.state, a.state, a.kind,
            (SELECT count(*) FROM catalog_unit u WHERE u.asset_id = a.id),
            (SELECT count(*) FROM catalog_embedding e JOIN catalog_unit u ON u.id = e.unit_id
                WHERE u.asset_id = a.id),
            (SELECT count(*) FROM catalog_rendition r WHERE r.asset_id = a.id),
            (SELECT count(*) FROM catalog_speech s JOIN catalog_unit u ON u.id = s.unit_id WHERE u.asset_id = a.id),
            (SELECT group_concat(stage || ':' || state) FROM
                (SELECT stage, state FROM catalog_stagerun g WHERE g.asset_id = a.id ORDER BY stage))
        FROM catalog_mediafile f LEFT JOIN catalog_asset a ON a.id = f.asset_id
        """,
    )
    return {str(row[0]): row[1:] for row in rows}


def faults(data: Path) -> list[str]:
    """Return what must never be: doubled vectors, vectors or renditions of nothing, lost or left-over files."""
    # A picture has a vector for each of its faces; of those, no face has two and none is there twice.
    doubled = ask(
        data,
        "SELECT unit_id FROM catalog_embedding WHERE space NOT LIKE 'face:%' "
        "GROUP BY unit_id, space, at_ms HAVING count(*) > 1",
    )
    faces = ask(data, "SELECT unit_id FROM catalog_face GROUP BY unit_id, model, at_ms, x, y HAVING count(*) > 1")
    orphans = ask(
        data,
        "SELECT unit_id FROM catalog_embedding WHERE space LIKE 'face:%' "
        "AND id NOT IN (SELECT embedding_id FROM catalog_face WHERE embedding_id IS NOT NULL)",
    )
    keys = {str(key) for (key,) in ask(data, "SELECT key FROM catalog_rendition")}
    folder = data / "renditions"
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return [
        *(f"unit {unit} has a vector twice" for (unit,) in doubled),
        *(f"unit {unit} has a face twice" for (unit,) in faces),
        *(f"unit {unit} has the vector of no face" for (unit,) in orphans),
        *(f"rendition {key} has no file" for key in sorted(keys - on_disk)),
        *(f"rendition file {key} has no row" for key in sorted(on_disk - keys)),
    ]
