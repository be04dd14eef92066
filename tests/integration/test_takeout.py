"""Leave at any time: what people said goes into an archive, and an empty installation is made of it, row by row."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dam.catalog.models import Asset, Face, Library, MediaFile, Person, StageRun, TagVerdict, TranscriptRecord, Unit
from dam.errors import TakeoutError
from dam.takeout.export import export
from dam.takeout.restore import restore
from dam.types import AssetState, FileState
from tests.people_desk import PeopleDesk
from tests.takeout_desk import forget_everything, say_everything, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path: Path) -> PeopleDesk:
    return PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()


@pytest.fixture
def archive(desk: PeopleDesk, tmp_path: Path) -> Path:
    say_everything(desk, tmp_path / "releases")
    export(tmp_path / "archive", documents=tmp_path / "releases")
    return tmp_path / "archive"


def test_an_empty_installation_is_rebuilt_row_by_row(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    before = state()
    assert all(before.values()), "something of every kind was said"
    forget_everything()
    done = restore(archive, documents=tmp_path / "new-releases")
    assert done.left == 0
    after = state()
    for table, rows in before.items():
        if table not in {"faces", "people"}:
            assert after[table] == rows, table
    assert after["people"] == [row for row in before["people"] if row[0] or row[1]]
    assert after["faces"] == [row for row in before["faces"] if _said_of(row)]
    (document,) = (tmp_path / "new-releases").iterdir()
    assert document.read_bytes() == b"%PDF-1.4 a release"
    # The folder is indexed: files find their assets, models find faces, and all that was said holds.
    assert set(MediaFile.objects.values_list("state", flat=True)) == {FileState.MISSING}
    desk.library_id = Library.objects.get().pk
    desk.index()
    assert set(Asset.objects.values_list("state", flat=True)) == {AssetState.READY}
    indexed = state()
    for table, rows in before.items():
        if table != "people":
            assert indexed[table] == rows, table
    assert [row for row in indexed["people"] if row[0] or row[1]] == after["people"]
    assert len(indexed["people"]) == len(before["people"])


def test_taking_it_in_again_changes_nothing(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    before = state()
    done = restore(archive, documents=tmp_path / "releases")
    assert state() == before
    assert not any(counts.get("added") for counts in done.counts.values())
    assert done.left == 0


def test_what_is_said_here_stays(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    verdict = TagVerdict.objects.order_by("pk").first()
    assert verdict is not None
    TagVerdict.objects.filter(pk=verdict.pk).update(accepted=not verdict.accepted)
    face = desk.face("a.jpg")
    other = Person.objects.create(name="Bea")
    Face.objects.filter(pk=face.pk).update(person=other, source="person")
    TranscriptRecord.objects.update(language="pt")
    before = state()
    restore(archive, documents=tmp_path / "releases")
    assert state() == before


def test_an_indexed_installation_takes_in_what_was_said_elsewhere(
    desk: PeopleDesk, archive: Path, tmp_path: Path
) -> None:
    before = state()
    forget_everything()
    desk.open()
    desk.index()
    assert not TagVerdict.objects.exists()
    assert restore(archive, documents=tmp_path / "releases").left == 0
    after = state()
    unalike = {"libraries", "people", "metadata", "bases"}  # when it was indexed, and what was found unsaid
    for table, rows in before.items():
        if table not in unalike:
            assert after[table] == rows, table
    assert {row[0] for row in after["people"]} == {row[0] for row in before["people"]}
    assert [row for row in after["metadata"] if row[1]] == [row for row in before["metadata"] if row[1]]


def test_shots_that_are_cut_otherwise_keep_what_was_said(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    forget_everything()
    desk.video("v.mp4", [[["red"], ["red"], ["red"]], [["green"], ["green"]]])
    desk.open()
    desk.index()
    shot = Unit.objects.filter(kind="shot").order_by("position")[0]
    Unit.objects.filter(pk=shot.pk).update(end_ms=shot.end_ms - 400)
    assert restore(archive, documents=tmp_path / "releases").left == 0
    assert TagVerdict.objects.filter(unit=shot).count() == 1


def test_a_moved_library_is_found_where_it_is_now(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    forget_everything()
    moved = tmp_path / "elsewhere"
    desk.folder.rename(moved)
    restore(archive, documents=tmp_path / "releases", roots={str(desk.folder): str(moved)})
    assert Library.objects.get().root == str(moved)
    desk.library_id = Library.objects.get().pk
    desk.index()
    assert set(MediaFile.objects.values_list("state", flat=True)) == {FileState.PRESENT}
    assert Person.objects.get(name="Anna =1+1").faces.count() >= 3


def test_a_dry_run_changes_nothing_and_tells_all(desk: PeopleDesk, archive: Path, tmp_path: Path) -> None:
    forget_everything()
    done = restore(archive, documents=tmp_path / "new", dry_run=True)
    assert done.counts["assets"] == {"added": 4, "there": 0}
    assert not Asset.objects.exists()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "unfinished", "newer", "out of it"])
def test_an_archive_that_is_not_whole_is_refused_whole(
    desk: PeopleDesk, archive: Path, tmp_path: Path, harm: str
) -> None:
    forget_everything()
    table, manifest = archive / "tables" / "faces.jsonl", archive / "manifest.json"
    said = json.loads(manifest.read_text())
    if harm == "cut":
        table.write_bytes(table.read_bytes()[:-20])
    elif harm == "changed":
        table.write_bytes(table.read_bytes().replace(b'"person"', b'"Person"', 1))
    elif harm == "missing":
        table.unlink()
    elif harm == "unfinished":
        manifest.unlink()
    elif harm == "newer":
        manifest.write_text(json.dumps(said | {"version": 99}))
    else:
        manifest.write_text(json.dumps(said | {"files": {"../x": {"size_bytes": 0, "blake3": ""}}}))
    with pytest.raises(TakeoutError):
        restore(archive, documents=tmp_path / "releases")
    assert not Asset.objects.exists()
    assert not StageRun.objects.exists()


def test_transcripts_lie_beside_the_names_of_their_recordings(desk: PeopleDesk, archive: Path) -> None:
    assert "Ask not what your country" in (archive / "library" / "library" / "v.mp4.srt").read_text()
    assert (archive / "library" / "library" / "v.mp4.vtt").read_text().startswith("WEBVTT")
    said = json.loads((archive / "library" / "library" / "v.mp4.json").read_text())
    assert said["lines"][0]["speaker"] == "Anna"


def test_an_archive_never_lies_over_something(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(TakeoutError, match="not empty"):
        export(archive, documents=tmp_path / "releases")
    (tmp_path / "releases" / ("ab" * 32 + ".pdf")).unlink()
    with pytest.raises(TakeoutError, match="is missing"):
        export(tmp_path / "second", documents=tmp_path / "releases")
    assert not (tmp_path / "second").exists()
    assert not list(tmp_path.glob(".second*"))


def test_the_command_tells_what_became_of_it(archive: Path) -> None:
    out = StringIO()
    call_command("takeout", "import", str(archive), "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue())["left"] == 0
    with pytest.raises(CommandError, match=r"manifest\.json is missing"):
        call_command("takeout", "import", str(archive.parent))


def _said_of(row: tuple[object, ...]) -> bool:
    """A face of somebody whom people named, hid or placed; the others are the model's to find again."""
    name, hidden, source = row[-3], row[-2], row[-4]
    return bool(name) or bool(hidden) or source == "person"
