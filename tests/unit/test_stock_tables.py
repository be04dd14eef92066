"""The agencies' CSVs: byte for byte as in the golden files, and what an independent reader makes of them."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import clevercsv
import pytest

from dam.errors import StockError
from dam.stock.item import Item, Rights
from dam.stock.profiles import FOLDER, profile, profiles
from dam.stock.tables import Table, row_of, tables
from dam.types import MediaKind
from tests.stock_desk import MODEL_RELEASE, item

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "stock"
DAY = date(2026, 11, 21)

ITEMS = (
    item(rights=MODEL_RELEASE, categories=("11",), choices={"price": "25", "brief_code": "B-17"}),
    item(
        asset_id=2,
        own_name="mercado.jpg",
        file_name="mercado.jpg",
        title="Fishmonger weighs “pulpo” at the Sunday market, ½ kilo",
        description='She says: "un momento, por favor" – and smiles',
        keywords=("market", "fishmonger", 'the "best" octopus', "Ωmega", "日本", "two\u00a0words"),
        rights=Rights(strangers=2),
        categories=("3",),
        choices={"price": "24.99"},
    ),
    item(
        asset_id=3,
        kind=MediaKind.VIDEO,
        own_name="waves.mov",
        file_name="waves.mov",
        title="Waves break on black rocks in slow motion on a windy day",
        description="",
        categories=("11",),
        taken_on=None,
        choices={"price": "79", "shot_speed": "slow motion", "poster_timecode": "00:00:04:12"},
    ),
)
SHUTTERSTOCK = tuple(
    replace(each, categories=theirs, choices={"mature": "no", "illustration": "no"})
    for each, theirs in zip(ITEMS, [("Nature",), ("People", "Food and drink"), ("Parks/Outdoor",)], strict=True)
)


def sent(agency: str) -> list[Table]:
    kinds = profile(agency).kinds
    items = SHUTTERSTOCK if agency == "shutterstock" else ITEMS
    return tables([each for each in items if each.kind in kinds], profile(agency), day=DAY)


@pytest.mark.parametrize("agency", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_csv_is_byte_for_byte_the_golden_file(agency: str) -> None:
    found = sent(agency)
    for table in found:
        if os.environ.get("GOLDEN") == "write":
            (GOLDEN / table.name).write_bytes(table.content)
        assert table.content == (GOLDEN / table.name).read_bytes()
    assert {table.name for table in found} == {path.name for path in GOLDEN.glob(f"{agency}*.csv")}


@pytest.mark.parametrize("agency", ["adobe-stock", "shutterstock", "pond5", "getty", "picfair"])
def test_an_independent_reader_gets_every_text_back(agency: str) -> None:
    forms = {form.kinds: form for form in profile(agency).csv}
    items = SHUTTERSTOCK if agency == "shutterstock" else ITEMS
    for table in sent(agency):
        text = table.content.decode("utf-8")
        assert not text.startswith("\ufeff")
        reader = clevercsv.reader(text.splitlines(keepends=True), delimiter=",", quotechar='"', escapechar="")
        head, *rows = list(reader)
        form = next(each for each in forms.values() if [column.name for column in each.columns] == head)
        theirs = [each for each in items if each.kind in profile(agency).kinds and each.kind in form.kinds]
        assert rows == [row_of(each, form, profile(agency)) for each in theirs]
        assert table.rows == len(theirs)


def test_alamy_and_envato_get_no_csv() -> None:
    assert sent("alamy") == []
    assert sent("envato") == []


def test_many_rows_make_several_numbered_files_each_below_both_limits() -> None:
    agency = profile("adobe-stock")
    many = [item(asset_id=number, file_name=f"{number}.jpg") for number in range(1, 7_002)]
    found = tables(many, agency, day=DAY)
    assert sum(table.rows for table in found) == 7_001
    assert [table.name for table in found] == [
        f"adobe-stock_2026-11-21_{number}.csv" for number in range(1, len(found) + 1)
    ]
    assert all(len(table.content) <= 1_000_000 and table.rows <= 5_000 for table in found)
    assert all(" " not in table.name for table in found)
    assert all(table.content.startswith(b"Filename,Title,Keywords,Category,Releases\r\n") for table in found)


def test_more_than_one_csv_holds_is_refused_where_the_agency_takes_one() -> None:
    agency = profile("adobe-stock")
    one = replace(agency, csv=(replace(agency.csv[0], split=False, most_rows=2),))
    with pytest.raises(StockError, match="at most 2 rows"):
        tables(_many(3), one, day=DAY)


def test_bom_quotes_line_ends_and_encoding_are_the_profiles() -> None:
    agency = profile("picfair")
    form = replace(agency.csv[0], bom=True, quote_all=True, line_end="\n", separator=";")
    (table,) = tables(_many(1), replace(agency, csv=(form,)), day=DAY)
    assert table.content.startswith(b'\xef\xbb\xbf"Filename";"Title";"Caption";"Tags"\n"1.jpg";"')
    latin = replace(agency, csv=(replace(form, bom=False, encoding="latin-1"),))
    with pytest.raises(StockError, match="“Ω” can't be written"):
        tables([item(keywords=("Ωmega",))], latin, day=DAY)


def test_no_option_but_a_choice_is_left_empty() -> None:
    agency = profile("shutterstock")
    row = row_of(item(categories=("Nature",)), agency.csv[0], agency)
    assert row[-3:] == ["no", "no", "no"]


def test_every_shipped_csv_knows_each_of_its_values() -> None:
    for agency in profiles().values():
        for form in agency.csv:
            assert len(row_of(item(), form, agency)) == len(form.columns)


def _many(count: int) -> list[Item]:
    return [item(asset_id=number, file_name=f"{number}.jpg") for number in range(1, count + 1)]
