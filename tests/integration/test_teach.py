"""Taught tags over a catalogue: what a lesson writes, what it never undoes, and what new pictures and packs get."""

import pytest

from dam.catalog.models import ActivePack, Embedding, Tag, TagScore, TagVerdict, TaughtTag, Unit
from dam.catalog.writers.tags import say, undo
from dam.tagging import teach as lessons
from dam.tagging import teach_later
from dam.types import TagKind
from tests.small_library import PICTURES, SmallLibrary, embed, picture_vector

pytestmark = pytest.mark.django_db
MODEL = "taught:words"


@pytest.fixture(autouse=True)
def _small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "picture_space", lambda model=None: f"picture:{model or 'words'}")
    monkeypatch.setattr(teach_later, "picture_space", lambda model=None: PICTURES)


@pytest.fixture
def photos() -> dict[str, list[Unit]]:
    library = SmallLibrary()
    scenes = ["rusty boat", "city street night", "green field cow", "portrait woman", "mountain snow", "cup coffee"]
    return {scene: [library.photo(f"{scene} {number}") for number in range(14)] for scene in scenes}


@pytest.fixture
def boats() -> Tag:
    return Tag.objects.create(key="own/rusty boats", name="rusty boats", kind=TagKind.TAUGHT, own=True)


def tagged(tag: Tag) -> set[int]:
    rows = TagScore.objects.filter(tag=tag, model=MODEL, certainty__gte=lessons.TRUE_FROM)
    return set(rows.values_list("unit_id", flat=True))


