"""A change of models over real files: only what differs is done again, beside the old rows, and then shown."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from dam.catalog import current, jobs, preferences
from dam.catalog import pack as choices
from dam.catalog.models import Asset, DetectedObject, Embedding, Face, StageRun, TextLine, Unit, UnitLook
from dam.catalog.readers import seen
from dam.catalog.readers.appearances import appearances_of
from dam.catalog.readers.tags import tags_of_asset
from dam.catalog.writers.libraries import add_library
from dam.catalog.writers.people import name_person
from dam.catalog.writers.tags import ensure_tag, say
from dam.config import config
from dam.errors import PackIncomplete
from dam.types import RunCause, Stage, StageState
from indexer.caption import caption
from indexer.compose import follow_pack, make_pipeline
from indexer.embed import embed
from indexer.intake import scan_library
from indexer.objects import find_objects
from indexer.tools import Tools
from search.saved import pins
from tests.pack_desk import FILES, NAMES, Desk, decoded, tiny_packs, write_weights

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real, pytest.mark.slow]

CHANGED = {Stage.EMBED, Stage.EMBED_SPEECH, Stage.OBJECTS, Stage.TAG}


@pytest.fixture(scope="module")
def tiny_weights() -> Iterator[None]:
    write_weights()
    yield
    for name in NAMES:
        shutil.rmtree(config().places.models / name)


@pytest.fixture
def desk(tmp_path: Path, real_media: Path, tiny_weights: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    folder = tmp_path / "library"
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(real_media / name, folder / Path(name).name)
    with tiny_packs(monkeypatch):
        made = Desk(folder=folder, library_id=add_library(folder).id)
        made.index()
        yield made


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


def test_a_pack_that_waits_is_compared_before_it_answers(desk: Desk) -> None:
    shown, photo = desk.shown(), desk.asset("obama.jpg")
    pins.pin({"q": "a man"}, asset_id=photo, source=desk.follower)
    choices.use("two", answering="one", wait=True)
    follow_pack()
    with pytest.raises(PackIncomplete, match="no vectors yet of"):
        pins.run(RunCause.HAND, pack="two", source=desk.follower)
    assert desk.run() == {}
    follow_pack()
    assert choices.active() == choices.PackChoice(name="one", building="two", waits=True)
    assert desk.shown() == shown, "complete, and not asked for"

    desk.follower.catch_up()
    ours, theirs = (pins.run(RunCause.HAND, pack=pack, source=desk.follower) for pack in ("", "two"))
    assert (ours.pack, theirs.pack) == ("one", "two")
    assert theirs.measures.found == 1
    assert pins.due() is None

    desk.use("two")
    follow_pack()
    assert choices.active() == choices.PackChoice(name="two")
    assert pins.due() is RunCause.MODELS
    after = pins.run(RunCause.MODELS, source=desk.follower)
    assert [each.rank for each in after.placings] == [each.rank for each in theirs.placings]


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


def test_the_command_that_indexes_ends_with_the_new_models_shown(desk: Desk) -> None:
    choices.use("two", answering="one")
    call_command("index", "--quiet")
    assert not jobs.any_due()
    assert (choices.active(), current.being_built()) == (choices.PackChoice(name="two"), {})
    assert current.models_in_use()[Stage.OBJECTS] == "tiny-d-fine"
    assert current.models_in_use()[Stage.TAG].startswith("tiny-siglip+")
    assert {row.model for row in seen.objects_in(desk.asset("biden.jpg"))} == {"tiny-d-fine"}
