"""`manage.py library`, as a person uses it."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dam.catalog.models import Library
from dam.catalog.readers.libraries import find_covering
from dam.config import config
from tests.integration.intake_support import make_shelf

pytestmark = pytest.mark.django_db


def test_add_list_edit_remove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("library", "list")
    assert "No libraries yet" in capsys.readouterr().out
    call_command("library", "add", str(tmp_path), "--name", "Mine", "--include", "*.jpg", "--include", "Raw/**")
    call_command("library", "list", "--json")
    listed = json.loads(capsys.readouterr().out.partition("\n")[2])
    key = Library.objects.get().pk
    assert listed == [
        {
            "id": key,
            "name": "Mine",
            "root": str(tmp_path.resolve()),
            "include": ["*.jpg", "Raw/**"],
            "exclude": [],
            "online": True,
        }
    ]
    call_command("library", "edit", str(key), "--include-all", "--exclude", "cache/", "--name", "Ours")
    library = Library.objects.get()
    assert (library.name, library.include, library.exclude) == ("Ours", [], ["cache/"])
    call_command("library", "list")
    assert "Ours" in capsys.readouterr().out
    call_command("library", "remove", str(key))
    assert not Library.objects.exists()
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["add", "{root}/not there"], "no folder"),
        (["add", "{root}/file.jpg"], "not a folder"),
        (["add", "{root}/library"], "already the library"),
        (["add", "{root}/library/inside"], "one in the other"),
        (["add", "{root}"], "one in the other"),
        (["add", "{root}/other", "--exclude", "!x"], "pattern"),
        (["add", "{data}"], "own data folder"),
        (["remove", "4711"], "no library 4711"),
        (["edit", "4711", "--name", "x"], "no library 4711"),
    ],
)
def test_what_cannot_be_done_says_why_and_exits_with_1(tmp_path: Path, words: list[str], reason: str) -> None:
    make_shelf(tmp_path / "library")
    (tmp_path / "library/inside").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "file.jpg").touch()
    with pytest.raises(CommandError, match=reason) as caught:
        call_command("library", *[word.format(root=tmp_path, data=config().places.data) for word in words])
    assert caught.value.returncode == 1
    assert Library.objects.count() == 1


def test_a_folder_inside_a_library_is_covered_by_it(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path / "library")
    (shelf.root / "2024").mkdir()
    covering = find_covering(shelf.root / "2024")
    assert covering is not None
    assert covering.id == shelf.library.id
    assert find_covering(tmp_path) is None
