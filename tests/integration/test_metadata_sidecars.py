"""Edited metadata in sidecars: written, verified, read back and merged, with the real ExifTool."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dam.catalog import jobs
from dam.catalog.metadata_choices import choose_mode, choose_rule
from dam.catalog.models import AssetMetadata, Face, MetadataEdit, MetadataWrite, Person, Sidecar, Unit
from dam.catalog.writers.metadata_writes import enqueue
from dam.engines.exiftool import ExifTool
from dam.metadata import write
from dam.metadata.edit import undo
from dam.types import FaceSource, MergeRule, MetadataField, Stage, UnitKind, WriteMode
from dam.types.metadata_write import WriteState
from tests.media_files import moving, quadrants, textured, write_video
from tests.metadata_desk import MetadataDesk, make_tool

pytestmark = pytest.mark.django_db

FOREIGN = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:own="http://example.org/own/"
 crs:Exposure2012="+0.35" own:verdict="keep" darktable:auto_presets_applied="1">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Harbour</rdf:li>
  <rdf:li xml:lang="de">Hafen</rdf:li></rdf:Alt></dc:title>
 <dc:subject><rdf:Bag><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>
 <darktable:history><rdf:Seq><rdf:li darktable:num="0" darktable:operation="exposure" darktable:params="00ff"/>
 </rdf:Seq></darktable:history>
</rdf:Description></rdf:RDF></x:xmpmeta>
"""


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    made = make_tool()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, tool: ExifTool) -> MetadataDesk:
    return MetadataDesk(folder=tmp_path / "photos", data=tmp_path / "data", tool=tool)


def read(path: Path) -> dict[str, Any]:
    """Return all tags, by a process of its own."""
    found = subprocess.run(
        ["exiftool", "-j", "-G1", "-struct", "-n", "-u", os.fsencode(path)], capture_output=True, check=True
    )
    (tags,) = json.loads(found.stdout)
    return dict(tags)


