"""A file that is prepared anew, perhaps with its shots cut otherwise: what people said of the old units is kept."""

import json
from pathlib import Path

import pytest

from dam import wiring
from dam.catalog import jobs
from dam.catalog.models import Asset, Embedding, Face, FaceRefusal, IgnoredRegion, Tag, TagVerdict, Tombstone, Unit
from dam.catalog.readers import people as readers
from dam.catalog.writers.replace import replace_units
from dam.catalog.writers.tags import ensure_tag, say
from dam.engines.faces.fake import FakeFaceEngine
from dam.people import service, vectors
from dam.types import FaceSource, FoundFace, Prepared, SourceFile, Stage, UnitKind
from tests.people_desk import DrawnReader, PeopleDesk, video_of

pytestmark = pytest.mark.django_db(transaction=True)


class Recutting(DrawnReader):
    """Cuts the frames of a film into shots of so many seconds, where any are given."""

    def __init__(self, *lengths: int) -> None:
        super().__init__()
        self.lengths = lengths

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        told = json.loads(source.path.read_text())
        if not self.lengths or "shots" not in told:
            return super().prepare(source, out_dir=out_dir)
        frames = [frame for shot in told["shots"] for frame in shot]
        ends = [sum(self.lengths[: number + 1]) for number in range(len(self.lengths))]
        return video_of([frames[end - size : end] for end, size in zip(ends, self.lengths, strict=True)], out_dir)


class Blind(FakeFaceEngine):
    """Finds no face any more."""

    def find_faces(self, images: object) -> list[list[FoundFace]]:
        return [[] for _ in images]  # type: ignore[attr-defined]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PeopleDesk:
    made = PeopleDesk(folder=tmp_path / "library", data=tmp_path / "data", reader=Recutting()).open()
    monkeypatch.setattr(wiring, "face_engine", made.engines.__getitem__)
    vectors.drop()
    return made


def _prepare_anew(desk: PeopleDesk, *lengths: int) -> None:
    """Prepare every file again, its films cut into shots of these seconds, and all that follows."""
    desk.reader = Recutting(*lengths)
    jobs.redo(list(Asset.objects.values_list("pk", flat=True)), stage=Stage.PREPARE)
    assert desk.index() == {}


def _film(desk: PeopleDesk) -> list[Unit]:
    """A film of two shots, five seconds: red for three, blue for two; returns the shots."""
    desk.video("film.mp4", [[["red"]] * 3, [["blue"]] * 2])
    desk.index()
    return _shots()


def _shots() -> list[Unit]:
    return list(Unit.objects.filter(kind=UnitKind.SHOT).order_by("position"))


def _said() -> set[tuple[int, str, bool]]:
    """Return what people said, by the start of the shot in ms."""
    return set(TagVerdict.objects.values_list("unit__start_ms", "tag__name", "accepted"))


@pytest.fixture
def tags() -> tuple[Tag, Tag]:
    return ensure_tag("ferris wheel at dusk"), ensure_tag("empty car park")


def test_units_that_come_out_as_they_were_keep_their_rows_and_only_their_vectors_are_made_anew(
    desk: PeopleDesk, tags: tuple[Tag, Tag]
) -> None:
    desk.photo("a.jpg", ["red", "green"])
    first, second = _film(desk)
    photo = Unit.objects.get(kind=UnitKind.PHOTO)
    say([first.pk, photo.pk], tags[0].pk, True)
    say([second.pk], tags[1].pk, False)
    faces = set(Face.objects.values_list("pk", "unit_id", "person_id", "embedding_id"))
    pictures = set(Embedding.objects.filter(space="picture:fake-embedder").values_list("pk", flat=True))
    said = _said()

    _prepare_anew(desk)

    assert _shots() == [first, second]
    assert Unit.objects.get(kind=UnitKind.PHOTO) == photo
    assert set(Face.objects.values_list("pk", "unit_id", "person_id", "embedding_id")) == faces
    assert _said() == said
    again = set(Embedding.objects.filter(space="picture:fake-embedder").values_list("pk", flat=True))
    assert len(again) == len(pictures)
    assert again.isdisjoint(pictures)
    assert set(Tombstone.objects.values_list("embedding_id", flat=True)) == pictures


