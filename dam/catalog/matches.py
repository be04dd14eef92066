"""Which units hold words, and the best of them: the statements behind `dam.catalog.fulltext`, in two dialects."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dam.catalog.ids import as_value, select_ids

_MOST_LOOSE = 8  # words of which all, or all but one, are looked for first; longer questions rarely have such texts
# So many that match are ranked. In a library of a million pictures a common word is in a hundred thousand texts, and
# a rank costs more than the reading (for BM25, every text that holds any of the words is counted first): those are
# taken by how many of the words they hold, the newest first.
_RANKED = 5_000
_WIDE = 10_000  # ids of a filter: more are compared here, where the database would make a table of them
_READ = 1_000  # ids that match, read at first for such a filter; each time it lets too few through, four times more
_GROWS = 4
_ASKED_AT_ONCE = 20_000  # units whose kind is asked for at a time

_Value = str | int | list[int]

Ids = NDArray[np.int64]


class TextColumn(StrEnum):
    """Which of a unit's texts matched."""

    SPOKEN = "spoken"
    DESCRIBED = "described"
    WRITTEN = "written"
    CAPTIONED = "captioned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which units may be found."""

    kinds: tuple[str, ...] = ()
    only: Ids | None = None
    but: Ids | None = None

    @property
    def in_statement(self) -> bool:
        """Tell whether a statement is to ask for all of it."""
        return not self.kinds and self.but is None and (self.only is None or len(self.only) <= _WIDE)

    def where(self) -> tuple[str, list[_Value]]:
        """Return what a statement asks of the ids, with its values."""
        if self.only is None:
            return "", []
        return _bounds(self.only) if len(self.only) > _WIDE else _is_among(self.only)

    def among(self, ids: Ids) -> Ids:
        """Return those of some ids that may be found, in their order; kinds aside."""
        if self.only is not None and len(self.only) > _WIDE:
            ids = ids[np.isin(ids, self.only)]
        return ids if self.but is None else ids[np.isin(ids, self.but, invert=True)]


# Phrases are required where there are any; the loose words then order what is left (by coverage, in `find`). What
# matches is taken by its key, the newest first, before it is ranked: a rank costs far more than a match.
_SELECT = {
    "sqlite": "SELECT f.id, f.score, t.{column}_text"
    " FROM (SELECT t.rowid AS id, -bm25(catalog_fulltext) AS score FROM catalog_fulltext t"
    " WHERE catalog_fulltext MATCH %s{where} ORDER BY t.rowid DESC LIMIT {ranked}) f"
    " JOIN catalog_fulltext t ON t.rowid = f.id ORDER BY 2 DESC, f.id LIMIT %s",
    "postgresql": "SELECT f.id, f.score, t.{column}_text FROM (SELECT t.unit_id AS id,"
    " ts_rank_cd(t.{column}, q.q, 1) AS score FROM (SELECT %s::tsquery AS q) q, catalog_fulltext t"
    " WHERE t.{column} @@ q.q{where} ORDER BY t.unit_id DESC LIMIT {ranked}) f"
    " JOIN catalog_fulltext t ON t.unit_id = f.id ORDER BY 2 DESC, f.id LIMIT %s",
}
# As one text: a row for each takes five times as long.
_IDS = {
    "sqlite": "SELECT group_concat(id) FROM (SELECT t.rowid AS id FROM catalog_fulltext t"
    " WHERE catalog_fulltext MATCH %s{where} ORDER BY t.rowid DESC LIMIT %s)",
    "postgresql": "SELECT string_agg(id::text, ',') FROM (SELECT t.unit_id AS id FROM catalog_fulltext t"
    " WHERE t.{column} @@ %s::tsquery{where} ORDER BY t.unit_id DESC LIMIT %s) f",
}
_COUNT = {
    "sqlite": "(SELECT COUNT(*) FROM (SELECT 1 FROM catalog_fulltext WHERE catalog_fulltext MATCH %s LIMIT {most}))",
    "postgresql": "(SELECT COUNT(*) FROM (SELECT 1 FROM catalog_fulltext WHERE {column} @@ %s::tsquery"
    " LIMIT {most}) f)",
}
_TEXTS = {
    "sqlite": "SELECT rowid, {column}_text FROM catalog_fulltext WHERE rowid IN ({ids})",
    "postgresql": "SELECT unit_id, {column}_text FROM catalog_fulltext WHERE unit_id IN ({ids})",
}
# A join lets SQLite begin with all assets of a kind.
_OF_KINDS = (
    "SELECT u.id FROM catalog_unit u WHERE u.id IN ({ids})"
    " AND (SELECT a.kind FROM catalog_asset a WHERE a.id = u.asset_id) IN ({kinds})"
)


