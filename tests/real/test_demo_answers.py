"""The first thing that a new user does: the demo library, the starter pack, "red car at sunset"."""

import json
from pathlib import Path
from typing import Any

import pytest

from dam.demo import copy_demo_library
from tests.stack import REAL_MODELS, manage

Hits = list[dict[str, Any]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo library indexed by the real pipeline and the starter pack."""
    folder = tmp_path_factory.mktemp("demo")
    copy_demo_library(folder / "library")
    done = manage(folder / "data", "index", str(folder / "library"), "--quiet", extra=REAL_MODELS)
    assert done.returncode == 0, done.stderr
    return folder / "data"


def ask(data: Path, *arguments: str) -> Hits:
    answer = manage(data, "search", *arguments, "--json", extra=REAL_MODELS)
    assert answer.returncode == 0, answer.stderr
    hits: Hits = json.loads(answer.stdout)
    return hits


def good(hits: Hits) -> Hits:
    return [hit for hit in hits if hit["good"]]


def test_every_file_of_the_demo_library_is_ready(data: Path) -> None:
    counts = json.loads(manage(data, "status", "--json", extra=REAL_MODELS).stdout)
    assert counts["ready"] == 33
    assert [counts[state] for state in ("partial", "unsupported", "quarantined", "pending")] == [0, 0, 0, 0]


def test_the_photo_the_second_in_the_video_and_the_spoken_line_are_the_three_good_hits(data: Path) -> None:
    hits = ask(data, "red car at sunset")
    assert {(hit["unit"], Path(hit["path"]).name) for hit in good(hits)} == {
        ("photo", "DSC_0412.jpg"),
        ("shot", "MVI_0460.mp4"),
        ("clip", "episode_07_lisbon_coast.flac"),
    }
    shot = next(hit for hit in hits if hit["unit"] == "shot")
    assert shot["start_ms"] <= shot["best_ms"] < shot["end_ms"]
    assert (shot["start_ms"], shot["end_ms"]) == pytest.approx((5500, 9000), abs=45)  # the third of four shots
    line = next(hit for hit in hits if hit["unit"] == "clip")
    assert any("red car at sunset" in why["text"] for why in line["why"])


def test_what_differs_in_colour_is_not_good(data: Path) -> None:
    hits = ask(data, "blue car at sunset", "--kind", "photo")
    assert {hit["kind"] for hit in hits} == {"photo"}
    assert [Path(hit["path"]).name for hit in good(hits)] == ["DSC_0418.jpg"]


def test_nonsense_finds_nothing_good(data: Path) -> None:
    assert good(ask(data, "quarterly tax report")) == []
