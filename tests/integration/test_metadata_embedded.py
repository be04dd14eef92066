"""Edited metadata in the files themselves: the picture and the sound stay, and the asset stays the asset it was."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pillow_heif
import pytest

from dam.catalog.metadata_choices import choose_mode
from dam.catalog.models import Asset, KnownFingerprint, MetadataWrite
from dam.catalog.writers import rewritten
from dam.engines.exiftool import ExifTool
from dam.errors import MetadataToolFailed
from dam.types import MetadataField, WriteMode
from tests.integration.test_metadata_sidecars import read
from tests.media_files import moving, quadrants, source_of, textured, write_video
from tests.metadata_desk import MetadataDesk, make_tool

pytestmark = pytest.mark.django_db

EDIT = {
    MetadataField.TITLE: "Harbour $5 “é”",
    MetadataField.DESCRIPTION: "first\n-FileName=evil",
    MetadataField.KEYWORDS: ["boats", "Animals|Dog"],
    MetadataField.RATING: 4,
    MetadataField.CITY: "Porto",
}


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    made = make_tool()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, tool: ExifTool) -> MetadataDesk:
    choose_mode(WriteMode.EMBED)
    return MetadataDesk(folder=tmp_path / "photos", data=tmp_path / "data", tool=tool)


def make(desk: MetadataDesk, name: str) -> Path:
    """Make a small file of the format that its name says."""
    path = desk.folder / name
    if name.endswith((".mp4", ".mov")):
        write_video(path, moving(textured(3), 12))
    elif name.endswith(".heic"):
        pillow_heif.from_pillow(quadrants()).save(path)
    else:
        return desk.picture(name)
    return desk.old(path)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif", "avif", "heic", "mp4", "mov"])
def test_every_format_keeps_its_content_and_its_asset(desk: MetadataDesk, ending: str) -> None:
    path = make(desk, f"a.{ending}")
    desk.index()
    asset = desk.shelf.asset(path.name)
    before = desk.bench.reader.read_essence(source_of(path))
    old = Asset.objects.get().fingerprint
    desk.edit(asset, EDIT)
    desk.write()
    assert desk.done(asset).target == path.name
    assert [item.name for item in desk.folder.iterdir()] == [path.name]
    after = desk.bench.reader.read_essence(source_of(path))
    assert after.digest == before.digest
    said = after.metadata
    assert (said.title, said.rating, said.city) == ("Harbour $5 “é”", 4, "Porto")
    assert said.keywords == ("boats", "Animals|Dog")
    assert said.description == "first\n-FileName=evil"
    assert Asset.objects.get().fingerprint != old
    stages = desk.shelf.work()
    report = desk.shelf.scan()
    assert report.unchanged == 1
    desk.index()
    assert (Asset.objects.count(), desk.shelf.work()) == (1, stages), "our own write is no change"
    desk.edit(asset, {MetadataField.TITLE: ""})
    desk.write()
    assert desk.bench.reader.read_essence(source_of(path)).metadata.title == ""


def test_older_iptc_says_the_same_and_nothing_is_cut(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    latin = ["-q", "-overwrite_original", "-charset", "iptc=latin", "-IPTC:By-line=Zoë", "-IPTC:Source=Agência"]
    subprocess.run(["exiftool", *latin, path], check=True)
    desk.old(path)
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    assert desk.values(asset).creator == "Zoë"
    long = "A headline that goes on and on, beyond the sixty-four bytes of old"
    desk.edit(asset, {MetadataField.TITLE: long, MetadataField.CITY: "Évora"})
    desk.write()
    job = desk.done(asset)
    assert "title is longer than the 64 bytes" in job.reason
    tags = read(path)
    assert tags["XMP-dc:Title"] == long
    assert "IPTC:ObjectName" not in tags
    assert (tags["IPTC:City"], tags["IPTC:By-line"], tags["IPTC:Source"]) == ("Évora", "Zoë", "Agência")
    assert tags["IPTC:CodedCharacterSet"] == "\x1b%G"  # ISO 2022 for UTF-8


def test_every_copy_is_written_and_an_absent_one_is_known_again(desk: MetadataDesk) -> None:
    first = desk.picture("a.jpg")
    second, third = desk.folder / "b.jpg", desk.folder / "c.jpg"
    shutil.copy2(first, second)
    shutil.copy2(first, third)
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    away = desk.data / "c.jpg"
    shutil.move(third, away)
    desk.shelf.scan()
    desk.edit(asset, EDIT)
    desk.write()
    assert read(first)["XMP-dc:Title"] == read(second)["XMP-dc:Title"] == "Harbour $5 “é”"
    desk.index()
    assert Asset.objects.count() == 1
    away.rename(desk.folder / "d.jpg")  # the copy with the bytes of before comes back elsewhere
    desk.index()
    assert desk.shelf.asset("d.jpg") == asset
    assert Asset.objects.count() == 1


def test_a_crash_after_the_swap_makes_no_second_asset(desk: MetadataDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.picture("a.jpg")
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, EDIT)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rewritten, "note", die)
    with pytest.raises(KeyboardInterrupt):
        desk.write()
    monkeypatch.undo()
    desk.index()
    assert desk.shelf.asset("a.jpg") == asset
    assert Asset.objects.count() == 1
    MetadataWrite.objects.update(lease_until=desk.job(asset).wanted_at)
    desk.write()
    desk.done(asset)
    assert KnownFingerprint.objects.count() == 2


def test_a_write_that_would_change_the_picture_is_thrown_away(
    desk: MetadataDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.picture("a.jpg")
    before = path.read_bytes()
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, EDIT)
    real = ExifTool.write

    def spoil(self: ExifTool, path: Path, **options: Any) -> str:
        said = real(self, path, **options)
        spoiled = bytearray(path.read_bytes())
        spoiled[-12] ^= 0x55  # amid the coded picture
        path.write_bytes(spoiled)
        return said

    monkeypatch.setattr(ExifTool, "write", spoil)
    desk.write()
    assert "changed" in desk.job(asset).reason
    assert path.read_bytes() == before
    assert [item.name for item in desk.folder.iterdir()] == ["a.jpg"]


def test_what_takes_no_metadata_gets_a_sidecar(desk: MetadataDesk) -> None:
    desk.picture("a.gif")
    desk.index()
    asset = desk.shelf.asset("a.gif")
    desk.edit(asset, EDIT)
    desk.write()
    assert desk.done(asset).target == "a.gif.xmp"


def test_another_file_with_the_same_bytes_is_no_reason_to_mix_assets(desk: MetadataDesk) -> None:
    desk.picture("a.jpg")
    desk.picture("b.png")
    desk.index()
    one, other = desk.shelf.asset("a.jpg"), desk.shelf.asset("b.png")
    taken = Asset.objects.get(pk=other).fingerprint
    with pytest.raises(MetadataToolFailed):
        rewritten.expect(one, taken)


@pytest.mark.parametrize("ending", ["jpg", "mp4"])
def test_a_file_that_another_program_rewrote_stays_the_asset_it_was(desk: MetadataDesk, ending: str) -> None:
    path = make(desk, f"a.{ending}")
    desk.index()
    asset = desk.shelf.asset(path.name)
    choose_mode(WriteMode.NONE)
    desk.edit(asset, {MetadataField.CITY: "Porto"})
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Theirs", path], check=True)
    desk.index()
    assert desk.shelf.asset(path.name) == asset
    assert Asset.objects.count() == 1
    assert (desk.values(asset).title, desk.values(asset).city) == ("Theirs", "Porto")
    assert desk.shelf.scan().unchanged == 1


def test_a_file_with_another_picture_is_another_asset(desk: MetadataDesk) -> None:
    desk.picture("a.png")
    desk.index()
    asset = desk.shelf.asset("a.png")
    changed = quadrants()
    changed.putpixel((20, 20), (255, 255, 255))
    desk.picture("a.png", image=changed)
    desk.index()
    assert desk.shelf.asset("a.png") != asset
