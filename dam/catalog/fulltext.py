"""The words of units, findable: SQLite's FTS5 or PostgreSQL's tsvector behind the same functions.

Every unit has at most one row with a column for each kind of words: said in it, written about it, written in it, and
the sentence that a model says of it. Writers call `index_units` inside their own transactions; rows of deleted units
go with them (a trigger, see migrations 0002 and 0004).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TypeVar

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dam.catalog import words
from dam.catalog.ids import as_value, select_ids
from dam.types import MediaKind

_MAX_TERMS = 16_000  # per column; PostgreSQL keeps positions up to 16,383
_MAX_TEXT = 200_000  # characters kept for snippets
_MAX_QUERY_TERMS = 32
_MOST_LOOSE = 8  # words of which all, or all but one, are looked for first; longer questions rarely have such texts
_RANKED = 20_000  # of those that match: in a library of a million pictures a common word is in a hundred thousand
_WIDE = 10_000  # ids: reading more of them takes a statement longer than ranking what matches
_WIDE_RANKED = 2_000  # of those that match at all, where what a wide filter lets through is picked here
_BATCH = 200  # rows a statement
_Row = TypeVar("_Row")
_Found = tuple[int, float, str, int]  # a unit, its score, its text, how many were ranked

Ids = NDArray[np.int64]


class TextColumn(StrEnum):
    """Which of a unit's texts matched."""

    SPOKEN = "spoken"
    DESCRIBED = "described"
    WRITTEN = "written"
    CAPTIONED = "captioned"


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

    `score` is the database's own rank (BM25 on SQLite; higher is better), which only orders candidates;
    `coverage` (0..1) is the share of the query's words that are there, 1.0 where only phrases were asked for.
    `snippet` has the matching words between U+0002 and U+0003.
    """

    unit_id: int
    column: TextColumn
    score: float
    coverage: float
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Narrowed:
    """Which units may be found."""

    kinds: Collection[MediaKind]
    only: Collection[int] | Ids | None
    but: Collection[int]

    @property
    def is_wide(self) -> bool:
        """Tell whether it names more units than a statement should read."""
        return len(self.but) > _WIDE or (self.only is not None and len(self.only) > _WIDE)

    def lets_through(self, units: list[int]) -> list[bool]:
        """Tell of each of these units whether `only` and `but` allow it."""
        found = np.array(units, dtype=np.int64)
        kept = np.isin(found, np.asarray(self.only)) if self.only is not None else np.ones(len(found), dtype=bool)
        return [fine and unit not in self.but for unit, fine in zip(units, kept.tolist(), strict=True)]


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
    but: Collection[int] = (),
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
    narrowed = _Narrowed(kinds=kinds, only=only, but=but)
    for column in columns:
        for unit_id, score, original in _select(column, runs, loose, narrowed, limit=limit):
            found.append(
                TextMatch(
                    unit_id=unit_id,
                    column=column,
                    score=score,
                    coverage=words.coverage(asked, original) if asked else 1.0,
                    snippet=words.marked_snippet(original, marked),
                )
            )
    return sorted(found, key=lambda match: (-match.coverage, -match.score, match.unit_id))


# The same statements in two dialects (and `_insert`). FTS5's rowid and PostgreSQL's key are both the unit's id; on
# PostgreSQL a tsvector is given as a literal, so that no parser of its own cuts our terms differently.
_DELETE = {
    "sqlite": "DELETE FROM catalog_fulltext WHERE rowid = %s",
    "postgresql": "DELETE FROM catalog_fulltext WHERE unit_id = %s",
}
# Phrases are required where there are any; the loose words then order what is left (by coverage, in `find`). What
# matches is taken by its key, the newest first, before it is ranked: a rank costs far more than a match.
_SELECT = {
    "sqlite": "SELECT f.id, f.score, t.{column}_text, COUNT(*) OVER ()"
    " FROM (SELECT t.rowid AS id, -bm25(catalog_fulltext) AS score FROM catalog_fulltext t{join}"
    " WHERE catalog_fulltext MATCH %s{where} ORDER BY t.rowid DESC LIMIT {ranked}) f"
    " JOIN catalog_fulltext t ON t.rowid = f.id ORDER BY 2 DESC, f.id LIMIT %s",
    "postgresql": "SELECT f.id, f.score, t.{column}_text, COUNT(*) OVER () FROM (SELECT t.unit_id AS id,"
    " ts_rank_cd(t.{column}, q.q, 1) AS score FROM (SELECT %s::tsquery AS q) q, catalog_fulltext t{join}"
    " WHERE t.{column} @@ q.q{where} ORDER BY t.unit_id DESC LIMIT {ranked}) f"
    " JOIN catalog_fulltext t ON t.unit_id = f.id ORDER BY 2 DESC, f.id LIMIT %s",
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


def _stricter(column: TextColumn, loose: list[str]) -> Iterator[str]:
    """Yield match expressions for all of the words, and for all but one."""
    if 1 < len(loose) <= _MOST_LOOSE:
        yield _expression(column, [], [loose])
        if len(loose) > 2:
            yield _expression(column, [], [loose[:left] + loose[left + 1 :] for left in range(len(loose))])


def _expression(column: TextColumn, runs: list[list[str]], either: list[list[str]]) -> str:
    """Write a match expression, of phrases that must be there, or else of sets of words of which one must be there
    whole. Terms hold letters and digits only, and are quoted all the same.
    """
    if _vendor() == "postgresql":
        quoted = [" <-> ".join(f"'{stem}'" for stem in run) for run in runs]
        sets = [" & ".join(f"'{stem}'" for stem in some) for some in either]
        return " & ".join(f"({run})" for run in quoted) or " | ".join(f"({some})" for some in sets)
    strings = ['"' + " ".join(run) + '"' for run in runs]
    sets = [" AND ".join(f'"{stem}"' for stem in some) for some in either]
    return f"{column.value} : ({' AND '.join(strings) or ' OR '.join(f'({some})' for some in sets)})"


def _select(
    column: TextColumn, runs: list[list[str]], loose: list[str], narrowed: _Narrowed, *, limit: int
) -> list[tuple[int, float, str]]:
    """Return the units that match best; in a large library too many hold any of the words for all to be ranked."""
    every = _within(column, _expression(column, runs, [[stem] for stem in loose]), narrowed, limit=limit)
    if runs or not every or every[0][3] < _RANKED:
        return [row[:3] for row in every]
    found: dict[int, tuple[int, float, str]] = {}
    for expression in _stricter(column, loose):
        for row in _within(column, expression, narrowed, limit=limit):
            found.setdefault(row[0], row[:3])
        if len(found) >= limit:
            break
    for row in every:
        found.setdefault(row[0], row[:3])
    return list(found.values())[:limit]


def _within(column: TextColumn, expression: str, narrowed: _Narrowed, *, limit: int) -> list[_Found]:
    """Return the same as `_matching`; of a wide filter first by looking at the best that match at all."""
    if not narrowed.is_wide:
        return _matching(column, expression, narrowed, limit=limit)
    every = _matching(column, expression, replace(narrowed, only=None, but=()), limit=_WIDE_RANKED)
    kept = [row for row, fine in zip(every, narrowed.lets_through([row[0] for row in every]), strict=True) if fine]
    complete = len(every) < _WIDE_RANKED
    return kept[:limit] if complete or len(kept) >= limit else _matching(column, expression, narrowed, limit=limit)


def _matching(column: TextColumn, expression: str, narrowed: _Narrowed, *, limit: int) -> list[_Found]:
    """Return units with their score, their text, and how many were ranked."""
    unit = "rowid" if _vendor() == "sqlite" else "unit_id"
    join = where = ""
    values: list[str | list[int]] = [expression]
    if narrowed.kinds:
        join = f" JOIN catalog_unit u ON u.id = t.{unit} JOIN catalog_asset a ON a.id = u.asset_id"
        where = f" AND a.kind IN ({', '.join(['%s'] * len(narrowed.kinds))})"
        values += sorted(narrowed.kinds)
    # One value each, however many ids: SQLite takes no more than some hundred variables in all its versions.
    if narrowed.only is not None:
        where += f" AND t.{unit} IN ({select_ids()})"
        values.append(as_value(narrowed.only))
    if narrowed.but:
        where += f" AND t.{unit} NOT IN ({select_ids()})"
        values.append(as_value(narrowed.but))
    statement = _SELECT[_vendor()].format(column=column.value, join=join, where=where, ranked=max(_RANKED, limit))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit])
        return [(int(key), float(score), str(text), int(ranked)) for key, score, text, ranked in cursor.fetchall()]


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    remaining = iter(rows)
    while some := list(islice(remaining, _BATCH)):
        yield some
