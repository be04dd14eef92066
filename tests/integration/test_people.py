"""From drawn photos and videos to people: who is together, who is apart, and what stays when it is done again."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dam import wiring
from dam.catalog import current
from dam.catalog.models import Embedding, Face, Person, Rendition, StageRun, Tombstone
from dam.catalog.readers import people as readers
from dam.engines.faces.fake import FakeFaceEngine
from dam.people import service
from dam.ports import Pixels
from dam.types import FaceSource, FoundFace, RenditionRole, Stage, StageState, UnitKind
from tests.people_desk import PeopleDesk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    made = PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data").open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    return made


def test_the_same_person_is_together_and_others_are_apart(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red"])
    desk.photo("b.jpg", ["red", "green"])
    desk.photo("c.jpg", {"red": 230, "blue": 255})
    assert desk.index() == {}
    red = desk.person("a.jpg")
    assert desk.person("b.jpg", 0) == red
    assert desk.person("c.jpg", 0) == red
    assert len({red.pk, desk.person("b.jpg", 1).pk, desk.person("c.jpg", 1).pk}) == 3
    assert [view.faces for view in readers.people()] == [3, 1, 1]
    for view in readers.people():
        assert view.cover is not None


def test_crops_and_vectors_belong_to_their_faces(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.index()
    for face in Face.objects.select_related("crop", "embedding"):
        assert face.crop is not None
        assert face.embedding is not None
        assert (face.embedding.space, face.embedding.unit_id) == ("face:fake-faces", face.unit_id)
        assert face.crop.role == RenditionRole.FACE
        assert (desk.places.renditions / face.crop.key).is_file()


def test_a_face_that_is_followed_through_a_shot_is_one_appearance(desk: PeopleDesk) -> None:
    desk.video("v.mp4", [[["red"], ["red"], ["red", "green"], ["red", "green"]], [["blue"], ["blue"]]])
    desk.index()
    views = readers.faces_in(desk.asset("v.mp4"))
    assert [(view.start_ms, view.end_ms, view.unit_kind) for view in views] == [
        (0, 4000, UnitKind.SHOT),
        (2000, 4000, UnitKind.SHOT),
        (4000, 6000, UnitKind.SHOT),
    ]
    assert len({view.person_id for view in views}) == 3


def test_looking_again_changes_nothing(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.video("v.mp4", [[["red"], ["red"]]])
    desk.index()
    before = sorted(Face.objects.values_list("pk", "person_id", "embedding_id", "crop__key"))
    vectors = sorted(Embedding.objects.values_list("pk", flat=True))
    desk.again()
    assert sorted(Face.objects.values_list("pk", "person_id", "embedding_id", "crop__key")) == before
    assert sorted(Embedding.objects.values_list("pk", flat=True)) == vectors
    listed = set(Rendition.objects.filter(role=RenditionRole.FACE).values_list("key", flat=True))
    on_disk = {str(file.relative_to(desk.places.renditions)) for file in desk.places.renditions.rglob("face-*")}
    assert on_disk == listed
    assert Person.objects.count() == 2


def test_what_people_said_outlasts_a_second_look(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.photo("b.jpg", ["red"])
    desk.index()
    red, green = desk.person("a.jpg", 0), desk.person("a.jpg", 1)
    service.name_person(red.pk, "Ana")
    service.refuse([desk.face("b.jpg").pk], red.pk)
    service.assign([desk.face("a.jpg", 1).pk], red.pk)  # of the same photo: only somebody may say so
    stranger = desk.person("b.jpg")
    assert stranger.pk not in {red.pk, green.pk}
    for _ in range(2):
        desk.again()
        assert desk.person("a.jpg", 0) == desk.person("a.jpg", 1) == red
        assert desk.face("a.jpg", 1).source == FaceSource.PERSON
        assert desk.person("b.jpg") == stranger
    desk.photo("c.jpg", ["red"])
    desk.index()
    assert desk.person("c.jpg") in {red, stranger}
    assert desk.person("b.jpg") == stranger


def test_a_vanished_face_goes_unless_somebody_spoke_of_it(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.index()
    service.assign([desk.face("a.jpg", 0).pk], desk.person("a.jpg", 0).pk)
    desk.engines["fake-faces"] = Blind()
    desk.again()
    (left,) = readers.faces_in(desk.asset("a.jpg"))
    assert left.source == FaceSource.PERSON
    assert Person.objects.count() == 1
    assert Embedding.objects.filter(space="face:fake-faces").count() == 1
    assert Tombstone.objects.filter(space="face:fake-faces").count() == 1


class Blind(FakeFaceEngine):
    """Finds no face in any picture."""

    def find_faces(self, images: Sequence[Pixels]) -> list[list[FoundFace]]:
        return [[] for _ in images]


def test_a_new_model_takes_over_names_refusals_and_what_it_does_not_find(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.photo("b.jpg", ["red"])
    desk.photo("c.jpg", ["blue"])
    desk.index()
    ana = desk.person("a.jpg", 0)
    service.name_person(ana.pk, "Ana")
    service.refuse([desk.face("b.jpg").pk], ana.pk)
    desk.engines["other-faces"] = FakeFaceEngine(name="other-faces")
    desk.models = ("other-faces", "fake-faces")
    desk.index()
    assert current.model_of(Stage.FACES) == "other-faces"
    of_new = Face.objects.filter(model="other-faces")
    assert of_new.count() == 4
    assert Face.objects.filter(model="fake-faces").count() == 4
    assert [view.person_name for view in readers.faces_in(desk.asset("a.jpg"))] == ["Ana", ""]
    assert readers.faces_in(desk.asset("b.jpg"))[0].person_id != ana.pk
    (found,) = [view for view in readers.people() if view.name == "Ana"]
    assert found.faces == 1


def test_a_new_model_keeps_a_face_that_only_somebody_saw(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red"])
    desk.index()
    service.name_person(desk.person("a.jpg").pk, "Ana")
    service.assign([desk.face("a.jpg").pk], desk.person("a.jpg").pk)
    desk.engines["blind"] = Blind(name="blind")
    desk.models = ("blind", "fake-faces")
    desk.index()
    desk.again()
    (view,) = readers.faces_in(desk.asset("a.jpg"))
    assert (view.person_name, view.model, view.source) == ("Ana", "blind", FaceSource.PERSON)


def test_names_in_files_name_the_faces_they_cover(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"], regions=[("Ana", 0), ("Nobody's face", 3)])
    desk.photo("b.jpg", ["red"])
    desk.index()
    faces = readers.faces_in(desk.asset("a.jpg"))
    assert [(view.person_name, view.source, view.model) for view in faces] == [
        ("Ana", FaceSource.FILE, "fake-faces"),
        ("", FaceSource.MODEL, "fake-faces"),
        ("Nobody's face", FaceSource.FILE, ""),
    ]
    assert desk.person("b.jpg").name == "Ana"
    service.assign([faces[0].id], desk.person("a.jpg", 1).pk)
    desk.again()
    assert desk.face("a.jpg", 0).source == FaceSource.PERSON
    assert desk.person("a.jpg", 0).name == ""
    assert Face.objects.filter(model="").count() == 1


def test_a_lost_preview_is_made_again_and_looked_at_then(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red"])
    desk.index()
    before = desk.face("a.jpg")
    for file in desk.places.renditions.rglob("preview*"):
        file.unlink()
    StageRun.objects.filter(stage=Stage.FACES).update(state=StageState.DUE)
    desk.index()
    StageRun.objects.update(due_at="2020-01-01T00:00:00Z")
    desk.index()
    after = desk.face("a.jpg")
    assert (after.pk, after.person_id) == (before.pk, before.person_id)
    assert after.crop is not None
    assert (desk.places.renditions / after.crop.key).is_file()


def test_units_are_found_by_name_by_a_word_of_it_and_for_two_together(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red", "green"])
    desk.photo("b.jpg", {"red": 200})
    desk.index()
    service.name_person(desk.person("a.jpg", 0).pk, "Ána de la Cruz")
    service.name_person(desk.person("a.jpg", 1).pk, "Bob")
    both = readers.units_with_person("ana DE la cruz")
    assert {unit for unit, _, _ in both} == {desk.face("a.jpg").unit_id, desk.face("b.jpg").unit_id}
    assert readers.units_with_person("ana") == both
    assert readers.units_with_person("an") == []
    assert readers.units_of_people(["ana", "bob"]) == {desk.face("a.jpg").unit_id}
    assert all(0.0 < certainty <= 1.0 for _, certainty, _ in both)
    service.assign([desk.face("b.jpg").pk], desk.person("a.jpg", 0).pk)
    assert {unit: sure for unit, sure, _ in readers.units_with_person("Ana")}[desk.face("b.jpg").unit_id] == 1.0


def test_who_looks_alike_is_asked_about_and_an_answer_ends_it(desk: PeopleDesk) -> None:
    desk.photo("a.jpg", ["red"])
    desk.photo("b.jpg", {"red": 105})  # a cosine of 0.6: more likely than not, not enough to join
    desk.photo("c.jpg", ["green"])
    desk.index()
    ana = desk.person("a.jpg")
    assert service.suggestions() == []
    service.name_person(ana.pk, "Ana")
    (asked,) = service.suggestions()
    assert (asked.face.id, asked.person.id) == (desk.face("b.jpg").pk, ana.pk)
    assert 0.5 <= asked.likeness < 0.9
    no = service.refuse([asked.face.id], ana.pk)
    assert service.suggestions() == []
    service.undo(no)
    service.assign([asked.face.id], ana.pk)
    assert service.suggestions(person_id=ana.pk) == []
    assert desk.person("b.jpg") == ana
