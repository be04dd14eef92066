"""The locks: they hold what pyproject asks for, in exact versions with hashes, and name no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, Version]:
    pins: dict[str, Version] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", line):
            pins[canonicalize_name(match[1])] = Version(match[2])
    return pins


def asked_for(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if dev else [])
    return [Requirement(text) for text in wanted]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_satisfies_every_requirement_of_the_project(name: str) -> None:
    pins = locked(name)
    wrong = [
        str(requirement)
        for requirement in asked_for(dev="dev" in name)
        if (pin := pins.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pin, prereleases=True)
    ]
    assert wrong == [], f"run `make lock`: {name} does not satisfy these"


def test_tests_run_with_the_versions_that_users_run() -> None:
    users, developers = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: developers.get(name) for name in users} == users


@pytest.mark.parametrize("name", [*LOCKS, ".ci/uv.lock"])
def test_lock_pins_with_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in entry and "==" in entry for entry in entries)
