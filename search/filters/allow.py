"""All filters of a query together: the units that may be found, and what the filters say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from dam.catalog.readers import narrow
from dam.types import Evidence, Filter, Query
from search.filters import assets, units
from search.filters.units import Kept
from search.vectors.spaces import Spaces

IdArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be found: `only` these units (None: any), and none of `but`.

    `evidence` holds what the filters say of units, `own` the units that answer a search of nothing but filters:
    a line that is spoken while Ana is seen may be found by its words, but `person:Ana` alone shows her.
    """

    only: IdArray | None = None
    but: frozenset[int] = frozenset()
    condition: Q = field(default_factory=Q)
    evidence: Mapping[int, tuple[Evidence, ...]] = field(default_factory=dict)
    own: tuple[int, ...] | None = None


def allowed(query: Query, spaces: Spaces) -> Allowed:
    """Return what a query's filters leave. Raises QueryError for a filter that says nothing, EngineError."""
    of_units = [asked for asked in query.filters if asked.name in units.NAMES]
    wanted = [units.kept(asked, spaces) for asked in of_units if not asked.negated]
    refused = [units.kept(asked, spaces) for asked in of_units if asked.negated]
    condition = _condition([asked for asked in query.filters if asked.name in assets.NAMES])
    but = frozenset(unit for found in refused for unit in found)
    narrowed = narrow.unit_ids(condition) if condition else None
    if not wanted:
        return Allowed(only=narrowed, but=but, condition=condition)
    # A filter by itself asks for nothing that lies over its units in time.
    alone = len(wanted) == 1 and not (query.text or query.phrases)
    evidence = _each(wanted[0]) if alone else _together(wanted)
    if narrowed is not None:
        here = set(narrowed.tolist())
        evidence = {unit: items for unit, items in evidence.items() if unit in here}
    evidence = {unit: items for unit, items in evidence.items() if unit not in but}
    return Allowed(
        only=np.array(sorted(evidence), dtype=np.int64),
        but=but,
        condition=condition,
        evidence=evidence,
        own=tuple(unit for unit in evidence if any(unit in found for found in wanted)),
    )


def _condition(filters: Sequence[Filter]) -> Q:
    found = Q()
    for asked in filters:
        found &= assets.condition(asked)
    return found


def _each(found: Kept) -> dict[int, tuple[Evidence, ...]]:
    return {unit: (item,) for unit, item in found.items()}


def _together(wanted: Sequence[Kept]) -> dict[int, tuple[Evidence, ...]]:
    """Return the units that every filter keeps, by itself or by what lies over it in time: `person:Ana said:"hello"`
    is the shot that shows her and the line spoken meanwhile. Two people have to be in the very same shot.
    """
    near = narrow.companions(unit for found in wanted for unit in found)
    together: dict[int, tuple[Evidence, ...]] = {}
    for unit in {*near, *(unit for found in wanted for unit in found)}:
        items = _of_one(wanted, (unit,)) or next(
            (items for other in sorted(near.get(unit, ())) if (items := _of_one(wanted, (unit, other)))), None
        )
        if items is not None:
            together[unit] = items
    return together


def _of_one(wanted: Sequence[Kept], pair: tuple[int, ...]) -> tuple[Evidence, ...] | None:
    """Return the evidence of each filter for a unit, or for one that lies over it; None where one has none."""
    items = []
    for found in wanted:
        item = next((found[unit] for unit in pair if unit in found), None)
        if item is None:
            return None
        items.append(item)
    return tuple(items)
