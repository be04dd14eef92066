"""Submissions from end to end: the command, copies that exiftool reads, the ledger, releases, pages."""

import csv
import io
import json
import os
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from dam import wiring
from dam.catalog.models import (
    Asset,
    AssetMetadata,
    Collection,
    Delivery,
    Face,
    Library,
    MediaFile,
    Person,
    Release,
    TextLine,
    Unit,
    UnitLook,
)
from dam.catalog.readers.submissions import assets_of
from dam.config import config
from dam.engines.exiftool import is_installed
from dam.people import service as people
from dam.stock import releases, submissions
from dam.stock.gather import gather
from dam.stock.profiles import profile
from dam.types import AssetState, FileState, MediaKind, ReleaseKind, UnitKind
from search.corrections import take_back
from search.saved import exports
from tests.services import missing

pytestmark = pytest.mark.django_db

WORDS = ["harbour", "boat", "sunrise", "sea", "rope", "coast", "calm", "morning"]


class Shelf:
    """Real small pictures in a library, as the pipeline would have recorded them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = Library.objects.create(name="Pictures", root=str(root))

    def photo(self, name: str, *, phash: str = "", **said: Any) -> int:
        """Put a picture there with its metadata; returns the asset."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), (len(name) * 7 % 256, 90, 160)).save(path)
        status = path.stat()
        asset = Asset.objects.create(
            fingerprint=f"{name:>064}"[-64:],
            size_bytes=status.st_size,
            kind=MediaKind.PHOTO,
            state=AssetState.READY,
            width=3000,
            height=2000,
            taken_at=datetime(2026, 5, 3, 7, 30, tzinfo=UTC),
        )
        MediaFile.objects.create(
            library=self.library,
            asset=asset,
            raw_path=os.fsencode(name),
            path=name,
            size_bytes=status.st_size,
            mtime_ns=status.st_mtime_ns,
            state=FileState.PRESENT,
        )
        about = {"title": f"Boats of {Path(name).stem}", "keywords": WORDS, "copyright": "Ana Prieto"} | said
        AssetMetadata.objects.create(asset=asset, **about)
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        UnitLook.objects.create(
            unit=unit,
            model="look-1",
            brightness=0.5,
            contrast=0.4,
            saturation=0.3,
            sharpness=0.8,
            monochrome=False,
            phash=phash or f"{asset.pk * 0x9E3779B97F4A7C15 % 2**64:016x}",
        )
        return asset.pk

    def face(self, asset_id: int, name: str = "") -> int | None:
        """Let a face be seen in a picture, of a person where there is a name."""
        person = Person.objects.get_or_create(name=name)[0] if name else None
        unit = Unit.objects.get(asset=asset_id)
        Face.objects.create(unit=unit, person=person, x=0.1, y=0.1, width=0.2, height=0.2)
        return person.pk if person else None


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "pictures")


@pytest.fixture
def _exiftool() -> Any:
    if not is_installed():
        missing("exiftool is not installed")
    yield
    wiring.metadata_tool().close()


def run(*words: str, verb: str = "export") -> tuple[int, str]:
    """Run the command; returns the exit status and what it printed."""
    out = io.StringIO()
    try:
        call_command("submission", verb, *words, stdout=out)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def tags_in(path: Path) -> dict[str, Any]:
    """What exiftool itself says of a file."""
    told = subprocess.run(["exiftool", "-j", "-G1", "-n", str(path)], capture_output=True, check=True, timeout=60)
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found[0]


