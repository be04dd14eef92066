"""The command that shows what is understood, and switches captions."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dam import wiring
from dam.catalog import pack as choices
from dam.catalog import preferences
from dam.catalog.models import Asset, StageModel, StageRun
from dam.engines.packs import load_pack
from dam.errors import ModelUnavailable
from dam.types import Stage, StageState
from indexer.compose import make_plan
from tests.stack import manage

pytestmark = pytest.mark.django_db


def _understand(*arguments: str) -> str:
    out = StringIO()
    call_command("understand", *arguments, stdout=out)
    return out.getvalue()


def _rows() -> dict[str, dict[str, object]]:
    return {row["stage"]: row for row in json.loads(_understand("--json"))}


def test_each_stage_is_listed_with_its_models_and_how_far_it_is() -> None:
    asset = Asset.objects.create(fingerprint="f", size_bytes=1)
    StageModel.objects.create(stage=Stage.TEXT, model="old", building="new")
    StageRun.objects.create(asset=asset, stage=Stage.TEXT, model="old", state=StageState.DONE)
    StageRun.objects.create(asset=asset, stage=Stage.TEXT, model="new", state=StageState.FAILED)
    row = _rows()["text"]
    assert (row["model"], row["building"], row["done"], row["left"], row["failed"]) == ("old", "new", 0, 0, 1)
    assert "old" in _understand()


def test_what_is_written_in_pictures_is_read_with_every_pack() -> None:
    for name in ("starter", "standard", "studio"):
        text = load_pack(name).text
        assert text is not None
        assert text.source is None
    assert _rows()["text"]["runs"]


def test_captions_are_off_until_they_are_switched_on() -> None:
    choices.use("standard", answering="starter")
    assert Stage.CAPTION not in make_plan().models
    said = _understand("--captions", "on")
    assert "models pull standard --captions" in said
    assert make_plan().of(Stage.CAPTION) == ("blip-image-captioning-base",)
    assert _rows()["caption"]["runs"]
    assert "stay" in _understand("--captions", "off")
    assert Stage.CAPTION not in make_plan().models


def test_captions_wait_with_the_command_that_helps_where_their_weights_are_absent() -> None:
    with pytest.raises(ModelUnavailable, match="models pull standard --captions"):
        wiring.captioner("blip-image-captioning-base")
    with pytest.raises(ModelUnavailable, match="models pull standard"):
        wiring.object_detector("dfine-small-obj2coco")


def test_a_pack_without_captions_says_so() -> None:
    assert "no model" in _understand("--captions", "on")
    assert preferences.is_on(preferences.CAPTIONS)


def test_another_position_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        _understand("--captions", "maybe")


@pytest.mark.parametrize("arguments", [("understand", "--json"), ("tags", "words")])
def test_a_command_may_be_the_first_that_is_ever_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = manage(tmp_path / "data", *arguments)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
