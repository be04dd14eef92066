"""`manage.py collections`: made, filled, emptied and written out without a browser."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from search.saved import made
from search.selection import Picked
from tests.integration.test_selection import rows
from tests.small_library import SmallLibrary

pytestmark = pytest.mark.django_db
__all__ = ["rows"]


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("collections", *words, stdout=out)
    return out.getvalue()


def test_files_and_searches_go_in_and_files_come_out(rows: SmallLibrary) -> None:
    for name in ("a", "b"):
        rows.photo("car", path=f"{name}.jpg")
    assert run("list").startswith("No collections yet.")
    assert run("add", "Deck", "/photos/b.jpg") == "1 added to “Deck”.\n"
    assert run("add", "deck", "--query", "kind:photo") == "1 added to “Deck”, 1 were there already.\n"
    (deck,) = json.loads(run("list", "--json"))
    assert (deck["name"], deck["count"]) == ("Deck", 2)
    assert [item["path"] for item in json.loads(run("export", "Deck"))["items"]] == ["b.jpg", "a.jpg"]
    assert run("remove", "Deck", "/photos/b.jpg") == "1 taken out of “Deck”.\n"
    assert run("remove", "Deck", "--all").startswith("“Deck” is deleted")
    assert made.all_made() == []


def test_a_spreadsheet_reckons_nothing(rows: SmallLibrary) -> None:
    photo = rows.photo("car", path="=cmd().jpg")
    deck = made.create("Deck", [Picked(asset_id=photo.asset_id)]).collection_id
    made.note_item(deck, made.items(deck)[0].id, "+1, please")
    (row,) = csv.DictReader(io.StringIO(run("export", "Deck", "--csv")))
    assert (row["path"], row["note"], row["start_ms"]) == ("'=cmd().jpg", "'+1, please", "0")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Deck", "/photos/none.jpg"), "not indexed"),
        (("add", "Deck"), "nothing to add"),
        (("remove", "Deck", "--all"), "no collection “Deck”"),
        (("export", "Deck"), "no collection “Deck”"),
    ],
)
def test_what_can_not_be_done_is_said(rows: SmallLibrary, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        run(*words)
    assert refused.value.returncode == 1
