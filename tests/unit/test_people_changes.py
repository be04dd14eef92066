"""What people say about people, and that each of it can be undone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dam import wiring
from dam.catalog.models import Asset, Correction, Embedding, Face, FaceRefusal, Person, Unit
from dam.catalog.writers import people as changes
from dam.engines.faces.fake import FakeFaceEngine, vector_of
from dam.errors import AlreadyNamed, PeopleError
from dam.people import service
from dam.types import FaceSource, UnitKind

pytestmark = pytest.mark.django_db

MODEL = "fake-faces"


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "face_engine", lambda _model: FakeFaceEngine())


def _faces(person: Person | None, colour: str, count: int) -> list[int]:
    made = []
    for _ in range(count):
        number = Asset.objects.count()
        asset = Asset.objects.create(fingerprint=f"{number:064x}", size_bytes=1, kind="photo")
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        vector = Embedding.objects.create(
            unit=unit, space=f"face:{MODEL}", model=MODEL, vector=vector_of(colour).astype("<f2").tobytes()
        )
        face = Face.objects.create(
            unit=unit, model=MODEL, x=0.1, y=0.1, width=0.2, height=0.2, quality=0.9, embedding=vector,
            person=person, likeness=0.8,
        )  # fmt: skip
        made.append(face.pk)
    return made


def _state() -> dict[str, Any]:
    return {
        "people": sorted(Person.objects.values_list("pk", "name", "hidden", "cover_id")),
        "faces": sorted(Face.objects.values_list("pk", "person_id", "source", "likeness")),
        "refusals": sorted(FaceRefusal.objects.values_list("face_id", "person_id")),
    }


class Two:
    """Two unnamed people of three and two faces, and one face of nobody's."""

    def __init__(self) -> None:
        self.ana, self.bob = Person.objects.create(), Person.objects.create()
        self.of_ana, self.of_bob = _faces(self.ana, "red", 3), _faces(self.bob, "green", 2)
        (self.stray,) = _faces(None, "blue", 1)


ACTIONS: dict[str, Callable[[Two], int]] = {
    "name": lambda two: service.name_person(two.ana.pk, "Ana"),
    "merge": lambda two: service.merge([two.bob.pk], two.ana.pk),
    "split": lambda two: service.split(two.of_ana[:1], "Carla")[1],
    "split all": lambda two: service.split(two.of_bob)[1],
    "assign": lambda two: service.assign([two.stray, *two.of_bob], two.ana.pk),
    "refuse": lambda two: service.refuse(two.of_ana[:2], two.ana.pk),
    "refuse all": lambda two: service.refuse(two.of_bob, two.bob.pk),
    "hide": lambda two: service.hide(two.ana.pk, True),
    "cover": lambda two: service.set_cover(two.ana.pk, two.of_ana[1]),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_change_can_be_undone_once(action: str) -> None:
    two = Two()
    service.set_cover(two.bob.pk, two.of_bob[0])
    FaceRefusal.objects.create(face_id=two.of_bob[0], person=two.ana)
    FaceRefusal.objects.create(face_id=two.stray, person=two.bob)
    before = _state()
    change = ACTIONS[action](two)
    assert _state() != before
    assert service.undo(change)
    assert _state() == before
    assert not service.undo(change)


def test_changes_are_undone_in_the_reverse_order() -> None:
    two = Two()
    states, made = [_state()], []
    made.append(service.name_person(two.ana.pk, "Ana"))
    states.append(_state())
    made.append(service.assign(two.of_bob[:1], two.ana.pk))
    states.append(_state())
    made.append(service.merge([two.bob.pk], two.ana.pk))
    for change, state in zip(reversed(made), reversed(states), strict=True):
        service.undo(change)
        assert _state() == state


def test_a_name_that_somebody_has_offers_the_other_person() -> None:
    two = Two()
    service.name_person(two.ana.pk, "Ána  López")
    with pytest.raises(AlreadyNamed) as raised:
        service.name_person(two.bob.pk, "ana lopez")
    assert raised.value.existing_id == two.ana.pk
    assert Person.objects.get(pk=two.ana.pk).name == "Ána López"


@pytest.mark.parametrize("name", ["", "  ", "?!", "x" * 201])
def test_a_name_has_letters_and_an_end(name: str) -> None:
    two = Two()
    with pytest.raises(PeopleError):
        service.name_person(two.ana.pk, name)


def test_the_merged_keep_the_only_name_and_count_as_said() -> None:
    two = Two()
    service.name_person(two.bob.pk, "Bob")
    service.merge([two.bob.pk, two.ana.pk], two.ana.pk)
    assert Person.objects.get().name == "Bob"
    assert set(Face.objects.filter(pk__in=two.of_bob).values_list("source", flat=True)) == {FaceSource.PERSON}
    assert set(Face.objects.filter(pk__in=two.of_ana).values_list("source", flat=True)) == {FaceSource.MODEL}


def test_who_was_split_off_is_not_merged_again_by_a_look_alike() -> None:
    two = Two()
    made, _ = service.split(two.of_ana[:1])
    (new,) = _faces(None, "red", 1)
    service.refuse([new], two.bob.pk)  # any word has it look for a person
    assert Face.objects.get(pk=new).person_id in {two.ana.pk, made}
    assert Face.objects.get(pk=two.of_ana[0]).person_id == made
    assert Person.objects.filter(pk=two.ana.pk).exists()


def test_a_refused_face_finds_somebody_else_or_founds_a_person() -> None:
    two = Two()
    (wrong,) = _faces(two.ana, "green", 1)
    service.refuse([wrong], two.ana.pk)
    assert Face.objects.get(pk=wrong).person_id == two.bob.pk
    service.refuse([wrong], two.bob.pk)
    founded = Face.objects.get(pk=wrong).person_id
    assert founded not in {None, two.ana.pk, two.bob.pk}


def test_a_big_merge_has_a_small_inverse() -> None:
    ana, bob = Person.objects.create(), Person.objects.create()
    _faces(ana, "red", 1)
    ids = _faces(bob, "green", 40)
    change = service.merge([bob.pk], ana.pk)
    inverse = Correction.objects.get(pk=change).inverse
    assert len(inverse["faces"]) == 1
    assert sorted(inverse["faces"][0][-1]) == sorted(ids)


def test_what_is_gone_is_said_in_words() -> None:
    two = Two()
    calls: list[Callable[[], int]] = [
        lambda: service.name_person(999, "Ana"),
        lambda: service.merge([two.ana.pk], two.ana.pk),
        lambda: service.assign([999], two.ana.pk),
        lambda: service.set_cover(two.ana.pk, two.of_bob[0]),
    ]
    for call in calls:
        with pytest.raises(PeopleError):
            call()
    assert changes.undo(999) is False


def test_stored_vectors_are_what_grouping_works_on() -> None:
    two = Two()
    assert np.allclose(np.frombuffer(bytes(Embedding.objects.first().vector), "<f2")[0], 1.0)  # type: ignore[union-attr]
    Face.objects.filter(pk=two.stray).update(person=None)
    service.refuse([two.stray], two.ana.pk)
    assert Face.objects.get(pk=two.stray).person_id is not None