def best(
    columns: Iterable[TextColumn], runs: list[list[str]], loose: list[str], narrowed: Narrowed, *, limit: int
) -> Iterator[tuple[TextColumn, int, float, str]]:
    """Yield the units that match best in each of the columns, as (column, unit, score, text)."""
    if narrowed.only is not None and not len(narrowed.only):
        return
    every = [(column, _expression(column, runs, [[stem] for stem in loose])) for column in columns]
    counts = _counts(every)
    many = not runs and max(counts, default=0) >= _RANKED
    for (column, expression), count in zip(every, counts, strict=True):
        if many and count:
            found = _held_most(column, loose, narrowed, limit=limit)
        else:
            found = _best_ranked(column, expression, narrowed, limit=limit) if count else []
        for unit, score, text in found:
            yield column, unit, score, text


def _best_ranked(column: TextColumn, every: str, narrowed: Narrowed, *, limit: int) -> list[tuple[int, float, str]]:
    most = max(_RANKED, limit)
    if narrowed.in_statement:
        return _ranked(column, every, narrowed.only, most=most, limit=limit)
    return _ranked(column, every, _newest(column, every, narrowed, most=most), most=most, limit=limit)


def _from_strict_to_loose(column: TextColumn, loose: list[str]) -> Iterator[str]:
    """Yield match expressions for all of the words, all but one, any of the rare ones, and any of them."""
    if 1 < len(loose) <= _MOST_LOOSE:
        yield _expression(column, [], [loose])
        if len(loose) > 2:
            yield _expression(column, [], [loose[:left] + loose[left + 1 :] for left in range(len(loose))])
    if len(loose) > 1:
        counts = _counts([(column, _expression(column, [], [[stem]])) for stem in loose])
        rare = [stem for stem, count in zip(loose, counts, strict=True) if count < _RANKED]
        if 0 < len(rare) < len(loose):
            yield _expression(column, [], [[stem] for stem in rare])
    yield _expression(column, [], [[stem] for stem in loose])


def _expression(column: TextColumn, runs: list[list[str]], either: list[list[str]]) -> str:
    """Write a match expression, of phrases that must be there, or else of sets of words of which one must be there
    whole. Terms hold letters and digits only, and are quoted all the same.
    """
    if connection.vendor == "postgresql":
        quoted = [" <-> ".join(f"'{stem}'" for stem in run) for run in runs]
        sets = [" & ".join(f"'{stem}'" for stem in some) for some in either]
        return " & ".join(f"({run})" for run in quoted) or " | ".join(f"({some})" for some in sets)
    strings = ['"' + " ".join(run) + '"' for run in runs]
    sets = [" AND ".join(f'"{stem}"' for stem in some) for some in either]
    return f"{column.value} : ({' AND '.join(strings) or ' OR '.join(f'({some})' for some in sets)})"


def _held_most(
    column: TextColumn, loose: list[str], narrowed: Narrowed, *, limit: int
) -> list[tuple[int, float, str]]:
    """Return units by how many of the words they hold, the newest first; the score is the place among them."""
    found: dict[int, None] = {}
    if not narrowed.in_statement:
        # A filter may leave none of what matches, which reading once tells for all of the expressions.
        any_of_them = _expression(column, [], [[stem] for stem in loose])
        if not len(_newest(column, any_of_them, replace(narrowed, kinds=()), most=1)):
            return []
    for expression in _from_strict_to_loose(column, loose):
        found |= dict.fromkeys(_newest(column, expression, narrowed, most=limit).tolist())
        if len(found) >= limit:
            break
    chosen = list(found)[:limit]
    texts = _texts(column, chosen)
    return [(unit, 1 / place, texts[unit]) for place, unit in enumerate(chosen, start=1) if unit in texts]


