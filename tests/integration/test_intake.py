"""New, changed, moved, duplicated, deleted, offline: a folder and what the catalogue makes of it."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dam.catalog.models import Asset, Library, MediaFile, StageRun
from dam.catalog.writers.libraries import edit_library, remove_library
from dam.errors import ConfigError
from dam.types import AssetState, FileState, Stage, StageState
from indexer.intake import ScanReport, scan_library
from tests.integration.intake_support import OLD_NS, Shelf, asset_count, make_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path / "library")


def test_a_new_file_becomes_an_asset_with_work_due(shelf: Shelf) -> None:
    shelf.put("2024/a.jpg", b"aaa")
    assert shelf.scan() == ScanReport(new=1)
    row = shelf.row("2024/a.jpg")
    assert (row.path, row.folder, row.size_bytes, row.state) == ("2024/a.jpg", "2024", 3, FileState.PRESENT)
    run = StageRun.objects.get()
    assert (run.asset_id, run.stage, run.state) == (row.asset_id, Stage.PREPARE, StageState.DUE)
    assert Asset.objects.get().state == AssetState.PENDING


def test_a_second_scan_changes_nothing(shelf: Shelf) -> None:
    shelf.put("a.jpg", b"aaa")
    shelf.put("b.txt", b"bbb")
    shelf.scan()
    before = list(MediaFile.objects.order_by("pk").values())
    assert shelf.scan() == ScanReport(unchanged=2)
    assert list(MediaFile.objects.order_by("pk").values()) == before


def test_changed_content_is_another_asset(shelf: Shelf) -> None:
    shelf.put("a.jpg", b"before")
    shelf.scan()
    before = shelf.asset("a.jpg")
    Asset.objects.get(pk=before).units.create(kind="photo", position=0)
    shelf.put("a.jpg", b"after!!")
    report = shelf.scan()
    assert (report.changed, report.new) == (1, 0)
    assert shelf.asset("a.jpg") != before
    assert Asset.objects.filter(pk=before).exists(), "what was made of it is not thrown away"
    assert not MediaFile.objects.filter(asset_id=before).exists()


def test_a_half_download_that_was_replaced_leaves_no_ghost(shelf: Shelf) -> None:
    shelf.put("a.jpg", b"half")
    shelf.scan()
    shelf.put("a.jpg", b"half and whole")
    shelf.scan()
    assert asset_count() == 1
    assert shelf.work() == 1


def test_a_ghost_that_a_worker_holds_is_left_alone(shelf: Shelf) -> None:
    shelf.put("a.jpg", b"half")
    shelf.scan()
    StageRun.objects.update(state=StageState.RUNNING)
    shelf.put("a.jpg", b"half and whole")
    shelf.scan()
    assert asset_count() == 2
    StageRun.objects.filter(state=StageState.RUNNING).update(state=StageState.FAILED)
    shelf.scan()
    assert asset_count() == 1


def test_a_touched_file_keeps_its_asset(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.scan()
    asset = shelf.asset("a.jpg")
    os.utime(path, ns=(OLD_NS, OLD_NS + 5))
    assert shelf.scan() == ScanReport(touched=1)
    assert (shelf.asset("a.jpg"), shelf.row("a.jpg").mtime_ns) == (asset, OLD_NS + 5)
    assert shelf.scan() == ScanReport(unchanged=1)


def test_a_deleted_file_is_missing_and_its_asset_stays(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    asset = shelf.asset("a.jpg")
    path.unlink()
    assert shelf.scan() == ScanReport(missing=1, unchanged=1)
    row = shelf.row("a.jpg")
    assert (row.state, row.asset_id, bool(row.reason)) == (FileState.MISSING, asset, True)
    assert shelf.scan() == ScanReport(unchanged=1)


def test_a_file_that_comes_back_is_present_and_not_processed_again(shelf: Shelf, tmp_path: Path) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    asset = shelf.asset("a.jpg")
    path.rename(tmp_path / "away.jpg")
    shelf.scan()
    (tmp_path / "away.jpg").rename(path)
    assert shelf.scan() == ScanReport(back=1, unchanged=1)
    assert shelf.asset("a.jpg") == asset
    path.unlink()
    shelf.scan()
    shelf.put("a.jpg", b"aaa", mtime_ns=OLD_NS + 9)
    shelf.scan()
    assert shelf.asset("a.jpg") == asset
    assert shelf.work() == 2


def test_what_failed_while_the_file_was_away_is_tried_again_when_it_is_back(shelf: Shelf, tmp_path: Path) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    path.rename(tmp_path / "away.jpg")
    shelf.scan()
    run = StageRun.objects.get(asset=shelf.row("a.jpg").asset)
    StageRun.objects.filter(pk=run.pk).update(state=StageState.FAILED, error="The file is gone.")
    Asset.objects.filter(pk=run.asset_id).update(state=AssetState.QUARANTINED)
    (tmp_path / "away.jpg").rename(path)
    shelf.scan()
    run.refresh_from_db()
    assert run.state == StageState.DUE
    assert Asset.objects.get(pk=run.asset_id).state == AssetState.PENDING


@pytest.mark.parametrize("how", ["gone", "empty", "hidden"])
def test_a_root_that_is_not_mounted_is_offline_and_nothing_is_missing(shelf: Shelf, tmp_path: Path, how: str) -> None:
    shelf.put("a.jpg", b"aaa")
    shelf.put("x/b.jpg", b"bbb")
    shelf.scan()
    away = tmp_path / "away"
    shelf.root.rename(away)
    if how != "gone":
        shelf.root.mkdir()
    if how == "hidden":
        (shelf.root / ".placeholder").touch()
    report = shelf.scan()
    assert (report.online, report.missing) == (False, 0)
    assert not Library.objects.get().online
    assert set(shelf.states().values()) == {"present"}
    if how != "gone":
        shutil.rmtree(shelf.root)
    away.rename(shelf.root)
    assert shelf.scan() == ScanReport(unchanged=2)
    assert Library.objects.get().online


def test_what_waited_for_the_drive_is_due_when_it_is_back(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put("a.jpg", b"aaa")
    shelf.scan()
    shelf.root.rename(tmp_path / "away")
    shelf.scan()
    later = timezone.now() + timedelta(hours=1)
    StageRun.objects.update(due_at=later)
    (tmp_path / "away").rename(shelf.root)
    shelf.scan()
    assert StageRun.objects.get().due_at < later


def test_what_waited_for_the_file_is_due_when_it_is_back(shelf: Shelf, tmp_path: Path) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    path.rename(tmp_path / "away.jpg")
    shelf.scan()
    later = timezone.now() + timedelta(hours=1)
    StageRun.objects.update(due_at=later)
    (tmp_path / "away.jpg").rename(path)
    shelf.scan()
    assert StageRun.objects.get(asset_id=shelf.asset("a.jpg")).due_at < later
    assert StageRun.objects.get(asset_id=shelf.asset("b.jpg")).due_at == later


def test_a_folder_that_is_empty_from_the_start_is_online(shelf: Shelf) -> None:
    assert shelf.scan() == ScanReport()
    assert Library.objects.get().online


def test_only_a_part_can_be_scanned(shelf: Shelf) -> None:
    shelf.put("x/a.jpg", b"aaa")
    shelf.put("x!/a.jpg", b"a!")
    shelf.put("y/b.jpg", b"bbb")
    shelf.scan()
    shutil.rmtree(shelf.root / "x")
    (shelf.root / "y/b.jpg").unlink()
    assert scan_library(shelf.library.id, under=[b"x"]).missing == 1
    assert shelf.states() == {"x/a.jpg": "missing", "x!/a.jpg": "present", "y/b.jpg": "present"}
    assert scan_library(shelf.library.id, under=[b"y/b.jpg", b"nothing/here"]).missing == 1


def test_patterns_that_change_hide_files_and_bring_them_back(shelf: Shelf) -> None:
    shelf.put("drafts/a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    asset = shelf.asset("drafts/a.jpg")
    edit_library(shelf.library.id, exclude=["drafts/"])
    shelf.scan()
    row = shelf.row("drafts/a.jpg")
    assert (row.state, row.asset_id) == (FileState.SKIPPED, asset)
    assert shelf.reason("drafts").startswith("Excluded")
    edit_library(shelf.library.id, exclude=[], include=["drafts"])
    shelf.scan()
    assert shelf.asset("drafts/a.jpg") == asset
    assert shelf.row("b.jpg").state == FileState.SKIPPED
    assert shelf.work() == 2


def test_a_subtitle_that_appears_has_its_video_listened_to_again(shelf: Shelf) -> None:
    shelf.put("x/movie.mp4", b"mmm")
    shelf.put("x/movie two.mp4", b"2")
    shelf.scan()
    for run in StageRun.objects.all():
        StageRun.objects.create(asset_id=run.asset_id, stage=Stage.TRANSCRIBE, model="m", state=StageState.DONE)
    shelf.put("x/movie.en.srt", b"1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    shelf.scan()
    due = StageRun.objects.filter(stage=Stage.TRANSCRIBE, state=StageState.DUE)
    assert [run.asset_id for run in due] == [shelf.asset("x/movie.mp4")]
    assert shelf.reason("x/movie.en.srt").startswith("A sidecar")


def test_a_file_in_two_libraries_is_one_asset_and_survives_the_removal_of_one(tmp_path: Path) -> None:
    one, two = make_shelf(tmp_path / "one"), make_shelf(tmp_path / "two")
    one.put("a.jpg", b"aaa")
    two.put("b.jpg", b"aaa")
    one.scan()
    assert two.scan() == ScanReport(duplicate=1)
    remove_library(one.library.id)
    assert two.asset("b.jpg") == Asset.objects.get().pk


def test_an_unknown_library_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no library 77"):
        scan_library(77)


def test_progress_tells_the_counts(shelf: Shelf) -> None:
    for number in range(3):
        shelf.put(f"{number}.jpg", b"%d" % number)
    seen: list[ScanReport] = []
    report = scan_library(shelf.library.id, on_progress=seen.append)
    assert seen[-1] == report == ScanReport(new=3)
    assert any(step.left for step in seen)


def test_many_files_take_few_queries(shelf: Shelf, django_assert_max_num_queries: object) -> None:
    for number in range(1000):
        shelf.put(f"{number % 7}/{number}.jpg", b"%d" % number)
    shelf.scan()
    assert asset_count() == 1000
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the fixture is a context manager factory
        assert shelf.scan() == ScanReport(unchanged=1000)
