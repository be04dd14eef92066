"""Links, pipes, odd names, files that change under our hands: indexed or skipped with a reason, never fatal."""

import os
import socket
from pathlib import Path

import pytest

from dam.catalog.models import Asset, MediaFile
from dam.config import config
from dam.types import FileState
from dam.types.files import FingerprintedFile
from indexer import intake
from indexer.fingerprint import fingerprint_file
from indexer.intake import ScanReport
from indexer.rules import Rules
from indexer.scan import LINK_BROKEN, LINK_INSIDE, LINK_OUTSIDE, OWN_DATA, TOO_DEEP, scan
from tests.integration.intake_support import OLD_NS, Shelf, make_shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = make_shelf(tmp_path / "library")
    made.put("plain.jpg", b"plain")
    return made


def test_links_are_skipped_with_the_reason_and_never_followed(shelf: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    shelf.put("folder/a.jpg", b"aaa")
    links = {
        "in.jpg": "plain.jpg",
        "in folder": "folder",
        "out.jpg": str(outside / "secret.jpg"),
        "out folder": str(outside),
        "folder/up": "..",
        "nowhere.jpg": "not there.jpg",
        "circle": "circle",
    }
    for name, target in links.items():
        (shelf.root / name).symlink_to(target)
    shelf.scan()
    reasons = {name: shelf.reason(name) for name in links}
    assert reasons["in.jpg"] == reasons["in folder"] == reasons["folder/up"] == LINK_INSIDE
    assert reasons["out.jpg"] == reasons["out folder"] == LINK_OUTSIDE
    assert reasons["nowhere.jpg"] == LINK_BROKEN
    assert "circle" in reasons["circle"]
    assert Asset.objects.count() == 2, "only the two plain files"
    assert shelf.scan() == ScanReport(unchanged=2 + len(links))


def test_a_library_whose_root_was_given_by_a_link_works(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    shelf = make_shelf(tmp_path / "link")
    assert shelf.library.root == (tmp_path / "real").resolve()
    shelf.put("a.jpg", b"aaa")
    assert shelf.scan() == ScanReport(new=1)


def test_pipes_and_sockets_are_skipped_and_never_opened(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(shelf.root / "pipe.jpg")
    monkeypatch.chdir(shelf.root)  # the name of a socket is at most 108 bytes long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.mp4")
        shelf.scan()
    assert shelf.reason("pipe.jpg") == "A pipe, not a file."
    assert shelf.reason("socket.mp4") == "A socket, not a file."


def test_what_cannot_be_read_is_skipped_and_tried_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("locked.jpg", b"locked")

    def refuse(root: Path, raw_path: bytes) -> FingerprintedFile:
        if raw_path == b"locked.jpg":
            raise PermissionError(13, "Permission denied")
        return fingerprint_file(root, raw_path)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "fingerprint_file", refuse)
        assert shelf.scan() == ScanReport(new=1, skipped=1)
        assert shelf.reason("locked.jpg") == "Can't be read: Permission denied."
    assert shelf.scan() == ScanReport(new=1, unchanged=1)


def test_nothing_is_missing_below_a_folder_that_cannot_be_listed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("locked/a.jpg", b"aaa")
    shelf.scan()
    scandir = os.scandir
    locked = (shelf.root / "locked").stat().st_ino

    def refuse(folder: int) -> object:
        if os.fstat(folder).st_ino == locked:
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert shelf.scan().missing == 0
        assert shelf.reason("locked") == "Can't be opened: Permission denied."
    assert shelf.row("locked/a.jpg").state == FileState.PRESENT
    assert shelf.scan() == ScanReport(unchanged=2)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"bad\xff\xfe.jpg", r"bad\xff\xfe.jpg"),
        (b"f\xff/x.jpg", r"f\xff/x.jpg"),
        (b"new\nline.jpg", "new\nline.jpg"),
        (b"-rf.jpg", "-rf.jpg"),
        (b"a\x1b[31m.jpg", "a\x1b[31m.jpg"),
        (b"quote'\".jpg", "quote'\".jpg"),
        (b" x.jpg ", " x.jpg "),
        (b"n" * 251 + b".jpg", "n" * 251 + ".jpg"),
    ],
)
def test_any_name_is_indexed(shelf: Shelf, name: bytes, shown: str) -> None:
    full = os.path.join(os.fsencode(shelf.root), name)  # noqa: PTH118  # bytes
    os.makedirs(os.path.dirname(full), exist_ok=True)  # noqa: PTH103, PTH120  # bytes
    with open(full, "wb") as file:  # noqa: PTH123  # bytes
        file.write(b"content")
    os.utime(full, ns=(OLD_NS, OLD_NS))
    shelf.scan()
    row = MediaFile.objects.get(raw_path=name)
    assert (row.state, row.path) == (FileState.PRESENT, shown)
    assert shelf.scan() == ScanReport(unchanged=2)