@pytest.mark.usefixtures("_exiftool")
def test_export_writes_copies_that_exiftool_reads_the_csv_and_the_ledger(shelf: Shelf, tmp_path: Path) -> None:
    long = "Boats — " + "ä" * 30  # 69 letters in 100 bytes: too long for IPTC's 64
    one = shelf.photo("a/harbour.jpg", description="Three boats\u2026")
    two = shelf.photo("quay.jpg", title=long, keywords=["Animals|Seagull", "quay", "sea"])
    originals = {path: path.read_bytes() for path in shelf.root.rglob("*.jpg")}
    made = submissions.create("May", agency="adobe-stock", asset_ids=[one, two])
    submissions.say(made, [one, two], {"categories": ["21"]}, summary="Travel")
    to = tmp_path / "out"

    status, said = run("--submission", str(made), "--to", str(to), "--json")

    assert status == 0
    assert {path.name for path in to.iterdir()} == {
        "harbour.jpg", "quay.jpg", f"adobe-stock_{timezone.localdate()}.csv",
    }  # fmt: skip
    assert {path: path.read_bytes() for path in shelf.root.rglob("*.jpg")} == originals
    first, second = tags_in(to / "harbour.jpg"), tags_in(to / "quay.jpg")
    assert first["XMP-dc:Title"] == first["IPTC:ObjectName"] == "Boats of harbour"
    assert first["XMP-dc:Subject"] == first["IPTC:Keywords"] == WORDS
    assert first["IPTC:Caption-Abstract"] == "Three boats…"
    assert second["XMP-dc:Title"] == long
    assert "IPTC:ObjectName" not in second
    assert second["XMP-dc:Subject"] == ["Seagull", "quay", "sea"]
    assert json.loads(said)["written"]["notes"] == {
        "quay.jpg": ["ObjectName is too long for IPTC (64 bytes); XMP has it whole"]
    }
    table = (to / f"adobe-stock_{timezone.localdate()}.csv").read_bytes().decode()
    assert next(csv.reader(table.splitlines()[1:])) == ["harbour.jpg", "Boats of harbour", ",".join(WORDS), "21", ""]
    delivery = Delivery.objects.get()
    assert (delivery.agency, delivery.count, delivery.submission_id) == ("adobe-stock", 2, made)
    assert {row.title for row in delivery.assets.all()} == {"Boats of harbour", long}
    again = gather([one], profile("adobe-stock"))[0].violations
    assert any("It went to Adobe Stock on" in each.message for each in again)

    status, said = run("--submission", str(made), "--to", str(to), "--allow-warnings")
    assert status == 2
    assert "choose an empty folder" in said
    assert Delivery.objects.count() == 1


