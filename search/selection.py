"""What somebody selected on a grid of tiles, as the units and assets that an action works on.

    selected_units(request)       # [412, 98, …]: in the order of the page
    selected_assets(request)

A form sends `chosen` ("u412,a7": unit 412, asset 7; also repeated), `unit` and `asset` (ids, repeated), or
`everything`: the query string of the page whose matches are all meant, read as its `scope` says, less what `without`
names, and more that `chosen` may add. Where the page shows only the first, the search is made again for all of them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.http import HttpRequest, QueryDict

from dam.catalog.readers.browse import ids_by_date
from dam.catalog.readers.collection_items import items_of
from dam.catalog.readers.picked import assets_of_units, assets_there, units_of_assets
from dam.errors import QueryError, SelectionError
from search.answer.arrange import Entry, in_order
from search.answer.asked import read_asked
from search.pages.library_view import read_view
from search.service import find, parse_query

T = TypeVar("T")
MOST = 20_000  # things that are worked on at once; more are asked for in parts
_KEY = re.compile(r"([ua])(\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """One selected thing: a unit (photo, shot, clip) of an asset, or with `unit_id` None the whole asset."""

    asset_id: int
    unit_id: int | None = None

    @property
    def key(self) -> str:
        """What names it in forms and on tiles."""
        return f"a{self.asset_id}" if self.unit_id is None else f"u{self.unit_id}"


def selected(request: HttpRequest) -> list[Picked]:
    """Return what the form names, in the order of the page, each once; what is gone is left out.

    Raises SelectionError for more than `MOST`, QueryError and EngineError where a search can't be made again.
    """
    return read_selection(request.POST)


def selected_units(request: HttpRequest) -> list[int]:
    """Return the units of what is selected; a whole asset stands for the units that show it. Raises as `selected`."""
    picked = selected(request)
    shown = units_of_assets([one.asset_id for one in picked if one.unit_id is None])
    units = (
        unit for one in picked for unit in (shown.get(one.asset_id, []) if one.unit_id is None else [one.unit_id])
    )
    return _at_most(units)


def selected_assets(request: HttpRequest) -> list[int]:
    """Return the assets of what is selected, each once. Raises as `selected`."""
    return list(dict.fromkeys(one.asset_id for one in selected(request)))


def read_selection(form: QueryDict) -> list[Picked]:
    """Return what a form names; see `selected`."""
    keys = [
        *_keys(form.getlist("chosen")),
        *(f"u{number}" for number in _numbers(form.getlist("unit"))),
        *(f"a{number}" for number in _numbers(form.getlist("asset"))),
    ]
    picked = _there(_at_most(keys))
    if "everything" in form:
        left_out = set(_keys(form.getlist("without")))
        found = everything(str(form["everything"]), scope=str(form.get("scope", "")))
        picked = _at_most([*(one for one in found if one.key not in left_out), *picked])
    return picked


def everything(query: str, *, scope: str = "") -> list[Picked]:
    """Return all that a page shows on all of its pages; `query` is its query string, `scope` says of which page.

    Scopes are "search" (or ""), "library" and "collection" (of those made by hand). Raises as `selected`.
    """
    parameters = QueryDict(query)
    read = _SCOPES.get(scope or "search")
    if read is None:
        raise SelectionError("This page can’t be selected as a whole.")
    return _at_most(read({name: str(parameters[name]) for name in parameters}))


def _of_search(parameters: Mapping[str, str]) -> Iterable[Picked]:
    asked = read_asked(parameters)
    if not asked.text:
        raise QueryError("Type what you look for: a few words, or a spoken phrase in quotes.")
    found = find(parse_query(asked.text), strictness=asked.strictness, most_listed=MOST + 1)
    good = [Entry(hit=hit) for hit in found.ranked if hit.good and asked.kind in {None, hit.place.unit_kind}]
    places = [entry.hit.place for entry in in_order(good, asked.sort)]
    return [Picked(asset_id=place.asset_id, unit_id=place.unit_id) for place in places]


def _of_library(parameters: Mapping[str, str]) -> Iterable[Picked]:
    return (Picked(asset_id=pk) for pk in ids_by_date(read_view(parameters).assets(), limit=MOST + 1))


def _of_collection(parameters: Mapping[str, str]) -> Iterable[Picked]:
    number = parameters.get("collection", "")
    items = items_of(int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else []
    return (Picked(asset_id=item.asset_id, unit_id=item.unit_id) for item in items)


_SCOPES: Mapping[str, Callable[[Mapping[str, str]], Iterable[Picked]]] = {
    "search": _of_search,
    "library": _of_library,
    "collection": _of_collection,
}


def _there(keys: Iterable[str]) -> list[Picked]:
    parts = [(key[0], int(key[1:])) for key in keys]
    owners = assets_of_units([number for kind, number in parts if kind == "u"])
    there = assets_there([number for kind, number in parts if kind == "a"])
    found = []
    for kind, number in parts:
        if kind == "u" and number in owners:
            found.append(Picked(asset_id=owners[number], unit_id=number))
        elif kind == "a" and number in there:
            found.append(Picked(asset_id=number))
    return found


def _keys(sent: Iterable[str]) -> Iterable[str]:
    for text in sent:
        for part in text.split(","):
            match = _KEY.fullmatch(part.strip())
            if match:
                yield f"{match[1]}{int(match[2])}"


def _numbers(sent: Iterable[str]) -> Iterable[int]:
    return (int(part) for text in sent for part in text.split(",") if re.fullmatch(r"\d{1,15}", part, re.ASCII))


def _at_most(found: Iterable[T]) -> list[T]:
    """Return each once. Raises SelectionError for more than can be worked on at once."""
    once = list(islice(dict.fromkeys(found), MOST + 1))
    if len(once) > MOST:
        raise SelectionError(f"More than {MOST:,} are selected: narrow the search, and take them in parts.")
    return once
