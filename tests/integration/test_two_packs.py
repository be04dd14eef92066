"""A change of models over real files: only what differs is done again, beside the old rows, and then shown.

Three tiny packs (`tests/packs`): `two` has another embedder and another detector than `one`, `more` has sentences,
which `one` lacks. Their models are random weights of the right shapes, loaded by the real code; faces are dlib's.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import override_settings

from dam import wiring
from dam.catalog import current, jobs, preferences
from dam.catalog import pack as choices
from dam.catalog.models import Asset, DetectedObject, Embedding, Face, MediaFile, StageRun, TextLine, Unit, UnitLook
from dam.catalog.readers import seen
from dam.catalog.readers.appearances import appearances_of
from dam.catalog.readers.tags import tags_of_asset
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.people import name_person
from dam.catalog.writers.tags import ensure_tag, say
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.engines.packs import Pack, catalogue
from dam.people import vectors
from dam.tagging import tagger
from dam.types import Prepared, SearchResult, SourceFile, Stage, StageState
from indexer import compose
from indexer.caption import caption
from indexer.compose import follow_pack, make_pipeline
from indexer.embed import embed
from indexer.intake import scan_library
from indexer.objects import find_objects
from indexer.tools import Tools
from search.follow import Follower
from search.service import parse_query, search
from tests.media_files import prepare_here
from tests.tiny_clap import make_clap
from tests.tiny_models import make_clip, make_siglip
from tests.tiny_seen import dfine_config, make_blip, make_detector, rtdetr_config

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real, pytest.mark.slow]

PACKS = Path(__file__).resolve().parents[1] / "packs"
FILES = ("faces/obama.jpg", "faces/biden.jpg", "odd/gps_arezzo.jpg", "video/bikes.mp4", "audio/jfk.flac")
WEIGHTS: dict[str, Callable[[Path], Path]] = {
    "one/embedder": make_clip,
    "one/objects": lambda folder: make_detector(folder, rtdetr_config()),
    "one/sounds": make_clap,
    "two/embedder": make_siglip,
    "two/objects": lambda folder: make_detector(folder, dfine_config("tiny")),
    "more/captions": make_blip,
}
CHANGED = {Stage.EMBED, Stage.EMBED_SPEECH, Stage.OBJECTS, Stage.TAG}

decoded: list[Path] = []


class HereReader(FakeMediaReader):
    """Decodes for real, in this process, and remembers what."""

    def __init__(self, _limits: object) -> None:
        super().__init__()

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        decoded.append(source.path)
        return prepare_here(source.path, out_dir)

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        decoded.append(source.path)
        return prepare_here(source.path, out_dir).pcm


@dataclass
class Desk:
    """A library of a few real files, and the product's own plan and pipeline over it."""

    folder: Path
    library_id: int
    follower: Follower = field(default_factory=lambda: Follower(snapshots=None))

    def asset(self, name: str) -> int:
        return Asset.objects.get(files__path=name).pk

    def index(self) -> None:
        scan_library(self.library_id, settle=False)
        follow_pack()
        assert self.run() == {}
        follow_pack()

    def run(self) -> dict[str, str]:
        return make_pipeline().run_until_idle()

    def use(self, pack: str) -> None:
        """Choose a pack, and have the worker look."""
        choices.use(pack, answering="one")
        follow_pack()

    def ask(self, text: str) -> SearchResult:
        self.follower.catch_up()
        return search(parse_query(text), source=self.follower)

    def shown(self) -> dict[str, object]:
        """Return what pages and searches show of everything, by name; the models included."""
        shown: dict[str, object] = {}
        for name in MediaFile.objects.order_by("path").values_list("path", flat=True):
            asset = self.asset(name)
            shown[f"{name} things"] = [(row.label, row.box, row.model) for row in seen.objects_in(asset)]
            shown[f"{name} writing"] = [(row.text, row.model) for row in seen.writing_in(asset)]
            shown[f"{name} tags"] = [(row.name, row.source, row.model) for row in tags_of_asset(asset)]
        found = self.ask("red car")
        shown["search"] = (found.pack, [hit.unit_id for hit in found.hits])
        return shown