def test_verdicts_go_to_the_shot_that_shares_most_of_the_time(desk: PeopleDesk, tags: tuple[Tag, Tag]) -> None:
    first, second = _film(desk)
    say([first.pk], tags[0].pk, True)
    say([second.pk], tags[1].pk, False)
    _prepare_anew(desk, 2, 3)
    assert [(shot.start_ms, shot.end_ms) for shot in _shots()] == [(0, 2000), (2000, 5000)]
    assert {first.pk, second.pk}.isdisjoint(shot.pk for shot in _shots())
    assert _said() == {(0, tags[0].name, True), (2000, tags[1].name, False)}


def test_shots_that_become_one_keep_what_was_said_of_both_each_once(desk: PeopleDesk, tags: tuple[Tag, Tag]) -> None:
    first, second = _film(desk)
    say([first.pk, second.pk], tags[0].pk, True)
    say([second.pk], tags[1].pk, False)
    _prepare_anew(desk, 5)
    assert _said() == {(0, tags[0].name, True), (0, tags[1].name, False)}


def test_a_shot_that_is_cut_in_two_keeps_its_verdict_at_the_longer_part(
    desk: PeopleDesk, tags: tuple[Tag, Tag]
) -> None:
    first, _second = _film(desk)
    say([first.pk], tags[0].pk, False)
    _prepare_anew(desk, 1, 2, 2)
    assert _said() == {(1000, tags[0].name, False)}


def test_what_was_said_of_time_that_is_gone_moves_to_no_neighbour(tags: tuple[Tag, Tag]) -> None:
    asset = Asset.objects.create(fingerprint="f", size_bytes=1)
    last = Unit.objects.create(asset=asset, kind=UnitKind.SHOT, position=1, start_ms=3000, end_ms=5000)
    say([last.pk], tags[0].pk, True)
    (left,) = replace_units(asset, [Unit(asset=asset, kind=UnitKind.SHOT, position=0, start_ms=0, end_ms=3000)])
    assert list(asset.units.all()) == [left]
    assert not TagVerdict.objects.exists()


def test_named_refused_and_confirmed_faces_stay_so_in_shots_cut_otherwise(desk: PeopleDesk) -> None:
    _film(desk)
    red, blue = Face.objects.order_by("start_ms")
    assert red.person_id is not None
    assert blue.person_id is not None
    service.name_person(red.person_id, "Ana")
    service.assign([red.pk], red.person_id)
    service.refuse([blue.pk], red.person_id)
    service.name_person(Face.objects.get(pk=blue.pk).person_id or 0, "Ben")

    _prepare_anew(desk, 2, 3)

    early, late = _shots()
    views = {view.start_ms: view for view in readers.faces_in(desk.asset("film.mp4"))}
    ana = [view for view in views.values() if view.person_name == "Ana"]
    assert early.pk in {view.unit_id for view in ana}
    assert any(view.source is FaceSource.PERSON for view in ana)
    ben = [view for view in views.values() if view.person_name == "Ben"]
    assert [view.unit_id for view in ben] == [late.pk]
    assert set(FaceRefusal.objects.values_list("face_id", "person_id")) == {(ben[0].id, red.person_id)}


def test_a_confirmed_face_keeps_its_picture_though_no_model_finds_it_any_more(desk: PeopleDesk) -> None:
    _film(desk)
    red = Face.objects.order_by("start_ms")[0]
    assert red.person_id is not None
    service.name_person(red.person_id, "Ana")
    service.assign([red.pk], red.person_id)
    desk.engines["fake-faces"] = Blind()

    _prepare_anew(desk, 2, 3)

    (view,) = readers.faces_in(desk.asset("film.mp4"))
    assert (view.person_name, view.source, view.unit_id) == ("Ana", FaceSource.PERSON, _shots()[0].pk)
    kept = Face.objects.select_related("crop").get(pk=view.id)
    assert kept.crop is not None
    assert kept.crop.unit_id == view.unit_id
    assert (desk.places.renditions / kept.crop.key).is_file()


def test_who_was_forgotten_is_not_found_again_in_shots_cut_otherwise(desk: PeopleDesk) -> None:
    _film(desk)
    red = Face.objects.order_by("start_ms")[0]
    service.forget(red.person_id or 0, places=desk.places)
    _prepare_anew(desk, 2, 3)
    assert {region.unit_id for region in IgnoredRegion.objects.all()} <= {shot.pk for shot in _shots()}
    (view,) = readers.faces_in(desk.asset("film.mp4"))
    assert view.start_ms >= 3000, "blue alone"
