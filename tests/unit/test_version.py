"""The program's version stands in two files; they say the same."""

import tomllib
from pathlib import Path

from dam import VERSION


def test_the_program_and_its_project_file_have_one_version() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