def test_five_marks_tag_the_rest_of_their_kind(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([unit.pk for unit in photos["rusty boat"][:4]], boats.pk, True)
    say([photos["cup coffee"][0].pk], boats.pk, False)
    taught = lessons.teach(boats.pk)
    assert (taught.yes, taught.no, taught.trained, taught.applied) == (4, 1, True, True)
    theirs = {unit.pk for unit in photos["rusty boat"]}
    assert tagged(boats) <= theirs
    assert len(tagged(boats) - {unit.pk for unit in photos["rusty boat"][:4]}) >= 6
    assert taught.tagged == len(tagged(boats) | {unit.pk for unit in photos["rusty boat"][:4]})


def test_what_was_rejected_never_comes_back(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([unit.pk for unit in photos["rusty boat"][:4]], boats.pk, True)
    lessons.teach(boats.pk)
    first = lessons.surest(boats.pk, 3)[0].unit_id
    say([first], boats.pk, False)
    for _ in range(2):
        lessons.teach(boats.pk)
        lessons.score_taught([first])
        assert not TagScore.objects.filter(tag=boats, unit_id=first).exists()
        shown = [*lessons.surest(boats.pk, 50), *lessons.doubtful(boats.pk, 50)]
        assert first not in {item.unit_id for item in shown}
    assert TagVerdict.objects.get(tag=boats, unit_id=first).accepted is False


def test_an_undone_no_is_judged_by_the_model_again(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([unit.pk for unit in photos["rusty boat"][:4]], boats.pk, True)
    lessons.teach(boats.pk)
    first = lessons.surest(boats.pk, 1)[0].unit_id
    correction = say([first], boats.pk, False)
    lessons.teach(boats.pk)
    assert undo(correction)
    lessons.teach(boats.pk)
    assert first in tagged(boats)


def test_review_asks_of_nothing_that_was_judged_and_of_no_scene_twice(
    photos: dict[str, list[Unit]], boats: Tag
) -> None:
    yes = [unit.pk for unit in photos["rusty boat"][:4]]
    twin = picture_vector("rusty boat", noise=0.1)  # surer than any of those that were marked
    library = SmallLibrary("/more")
    burst = {library.photo("burst", vector=twin).pk for _ in range(5)}
    say(yes, boats.pk, True)
    lessons.teach(boats.pk)
    asked = [item.unit_id for item in lessons.surest(boats.pk, 60)]
    assert not set(asked) & set(yes)
    assert len(set(asked) & burst) == 1
    doubts = lessons.doubtful(boats.pk, 5)
    away = [abs(item.certainty - 0.5) for item in doubts]
    assert away == sorted(away)


def test_a_new_picture_gets_the_tags_that_were_taught_before(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([unit.pk for unit in photos["rusty boat"][:5]], boats.pk, True)
    lessons.teach(boats.pk)
    before = TagScore.objects.filter(tag=boats).count()
    library = SmallLibrary("/new")
    boat, cow = library.photo("rusty boat harbour", vector=picture_vector("rusty boat")), library.photo("green cow")
    assert lessons.score_taught([boat.pk, cow.pk]) == 1
    assert boat.pk in tagged(boats)
    assert cow.pk not in tagged(boats)
    lessons.score_taught([boat.pk, cow.pk])  # a re-run replaces its own rows
    assert TagScore.objects.filter(tag=boats, unit=boat).count() == 1
    assert TagScore.objects.filter(tag=boats).count() >= before


def test_another_model_learns_the_tag_from_the_same_verdicts(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([unit.pk for unit in photos["rusty boat"][:5]], boats.pk, True)
    lessons.teach(boats.pk)
    units = [unit for scene in photos.values() for unit in scene]
    half = [unit for number, unit in enumerate(units) if number % 2]
    for unit in half:
        embed(unit, picture_vector(_scene_of(unit, photos))[::-1], space="picture:newer")
    lessons.score_taught([unit.pk for unit in half], model="newer")
    some = TaughtTag.objects.get(tag=boats, space="picture:newer")
    for unit in set(units) - set(half):
        embed(unit, picture_vector(_scene_of(unit, photos))[::-1], space="picture:newer")
    lessons.score_taught([unit.pk for unit in units], model="newer")
    whole = TaughtTag.objects.get(tag=boats, space="picture:newer")
    assert (some.examples, whole.examples) == (2, 5)
    new = TagScore.objects.filter(tag=boats, model="taught:newer", certainty__gte=0.5)
    assert set(new.values_list("unit_id", flat=True)) <= {unit.pk for unit in photos["rusty boat"]}
    assert new.count() >= 8
    assert TagScore.objects.filter(tag=boats, model=MODEL).exists()  # the old ones answer until the pack is swapped


def test_a_shot_is_found_at_the_frame_that_shows_it(photos: dict[str, list[Unit]], boats: Tag) -> None:
    shots = SmallLibrary("/videos").video(["city street night", "rusty boat 3", "mountain snow"])
    say([unit.pk for unit in photos["rusty boat"][:5]], boats.pk, True)
    lessons.teach(boats.pk)
    row = TagScore.objects.get(tag=boats, unit=shots[1])
    assert row.certainty >= 0.5
    assert row.at_ms == 17_000  # the second frame; the first is grey


def test_without_a_yes_nothing_is_tagged_and_taking_back_forgets(photos: dict[str, list[Unit]], boats: Tag) -> None:
    say([photos["cup coffee"][0].pk], boats.pk, False)
    assert lessons.teach(boats.pk).trained is False
    correction = say([unit.pk for unit in photos["rusty boat"][:3]], boats.pk, True)
    assert lessons.teach(boats.pk).trained is True
    undo(correction)
    assert lessons.teach(boats.pk).trained is False
    assert not TagScore.objects.filter(tag=boats).exists()
    assert not TaughtTag.objects.filter(tag=boats).exists()


def test_spoilt_vectors_and_units_without_any_do_no_harm(photos: dict[str, list[Unit]], boats: Tag) -> None:
    library = SmallLibrary("/odd")
    spoken = library.speech(["rusty boat"])[0]
    short = Embedding.objects.create(unit=spoken, space=PICTURES, model="words", vector=b"\0\0")
    nan = embed(photos["cup coffee"][3], picture_vector("cup coffee") * float("nan"))
    say([*(unit.pk for unit in photos["rusty boat"][:4]), spoken.pk], boats.pk, True)
    taught = lessons.teach(boats.pk)
    assert taught.trained
    assert taught.yes == 5
    assert tagged(boats) <= {unit.pk for unit in photos["rusty boat"]}
    assert short.pk
    assert nan.pk


@pytest.mark.django_db(transaction=True)
def test_a_large_library_is_tagged_in_the_background(
    photos: dict[str, list[Unit]], boats: Tag, monkeypatch: pytest.MonkeyPatch
) -> None:
    ActivePack.objects.all().delete()
    monkeypatch.setattr(teach_later, "_AT_ONCE", 10)
    say([unit.pk for unit in photos["rusty boat"][:4]], boats.pk, True)
    assert teach_later.relearn(boats.pk).applied is False
    teach_later.background.wait(30)
    assert not teach_later.background.busy_with(boats.pk)
    assert len(tagged(boats)) >= 6


def _scene_of(unit: Unit, photos: dict[str, list[Unit]]) -> str:
    return next(scene for scene, units in photos.items() if unit in units)
