"""Packs are data that is read strictly, and one of them answers."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils.module_loading import import_string

from dam import wiring
from dam.catalog import pack as choices
from dam.catalog.models import Asset, Embedding, Unit
from dam.engines.packs import UrlSource, load_pack, load_packs
from dam.engines.packs.catalogue import FOLDER, read_pack
from dam.errors import ConfigError, ModelUnavailable


def test_the_packs_name_adapters_that_exist_and_licences() -> None:
    packs = load_packs()
    assert list(packs) == ["starter", "standard", "insightface", "studio"]
    assert not packs["starter"].needs_fetching
    for pack in packs.values():
        for model in pack.models:
            assert callable(import_string(model.adapter))
            free = {"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "MIT and Apache-2.0", "CC0-1.0 and BSL-1.0"}
            assert (model.licence in free) != model.is_non_commercial


def test_what_may_not_be_used_commercially_is_one_pack_of_its_own_and_no_default() -> None:
    bound = [(pack.name, model.port) for pack in load_packs().values() for model in pack.models]
    restricted = [
        (pack.name, model.port) for pack in load_packs().values() for model in pack.models if model.is_non_commercial
    ]
    assert restricted == [("insightface", "faces")]
    assert bound.count(("insightface", "faces")) == 1
    standard, insight = load_pack("standard"), load_pack("insightface")
    assert [model for model in insight.models if model.port != "faces"] == [
        model for model in standard.models if model.port != "faces"
    ]


def test_the_whisper_of_studio_is_the_one_that_its_library_knows() -> None:
    import whisper

    source = load_pack("studio").transcriber.source
    assert isinstance(source, UrlSource)
    assert source.url == whisper._MODELS["large-v3-turbo"]
    assert source.sha256 in source.url


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "studio"', 'name = "../studio"'),
        ('sha256 = "aff2', 'sha256 = "xyz2'),
        ('url = "https:', 'url = "http:'),
        ("[embedder]", "[embeder]"),
        ('adapter = "dam.engines.clip', 'adaptor = "dam.engines.clip'),
        ("about_mb = 3570", 'about_mb = "large"'),
        ("[embedder]", "[embedder"),
    ],
)
def test_a_wrong_pack_file_is_refused_by_name(old: str, new: str, tmp_path: Path) -> None:
    text = (FOLDER / "studio.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"wrong\.toml"):
        read_pack(tmp_path / "wrong.toml")


def test_the_environment_goes_before_the_choice_and_the_choice_before_the_default() -> None:
    assert wiring.choose_pack(env="studio", row="standard").name == "studio"
    assert wiring.choose_pack(row="standard").name == "standard"
    assert wiring.choose_pack().name == "starter"
    with pytest.raises(ConfigError, match="starter, standard, insightface, studio"):
        wiring.choose_pack(env="best")


@pytest.mark.django_db
def test_a_new_pack_answers_at_once_only_where_nothing_was_indexed() -> None:
    assert choices.use("standard", answering="starter").name == "standard"
    asset = Asset.objects.create(fingerprint="f", size_bytes=1)
    unit = Unit.objects.create(asset=asset, kind="photo", position=0)
    Embedding.objects.create(unit=unit, space="picture:x", model="x", vector=b"")
    choice = choices.use("studio", answering="starter")
    assert (choice.name, choice.building) == ("standard", "studio")
    assert wiring.active_pack().name == "standard"
    building = wiring.building_pack()
    assert building is not None
    assert building.name == "studio"
    assert choices.use("studio", answering="standard", wait=True).waits
    assert not choices.finish_building("studio"), "it stands beside until it is chosen again"
    assert not choices.use("studio", answering="standard").waits
    assert not choices.finish_building("starter")
    assert choices.finish_building("studio")
    assert choices.active() == choices.PackChoice(name="studio")


@pytest.mark.django_db
def test_the_same_adapter_is_given_each_time_and_missing_weights_are_named() -> None:
    assert wiring.transcriber("starter") is wiring.transcriber("starter")
    with pytest.raises(ModelUnavailable, match="models pull standard"):
        wiring.embedder("standard")


def test_a_wrong_adapter_is_improperly_configured() -> None:
    with (
        override_settings(VECTOR_STORE="dam.vectors.nowhere.Store"),
        pytest.raises(ImproperlyConfigured, match="path"),
    ):
        wiring.vector_store(8)
    assert len(wiring.vector_store(8)) == 0


def _models(*arguments: str) -> str:
    out = StringIO()
    call_command("models", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_lists_and_refuses_what_is_not_here() -> None:
    rows = {row["name"]: row for row in json.loads(_models("list", "--json"))}
    assert rows["starter"]["in_use"]
    assert not rows["standard"]["here"]
    assert "Apache-2.0" in _models("list")
    with pytest.raises(CommandError, match="models pull studio"):
        _models("use", "studio")
    with pytest.raises(CommandError, match="not whole"):
        _models("verify", "standard")
    with pytest.raises(CommandError, match="no model pack"):
        _models("pull", "best")


@pytest.mark.django_db
def test_a_licence_without_commercial_use_is_said_wherever_its_pack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "may NOT be used commercially" in _models("list")
    rows = {row["name"]: row for row in json.loads(_models("list", "--json"))}
    assert [model["name"] for model in rows["insightface"]["models"] if model["non_commercial"]] == [
        "insightface-buffalo-l"
    ]
    monkeypatch.setattr("dam.engines.weights.missing_words", lambda *_args, **_more: "")
    assert "may NOT be used commercially" in _models("use", "insightface")
    assert "may NOT" not in _models("use", "starter")


@pytest.mark.django_db
def test_a_pull_without_a_hub_is_one_line_status_three_and_a_note() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("models", "pull", stdout=out, stderr=out)
    assert stopped.value.code == 3
    assert out.getvalue().count("\n") == 1
    assert "using the starter pack" in out.getvalue()
    choice = choices.active()
    assert choice is not None
    assert "models pull standard" in choice.note