@pytest.fixture(scope="module")
def tiny_weights() -> Iterator[None]:
    for name, make in WEIGHTS.items():
        make(config().places.models / name)
    yield
    for name in ("one", "two", "more"):
        shutil.rmtree(config().places.models / name)


@pytest.fixture
def desk(
    tmp_path: Path,
    real_media: Path,
    tiny_weights: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    shipped = catalogue.load_packs()
    packs: dict[str, Pack] = {
        **shipped,
        **{name: catalogue.read_pack(PACKS / f"{name}.toml") for name in ("one", "two", "more")},
    }
    for place in (catalogue, wiring):
        monkeypatch.setattr(place, "load_packs", lambda: packs)
    _forget()
    choices.pin("one")
    folder = tmp_path / "library"
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(real_media / name, folder / Path(name).name)
    made = Desk(folder=folder, library_id=add_library(folder).id)
    with override_settings(MEDIA_READER=f"{__name__}.HereReader"):
        made.index()
        yield made
    _forget()


def _forget() -> None:
    """Let nothing of another test's packs or rows be remembered in this process."""
    wiring.reset()
    compose._aligned.clear()
    vectors.drop()
    tagger.forget()
    decoded.clear()


def _runs() -> dict[tuple[int, str, str], tuple[str, object]]:
    """Return every stage of every asset by its model: its state, and when it was done."""
    rows = StageRun.objects.values_list("asset_id", "stage", "model", "state", "finished_at")
    return {(asset, stage, model): (state, at) for asset, stage, model, state, at in rows}


def _kept() -> list[object]:
    """Return the keys of all rows that no stage that changed has made: units, faces, lines, looks, their vectors."""
    untouched = Embedding.objects.filter(space__regex="^(face|sound):")
    return [
        sorted(rows.values_list("pk", flat=True))
        for rows in (
            Unit.objects.all(),
            Face.objects.all(),
            TextLine.objects.all(),
            UnitLook.objects.all(),
            untouched,
        )
    ]


def _do_one(stage: Stage, step: Callable[[list[StageRun], Tools], None]) -> None:
    """Do one asset of a stage, as a worker that is stopped after it."""
    tools = make_pipeline()._tools
    runs = jobs.claim(stage, owner=tools.owner, limit=1, lease_s=30)
    assert len(runs) == 1
    step(runs, tools)


def test_only_what_differs_is_done_again_and_the_old_rows_answer_until_the_new_are_complete(desk: Desk) -> None:
    assert set(StageRun.objects.values_list("stage", "state")) == {
        (stage, StageState.DONE) for stage in set(Stage) - {Stage.CAPTION, Stage.PROXY}
    }
    assert all(rows for rows in _kept())
    before, kept, shown, files = _runs(), _kept(), desk.shown(), list(decoded)

    desk.use("two")
    due = {key for key, (state, _) in _runs().items() if state == StageState.DUE}
    assert {stage for _, stage, _ in due} == {Stage.EMBED, Stage.EMBED_SPEECH, Stage.OBJECTS}
    assert {model for _, _, model in due} == {"tiny-siglip", "tiny-d-fine"}
    assert current.being_built()[Stage.OBJECTS] == "tiny-d-fine"
    assert desk.shown() == shown

    _do_one(Stage.OBJECTS, find_objects)
    _do_one(Stage.EMBED, embed)
    follow_pack()
    assert DetectedObject.objects.filter(model="tiny-d-fine").exists()
    assert StageRun.objects.filter(stage=Stage.TAG, model__startswith="tiny-siglip+", state=StageState.DUE).exists()
    assert desk.shown() == shown

    assert desk.run() == {}
    assert desk.shown() == shown, "complete, but not swapped yet"

    follow_pack()
    assert (current.being_built(), choices.active()) == ({}, choices.PackChoice(name="two"))
    in_use = current.models_in_use()
    assert in_use[Stage.OBJECTS] == "tiny-d-fine"
    assert in_use[Stage.TAG].startswith("tiny-siglip+")
    assert desk.ask("red car").pack == "two"
    things = seen.objects_in(desk.asset("obama.jpg"))
    assert {row.model for row in things} == {"tiny-d-fine"}

    after = _runs()
    assert {key: after[key] for key in before} == before, "nothing that was done is done again"
    assert {Stage(stage) for _, stage, _ in after.keys() - before.keys()} == CHANGED
    assert _kept() == kept
    assert decoded == files
    assert desk.shown() != shown

    # The old rows are kept, so the way back is no work.
    desk.use("one")
    assert not jobs.any_due()
    assert (choices.active(), current.being_built()) == (choices.PackChoice(name="one"), {})
    assert desk.shown() == shown


def test_what_people_said_survives_the_change(desk: Desk) -> None:
    photo, film = desk.asset("obama.jpg"), desk.asset("bikes.mp4")
    yes, no = ensure_tag("campaign trail"), ensure_tag("bicycle race")
    units = {asset: Unit.objects.filter(asset_id=asset, kind__in=["photo", "shot"])[0].pk for asset in (photo, film)}
    say([units[photo]], yes.pk, True)
    say([units[film]], no.pk, False)
    person = Face.objects.get(unit__asset_id=photo).person_id
    assert person is not None
    name_person(person, "Barack Obama")
    where = appearances_of([person])

    desk.use("two")
    assert desk.run() == {}
    follow_pack()

    assert choices.active() == choices.PackChoice(name="two")
    said = {tag.name: tag for tag in tags_of_asset(photo)}
    assert (said["campaign trail"].source, said["campaign trail"].accepted) == ("person", True)
    assert "bicycle race" not in {tag.name for tag in tags_of_asset(film)}
    assert [tag.name for tag in tags_of_asset(film, rejected=True) if tag.accepted is False] == ["bicycle race"]
    assert appearances_of([person]) == where
    assert Face.objects.get(unit__asset_id=photo).person_id == person


def test_a_file_that_comes_while_a_pack_is_built_is_found_by_both(desk: Desk, real_media: Path) -> None:
    desk.use("two")
    shutil.copyfile(real_media / "faces" / "obama2.jpg", desk.folder / "obama2.jpg")
    scan_library(desk.library_id, settle=False)
    assert desk.run() == {}
    asset = desk.asset("obama2.jpg")
    models = set(StageRun.objects.filter(asset_id=asset, stage=Stage.OBJECTS).values_list("model", flat=True))
    assert models == {"tiny-rt-detr", "tiny-d-fine"}
    unit = Unit.objects.get(asset_id=asset).pk
    assert unit in {hit.unit_id for hit in desk.ask("red car").hits}
    assert desk.ask("red car").pack == "one"
    follow_pack()
    assert unit in {hit.unit_id for hit in desk.ask("red car").hits}
    assert desk.ask("red car").pack == "two"


def test_a_port_that_the_old_pack_lacked_is_all_that_is_run(desk: Desk) -> None:
    before, kept, files = _runs(), _kept(), list(decoded)
    desk.use("more")
    assert not jobs.any_due(), "sentences wait until they are asked for"
    assert choices.active() == choices.PackChoice(name="more")

    preferences.switch(preferences.CAPTIONS, on=True)
    follow_pack()
    pictured = Asset.objects.filter(units__kind__in=["photo", "shot"]).distinct()
    due = {key for key, (state, _) in _runs().items() if state == StageState.DUE}
    assert due == {(asset.pk, Stage.CAPTION, "tiny-blip") for asset in pictured}

    # Switched off after the first one, the others are withdrawn, and what was written stays.
    _do_one(Stage.CAPTION, caption)
    written = StageRun.objects.get(stage=Stage.CAPTION, state=StageState.DONE).asset_id
    preferences.switch(preferences.CAPTIONS, on=False)
    follow_pack()
    assert not jobs.any_due()
    assert seen.captions_in(written)

    preferences.switch(preferences.CAPTIONS, on=True)
    follow_pack()
    assert desk.run() == {}

    after = _runs()
    assert {key: after[key] for key in before} == before
    assert after.keys() - before.keys() == due
    assert (_kept(), decoded) == (kept, files)
    assert all(seen.captions_in(asset.pk) for asset in pictured)