def test_violations_leave_with_1_and_write_nothing(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = shelf.photo("bad.jpg", title="Boats, boats", keywords=["sea", "Sea"])
    good = shelf.photo("good.jpg")
    made = submissions.create("May", agency="adobe-stock", asset_ids=[bad, good])
    status, said = run("--submission", str(made), "--to", str(tmp_path / "out"), "--allow-warnings")
    assert status == 1
    assert "Adobe Stock takes no “,” in a title" in said
    assert "Some keywords stand there twice" in said
    assert "Nothing was written: 1 of 2 have violations." in said
    assert not (tmp_path / "out").exists()
    assert not Delivery.objects.exists()
    status, told = run("--submission", str(made), "--json", verb="check")
    assert status == 1
    assert [each["file"] for each in json.loads(told)] == ["bad.jpg", "good.jpg"]
    assert run("--query", "boats", "--to", "x")[0] == 2
    assert run("--submission", str(made), "--agency", "nowhere", verb="check")[0] == 2


def test_an_export_into_a_library_and_of_a_file_that_is_away_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    one = shelf.photo("one.jpg")
    made = submissions.create("May", agency="picfair", asset_ids=[one])
    AssetMetadata.objects.filter(asset=one).update(description="Boats.")
    status, said = run("--submission", str(made), "--to", str(shelf.root / "sent"))
    assert (status, "lies in the library “Pictures”" in said) == (2, True)
    (shelf.root / "one.jpg").unlink()
    status, said = run("--submission", str(made), "--to", str(tmp_path / "out"))
    assert (status, "one.jpg can't be read now" in said) == (2, True)
    assert list((tmp_path / "out").iterdir()) == []
    assert not Delivery.objects.exists()


def test_equal_names_and_near_duplicates_are_found_among_each_other(shelf: Shelf) -> None:
    one = shelf.photo("a/boat.jpg", phash="a5a5a5a5f0f0f0f0")
    two = shelf.photo("b/boat.jpg", phash="a5a5a5a5f0f0f0f3")
    found = {each.item.asset_id: each.violations for each in gather([one, two], profile("picfair"))}
    for pk in (one, two):
        assert {each.field for each in found[pk]} >= {"file", "file_name"}
        assert any("It looks like boat.jpg of this submission" in each.message for each in found[pk])
    shelf.photo("c/other.jpg", phash="0f0f0f0f55555555")


def test_a_face_makes_it_editorial_until_a_release_holds(shelf: Shelf) -> None:
    asset = shelf.photo("portrait.jpg")
    person = shelf.face(asset, "Ana")
    shelf.face(asset)
    agency = profile("adobe-stock")
    assert gather([asset], agency)[0].item.editorial
    document = [b"%PDF-1.7 consent"]
    made = releases.add(ReleaseKind.MODEL, "Ana 2026", document=document, file_name="ana.pdf")
    stored = config().places.releases / Release.objects.get().key
    assert stored.read_bytes() == document[0]
    releases.attach(made, people=[person or 0])
    now = gather([asset], agency)[0].item
    assert (now.rights.unreleased, now.rights.strangers, now.rights.documents) == ((), 1, ("Ana 2026",))
    other = releases.add(ReleaseKind.MODEL, "Somebody", document=document, file_name="b.pdf")
    attached = releases.attach(other, assets=[asset])
    assert not gather([asset], agency)[0].item.editorial
    assert take_back([attached])
    assert gather([asset], agency)[0].item.editorial
    releases.attach(other, assets=[asset])
    releases.change(other, name="Somebody", signed_on=None, expires_on=date(2026, 1, 1), note="")
    assert gather([asset], agency)[0].item.editorial


def test_a_release_goes_with_a_person_who_is_merged_and_comes_back_with_the_undo(shelf: Shelf) -> None:
    asset = shelf.photo("portrait.jpg")
    ana = shelf.face(asset, "Ana") or 0
    maria = shelf.face(asset, "Ana Maria") or 0
    made = releases.add(ReleaseKind.MODEL, "Ana 2026", document=[b"%PDF-1.7"], file_name="ana.pdf")
    releases.attach(made, people=[ana])
    merged = people.merge([ana], maria)
    assert list(releases.get(made).people) == [maria]
    assert people.undo(merged)
    assert list(releases.get(made).people) == [ana]


def test_writing_needs_a_property_release_of_the_place(shelf: Shelf) -> None:
    asset = shelf.photo("brewery.jpg", city="Ghent")
    TextLine.objects.create(
        unit=Unit.objects.get(asset=asset), model="", text="ACME BREWERY", certainty=0.9, x=0, y=0, width=1, height=1
    )
    assert gather([asset], profile("picfair"))[0].item.editorial
    made = releases.add(ReleaseKind.PROPERTY, "Brewery", document=[b"\xff\xd8\xff\xe0"], file_name="b.jpg")
    releases.attach(made, places=["ghent"])
    assert not gather([asset], profile("picfair"))[0].item.editorial


def test_changes_of_a_submission_can_be_taken_back(shelf: Shelf) -> None:
    one, two = shelf.photo("one.jpg"), shelf.photo("two.jpg")
    made = submissions.create("May", agency="pond5", asset_ids=[one])
    switched = submissions.switch(made, "picfair")
    said = submissions.say(made, [one], {"title": "Only here"}, summary="Title")
    added = submissions.add(made, [two, one]) or 0
    removed = submissions.remove(made, [one]) or 0
    assert assets_of(made) == [two]
    assert take_back([removed])
    assert assets_of(made) == [one, two]
    assert submissions.check(made)[0].item.title == "Only here"
    assert take_back([added, said, switched])
    assert assets_of(made) == [one]
    assert submissions.get(made).agency == "pond5"
    gone = submissions.delete(made)
    assert Collection.objects.filter(name="May").exists()
    assert take_back([gone])
    assert submissions.get(made).agency == "pond5"


def test_a_row_is_checked_while_typing_saved_in_the_asset_and_fixed_by_a_click(shelf: Shelf, client: Client) -> None:
    asset = shelf.photo("one.jpg", keywords=["Animals|Gull", "sea"])
    made = submissions.create("May", agency="adobe-stock", asset_ids=[asset])
    typed = {"title": "Gulls, sea", "keywords": "Gull\nsea\ngulls", "editorial": ""}
    headers = {"HX-Request": "true"}
    checked = client.post(reverse("search:submission-check", args=[made, asset]), typed, headers=headers)
    assert "takes no “,” in a title" in checked.content.decode()
    assert AssetMetadata.objects.get(asset=asset).title == "Boats of one"
    client.post(reverse("search:submission-save", args=[made, asset]), typed, headers=headers)
    said = AssetMetadata.objects.get(asset=asset)
    assert (said.title, said.keywords) == ("Gulls, sea", ["Animals|Gull", "sea", "gulls"])
    fixed = client.post(
        reverse("search:submission-fix", args=[made, asset]), {**typed, "fix": "title:Take out “,”"}, headers=headers
    )
    assert "Gulls sea" in fixed.content.decode()
    assert AssetMetadata.objects.get(asset=asset).title == "Gulls sea"
    submissions.set_options(made, {"here_only": True})
    client.post(reverse("search:submission-save", args=[made, asset]), {"title": "For Adobe"}, headers=headers)
    assert AssetMetadata.objects.get(asset=asset).title == "Gulls sea"
    assert submissions.check(made)[0].item.title == "For Adobe"
    client.post(reverse("search:submission-apply", args=[made]), {"keywords": "coast, sea", "category": "21"})
    assert AssetMetadata.objects.get(asset=asset).keywords == ["Animals|Gull", "sea", "gulls"]
    told = submissions.check(made)[0].item
    assert (told.keywords, told.categories) == (("Gull", "sea", "gulls", "coast"), ("21",))
    client.post(reverse("search:submission-own", args=[made, asset]), {"field": "title"}, headers=headers)
    assert submissions.check(made)[0].item.title == "Gulls sea"


@pytest.mark.usefixtures("_exiftool")
def test_every_page_answers_and_an_export_is_downloaded(
    shelf: Shelf, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "in_background", lambda work: work())
    one, two = shelf.photo("=cmd.jpg", title="<script>alert(1)</script>"), shelf.photo("two.jpg")
    answer = client.post(reverse("search:submission-new"), {"asset": [one, two], "name": "May", "agency": "picfair"})
    made = int(answer["Location"].rpartition("/")[2])
    page = client.get(reverse("search:submission", args=[made])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "needs a description" in page
    AssetMetadata.objects.update(description="Boats.")
    begun = client.post(reverse("search:submission-export", args=[made]), {"ready_only": "1"})
    watched = client.get(begun["Location"])
    assert "1 asset is ready to upload" in watched.content.decode()
    download = client.get(f"{begun['Location']}/zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(download.streaming_content)))  # type: ignore[attr-defined]
    _close(download)
    assert archive.namelist() == ["two.jpg", f"picfair_{timezone.localdate()}.csv"]
    delivery = Delivery.objects.get()
    sent = SimpleUploadedFile("ana.pdf", b"%PDF-1.7")
    added = client.post(reverse("search:release-add"), {"document": sent, "kind": "model", "name": "Ana"})
    release = int(added["Location"].rpartition("/")[2])
    for address in (
        reverse("search:submissions"),
        reverse("search:ledger"),
        reverse("search:delivery", args=[delivery.pk]),
        reverse("search:releases"),
        reverse("search:release", args=[release]),
    ):
        assert client.get(address).status_code == 200
    document = client.get(reverse("search:release-document", args=[release]))
    assert document["Content-Disposition"].startswith("attachment")
    assert b"".join(document.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    _close(document)
    refused = client.post(
        reverse("search:release-add"), {"document": SimpleUploadedFile("a.pdf", b"MZ")}, follow=True
    )
    assert "A release is a PDF or a JPEG." in refused.content.decode()
    for name in ("submission-new", "release-add", "release-attach"):
        assert client.get(reverse(f"search:{name}")).status_code == 405


def _close(response: Any) -> None:
    """Close what a response reads; `close` itself would end the connection, too."""
    for close in response._resource_closers:
        close()
