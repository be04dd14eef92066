"""What search and writers ask of their database, asked of PostgreSQL: the same tests, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = [
    "tests/contract/test_fulltext.py",
    "tests/integration/test_index_follower.py",
    "tests/integration/test_search_service.py",
    "tests/integration/test_filters.py",
    "tests/integration/test_facets.py",
    "tests/integration/test_completions.py",
    "tests/integration/test_jobs.py",
    "tests/integration/test_tagging.py",
    "tests/integration/test_people.py",
    "tests/integration/test_collections.py",
    "tests/integration/test_made_collections.py",
    "tests/integration/test_history.py",
    "tests/integration/test_pins.py",
    "tests/integration/test_api.py",
    "tests/integration/test_api_changes.py",
]


def test_search_and_writers_hold_on_postgresql(postgres_database: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *_TESTS],
        cwd=_ROOT,
        env=os.environ | {"AFTERIMAGE_DATABASE_URL": postgres_database},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
