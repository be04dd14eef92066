"""Leave at any time: what people said goes into an archive, and an empty installation is made of it, row by row."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dam.catalog.models import (
    Asset,
    Collection,
    Face,
    Library,
    MediaFile,
    Person,
    Release,
    StageRun,
    Tag,
    TagVerdict,
    TranscriptRecord,
    Unit,
)
from dam.errors import TakeoutError
from dam.takeout.export import export
from dam.takeout.folder import writing
from dam.takeout.restore import restore
from dam.types import AssetState, CollectionKind, FileState, ReleaseKind, TagKind
from tests.metadata_desk import make_tool
from tests.people_desk import PeopleDesk
from tests.small_library import SmallLibrary
from tests.takeout_desk import State, forget_everything, say_everything, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path: Path) -> PeopleDesk:
    return PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()


def test_an_empty_installation_is_rebuilt_row_by_row(desk: PeopleDesk, tmp_path: Path) -> None:
    """All in one, for it takes long: out, by every door, and into a new place with its folder moved."""
    archive, documents = tmp_path / "archive", tmp_path / "releases"
    say_everything(desk, documents)
    _export_with_xmp(archive, documents)
    before = state()
    assert [table for table, rows in before.items() if not rows] == []
    _nothing_doubles(archive, documents, before)
    forget_everything()
    moved = tmp_path / "elsewhere"
    desk.folder.rename(moved)
    roots = {str(desk.folder): str(moved)}
    _dry_run(archive, tmp_path)
    assert restore(archive, documents=tmp_path / "new", roots=roots).left == 0
    (document,) = (tmp_path / "new").iterdir()
    assert document.read_bytes() == b"%PDF-1.4 a release"
    after, expected = state(), _moved(before, roots)
    for table in expected.keys() - {"faces", "people"}:
        assert after[table] == expected[table], table
    assert after["people"] == _named(expected)
    # Of groups that a model made alone there is nothing to take along.
    assert after["faces"] == [row for row in expected["faces"] if row[-3] or row[-2] or row[-4] == "person"]
    assert set(MediaFile.objects.values_list("state", flat=True)) == {FileState.MISSING}
    # The folder is indexed: files find their assets, models find faces, and all that was said holds.
    desk.library_id = Library.objects.get().pk
    desk.index()
    assert set(Asset.objects.values_list("state", flat=True)) == {AssetState.READY}
    indexed = state()
    for table in expected.keys() - {"people"}:
        assert indexed[table] == expected[table], table
    assert _named(indexed) == _named(expected)
    assert len(indexed["people"]) == len(expected["people"])


def test_an_indexed_installation_takes_in_what_was_said_elsewhere(desk: PeopleDesk, tmp_path: Path) -> None:
    archive, documents = tmp_path / "archive", tmp_path / "releases"
    say_everything(desk, documents)
    before = state()
    export(archive, documents=documents, tool=None)
    forget_everything()
    desk.open()
    desk.index()
    assert not TagVerdict.objects.exists()
    assert restore(archive, documents=documents).left == 0
    after = state()
    for table in before.keys() - {"libraries", "people", "bases"}:
        assert after[table] == before[table], table
    assert {row[:2] for row in after["people"]} == {row[:2] for row in before["people"]}
    # From now on something else is said here: it stays.
    TagVerdict.objects.update(accepted=False)
    Face.objects.filter(pk=desk.face("a.jpg").pk).update(person=Person.objects.create(name="Bea"), source="person")
    TranscriptRecord.objects.update(language="pt")
    here = state()
    restore(archive, documents=documents)
    assert state() == here


def test_shots_that_are_cut_otherwise_keep_what_was_said(tmp_path: Path) -> None:
    rows = SmallLibrary()
    first, second = rows.video(["a", "b"])
    tag = Tag.objects.create(key="boats", name="boats", kind=TagKind.PICTURE, own=True)
    TagVerdict.objects.create(unit=second, tag=tag, accepted=True)
    export(tmp_path / "archive", documents=tmp_path, tool=None)
    TagVerdict.objects.all().delete()
    Unit.objects.filter(pk=first.pk).update(end_ms=12_000)
    Unit.objects.filter(pk=second.pk).update(start_ms=12_000)
    assert restore(tmp_path / "archive", documents=tmp_path).left == 0
    assert TagVerdict.objects.get().unit_id == second.pk
    # A shot of which nothing is left has no place to go: that is said.
    TagVerdict.objects.all().delete()
    Unit.objects.filter(pk=second.pk).delete()
    Unit.objects.filter(pk=first.pk).update(end_ms=9_000)
    assert restore(tmp_path / "archive", documents=tmp_path).counts["verdicts"] == {"added": 0, "there": 0, "left": 1}


def test_a_search_by_a_picture_means_the_same_picture(tmp_path: Path) -> None:
    rows = SmallLibrary()
    rows.photo("a dog")
    tree = rows.photo("a tree", path="tree.jpg")
    for query in (f"like:{tree.pk}^0.5 at night -SIMILAR:{tree.pk}@1,2,3,4", "like:99999", "boats"):
        Collection.objects.create(kind=CollectionKind.SEARCH, name=query[:4], asked={"q": query, "sort": "new"})
    export(tmp_path / "archive", documents=tmp_path, tool=None)
    forget_everything()
    SmallLibrary("/other").photo("something that moves the numbers on")
    restore(tmp_path / "archive", documents=tmp_path)
    there = Unit.objects.get(asset__files__path="tree.jpg").pk
    assert [row.asked["q"] for row in Collection.objects.order_by("pk")] == [
        f"like:{there}^0.5 at night -SIMILAR:{there}@1,2,3,4", "like:0", "boats",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "harm", ["cut", "changed", "missing", "unfinished", "newer", "out of it", "of another shape"]
)
def test_an_archive_that_is_not_whole_is_refused_whole(tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "archive"
    library = {"name": "x", "root": "/x", "include": [], "exclude": []}
    with writing(folder) as made:
        made.rows("tables/libraries.jsonl", [library])
        made.rows("tables/preferences.jsonl", [{"key": 1}] if harm == "of another shape" else [])
    table, manifest = folder / "tables" / "libraries.jsonl", folder / "manifest.json"
    said: dict[str, Any] = json.loads(manifest.read_text())
    if harm == "cut":
        table.write_bytes(table.read_bytes()[:-20])
    elif harm == "changed":
        table.write_bytes(table.read_bytes().replace(b"/x", b"/y"))
    elif harm == "missing":
        table.unlink()
    elif harm == "unfinished":
        manifest.unlink()
    elif harm == "newer":
        manifest.write_text(json.dumps(said | {"version": 99}))
    elif harm == "out of it":
        manifest.write_text(json.dumps(said | {"files": {"../x": {"size_bytes": 0, "blake3": ""}}}))
    with pytest.raises(TakeoutError):
        restore(folder, documents=tmp_path)
    assert not Library.objects.exists()
    assert not StageRun.objects.exists()


def test_an_archive_never_lies_over_something_and_is_never_half(tmp_path: Path) -> None:
    export(tmp_path / "archive", documents=tmp_path, tool=None)
    with pytest.raises(TakeoutError, match="not empty"):
        export(tmp_path / "archive", documents=tmp_path, tool=None)
    Release.objects.create(kind=ReleaseKind.MODEL, name="Ann", key="ab" * 32 + ".pdf", digest="ab" * 32)
    with pytest.raises(TakeoutError, match="is missing"):
        export(tmp_path / "second", documents=tmp_path, tool=None)
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_names_that_are_no_utf8_are_found_again(tmp_path: Path) -> None:
    name = "a\\b \udcff\udcfe ä\n.srt"
    with writing(tmp_path / "archive") as made:
        made.text(f"library/{name}", "1")
    restore(tmp_path / "archive", documents=tmp_path)
    assert (tmp_path / "archive" / "library" / name).read_text() == "1"


def test_the_command_tells_what_became_of_it(tmp_path: Path) -> None:
    SmallLibrary().photo("a tree")
    out = StringIO()
    call_command("takeout", "export", str(tmp_path / "archive"), "--json", stdout=out)
    assert json.loads(out.getvalue())["assets"] == 1
    out = StringIO()
    call_command("takeout", "import", str(tmp_path / "archive"), "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue())["left"] == 0
    with pytest.raises(CommandError, match=r"manifest\.json is missing"):
        call_command("takeout", "import", str(tmp_path))


def _export_with_xmp(archive: Path, documents: Path) -> None:
    tool = make_tool()
    try:
        counts = export(archive, documents=documents, tool=tool)
        said = tool.read(archive / "library" / "library" / "a.jpg.xmp")
    finally:
        tool.close()
    assert counts["xmp"] >= 2
    assert "xmp_failed" not in counts
    assert said["XMP-dc:Title"] == "Harbour “at” dusk"
    assert "Anna =1+1" in json.dumps(said["XMP-mwg-rs:RegionInfo"])
    captions = archive / "library" / "library"
    assert "Ask not what your country" in (captions / "v.mp4.srt").read_text()
    assert (captions / "v.mp4.vtt").read_text().startswith("WEBVTT")
    assert json.loads((captions / "v.mp4.json").read_text())["lines"][0]["speaker"] == "Anna"


def _nothing_doubles(archive: Path, documents: Path, before: State) -> None:
    done = restore(archive, documents=documents)
    assert state() == before
    assert not any(counts.get("added") for counts in done.counts.values())
    assert done.left == 0


def _dry_run(archive: Path, folder: Path) -> None:
    done = restore(archive, documents=folder / "new", dry_run=True)
    assert done.counts["assets"] == {"added": 4, "there": 0}
    assert not Asset.objects.exists()
    assert not (folder / "new").exists()


def _moved(rows: State, roots: dict[str, str]) -> State:
    """What is expected where a library lies elsewhere now."""
    return {
        table: sorted(
            (tuple(roots.get(cell, cell) if isinstance(cell, str) else cell for cell in row) for row in some),
            key=repr,
        )
        for table, some in rows.items()
    }


def _named(rows: State) -> list[Any]:
    """People whom somebody named or hid; a model's groups are made anew."""
    return [row for row in rows["people"] if row[0] or row[1]]
