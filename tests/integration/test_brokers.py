"""Several workers on one PostgreSQL, with Redis, with RabbitMQ, and with a broker that can't be reached."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from kombu import Connection
from PIL import Image

from dam.config import config
from dam.env import Environment
from indexer.celery import queue_name
from tests.stack import DONE_S, MANAGE, START_S, environment, manage, until

PHOTOS = 16
WAKE = "from indexer.tasks import wake; wake()"
UNREACHABLE = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["redis", "rabbitmq", "unreachable"])
def broker_url(request: pytest.FixtureRequest) -> str:
    if request.param == "unreachable":
        return UNREACHABLE
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for position in range(PHOTOS):
        Image.new("RGB", (640, 480), (15 * position, 90, 200 - 10 * position)).save(folder / f"{position}.jpg")
    return folder


@contextmanager
def process(command: str, data: Path, extra: dict[str, str]) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """Run a command beside the test; yields it with the file that takes its lines, and stops it cleanly."""
    with tempfile.NamedTemporaryFile(dir=data, prefix=f"{command}-", suffix=".log", delete=False) as log:
        running = subprocess.Popen(
            [sys.executable, MANAGE, command], env=environment(data, extra), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield running, Path(log.name)
        running.terminate()
        assert running.wait(timeout=START_S) == 0, Path(log.name).read_text()
    finally:
        running.kill()
        running.wait()


def send_poison(url: str, queue: str) -> None:
    """Send what no version of the program has ever sent: nothing, noise, a pickle, an unknown task."""
    with Connection(url, connect_timeout=5) as connection:
        common: dict[str, Any] = {"exchange": "", "routing_key": queue}
        publish = connection.Producer().publish
        publish(b"", content_type="application/data", content_encoding="binary", **common)
        publish(b"\xff\x00 noise", content_type="application/json", content_encoding="utf-8", **common)
        publish(b"cos\nsystem\n.", content_type="application/x-python-serialize", content_encoding="binary", **common)
        publish("[[], {}, {}]", content_type="application/json", headers={"task": "gone", "id": "1"}, **common)
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            client.lpush(queue, "", "{")


@pytest.mark.timeout(600)
def test_two_workers_share_the_work_and_do_each_asset_once(
    broker_url: str, postgres_database: str, photos: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    extra = {"AFTERIMAGE_DATABASE_URL": postgres_database, "AFTERIMAGE_BROKER_URL": broker_url}
    for command in (["migrate", "--verbosity", "0"], ["library", "add", str(photos)]):
        done = manage(data, *command, extra=extra)
        assert done.returncode == 0, done.stderr
    assert manage(data, "shell", "--no-imports", "-c", WAKE, extra=extra).returncode == 0
    queue = queue_name(replace(config(), env=Environment(database_url=postgres_database)))
    if broker_url != UNREACHABLE:
        send_poison(broker_url, queue)

    def left() -> int:
        with psycopg.connect(postgres_database) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM catalog_embedding),"
                " (SELECT count(*) FROM catalog_stagerun WHERE state <> 'done')"
            ).fetchone()
        assert row is not None
        return int(row[1]) + PHOTOS - int(row[0])

    with ExitStack() as stack:
        workers = [stack.enter_context(process("work", data, extra)) for _ in range(2)]
        stack.enter_context(process("watch", data, extra))

        def lines() -> str:
            return "\n".join(log.read_text(errors="replace") for _worker, log in workers)

        def over() -> bool:
            return left() == 0 or any(worker.poll() is not None for worker, _log in workers)

        until(over, limit_s=DONE_S, what="every photo has its vector", log=lines)
        assert [worker.poll() for worker, _log in workers] == [None, None], lines()

    prepared = re.findall(r"prepared asset=(\d+)", lines())
    assert len(prepared) == len(set(prepared)) == PHOTOS
    with psycopg.connect(postgres_database) as connection:
        doubled = connection.execute(
            "SELECT unit_id FROM catalog_embedding GROUP BY unit_id, space, at_ms HAVING count(*) > 1"
        ).fetchall()
    assert doubled == []
