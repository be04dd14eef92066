"""The report as a table for people, as one line of JSON for programs, and as a table in a document."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Figure, Report


def show(report: Report, console: Console) -> None:
    """Print the table, what could not run, the machine, and last the JSON."""
    table = Table("what", "who", "figure", "beside ours", "note", box=None, pad_edge=False, title_justify="left")
    table.columns[2].justify = table.columns[3].justify = "right"
    table.columns[4].style = "dim"
    last = ""
    for figure in report.figures:
        if figure.what != last and last:
            table.add_section()
        what = "" if figure.what == last else figure.what
        table.add_row(what, figure.who, in_words(figure), _beside(figure), figure.note)
        last = figure.what
    console.print(table)
    for remark in dict.fromkeys(report.remarks):
        console.print(f"Not measured — {remark}", highlight=False)
    console.print("; ".join(f"{name}: {value}" for name, value in report.about.items()), style="dim", highlight=False)
    line = json.dumps(report.line or report.as_json(), ensure_ascii=False)
    console.print(line, markup=False, highlight=False, soft_wrap=True)


TABLE = "figures"


def write_into(report: Report, document: Path, *, name: str = TABLE) -> None:
    """Replace what stands between two marks of a Markdown file: a document may hold several tables, each with a name.

    Raises ValueError where it has no such marks.
    """
    begin, finish = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    text = document.read_text(encoding="utf-8")
    before, mark, rest = text.partition(begin)
    _, end, after = rest.partition(finish)
    if not (mark and end):
        raise ValueError(f"{document} has no line {begin.strip()} with {finish} after it.")
    document.write_text(f"{before}{mark}{as_markdown(report)}{end}{after}", encoding="utf-8")


def as_markdown(report: Report) -> str:
    """Return the conditions, the table and what could not be measured, as Markdown."""
    lines = [f"- {name}: {value}" for name, value in report.about.items()]
    lines += ["", "| what | who | figure | beside ours | note |", "| --- | --- | ---: | ---: | --- |"]
    lines += [
        f"| {figure.what} | {figure.who} | {in_words(figure)} | {_beside(figure)} | {figure.note} |"
        for figure in report.figures
    ]
    lines += ["", *(f"Not measured: {remark}\n" for remark in dict.fromkeys(report.remarks))]
    return "\n".join(lines) + "\n"


def in_words(figure: Figure) -> str:
    """Return the value with three digits that count, and its unit."""
    value = figure.value
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {figure.unit}"


def _beside(figure: Figure) -> str:
    return "" if figure.beside is None else f"{figure.beside:.2f} ×"
