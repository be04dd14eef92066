"""The page and the command for where metadata is written, and the tool's process."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from dam import wiring
from dam.catalog.metadata_choices import choose_mode, merge_rule, write_mode
from dam.catalog.models import MetadataWrite
from dam.engines.exiftool import ExifTool
from dam.errors import MetadataToolFailed, MetadataToolMissing
from dam.types import MergeRule, MetadataField, WriteMode
from dam.types.metadata_write import WriteState
from tests.metadata_desk import MetadataDesk, make_tool

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool() -> Iterator[ExifTool]:
    made = make_tool()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, tool: ExifTool) -> MetadataDesk:
    made = MetadataDesk(folder=tmp_path / "photos", data=tmp_path / "data", tool=tool)
    made.picture("a.jpg")
    made.index()
    return made


def test_choices_are_taken_and_what_waits_is_shown(desk: MetadataDesk, client: Client) -> None:
    asset = desk.shelf.asset("a.jpg")
    choose = reverse("search:metadata-writing-choose")
    client.post(choose, {"mode": "none", "rule": "theirs"})
    assert (write_mode(), merge_rule()) == (WriteMode.NONE, MergeRule.THEIRS)
    client.post(choose, {"mode": "everywhere", "rule": "mine"})
    assert (write_mode(), merge_rule()) == (WriteMode.NONE, MergeRule.THEIRS)
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    assert not MetadataWrite.objects.exists()
    client.post(choose, {"mode": "sidecar", "rule": "newest"})
    assert not MetadataWrite.objects.exists(), "switching it on writes nothing by itself"
    page = client.get(reverse("search:metadata-writing")).content.decode()
    assert "Write 1 edited asset" in page
    client.post(reverse("search:metadata-writing-unwritten"))
    desk.write()
    desk.done(asset)
    assert "a.jpg.xmp" in client.get(reverse("search:asset", args=[asset])).content.decode()
    desk.index()
    assert "a.jpg.xmp" not in client.get(reverse("search:activity")).content.decode(), "a sidecar is no trouble"
    assert client.get(reverse("search:metadata-writing-choose")).status_code == 405


def test_a_failure_is_shown_with_its_reason_and_tried_again(desk: MetadataDesk, client: Client) -> None:
    asset = desk.shelf.asset("a.jpg")
    sidecar = desk.folder / "a.jpg.xmp"
    sidecar.write_text("<not xmp")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    desk.write()
    page = client.get(reverse("search:metadata-writing")).content.decode()
    assert "can&#x27;t be read as XMP" in page
    sidecar.unlink()
    client.post(reverse("search:metadata-writing-retry"))
    desk.write()
    desk.done(asset)


def test_the_command_says_what_it_would_do_and_does_it(desk: MetadataDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "metadata_tool", lambda: desk.tool)
    desk.edit(desk.shelf.asset("a.jpg"), {MetadataField.TITLE: "Mine"})
    said = StringIO()
    call_command("metadata", "write", "--dry-run", stdout=said)
    assert "1 files would be written to" in said.getvalue()
    assert not (desk.folder / "a.jpg.xmp").exists()
    call_command("metadata", "write", stdout=StringIO())
    assert (desk.folder / "a.jpg.xmp").exists()
    said = StringIO()
    call_command("metadata", "status", "--json", stdout=said)
    found = json.loads(said.getvalue())
    assert (found["mode"], found["unwritten_assets"], found["files"]["done"]) == ("sidecar", 0, 1)
    sidecar = desk.folder / "a.jpg.xmp"
    sidecar.write_text(sidecar.read_text().replace("Mine", "Theirs"))
    call_command("metadata", "read", "--dry-run", stdout=StringIO())
    assert desk.values(desk.shelf.asset("a.jpg")).title == "Mine"
    call_command("metadata", "read", stdout=StringIO())
    assert desk.values(desk.shelf.asset("a.jpg")).title == "Theirs"


def test_a_tool_that_dies_or_hangs_is_started_again(tmp_path: Path, tool: ExifTool) -> None:
    path = tmp_path / "a.xmp"
    tool.write(path, values={"XMP-dc:Subject": ["one"]})
    assert tool.pid is not None
    os.kill(tool.pid, signal.SIGSTOP)
    with pytest.raises(MetadataToolFailed, match="longer than"):
        tool._run([str(path)], time_s=0.2)
    assert tool.read(path)["XMP-dc:Subject"] == ["one"]
    with pytest.raises(MetadataToolFailed):
        tool.read(tmp_path / "absent.jpg")
    with pytest.raises(MetadataToolFailed, match="such a name"):
        tool.read(tmp_path / "new\nline.xmp")
    with pytest.raises(ValueError, match="no tag"):
        tool.write(path, values={"XMP-dc:Title\n-FileName": "x"})


def test_without_the_tool_edits_wait_and_say_why(desk: MetadataDesk) -> None:
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    desk.tool = ExifTool(memory_bytes=2**31, program="no-such-exiftool")
    desk.write()
    job = desk.job(asset)
    assert (job.state, job.attempts) == (WriteState.DUE, 0)
    assert "ExifTool is not installed" in job.reason
    with pytest.raises(MetadataToolMissing):
        desk.tool.read(desk.folder / "a.jpg")


def test_a_write_protected_original_is_left_alone(desk: MetadataDesk) -> None:
    choose_mode(WriteMode.EMBED)
    path = desk.folder / "a.jpg"
    path.chmod(stat.S_IRUSR)
    before = path.read_bytes()
    asset = desk.shelf.asset("a.jpg")
    desk.edit(asset, {MetadataField.TITLE: "Mine"})
    desk.write()
    assert desk.done(asset).target == "a.jpg.xmp"
    assert path.read_bytes() == before
