"""The Activity page's part about models: who answers, who is being built, under which licence, and the switch."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client

from dam.catalog import pack as choices
from dam.catalog import preferences
from dam.catalog.models import Asset, Caption, Rendition, StageModel, StageRun, Unit
from dam.types import MediaKind, Stage, StageState, UnitKind
from indexer import compose
from indexer.compose import follow_pack

pytestmark = pytest.mark.django_db

SWITCH = "/activity/captions"
CAPTIONER = "blip-image-captioning-base"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    compose._aligned.clear()
    yield
    compose._aligned.clear()


@pytest.fixture
def assets() -> list[int]:
    """Five photos that were prepared and have their pictures."""
    made = []
    for number in range(5):
        asset = Asset.objects.create(fingerprint=f"{number}", size_bytes=1, kind=MediaKind.PHOTO)
        unit = Unit.objects.create(asset=asset, kind=UnitKind.PHOTO, position=0)
        Rendition.objects.create(asset=asset, unit=unit, role="thumb", key=f"{number}.jpg", mime="image/jpeg")
        StageRun.objects.create(asset=asset, stage=Stage.PREPARE, state=StageState.DONE)
        made.append(asset.pk)
    return made


def _runs(assets: list[int], stage: Stage, model: str, *, done: int) -> None:
    for number, asset in enumerate(assets):
        state = StageState.DONE if number < done else StageState.DUE
        StageRun.objects.create(asset_id=asset, stage=stage, model=model, state=state)


def _line(client: Client, heading: str) -> str:
    """Return the line of the part that begins with a heading, "" where there is none."""
    html = client.get("/activity/models").content.decode()
    parts = re.findall(r"<li\b[^>]*>(.*?)</li>", html, re.DOTALL)
    lines = [" ".join(unescape(re.sub(r"<[^>]+>", "", part)).split()) for part in parts]
    return next((line for line in lines if line.startswith(f"{heading}:")), "")


def test_each_stage_names_its_model(client: Client, assets: list[int]) -> None:
    choices.pin("starter")
    follow_pack()
    assert _line(client, "Faces") == "Faces: dlib-resnet-1, in use."
    assert _line(client, "Pictures") == "Pictures: afterimage-starter-clip-1, in use."
    assert _line(client, "Tags") == "Tags: afterimage-starter-clip-1, in use."
    assert _line(client, "Sentences") == ""
    assert "Describe pictures" not in client.get("/activity").content.decode()
    assert "dlib-resnet-1" in client.get("/activity").content.decode()


def test_what_is_being_built_is_named_with_how_far_it_is(client: Client, assets: list[int]) -> None:
    choices.pin("starter")
    StageModel.objects.create(stage=Stage.FACES, model="dlib-resnet-1", building="opencv-yunet-sface")
    _runs(assets, Stage.FACES, "dlib-resnet-1", done=5)
    _runs(assets[:4], Stage.FACES, "opencv-yunet-sface", done=2)
    said = "Faces: dlib-resnet-1, in use; opencv-yunet-sface is being built beside it, 40 %."
    assert _line(client, "Faces") == said


def test_tags_that_wait_for_their_vectors_are_not_called_built(client: Client, assets: list[int]) -> None:
    choices.pin("starter")
    StageModel.objects.create(stage=Stage.TAG, model="old+1a", building="new+1a")
    _runs(assets, Stage.TAG, "old+1a", done=5)
    assert _line(client, "Tags") == "Tags: old, in use; new is being built beside it, 0 %."
    StageModel.objects.update(building="old+2b")
    _runs(assets, Stage.TAG, "old+2b", done=5)
    assert _line(client, "Tags") == "Tags: old, in use; the same with new words is being built beside it, 100 %."


def test_a_licence_without_commercial_use_is_shown(client: Client) -> None:
    choices.pin("insightface")
    assert "Not for commercial use: InsightFace: non-commercial research only" in _line(client, "Faces")
    choices.use("standard", answering="insightface")
    assert "Not for commercial use" not in _line(client, "Faces")


def test_weights_that_are_not_here_are_said_with_the_command_that_helps(client: Client) -> None:
    choices.pin("standard")
    assert "manage.py models pull standard" in _line(client, "Things")
    assert "pull" not in _line(client, "Sentences"), "switched off, it needs none"


def test_faces_switched_off_are_off(client: Client) -> None:
    choices.pin("starter")
    preferences.switch(preferences.FACES, on=False)
    assert _line(client, "Faces") == "Faces: dlib-resnet-1, off."


def test_a_model_that_the_pack_in_use_lacks_still_shows_what_it_saw(client: Client) -> None:
    choices.pin("starter")
    StageModel.objects.create(stage=Stage.OBJECTS, model="dfine-small-obj2coco")
    assert "no model for new ones" in _line(client, "Things")


def test_captions_switched_on_become_due_and_switched_off_are_withdrawn(client: Client, assets: list[int]) -> None:
    choices.pin("standard")
    follow_pack()
    assert not StageRun.objects.filter(stage=Stage.CAPTION).exists()
    assert f"Sentences: {CAPTIONER}, off." in _line(client, "Sentences")

    assert client.post(SWITCH, {"on": "1"})["Location"] == "/activity"
    assert "Pictures are described from now on" in client.get("/activity").content.decode()
    assert "--captions" in _line(client, "Sentences")
    follow_pack()
    due = StageRun.objects.filter(stage=Stage.CAPTION, model=CAPTIONER, state=StageState.DUE)
    assert set(due.values_list("asset_id", flat=True)) == set(assets)

    unit = Unit.objects.get(asset_id=assets[0])
    Caption.objects.create(unit=unit, model=CAPTIONER, text="A lighthouse.")
    due.filter(asset_id=assets[0]).update(state=StageState.DONE)
    client.post(SWITCH, {"on": "0"})
    assert not preferences.is_on(preferences.CAPTIONS)
    left = StageRun.objects.filter(stage=Stage.CAPTION).values_list("asset_id", "state")
    assert list(left) == [(assets[0], StageState.DONE)]
    assert Caption.objects.exists()
    follow_pack()
    assert not StageRun.objects.filter(stage=Stage.CAPTION, state=StageState.DUE).exists()


def test_a_pack_without_sentences_has_no_switch(client: Client) -> None:
    choices.pin("starter")
    client.post(SWITCH, {"on": "1"})
    assert not preferences.is_on(preferences.CAPTIONS)
    assert "writes no sentences" in client.get("/activity").content.decode()
    assert client.get(SWITCH).status_code == 405


def test_programs_are_told_the_same(client: Client) -> None:
    choices.pin("starter")
    rows = {row["stage"]: row for row in client.get("/activity.json").json()["models"]}
    assert rows["faces"]["model"] == "dlib-resnet-1"
    assert rows["faces"]["building"] == ""
