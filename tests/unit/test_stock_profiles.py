"""Profiles of agencies: those that ship say what is known, and a wrong file of the user's is named with its entry."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from dam.config import Config, Places, config
from dam.errors import ConfigError, StockError
from dam.stock import profiles as loader
from dam.stock.profile import Standing
from dam.stock.profiles import FOLDER, profile, profiles, read_profile
from dam.types import MediaKind

SHIPPED = {"adobe-stock", "alamy", "envato", "getty", "picfair", "pond5", "shutterstock"}


def test_every_agency_ships_and_says_where_its_rules_come_from() -> None:
    known = {path.stem: read_profile(path) for path in FOLDER.glob("*.toml")}
    assert set(known) == SHIPPED
    for key, each in known.items():
        assert each.key == key
        assert each.source
        assert each.read == date(2026, 11, 20)


def test_adobe_stock_has_its_limits() -> None:
    agency = profile("adobe-stock")
    assert (agency.title.longest, agency.file.name_longest, agency.keywords.most) == (70, 30, 50)
    assert agency.keywords.first == 10
    assert [column.name for column in agency.csv[0].columns] == [
        "Filename",
        "Title",
        "Keywords",
        "Category",
        "Releases",
    ]
    assert (agency.csv[0].most_rows, agency.csv[0].most_bytes) == (5_000, 1_000_000)
    assert agency.category.name_of("14") == "Plants and Flowers"
    assert len(agency.category.choices) == 21
    assert agency.is_verified("title.longest")
    assert not agency.is_verified("csv")


def test_what_is_not_official_is_marked() -> None:
    getty = profile("getty")
    assert getty.status is Standing.UNVERIFIED
    assert not getty.is_verified("keywords.most")
    assert not profile("shutterstock").is_verified("description.longest")
    assert profile("shutterstock").is_verified("keywords.least")


def test_getty_has_another_csv_for_videos() -> None:
    photo, video = profile("getty").csv_for(MediaKind.PHOTO), profile("getty").csv_for(MediaKind.VIDEO)
    assert photo is not None
    assert video is not None
    assert [column.name for column in photo.columns] == [
        "file name", "created date", "description", "country", "brief code", "title", "keywords",
    ]  # fmt: skip
    assert [column.name for column in video.columns] == [
        "file name", "description", "country", "title", "keywords", "poster timecode", "date created", "shot speed",
    ]  # fmt: skip


def test_alamy_and_envato_read_the_files_themselves() -> None:
    assert profile("alamy").csv == ()
    assert profile("envato").csv == ()


def test_an_agency_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(StockError, match="adobe-stock"):
        profile("nowhere")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("longest = 70", "longest = -1"), "title.longest must not be negative"),
        (("longest = 70", 'longest = "70"'), "title.longest must be a whole number"),
        (("longest = 70", "longset = 70"), "title.longset is not an entry that is known here"),
        (('status = "official"', 'status = "sure"'), "status must be one of official, unverified"),
        (('value = "title"', 'value = "headline"'), "value must be one of"),
        (("read = 2026-11-20", ""), "read is missing"),
        (('photo = ["jpg", "jpeg"]', "photo = []"), "file.formats.photo must name the endings"),
        (('key = "adobe-stock"', "key = = 1"), "can't be read"),
    ],
)
def test_a_wrong_file_is_named_with_its_entry(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = (FOLDER / "adobe-stock.toml").read_text(encoding="utf-8")
    assert change[0] in text
    wrong = tmp_path / "mine.toml"
    wrong.write_text(text.replace(change[0], change[1], 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.toml") as caught:
        read_profile(wrong)
    assert said in str(caught.value)


def test_a_users_profile_stands_beside_those_that_ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(data=tmp_path)
    monkeypatch.setattr(loader, "config", lambda: Config(env=config().env, places=places, limits=config().limits))
    folder = places.agencies
    folder.mkdir()
    text = (FOLDER / "picfair.toml").read_text(encoding="utf-8")
    (folder / "mine.toml").write_text(text.replace('"picfair"', '"my-agency"').replace('"Picfair"', '"Mine"'))
    shutil.copy(FOLDER / "alamy.toml", folder / "alamy.toml")
    assert set(profiles()) == SHIPPED | {"my-agency"}
    assert profile("my-agency").own
    assert profile("alamy").own
