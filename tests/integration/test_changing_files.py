"""Files that grow, are rewritten or replaced while they are taken in: whole or not at all, and never another."""

import errno
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from dam.catalog.models import Asset, MediaFile
from dam.errors import MediaVanished
from dam.types.files import FingerprintedFile
from indexer import intake
from indexer.fingerprint import fingerprint_file
from indexer.intake import ScanReport, scan_library
from indexer.scan import LINK_OUTSIDE
from tests.integration.intake_support import Shelf, make_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = make_shelf(tmp_path / "library")
    made.put("plain.jpg", b"plain")
    return made


def test_a_growing_file_is_taken_once_and_whole(shelf: Shelf) -> None:
    path = shelf.root / "growing.mp4"
    path.write_bytes(b"0")

    def grow() -> None:
        for _ in range(15):
            with path.open("ab") as file:
                file.write(b"more")
            time.sleep(0.1)

    writer = threading.Thread(target=grow)
    writer.start()
    report = shelf.scan()
    writer.join()
    assert (report.new, report.left) == (2, 0)
    assert shelf.row("growing.mp4").size_bytes == 61
    assert Asset.objects.count() == 2


def test_a_file_that_never_stops_growing_is_left_for_the_next_scan(shelf: Shelf) -> None:
    (shelf.root / "young.mp4").write_bytes(b"just now")
    report = scan_library(shelf.library.id, wait_s=0.0)
    assert (report.new, report.left) == (1, 1)
    assert not MediaFile.objects.filter(path="young.mp4").exists()
    assert scan_library(shelf.library.id, settle=False).new == 1


def test_a_file_rewritten_while_it_is_read_is_read_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("a.jpg", b"aaa")
    calls: list[bytes] = []

    def interrupted_once(root: Path, raw_path: bytes) -> FingerprintedFile:
        calls.append(raw_path)
        if calls.count(b"a.jpg") == 1 and raw_path == b"a.jpg":
            raise MediaVanished("The file changed while it was being read.")
        return fingerprint_file(root, raw_path)

    monkeypatch.setattr(intake, "fingerprint_file", interrupted_once)
    assert shelf.scan() == ScanReport(new=2)
    assert calls.count(b"a.jpg") == 2


@pytest.mark.parametrize("becomes", ["link", "pipe", "nothing", "folder"])
def test_what_a_file_becomes_between_the_look_and_the_reading_decides(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"secret")
    path = shelf.put("a.jpg", b"aaa")

    def swap_and_read(root: Path, raw_path: bytes) -> FingerprintedFile:
        if raw_path == b"a.jpg" and stat.S_ISREG(path.lstat().st_mode):
            path.unlink()
            if becomes == "link":
                path.symlink_to(secret)
            elif becomes == "pipe":
                os.mkfifo(path)
            elif becomes == "folder":
                path.mkdir()
        return fingerprint_file(root, raw_path)

    monkeypatch.setattr(intake, "fingerprint_file", swap_and_read)
    shelf.scan()
    reasons = dict(MediaFile.objects.exclude(path="plain.jpg").values_list("path", "reason"))
    expected = {"link": {"a.jpg": LINK_OUTSIDE}, "pipe": {"a.jpg": "A pipe, not a file."}}
    assert reasons == expected.get(becomes, {})
    assert Asset.objects.count() == 1


def test_a_file_swapped_for_a_link_in_a_loop_never_gives_the_target_away(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    expected = {fingerprint_file(tmp_path, b"secret").fingerprint}
    stop = threading.Event()

    def swap() -> None:
        spare = root / "spare"
        while not stop.is_set():
            spare.write_bytes(b"harmless")
            spare.replace(root / "a")
            spare.symlink_to(secret)
            spare.replace(root / "a")

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen: set[str] = set()
    links = 0
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline and (links < 50 or not seen):
            try:
                seen.add(fingerprint_file(root, b"a").fingerprint)
            except MediaVanished:
                continue
            except OSError as error:
                links += error.errno == errno.ELOOP
    finally:
        stop.set()
        swapper.join()
    assert links >= 50
    assert seen
    assert not seen & expected
