"""The services that some tests need: taken where they are, skipped with the reason where they are not.

With `AFTERIMAGE_REQUIRE_SERVICES=1` (which `.ci/run` sets) a missing one is a failure, so that nothing is
skipped in CI without anybody noticing.
"""

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from typing import NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

_CONNECT_S = 3


def missing(reason: str) -> NoReturn:
    """Skip the test with `reason`, or fail it where the services are required."""
    if os.environ.get("AFTERIMAGE_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason} (and AFTERIMAGE_REQUIRE_SERVICES=1 says that it must be there)", pytrace=False)
    pytest.skip(reason)


def _listening(url: str, *, name: str, variable: str) -> str:
    """Return `url` if something answers at its host and port."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_CONNECT_S).close()
    except OSError as error:
        missing(f"no {name} at {parts.hostname}:{parts.port} ({error}): start one, or set {variable}")
    return url


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL server whose user may create databases."""
    return _listening(
        os.environ.get("AFTERIMAGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"),
        name="PostgreSQL",
        variable="AFTERIMAGE_TEST_POSTGRES",
    )


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A freshly created, empty database; dropped afterwards, with whoever is still connected to it."""
    name = f"afterimage_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis server, a database number of our own in it."""
    return _listening(
        os.environ.get("AFTERIMAGE_TEST_REDIS", "redis://127.0.0.1:6379/9"),
        name="Redis",
        variable="AFTERIMAGE_TEST_REDIS",
    )


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """A RabbitMQ server."""
    return _listening(
        os.environ.get("AFTERIMAGE_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
        name="RabbitMQ",
        variable="AFTERIMAGE_TEST_RABBITMQ",
    )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium (Playwright's own download lacks H.264)."""
    named = os.environ.get("AFTERIMAGE_TEST_CHROMIUM", "")
    for candidate in (named, "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    missing("no Chromium on the PATH: install the package `chromium`, or set AFTERIMAGE_TEST_CHROMIUM")