def test_names_that_differ_in_case_or_composition_are_two_files(shelf: Shelf) -> None:
    twins = ["caf\u00e9.jpg", "cafe\u0301.jpg", "CASE.jpg", "case.jpg"]
    for number, name in enumerate(twins):
        shelf.put(name, b"%d" % number)
    shelf.scan()
    assert len({shelf.asset(name) for name in twins}) == 4


def test_a_tree_deeper_than_any_path_is_skipped_from_there_on(shelf: Shelf) -> None:
    names = ["d" * 200] * 30  # 6,000 bytes: over PATH_MAX, which is 4,096
    folder = os.open(shelf.root, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("deep.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.utime("deep.jpg", ns=(OLD_NS, OLD_NS), dir_fd=folder)
    os.close(folder)
    assert shelf.scan() == ScanReport(new=1, skipped=1)
    assert shelf.reason("/".join(names[:10])) == TOO_DEEP
    _remove_deep(shelf.root, names)


def test_hidden_and_system_files_are_rows_with_a_reason(shelf: Shelf) -> None:
    for name in (".hidden.jpg", ".git/objects/x.jpg", "@eaDir/a.jpg", "Thumbs.db", "movie.mp4.part", "notes.txt"):
        shelf.put(name, b"x")
    shelf.scan()
    states = shelf.states()
    assert states.pop("plain.jpg") == "present"
    assert set(states) == {".hidden.jpg", ".git", "@eaDir", "Thumbs.db", "movie.mp4.part", "notes.txt"}
    assert set(states.values()) == {"skipped"}


def test_our_own_data_folder_is_not_indexed(shelf: Shelf) -> None:
    shelf.put("sub/state/renditions/a.jpg", b"ours")
    found = scan(shelf.root, Rules(), own_data=shelf.root / "sub/state")
    assert [(path.raw_path, path.reason) for path in found.skipped] == [(b"sub/state", OWN_DATA)]
    assert [file.raw_path for file in found.files] == [b"plain.jpg"]


def test_a_library_inside_the_data_folder_is_indexed() -> None:
    shelf = make_shelf(config().places.demo)
    shelf.put("a.jpg", b"demo")
    assert shelf.scan() == ScanReport(new=1)


def test_every_real_file_has_a_row(real_media: Path) -> None:
    shelf = make_shelf(real_media)
    report = shelf.scan()
    on_disk = {os.fsencode(path.relative_to(real_media)) for path in real_media.rglob("*") if not path.is_dir()}
    rows = {bytes(raw) for raw in MediaFile.objects.values_list("raw_path", flat=True)}
    assert on_disk <= rows
    assert report.new > 50
    assert report.new + report.duplicate + report.skipped == len(rows)
    assert set(MediaFile.objects.filter(state=FileState.SKIPPED).values_list("path", flat=True)) <= {
        "MANIFEST.md",
        "audio/jfk.expected.txt",
    }


def _remove_deep(root: Path, names: list[str]) -> None:
    """Flatten the tree from the top: the tools that clean temporary folders can't name its depths."""
    folder = os.open(root, os.O_RDONLY)
    try:
        for number in range(1, len(names)):
            os.rename(f"{names[0]}/{names[0]}", f"part{number}", src_dir_fd=folder, dst_dir_fd=folder)
            os.rmdir(names[0], dir_fd=folder)
            os.rename(f"part{number}", names[0], src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(folder)
