"""Writing, things and sentences through the pipeline: rows, words that find them, one model after another."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils import timezone

from dam.catalog import current, fulltext, jobs
from dam.catalog.fulltext import TextColumn
from dam.catalog.models import Asset, Caption, DetectedObject, Rendition, StageModel, StageRun, TextLine, Unit
from dam.catalog.readers import seen
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.seen import make_findable
from dam.catalog.writers.stages import align_stages
from dam.config import Limits, Places
from dam.engines.fakes import FakeEmbedder, FakeTranscriber
from dam.engines.media.fake import FakeMediaReader
from dam.engines.seen_fakes import FakeCaptioner, FakeObjectDetector, FakeTextReader
from dam.errors import EngineError, ModelUnavailable
from dam.ports import Pixels, TextReader
from dam.types import Box, FoundObject, FoundText, Plan, Stage, StageState
from indexer.intake import scan_library
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools

pytestmark = pytest.mark.django_db(transaction=True)

TEXT, OBJECTS, CAPTIONS = "fake-text", "fake-objects", "fake-captions"


@dataclass
class Desk:
    """A folder, its library, and the fakes of one pipeline."""

    folder: Path
    data: Path
    reader: FakeMediaReader = field(default_factory=FakeMediaReader)
    text: dict[str, TextReader] = field(default_factory=lambda: {TEXT: FakeTextReader()})
    objects: FakeObjectDetector = field(default_factory=FakeObjectDetector)
    text_models: tuple[str, ...] = (TEXT,)
    library_id: int = 0

    @property
    def plan(self) -> Plan:
        return Plan(
            models={
                Stage.EMBED: ("fake-embedder",),
                Stage.TEXT: self.text_models,
                Stage.OBJECTS: (OBJECTS,),
                Stage.CAPTION: (CAPTIONS,),
            }
        )

    def put(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def run(self) -> dict[str, str]:
        tools = Tools(
            reader=self.reader,
            engines=Engines(
                embedder=lambda _: FakeEmbedder(),
                transcriber=lambda _: FakeTranscriber(),
                text=self.text.__getitem__,
                objects=lambda _: self.objects,
                captions=lambda _: FakeCaptioner(),
            ),
            plan=self.plan,
            places=Places(data=self.data),
            limits=Limits(decoders=2, decoder_memory_bytes=2**30, max_pixels=10**8, lease_s=5),
            owner=jobs.worker_name(),
        )
        return Pipeline(tools).run_until_idle()

    def index(self) -> dict[str, str]:
        scan_library(self.library_id, settle=False)
        current.choose({stage: models[0] for stage, models in self.plan.models.items()})
        return self.run()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "library"
    folder.mkdir()
    made = Desk(folder=folder, data=tmp_path / "data")
    made.library_id = add_library(folder).id
    return made


def due_now() -> None:
    """Let no attempt wait."""
    StageRun.objects.filter(state=StageState.DUE).update(due_at=timezone.now())


def found(text: str, column: TextColumn) -> set[int]:
    return {match.unit_id for match in fulltext.find(text) if match.column is column and match.coverage == 1.0}


def test_a_photo_and_a_video_get_writing_things_and_sentences(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.mp4", b"video")
    assert desk.index() == {}
    assert not StageRun.objects.exclude(state=StageState.DONE).exists()
    pictured = set(Unit.objects.exclude(kind="clip").values_list("pk", flat=True))
    assert set(Caption.objects.values_list("unit_id", flat=True)) == pictured
    assert set(DetectedObject.objects.values_list("unit_id", flat=True)) == pictured
    for asset in Asset.objects.all():
        lines = seen.writing_in(asset.pk)
        assert {line.model for line in lines} == {TEXT}
        assert len({line.unit_id for line in lines}) == asset.units.exclude(kind="clip").count()
        assert all(line.text.startswith(("sign ", "level ")) for line in lines)
        assert seen.objects_in(asset.pk)[0].box == Box(x=0.1, y=0.4, width=0.2, height=0.2)
        assert seen.captions_in(asset.pk)[0].text.startswith("A picture of something")


def test_what_is_written_and_said_of_a_picture_finds_it(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    (unit,) = Unit.objects.values_list("pk", flat=True)
    colour = seen.writing_in(Asset.objects.get().pk)[0].text.split()[1]
    assert found(f"sign {colour}", TextColumn.WRITTEN) == {unit}
    assert found(f"something {colour}", TextColumn.CAPTIONED) == {unit}
    assert found("sign lost", TextColumn.WRITTEN) == set()


def test_a_line_that_stays_through_a_shot_is_kept_once_and_things_are_counted_by_moment(desk: Desk) -> None:
    desk.put("b.mp4", b"video")
    desk.index()
    for keyframe in Rendition.objects.filter(role="keyframe"):  # a second one of each shot
        path = desk.data / "renditions" / keyframe.key
        keyframe.pk, keyframe.key, keyframe.at_ms = None, f"{keyframe.key}-later.jpg", keyframe.at_ms + 500
        shutil.copyfile(path, desk.data / "renditions" / keyframe.key)
        keyframe.save()
    for stage in (Stage.TEXT, Stage.OBJECTS):
        jobs.redo([Asset.objects.get().pk], stage=stage)
    desk.run()
    for shot in Unit.objects.filter(kind="shot"):
        assert TextLine.objects.filter(unit=shot).count() == 2
        assert DetectedObject.objects.filter(unit=shot).count() == 4
    label = seen.object_labels()[0][0]
    assert [count for _, count in seen.object_labels()] == [2]
    assert len(seen.units_with_objects(label)) == 2
    assert len(seen.units_with_objects(label, least=2, most=2)) == 2
    assert seen.units_with_objects(label, least=3) == []
    assert seen.units_with_objects(label, most=1) == []


def test_a_second_run_replaces_its_own_rows_and_leaves_nothing_twice(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.mp4", b"video")
    desk.index()
    before = (TextLine.objects.count(), DetectedObject.objects.count(), Caption.objects.count())
    words = found("sign", TextColumn.WRITTEN)
    assets = list(Asset.objects.values_list("pk", flat=True))
    TextLine.objects.create(
        unit=Unit.objects.exclude(kind="clip")[0], model="other", text="x", certainty=1, x=0, y=0, width=1, height=1
    )
    for stage in (Stage.TEXT, Stage.OBJECTS, Stage.CAPTION):
        assert jobs.redo(assets, stage=stage) == 2
    desk.run()
    assert TextLine.objects.filter(model="other").count() == 1
    own = (TextLine.objects.filter(model=TEXT).count(), DetectedObject.objects.count(), Caption.objects.count())
    assert own == before
    assert found("sign", TextColumn.WRITTEN) == words != set()


def test_lines_that_are_no_longer_read_are_no_longer_found(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    assert found("sign", TextColumn.WRITTEN)
    desk.text = {TEXT: FakeTextReader(says="gate")}
    jobs.redo([Asset.objects.get().pk], stage=Stage.TEXT)
    desk.run()
    assert found("sign", TextColumn.WRITTEN) == set()
    assert found("gate", TextColumn.WRITTEN)
    assert TextLine.objects.count() == 2


def test_a_new_model_is_built_beside_the_old_one_and_takes_over_the_words(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.mp4", b"video")
    desk.index()
    asset = Asset.objects.order_by("pk")[0].pk
    desk.text["next"] = FakeTextReader(name="next", says="plate")
    desk.text_models = ("next", TEXT)
    current.choose({stage: models[0] for stage, models in desk.plan.models.items()})
    align_stages(desk.plan)
    assert current.swap_complete(make_findable) == []
    desk.run()
    assert TextLine.objects.filter(model="next").exists()
    assert {line.model for line in seen.writing_in(asset)} == {TEXT}
    assert found("sign", TextColumn.WRITTEN)
    assert found("plate", TextColumn.WRITTEN) == set()

    assert current.swap_complete(make_findable) == [Stage.TEXT]
    assert {line.model for line in seen.writing_in(asset)} == {"next"}
    assert found("sign", TextColumn.WRITTEN) == set()
    assert found("plate", TextColumn.WRITTEN) == set(TextLine.objects.values_list("unit_id", flat=True))
    assert found("something", TextColumn.CAPTIONED), "what other stages wrote stays"
    assert {view.model for view in seen.captions_in(asset)} == {CAPTIONS}


def test_words_are_put_in_place_before_the_swap_and_again_after_a_death_in_between(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    desk.text["next"] = FakeTextReader(name="next", says="plate")
    desk.text_models = ("next", TEXT)
    current.choose({stage: models[0] for stage, models in desk.plan.models.items()})
    align_stages(desk.plan)
    desk.run()

    def die(stage: Stage, model: str) -> None:
        make_findable(stage, model)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        current.swap_complete(die)
    assert StageModel.objects.get(stage=Stage.TEXT).building == "next"
    assert current.swap_complete(make_findable) == [Stage.TEXT]
    assert found("plate", TextColumn.WRITTEN)


class PickyReader(FakeTextReader):
    """Fails whenever a picture with more red than green and blue is in the batch."""

    def read_text(self, images: Sequence[Pixels]) -> list[list[FoundText]]:
        if any(image[..., 0].mean() > max(image[..., 1].mean(), image[..., 2].mean()) for image in images):
            raise EngineError("The reader failed on a picture.")
        return super().read_text(images)


def test_one_bad_picture_does_not_spoil_its_batch(desk: Desk) -> None:
    for number in range(8):
        desk.put(f"{number}.jpg", f"photo {number}".encode())
    desk.text = {TEXT: PickyReader()}
    desk.index()
    for _ in range(4):
        due_now()
        desk.run()
    states = list(StageRun.objects.filter(stage=Stage.TEXT).values_list("state", flat=True))
    assert set(states) == {StageState.DONE, StageState.FAILED}
    assert TextLine.objects.values("unit_id").distinct().count() == states.count(StageState.DONE)
    failed = StageRun.objects.filter(state=StageState.FAILED)
    assert set(failed.values_list("error", flat=True)) == {"The reader failed on a picture."}


def test_a_rendition_that_was_deleted_is_made_again_and_then_read(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.put("b.jpg", b"other")
    desk.index()
    lost = Asset.objects.order_by("pk")[0]
    for key in Rendition.objects.filter(asset=lost).values_list("key", flat=True):
        (desk.data / "renditions" / key).unlink()
    jobs.redo(list(Asset.objects.values_list("pk", flat=True)), stage=Stage.TEXT)
    desk.run()
    assert len(desk.reader.prepared) == 3
    assert not StageRun.objects.exclude(state=StageState.DONE).exists()
    assert TextLine.objects.count() == 4


def test_lost_renditions_whose_original_can_not_be_read_any_more_end_with_a_reason(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.index()
    asset = Asset.objects.get()
    for key in Rendition.objects.values_list("key", flat=True):
        (desk.data / "renditions" / key).unlink()
    StageRun.objects.filter(stage=Stage.PREPARE).update(state=StageState.FAILED, error="The file is damaged.")
    StageRun.objects.filter(stage=Stage.OBJECTS).update(state=StageState.DUE)
    desk.run()
    run = StageRun.objects.get(asset=asset, stage=Stage.OBJECTS)
    assert (run.state, "pictures are gone" in run.error) == (StageState.FAILED, True)


def test_a_missing_model_leaves_its_work_waiting_and_the_rest_goes_on(desk: Desk) -> None:
    class Absent(dict[str, TextReader]):
        def __getitem__(self, key: str) -> TextReader:
            raise ModelUnavailable("Fetch it with `models pull`.")

    desk.put("a.jpg", b"photo")
    held, desk.text = desk.text, Absent()
    assert desk.index() == {Stage.TEXT.value: "Fetch it with `models pull`."}
    assert Caption.objects.exists()
    assert StageRun.objects.get(stage=Stage.TEXT).attempts == 0
    desk.text = held
    due_now()
    assert desk.run() == {}
    assert TextLine.objects.exists()


class Street(FakeObjectDetector):
    """Sees three cars of falling certainty and one dog."""

    def find_objects(self, images: Sequence[Pixels]) -> list[list[FoundObject]]:
        box = Box(x=0.1, y=0.1, width=0.2, height=0.2)
        cars = [FoundObject(label="car", certainty=sure, box=box) for sure in (0.9, 0.6, 0.4)]
        return [[*cars, FoundObject(label="wine glass", certainty=0.38, box=box)] for _ in images]


def test_doubtful_things_are_found_but_not_counted_and_plurals_are_understood(desk: Desk) -> None:
    desk.put("a.jpg", b"photo")
    desk.objects = Street()
    desk.index()
    (unit,) = Unit.objects.values_list("pk", flat=True)
    assert seen.units_with_objects("Cars") == [(unit, 0.9, 0)]
    assert seen.units_with_objects("car", least=2) == [(unit, 0.6, 0)]
    assert seen.units_with_objects("car", least=3) == []
    assert seen.units_with_objects("wine glasses") == [(unit, 0.38, 0)]
    assert seen.units_with_objects("glass") == seen.units_with_objects("") == []
    assert seen.object_labels() == [("car", 1), ("wine glass", 1)]