def _counts(expressions: Sequence[tuple[TextColumn, str]]) -> list[int]:
    """Return how many units match each expression, whatever a filter leaves of them; none is counted further than
    is ranked.
    """
    parts = [_COUNT[connection.vendor].format(column=column.value, most=_RANKED) for column, _ in expressions]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", [expression for _, expression in expressions])
        return [int(count) for count in cursor.fetchone()]


def _newest(column: TextColumn, expression: str, narrowed: Narrowed, *, most: int) -> Ids:
    """Return at most `most` of the units that match and may be found, the newest first."""
    at_a_time = most if narrowed.in_statement else _READ
    below: int | None = None
    parts: list[Ids] = []
    while True:
        page = _page(column, expression, narrowed, below=below, most=at_a_time)
        parts.append(_of_kinds(narrowed.among(page), narrowed.kinds, most=most - sum(map(len, parts))))
        if len(page) < at_a_time or sum(map(len, parts)) >= most:
            return np.concatenate(parts)[:most]
        below, at_a_time = int(page[-1]), at_a_time * _GROWS


def _page(column: TextColumn, expression: str, narrowed: Narrowed, *, below: int | None, most: int) -> Ids:
    """Return the ids of at most `most` units that match, the newest first, as far as a statement narrows them."""
    where, values = narrowed.where()
    if below is not None:
        where, values = f"{where} AND {_key()} < %s", [*values, below]
    with connection.cursor() as cursor:
        cursor.execute(_IDS[connection.vendor].format(column=column.value, where=where), [expression, *values, most])
        (listed,) = cursor.fetchone()
    return np.sort(np.fromstring(listed, dtype=np.int64, sep=","))[::-1] if listed else np.empty(0, dtype=np.int64)


def _of_kinds(ids: Ids, kinds: tuple[str, ...], *, most: int) -> Ids:
    """Return at most `most` of some units whose assets are of these kinds (none: any), in their order."""
    if not kinds:
        return ids[:most]
    kept: list[Ids] = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        some = ids[start : start + _ASKED_AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                _OF_KINDS.format(ids=select_ids(), kinds=", ".join(["%s"] * len(kinds))),
                [as_value(some), *kinds],
            )
            here = np.array([unit for (unit,) in cursor.fetchall()], dtype=np.int64)
        kept.append(some[np.isin(some, here)])
        if sum(map(len, kept)) >= most:
            break
    return np.concatenate(kept)[:most]


def _ranked(
    column: TextColumn, expression: str, only: Ids | None, *, most: int, limit: int
) -> list[tuple[int, float, str]]:
    """Return units with their score and their text, the best first; of all that match, the newest `most`."""
    if only is not None and not len(only):
        return []
    where, values = ("", list[_Value]()) if only is None else _is_among(only)
    statement = _SELECT[connection.vendor].format(column=column.value, where=where, ranked=most)
    with connection.cursor() as cursor:
        cursor.execute(statement, [expression, *values, limit])
        return [(int(key), float(score), str(text)) for key, score, text in cursor.fetchall()]


def _bounds(ids: Ids) -> tuple[str, list[_Value]]:
    return f" AND {_key()} >= %s AND {_key()} <= %s", [int(ids.min()), int(ids.max())]


def _is_among(ids: Ids) -> tuple[str, list[_Value]]:
    """Return the condition of being one of these (one at least), with its values.

    The plus hides them from SQLite's planner, which would begin with them and match each by itself: milliseconds for
    each, instead of a look into a table for each that matches.
    """
    bounds, values = _bounds(ids)
    return f"{bounds} AND +{_key()} IN ({select_ids()})", [*values, as_value(ids)]


def _texts(column: TextColumn, ids: list[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS[connection.vendor].format(column=column.value, ids=select_ids()), [as_value(ids)])
        return {int(key): str(text) for key, text in cursor.fetchall()}


def _key() -> str:
    return "t.unit_id" if connection.vendor == "postgresql" else "t.rowid"