def test_an_edit_makes_a_sidecar_that_says_everything(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    before = path.read_bytes()
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.write()
    assert not MetadataWrite.objects.exists(), "nothing is written that nobody edited"
    hostile = 'Price $5 @noon\n-FileName=/tmp/evil.jpg \\n "q" <b>&amp; é 日本 “”'
    desk.edit(
        asset,
        {
            MetadataField.TITLE: "True",
            MetadataField.DESCRIPTION: hostile,
            MetadataField.KEYWORDS: ["boats", "Animals|Dog", "007"],
            MetadataField.CREATOR: "Ana Luz, Bo",
            MetadataField.COPYRIGHT: "© 2026 #1",
            MetadataField.RATING: 4,
            MetadataField.LABEL: "Red",
            MetadataField.LOCATION: "Quay",
            MetadataField.CITY: "Porto",
            MetadataField.COUNTRY: "Portugal",
            MetadataField.COUNTRY_CODE: "PT",
        },
    )
    desk.write()
    assert desk.done(asset).target == "a.jpg.xmp"
    tags = read(path.with_name("a.jpg.xmp"))
    assert tags["XMP-dc:Description"] == hostile
    assert tags["XMP-dc:Subject"] == ["boats", "Dog", "007"]
    assert tags["XMP-lr:HierarchicalSubject"] == ["Animals|Dog"]
    assert tags["XMP-dc:Creator"] == ["Ana Luz, Bo"]
    assert (tags["XMP-xmp:Rating"], tags["XMP-xmp:Label"]) == (4, "Red")
    assert (tags["XMP-photoshop:City"], tags["XMP-photoshop:Country"]) == ("Porto", "Portugal")
    assert (tags["XMP-iptcCore:Location"], tags["XMP-iptcCore:CountryCode"]) == ("Quay", "PT")
    assert path.read_bytes() == before, "the original was not touched"
    assert sorted(item.name for item in desk.folder.iterdir()) == ["a.jpg", "a.jpg.xmp"]
    desk.index()  # our own sidecar changes nothing
    assert MetadataEdit.objects.count() == 1
    assert desk.values(asset).keywords == ["boats", "Animals|Dog", "007"]


def test_a_foreign_sidecar_keeps_every_field_it_had(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    sidecar = path.with_name("a.xmp")
    sidecar.write_text(FOREIGN)
    sidecar.chmod(0o640)
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    assert (desk.values(asset).title, desk.values(asset).keywords) == ("Harbour", ["boats"])
    assert not MetadataEdit.objects.exists(), "what is seen for the first time is no change"
    before = read(sidecar)
    desk.edit(asset, {MetadataField.TITLE: "Old harbour", MetadataField.RATING: 5})
    desk.write()
    assert desk.done(asset).target == "a.xmp"
    assert not path.with_name("a.jpg.xmp").exists()
    after = read(sidecar)
    assert (after["XMP-dc:Title"], after["XMP-xmp:Rating"]) == ("Old harbour", 5)
    ours = {"XMP-dc:Title", "XMP-x:XMPToolkit", "XMP-xmp:MetadataDate"}
    kept = {name: value for name, value in before.items() if name.startswith("XMP") and name not in ours}
    assert len(kept) >= 6
    assert {name: after.get(name) for name in kept} == kept
    assert after["XMP-dc:Title-de"] == "Hafen"
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o640


def test_what_another_program_changes_is_merged_field_by_field(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(
        asset, {MetadataField.TITLE: "Mine", MetadataField.KEYWORDS: ["one", "two"], MetadataField.CITY: "Faro"}
    )
    desk.write()
    sidecar = path.with_name("a.jpg.xmp")
    choose_mode(WriteMode.NONE)  # so that both sides differ
    desk.edit(asset, {MetadataField.CITY: "Lisboa", MetadataField.KEYWORDS: ["one", "two", "mine"]})
    theirs = ["-XMP-xmp:Rating=3", "-XMP-dc:Subject=one", "-XMP-dc:Subject=theirs", "-XMP-photoshop:City=Braga"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *theirs, sidecar], check=True)
    choose_rule(MergeRule.OURS)
    desk.index()
    now = desk.values(asset)
    assert now.rating == 3
    assert now.keywords == ["one", "mine", "theirs"]
    assert (now.title, now.city) == ("Mine", "Lisboa")
    kept = MetadataEdit.objects.get(summary__startswith="Kept over")
    assert kept.correction_id is not None
    assert undo(kept.correction_id)
    assert desk.values(asset).city == "Braga", "undoing takes theirs after all"


def test_the_newest_wins_and_can_be_undone(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    desk.write()
    choose_mode(WriteMode.NONE)
    desk.edit(asset, {MetadataField.TITLE: "Mine again"})
    sidecar = path.with_name("a.jpg.xmp")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Theirs", sidecar], check=True)
    desk.index()
    assert desk.values(asset).title == "Theirs"
    made = MetadataEdit.objects.get(summary__startswith="Read from a.jpg.xmp")
    assert made.correction_id is not None
    assert undo(made.correction_id)
    assert desk.values(asset).title == "Mine again"


def test_a_file_prepared_anew_keeps_what_the_user_said(desk: MetadataDesk) -> None:
    desk.picture("a.jpg")
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    jobs.redo([asset], stage=Stage.PREPARE)
    desk.prepare()
    assert desk.values(asset).title == "Mine"


def test_a_raw_file_and_its_jpeg_have_sidecars_of_their_own(desk: MetadataDesk) -> None:
    desk.picture("a.jpg")
    desk.picture("a.dng", image=quadrants(80, 60), format="TIFF")
    desk.index()
    jpeg, raw = desk.shelf.asset("a.jpg"), desk.shelf.asset("a.dng")
    desk.edit(jpeg, {MetadataField.TITLE: "The JPEG"})
    desk.edit(raw, {MetadataField.TITLE: "The raw file"})
    desk.write()
    assert (desk.done(jpeg).target, desk.done(raw).target) == ("a.jpg.xmp", "a.xmp")


@pytest.mark.parametrize("name", [b"new\nline -x.jpg", b"-FileName=x.jpg", b"bad\xff\xfe.jpg", "é “q”.jpg".encode()])
def test_names_never_become_options(desk: MetadataDesk, name: bytes) -> None:
    path = desk.picture("plain.jpg")
    folder = desk.folder / os.fsdecode(b"odd\n-x \xff")
    folder.mkdir()
    path.rename(folder / os.fsdecode(name))
    desk.index()
    asset = Unit.objects.get().asset_id
    desk.edit(asset, {MetadataField.TITLE: "Odd"})
    desk.write()
    desk.done(asset)
    assert sorted(os.fsencode(item.name) for item in folder.iterdir()) == sorted([name, name + b".xmp"])


def test_a_read_only_folder_is_written_beside_and_later_in_its_place(
    desk: MetadataDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.picture("roll/a.jpg")
    desk.index()
    asset = desk.shelf.asset("roll/a.jpg")
    real = write._is_protected
    monkeypatch.setattr(write, "_is_protected", lambda *_: True)  # root may write everywhere
    desk.edit(asset, {MetadataField.TITLE: "Kept aside"})
    desk.write()
    job = desk.job(asset)
    assert job.state == WriteState.SHADOW
    assert "roll can't be written to" in job.reason
    aside = desk.data / "shadow" / str(desk.shelf.library.id) / "roll" / "a.jpg.xmp"
    assert job.target == str(aside)
    assert read(aside)["XMP-dc:Title"] == "Kept aside"
    assert [item.name for item in path.parent.iterdir()] == ["a.jpg"]
    monkeypatch.setattr(write, "_is_protected", real)
    MetadataWrite.objects.update(due_at=job.wanted_at)
    desk.write()
    desk.done(asset)
    assert read(path.with_name("a.jpg.xmp"))["XMP-dc:Title"] == "Kept aside"
    assert not aside.exists()


def test_a_sidecar_that_cannot_be_read_is_never_written_over(desk: MetadataDesk) -> None:
    path = desk.picture("a.jpg")
    sidecar = path.with_name("a.jpg.xmp")
    sidecar.write_text("<not xmp")
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    desk.write()
    assert desk.job(asset).state == WriteState.CONFLICT
    assert "can't be read as XMP" in desk.job(asset).reason
    assert sidecar.read_text() == "<not xmp"


def test_named_faces_are_regions_of_the_stored_picture(desk: MetadataDesk) -> None:
    image = quadrants(80, 40)
    exif = image.getexif()
    exif[0x0112] = 6
    path = desk.picture("a.jpg", image=image, exif=exif)
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    person = Person.objects.create(name="Ana, |Luz}")
    unit = Unit.objects.get(asset_id=asset)
    Face.objects.create(unit=unit, x=0.1, y=0.2, width=0.3, height=0.1, person=person, source=FaceSource.PERSON)
    desk.edit(asset, {MetadataField.TITLE: "Ana"})
    desk.write()
    desk.done(asset)
    info = read(path.with_name("a.jpg.xmp"))["XMP-mwg-rs:RegionInfo"]
    assert info["AppliedToDimensions"] == {"W": 80, "H": 40, "Unit": "pixel"}
    (region,) = info["RegionList"]
    assert (region["Name"], region["Type"]) == ("Ana, |Luz}", "Face")
    # Displayed is turned clockwise by a quarter: the displayed y is the stored x, the displayed x the stored 1 - y.
    assert region["Area"] == {"X": 0.25, "Y": 0.75, "W": 0.1, "H": 0.3, "Unit": "normalized"}
    desk.index()
    assert AssetMetadata.objects.get(asset_id=asset).regions == [], "what we wrote is not the file's own word"
    person.name = "Ana"
    person.save()
    desk.edit(asset, {MetadataField.RATING: 1})
    desk.write()
    (region,) = read(path.with_name("a.jpg.xmp"))["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert region["Name"] == "Ana"
    assert Sidecar.objects.get().regions[0]["name"] == "Ana"


def test_shots_are_markers_in_the_videos_own_frames(desk: MetadataDesk) -> None:
    path = desk.folder / "clip.mp4"
    write_video(path, moving(textured(5), 24), fps=Fraction(24000, 1001))
    desk.old(path)
    desk.index()
    asset = desk.shelf.asset("clip.mp4")
    first = Unit.objects.get(asset_id=asset)
    first.end_ms = 501  # frame 12
    first.save()
    second = Unit.objects.create(asset_id=asset, kind=UnitKind.SHOT, position=1, start_ms=501, end_ms=1001)
    ana = Person.objects.create(name="Ana")
    Face.objects.create(unit=second, x=0.1, y=0.1, width=0.2, height=0.2, person=ana, source=FaceSource.PERSON)
    desk.edit(asset, {MetadataField.TITLE: "Two shots"})
    desk.write()
    assert desk.done(asset).target == "clip.xmp"
    sidecar = path.with_name("clip.xmp")
    (track,) = read(sidecar)["XMP-xmpDM:Tracks"]
    assert track["FrameRate"] == "f24000s1001"
    shots = [(mark["StartTime"], mark["Duration"], mark.get("Comment")) for mark in track["Markers"]]
    assert shots == [(0, 12, None), (12, 12, "Ana")]
    before = sidecar.read_bytes()
    enqueue([asset])
    desk.write()
    assert sidecar.read_bytes() == before, "what says all of it already is left alone"


def test_a_kill_amid_a_write_leaves_all_as_it_was(desk: MetadataDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.picture("a.jpg")
    sidecar = path.with_name("a.jpg.xmp")
    sidecar.write_text(FOREIGN)
    desk.index()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    original = ExifTool.write

    def write_and_die(self: ExifTool, path: Path, **options: Any) -> str:
        original(self, path, **options)
        raise KeyboardInterrupt  # as a process that ends here: no clean-up of ours is asked

    monkeypatch.setattr("dam.metadata.folders.Folder.drop", lambda *_: None)
    monkeypatch.setattr(ExifTool, "write", write_and_die)
    with pytest.raises(KeyboardInterrupt):
        desk.write()
    assert sidecar.read_text() == FOREIGN
    left = [item.name for item in desk.folder.iterdir() if item.name.startswith(".afterimage-")]
    assert left
    monkeypatch.undo()
    MetadataWrite.objects.update(lease_until=desk.job(asset).wanted_at)
    desk.write()
    desk.done(asset)
    assert read(sidecar)["XMP-dc:Title"] == "Mine"
    assert sorted(item.name for item in desk.folder.iterdir()) == ["a.jpg", "a.jpg.xmp"]
