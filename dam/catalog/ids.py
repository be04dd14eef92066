"""Many ids in a statement: in chunks that every database takes, or all of them as one value."""

import json
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from django.db import connection
from django.db.models.expressions import RawSQL
from numpy.typing import NDArray

IDS_A_QUERY = 500  # SQLite's oldest limit of variables is 999

_SELECT = {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT unnest(%s::bigint[])"}


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield as many ids at a time as a query takes."""
    every = list(ids)
    for start in range(0, len(every), IDS_A_QUERY):
        yield every[start : start + IDS_A_QUERY]


def select_ids() -> str:
    """Return the SQL that makes rows of the one value that `as_value` gives."""
    return _SELECT[connection.vendor]


def among(ids: Collection[int]) -> RawSQL:
    """Return what `pk__in` takes for ids, however many they are, without going through each of them."""
    return RawSQL(select_ids(), (as_value(ids),))  # noqa: S611 - the statement is ours, the ids are one value


def as_value(ids: Collection[int] | NDArray[np.int64]) -> str | list[int]:
    """Return ids as one value of a statement, however many they are."""
    every = ids.tolist() if isinstance(ids, np.ndarray) else [int(each) for each in ids]
    return every if connection.vendor == "postgresql" else json.dumps(every)
