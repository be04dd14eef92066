"""Moved, renamed, swapped, copied: the content keeps its asset, and nothing is processed again."""

import os
import shutil
from pathlib import Path

import pytest

from dam.catalog.models import MediaFile
from dam.types import FileState
from indexer.intake import ScanReport
from tests.integration.intake_support import OLD_NS, Shelf, asset_count, make_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path / "library")


@pytest.mark.parametrize("target", ["b.jpg", "deep/er/a.jpg", "deep/b.jpg"])
def test_a_moved_file_keeps_its_row_and_its_asset(shelf: Shelf, target: str) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.scan()
    before = shelf.row("a.jpg")
    (shelf.root / target).parent.mkdir(parents=True, exist_ok=True)
    path.rename(shelf.root / target)
    assert shelf.scan() == ScanReport(moved=1)
    after = shelf.row(target)
    assert (after.pk, after.asset_id, after.state) == (before.pk, before.asset_id, FileState.PRESENT)
    assert MediaFile.objects.count() == 1
    assert shelf.work() == 1


def test_a_renamed_folder_takes_its_files_along(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(f"old/sub/{number}.jpg", b"%d" % number)
    shelf.scan()
    (shelf.root / "old").rename(shelf.root / "new")
    assert shelf.scan() == ScanReport(moved=5)
    assert set(shelf.states().items()) == {(f"new/sub/{number}.jpg", "present") for number in range(5)}


def test_a_file_copied_elsewhere_and_then_deleted_has_moved(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.scan()
    before = shelf.row("a.jpg")
    shutil.copyfile(path, shelf.root / "b.jpg")  # another inode and another date, as on another disk
    os.utime(shelf.root / "b.jpg", ns=(OLD_NS, OLD_NS + 7))
    path.unlink()
    report = shelf.scan()
    assert (report.moved, report.missing, report.new) == (1, 0, 0)
    assert (shelf.row("b.jpg").pk, shelf.asset("b.jpg")) == (before.pk, before.asset_id)
    assert shelf.work() == 1


def test_a_file_renamed_onto_another_keeps_its_asset(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"bbb")
    shelf.scan()
    asset = shelf.asset("a.jpg")
    path.replace(shelf.root / "b.jpg")
    shelf.scan()
    assert shelf.states() == {"b.jpg": "present"}
    assert shelf.asset("b.jpg") == asset


def test_swapped_names_swap_the_assets_and_nothing_is_processed_again(shelf: Shelf) -> None:
    first = shelf.put("a.jpg", b"aaa")
    second = shelf.put("b.jpg", b"bbb")
    shelf.scan()
    assets = shelf.asset("a.jpg"), shelf.asset("b.jpg")
    first.rename(shelf.root / "x")
    second.rename(first)
    (shelf.root / "x").rename(second)
    shelf.scan()
    assert (shelf.asset("b.jpg"), shelf.asset("a.jpg")) == assets
    assert shelf.work() == 2


def test_a_chain_of_renames_loses_nothing(shelf: Shelf) -> None:
    for name in "abc":
        shelf.put(f"{name}.jpg", name.encode() * 3)
    shelf.scan()
    assets = {name: shelf.asset(f"{name}.jpg") for name in "abc"}
    for old, new in (("c", "d"), ("b", "c"), ("a", "b")):
        (shelf.root / f"{old}.jpg").rename(shelf.root / f"{new}.jpg")
    shelf.scan()
    assert {name: shelf.asset(f"{name}.jpg") for name in "bcd"} == {
        "b": assets["a"],
        "c": assets["b"],
        "d": assets["c"],
    }
    assert (asset_count(), shelf.work()) == (3, 3)


def test_a_copy_is_a_second_file_of_the_same_asset(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    shelf.scan()
    shutil.copy2(path, shelf.root / "copy.jpg")
    assert shelf.scan() == ScanReport(duplicate=1, unchanged=1)
    assert shelf.asset("copy.jpg") == shelf.asset("a.jpg")
    assert shelf.work() == 1


def test_two_copies_that_come_together_are_one_asset(shelf: Shelf) -> None:
    shelf.put("a.jpg", b"aaa")
    shelf.put("b.jpg", b"aaa")
    assert shelf.scan() == ScanReport(new=1, duplicate=1)
    assert asset_count() == 1


def test_a_hard_link_is_a_second_file(shelf: Shelf) -> None:
    path = shelf.put("a.jpg", b"aaa")
    (shelf.root / "b.jpg").hardlink_to(path)
    shelf.scan()
    assert shelf.asset("a.jpg") == shelf.asset("b.jpg")
