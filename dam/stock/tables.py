"""Items to an agency's CSV, byte for byte: columns, quoting, encoding, line ends, and no file over its limits.

Nothing is changed on the way. A text that a spreadsheet would take for a formula is not disarmed here, for agencies
take what stands in the cell: `dam.stock.checks` refuses it before.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dam.errors import StockError
from dam.stock.item import Item
from dam.stock.profile import CsvForm, Profile, ValueKind

_YES = {True: "yes", False: "no"}
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One CSV file: its name without blanks, its bytes, and how many assets it tells of."""

    name: str
    content: bytes
    rows: int


def tables(items: Iterable[Item], agency: Profile, *, day: date) -> list[Table]:
    """Return the agency's CSVs of these items; none where it reads the files themselves.

    Raises StockError where one file can't hold them, or a sign can't be written in its encoding.
    """
    every = list(items)
    found: list[Table] = []
    for form in agency.csv:
        theirs = [item for item in every if agency.csv_for(item.kind) is form]
        if theirs:
            kinds = "" if len(agency.csv) == 1 else f"_{form.kinds[0]}s"
            found += _files(theirs, form, agency, name=f"{agency.key}{kinds}_{day.isoformat()}")
    return found


def row_of(item: Item, form: CsvForm, agency: Profile) -> list[str]:
    """Return the cells of one item."""
    return [_value(column.value, item, form, agency) for column in form.columns]


def _files(items: list[Item], form: CsvForm, agency: Profile, *, name: str) -> list[Table]:
    head = _line([column.name for column in form.columns], form, agency)
    start = (_BOM if form.bom else "").encode(form.encoding) + head
    lines = [(item, _line(row_of(item, form, agency), form, agency)) for item in items]
    parts: list[list[bytes]] = [[]]
    size = len(start)
    for item, line in lines:
        if form.most_bytes is not None and len(start) + len(line) > form.most_bytes:
            raise StockError(f"{item.file_name}: its line alone is longer than {agency.name}'s CSV may be.")
        full = form.most_rows is not None and len(parts[-1]) >= form.most_rows
        if full or (form.most_bytes is not None and size + len(line) > form.most_bytes):
            parts.append([])
            size = len(start)
        parts[-1].append(line)
        size += len(line)
    if len(parts) > 1 and not form.split:
        raise StockError(
            f"{agency.name} takes one CSV of at most {_limit(form)}: make {len(parts)} submissions of these."
        )
    numbers = [""] if len(parts) == 1 else [f"_{number}" for number in range(1, len(parts) + 1)]
    return [
        Table(name=f"{name}{number}.csv", content=start + b"".join(part), rows=len(part))
        for number, part in zip(numbers, parts, strict=True)
    ]


def _line(cells: list[str], form: CsvForm, agency: Profile) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(
        text,
        delimiter=form.separator,
        quoting=csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL,
        lineterminator=form.line_end,
    ).writerow(cells)
    try:
        # utf-16 and utf-8-sig would put a mark before every line: `bom` alone says whether there is one.
        return text.getvalue().encode(form.encoding)
    except UnicodeEncodeError as error:
        sign = error.object[error.start : error.start + 1]
        raise StockError(f"“{sign}” can't be written in {agency.name}'s CSV ({form.encoding}).") from error


def _value(value: str, item: Item, form: CsvForm, agency: Profile) -> str:
    if value.startswith("option:"):
        return _option(value.removeprefix("option:"), item, agency)
    values: Mapping[str, str] = {
        "file_name": item.file_name,
        "title": item.title,
        "description": item.description,
        "keywords": agency.keywords.separator.join(item.keywords),
        "categories": ",".join(item.categories),
        "releases": ",".join(item.rights.documents),
        "editorial": _YES[item.editorial],
        "copyright": item.copyright,
        "country": item.spot.country,
        "taken_on": item.taken_on.strftime(form.date) if item.taken_on else "",
    }
    return values[value]


def _option(key: str, item: Item, agency: Profile) -> str:
    said = item.choices.get(key, "").strip()
    kind = next((option.kind for option in agency.options if option.key == key), ValueKind.TEXT)
    return said or ("no" if kind is ValueKind.YES_NO else "")


def _limit(form: CsvForm) -> str:
    parts = [f"{form.most_rows:,} rows"] if form.most_rows is not None else []
    parts += [f"{form.most_bytes:,} bytes"] if form.most_bytes is not None else []
    return " and ".join(parts)
