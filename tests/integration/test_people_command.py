"""`manage.py people`: the list with paths and times, and its verbs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dam import wiring
from dam.catalog.models import Face, Person
from dam.config import Config, config
from dam.people import forget
from tests.people_desk import PeopleDesk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    made = PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    here = Config(env=config().env, places=made.places, limits=config().limits)
    monkeypatch.setattr(forget, "config", lambda: here)
    made.photo("a.jpg", ["red", "green"])
    made.video("v.mp4", [[["red"], ["red"]], [["red"], ["red"]]])
    made.index()
    return made


def _say(*words: str) -> str:
    out = io.StringIO()
    call_command("people", *words, stdout=out)
    return out.getvalue()


def _listed(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_say("--json", *words))
    return found


def test_json_lists_each_person_with_state_paths_and_times(desk: PeopleDesk) -> None:
    red, green = _listed()
    assert (red["name"], red["state"], red["appearances"], red["assets"]) == ("", "unnamed", 3, 2)
    places = [(face["path"], face["start_ms"], face["end_ms"]) for face in red["faces"]]
    photo, video = str(desk.folder / "a.jpg"), str(desk.folder / "v.mp4")
    assert places == [(photo, 0, 0), (video, 0, 2000), (video, 2000, 4000)]
    assert [face["path"] for face in green["faces"]] == [photo]


def test_names_merges_and_takes_back(desk: PeopleDesk) -> None:
    red, green = desk.person("a.jpg", 0), desk.person("a.jpg", 1)
    said = _say("name", str(red.pk), "Ana")
    assert [(one["name"], one["state"]) for one in _listed()] == [("Ana", "named"), ("", "unnamed")]
    _say("merge", str(green.pk), "--into", str(red.pk))
    assert [one["appearances"] for one in _listed()] == [4]
    _say("undo", said.split()[-1])
    assert [one["name"] for one in _listed()] == [""]
    with pytest.raises(CommandError):
        _say("undo", said.split()[-1])
    with pytest.raises(CommandError, match="not known"):
        _say("name", "4711", "Nobody")


def test_hidden_people_are_listed_when_all_are_asked_for(desk: PeopleDesk) -> None:
    Person.objects.filter(pk=desk.person("a.jpg").pk).update(hidden=True)
    assert [one["state"] for one in _listed()] == ["unnamed"]
    assert sorted(one["state"] for one in _listed("--all")) == ["hidden", "unnamed"]


def test_what_can_t_be_undone_asks_for_a_yes(desk: PeopleDesk) -> None:
    red = str(desk.person("a.jpg").pk)
    with pytest.raises(CommandError, match="--yes"):
        _say("forget", red)
    with pytest.raises(CommandError, match="--yes"):
        _say("off")
    assert Face.objects.count() == 4
    assert "3 appearances in 2 files" in _say("forget", red, "--yes")
    assert Face.objects.count() == 1
    _say("off", "--yes")
    assert not Face.objects.exists()
    assert "not looked for" in _say()
    _say("on")
    assert "Nobody is known" in _say()


def test_the_plain_list_names_files_and_times(desk: PeopleDesk, capsys: pytest.CaptureFixture[str]) -> None:
    _say("name", str(desk.person("a.jpg").pk), "Ana")
    _say()
    printed = capsys.readouterr().out.replace("\n", "")
    assert "Ana" in printed
    assert "0:02–0:04" in printed
