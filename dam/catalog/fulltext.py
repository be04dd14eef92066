"""The words of units, findable: SQLite's FTS5 or PostgreSQL's tsvector behind the same functions.

Every unit has at most one row with a column for each kind of words: said in it, written about it, written in it, and
the sentence that a model says of it. Writers call `index_units` inside their own transactions; rows of deleted units
go with them (a trigger, see migrations 0002 and 0004).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from django.db import connection

from dam.catalog import words
from dam.catalog.matches import Ids, Narrowed, TextColumn, best
from dam.types import MediaKind

__all__ = ["TextColumn", "TextMatch", "TextRow", "find", "forget_units", "index_units"]

_MAX_TERMS = 16_000  # per column; PostgreSQL keeps positions up to 16,383
_MAX_TEXT = 200_000  # characters kept for snippets
_MAX_QUERY_TERMS = 32
_BATCH = 200  # rows a statement
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """Words of one unit: `spoken` in it, `described` by title, keywords and file name, `written` in the picture,
    `captioned` by a model. None leaves what is there, "" takes it away.
    """

    unit_id: int
    spoken: str | None = None
    described: str | None = None
    written: str | None = None
    captioned: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMatch:
    """A unit whose words match.

    `score` is the database's own rank (BM25 on SQLite; higher is better), or the place where too many match to be
    ranked; it only orders candidates;
    `coverage` (0..1) is the share of the query's words that are there, 1.0 where only phrases were asked for.
    `snippet` has the matching words between U+0002 and U+0003.
    """

    unit_id: int
    column: TextColumn
    score: float
    coverage: float
    snippet: str


def index_units(rows: Iterable[TextRow]) -> None:
    """Write words of units; columns that a row leaves out stay, and a unit without words leaves the index."""
    for some in _batches(rows):
        known = _texts_of([row.unit_id for row in some])
        full = {row.unit_id: _merged(row, known.get(row.unit_id)) for row in some}
        forget_units(full)
        values = [_values(unit_id, texts) for unit_id, texts in full.items() if any(text.strip() for text in texts)]
        if values:
            with connection.cursor() as cursor:
                cursor.executemany(_insert(), values)


def forget_units(unit_ids: Iterable[int]) -> None:
    """Take units out of the index; those that are not in it are ignored."""
    for some in _batches(unit_ids):
        with connection.cursor() as cursor:
            cursor.executemany(_DELETE[_vendor()], [(unit_id,) for unit_id in some])


def find(
    text: str,
    *,
    phrases: Sequence[str] = (),
    kinds: Collection[MediaKind] = (),
    columns: Iterable[TextColumn] = tuple(TextColumn),
    only: Collection[int] | Ids | None = None,
    but: Collection[int] | Ids = (),
    limit: int = 200,
) -> list[TextMatch]:
    """Return, per column, at most `limit` units with any word of `text` and every one of `phrases`, best first.

    `text` is taken as words, whatever signs it holds. `kinds` narrows to assets of those kinds (none: all), `only`
    to these units, and `but` leaves some out; both inside the search, so that the best of what is left is found.
    """
    asked = list(words.terms(words.clean(text)))[:_MAX_QUERY_TERMS]
    runs = [[term.stem for term in words.terms(words.clean(phrase))][:_MAX_QUERY_TERMS] for phrase in phrases]
    runs = [run for run in runs if run]
    loose = list(dict.fromkeys(term.stem for term in words.telling(asked)))
    if not (runs or loose):
        return []
    marked = {term.stem for term in words.telling(asked)} | {stem for run in runs for stem in run}
    found: list[TextMatch] = []
    narrowed = Narrowed(
        kinds=tuple(sorted(kinds)),
        only=None if only is None else _array(only),
        but=_array(but) if len(but) else None,
    )
    for column, unit_id, score, original in best(columns, runs, loose, narrowed, limit=limit):
        held = list(words.terms(original))
        found.append(
            TextMatch(
                unit_id=unit_id,
                column=column,
                score=score,
                coverage=words.coverage(asked, held) if asked else 1.0,
                snippet=words.marked_snippet(original, marked, held=held),
            )
        )
    return sorted(found, key=lambda match: (-match.coverage, -match.score, match.unit_id))


# The same statements in two dialects (and `_insert`). FTS5's rowid and PostgreSQL's key are both the unit's id; on
# PostgreSQL a tsvector is given as a literal, so that no parser of its own cuts our terms differently.
_DELETE = {
    "sqlite": "DELETE FROM catalog_fulltext WHERE rowid = %s",
    "postgresql": "DELETE FROM catalog_fulltext WHERE unit_id = %s",
}


def _vendor() -> str:
    return connection.vendor


def _insert() -> str:
    names = [column.value for column in TextColumn]
    key, sign = ("unit_id", "%s::tsvector") if _vendor() == "postgresql" else ("rowid", "%s")
    columns = ", ".join([key, *names, *(f"{name}_text" for name in names)])
    signs = ", ".join(["%s", *[sign] * len(names), *["%s"] * len(names)])
    return f"INSERT INTO catalog_fulltext ({columns}) VALUES ({signs})"  # noqa: S608 - only our own names


def _texts_of(unit_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    key = "unit_id" if _vendor() == "postgresql" else "rowid"
    columns = ", ".join(f"{column.value}_text" for column in TextColumn)
    signs = ", ".join(["%s"] * len(unit_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {columns} FROM catalog_fulltext WHERE {key} IN ({signs})",  # noqa: S608 - as above
            list(unit_ids),
        )
        return {int(found): tuple(str(text) for text in texts) for found, *texts in cursor.fetchall()}


def _merged(row: TextRow, known: tuple[str, ...] | None) -> tuple[str, ...]:
    given = [getattr(row, column.value) for column in TextColumn]
    old = known or ("",) * len(given)
    return tuple(
        before if text is None else words.clean(text)[:_MAX_TEXT] for text, before in zip(given, old, strict=True)
    )


def _values(unit_id: int, texts: Sequence[str]) -> tuple[int | str, ...]:
    return unit_id, *(_vector(text) for text in texts), *texts


def _vector(text: str) -> str:
    stems = [term.stem for term in islice(words.terms(text), _MAX_TERMS)]
    if _vendor() == "postgresql":
        return " ".join(f"'{stem}':{place}" for place, stem in enumerate(stems, start=1))
    return " ".join(stems)


def _array(ids: Collection[int] | Ids) -> Ids:
    return ids if isinstance(ids, np.ndarray) else np.fromiter(ids, dtype=np.int64, count=len(ids))


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _BATCH)):
        yield some
