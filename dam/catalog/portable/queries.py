"""The numbers of pictures that searches hold (`like:123`), which mean something else in another catalogue."""

import re
from collections.abc import Mapping
from typing import Any

from dam.catalog.models import Unit
from dam.catalog.portable.arrival import Arrival, Row, unit_ref

# Units, by either name of the operator; faces (`face:17`) are not the same from one model to the next.
_NUMBERED = re.compile(r"\b(like|similar):(\d{1,15})(?!\d)", re.IGNORECASE | re.ASCII)
_NOBODY = "0"  # no unit has it: the search then says that its picture is gone, and shows no other


def pictures_in(asked: Mapping[str, Any]) -> dict[str, Row]:
    """Return the units that a search names, by the numbers that it names them by."""
    numbers = {int(number) for _, number in _NUMBERED.findall(str(asked.get("q", "")))}
    rows = Unit.objects.filter(pk__in=numbers).values_list("pk", "asset__fingerprint", "kind", "start_ms", "end_ms")
    return {str(pk): unit_ref(fingerprint, kind, start, end) for pk, fingerprint, kind, start, end in rows}


def with_pictures_of_here(asked: Mapping[str, Any], pictures: Mapping[str, Row], arrival: Arrival) -> dict[str, Any]:
    """Return a search that names its pictures by their numbers here."""
    if "q" not in asked or not _NUMBERED.search(str(asked["q"])):
        return dict(asked)
    arrival.know(ref["asset"] for ref in pictures.values())
    units = arrival.units(pictures.values())

    def here(match: re.Match[str]) -> str:
        unit = units.find(pictures[match[2]]) if match[2] in pictures else None
        return f"{match[1]}:{unit.pk if unit is not None else _NOBODY}"

    return dict(asked) | {"q": _NUMBERED.sub(here, str(asked["q"]))}
