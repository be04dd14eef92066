"""Somebody who is forgotten leaves nothing: not in the database's bytes, not on disk, not in a search's memory."""

from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from dam import wiring
from dam.catalog import preferences
from dam.catalog.models import AssetMetadata, Correction, Embedding, Face, Person, StageRun
from dam.catalog.readers import people as readers
from dam.errors import PeopleError
from dam.people import service, vectors
from dam.types import Stage
from dam.vectors.memory_store import MemoryStore
from search.vectors.index import SpaceIndex
from tests.people_desk import PeopleDesk

pytestmark = pytest.mark.django_db(transaction=True)

SPACE = "face:fake-faces"
NAME = "Ana Forgetmenot"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    made = PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    vectors.drop()
    return made


def _database_files() -> list[Path]:
    name = Path(str(connection.settings_dict["NAME"]))
    return [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]


def _holding(desk: PeopleDesk, needle: bytes) -> list[str]:
    """Return every file of the data folder and of the database that holds these bytes."""
    files = [path for path in desk.data.rglob("*") if path.is_file()] + _database_files()
    return sorted(str(path.name) for path in files if needle in path.read_bytes())


def _needles(desk: PeopleDesk, photo: str) -> dict[str, bytes]:
    face = Face.objects.select_related("embedding", "crop").get(pk=desk.face(photo).pk)
    assert face.embedding is not None
    assert face.crop is not None
    return {
        "name": NAME.encode(),
        "vector": bytes(face.embedding.vector),
        "crop": (desk.places.renditions / face.crop.key).read_bytes(),
    }


def _index(desk: PeopleDesk) -> SpaceIndex:
    index = SpaceIndex(SPACE, 12, make_store=MemoryStore, snapshots=desk.places.snapshots)
    index.catch_up()
    index.save_if_worth_it(least=1)
    return index


def test_nothing_of_a_forgotten_person_is_left(desk: PeopleDesk) -> None:
    # Shades of their own, so that nobody else's vector has the same bytes.
    desk.photo("a.jpg", {"red": 231, "green": 255}, regions=[(NAME, 0)])
    desk.photo("b.jpg", {"red": 241})
    desk.photo("c.jpg", {"blue": 255})
    desk.index()
    ana = desk.person("a.jpg")
    assert ana.name == NAME
    service.hide(ana.pk, True)
    service.hide(ana.pk, False)
    service.assign([desk.face("b.jpg").pk], ana.pk)
    index = _index(desk)
    gone = [face.embedding_id for face in Face.objects.filter(person=ana)]
    needles = {photo: _needles(desk, photo) for photo in ("a.jpg", "b.jpg")}
    for photo, of_photo in needles.items():
        for what, needle in of_photo.items():
            assert _holding(desk, needle), f"the {what} of {photo} is looked for in the wrong way"
    assert any(name.endswith(".vectors") for name in _holding(desk, needles["a.jpg"]["vector"]))

    report = service.forget(ana.pk, places=desk.places)

    assert (report.faces, report.assets, report.crops, report.wiped) == (2, 2, 2, True)
    assert report.named_in == (str(desk.folder / "a.jpg"),)
    for photo, of_photo in needles.items():
        for what, needle in of_photo.items():
            assert not _holding(desk, needle), f"the {what} of {photo} is still there"
    assert not Correction.objects.exists()
    index.catch_up()
    assert not set(gone) & set(index.columns.ids.tolist())
    assert len(index.store) == 2
    assert sorted(view.faces for view in readers.people()) == [1, 1]


def test_a_forgotten_person_is_not_found_again(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.video("v.mp4", [[["red"], ["red"], ["red"]]])
    desk.index()
    service.forget(desk.person("a.jpg", 0).pk, places=desk.places)
    desk.again()
    assert [view.box.x > 0.2 for view in readers.faces_in(desk.asset("a.jpg"))] == [True]
    assert readers.faces_in(desk.asset("v.mp4")) == []
    assert not [path for path in desk.places.renditions.rglob("face-*") if "v.mp4" in str(path)]
    assert len(list(desk.places.renditions.rglob("face-*"))) == 1


def test_who_is_not_there_can_t_be_forgotten(desk: PeopleDesk) -> None:
    with pytest.raises(PeopleError):
        service.forget(12345, places=desk.places)


def test_switching_faces_off_deletes_all_of_it_and_on_finds_them_again(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", {"red": 233}, regions=[(NAME, 0)])
    desk.photo("b.jpg", ["green", "blue"])
    desk.index()
    index = _index(desk)
    needles = _needles(desk, "a.jpg")
    assert all(_holding(desk, needle) for needle in needles.values())

    assert service.switch_faces(False, places=desk.places) == 3

    assert not preferences.is_on(preferences.FACES)
    for what, needle in needles.items():
        assert not _holding(desk, needle), f"the {what} is still there"
    assert not Face.objects.exists()
    assert not Person.objects.exists()
    assert not StageRun.objects.filter(stage=Stage.FACES).exists()
    assert not list(desk.places.renditions.rglob("face-*"))
    index.catch_up()
    assert len(index.store) == 0

    assert service.switch_faces(True, places=desk.places) == 0
    desk.index()
    desk.index()
    assert Face.objects.count() == 3
    assert desk.person("a.jpg").name == NAME


def test_others_stay_searchable_after_a_snapshot_is_gone(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red"])
    desk.photo("b.jpg", ["green"])
    desk.index()
    _index(desk)
    kept = desk.face("b.jpg").embedding_id
    assert kept is not None
    service.forget(desk.person("a.jpg").pk, places=desk.places)
    again = _index(desk)
    assert again.columns.ids.tolist() == [kept]
    row = Embedding.objects.get(pk=kept)
    assert again.store.get([row.pk]).astype("<f2").tobytes() == bytes(row.vector)
    assert np.isclose(np.linalg.norm(again.store.get([row.pk])), 1.0, atol=0.01)


def test_regions_of_the_name_are_forgotten_and_others_stay(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"], regions=[(NAME, 0), ("Bob", 1)])
    desk.index()
    service.forget(desk.person("a.jpg", 0).pk, places=desk.places)
    (names,) = AssetMetadata.objects.values_list("regions", flat=True)
    assert [region["name"] for region in names] == ["Bob"]
    assert desk.person("a.jpg", 0).name == "Bob"
