"""The value of `like:`: a picture, a part of it, and how much it counts."""

import re

from dam.errors import QueryError
from dam.types import Example, Filter, Region

_LIKE = re.compile(
    r"(?:#?(?P<unit>\d{1,15})|picture-(?P<picture>[0-9a-f]{16}))"
    r"(?:@(?P<region>\d{1,3},\d{1,3},\d{1,3},\d{1,3}))?"
    r"(?:\^(?P<weight>\d{1,3}(?:\.\d{1,3})?))?"
)
_LEAST, _MOST = 0.05, 20.0  # beyond these one part of a query drowns the others
_WHOLE = 100  # regions are typed in percent
_SMALLEST = 2  # percent of the width or height: below this there is nothing to look at


def example(asked: Filter) -> Example:
    """Return what a `like:` asks for. Raises QueryError."""
    place = asked.start + 1
    match = _LIKE.fullmatch(asked.value)
    if match is None:
        raise QueryError(
            f"“{asked.value}” at character {place} is no picture: like:123 (the number of a photo or shot), "
            "like:123@25,10,50,40 for a part of it (x, y, width, height in percent), like:123^0.5 to count it less."
        )
    weight = weight_of(match["weight"], place=place) if match["weight"] else 1.0
    return Example(
        unit_id=int(match["unit"]) if match["unit"] else None,
        picture=match["picture"] or "",
        region=_region(match["region"], place=place) if match["region"] else None,
        weight=-weight if asked.negated else weight,
    )


def value(found: Example) -> str:
    """Return an example as it is typed after `like:`, without its sign."""
    what = f"picture-{found.picture}" if found.picture else str(found.unit_id)
    if found.region is not None:
        part = (found.region.x, found.region.y, found.region.width, found.region.height)
        what += "@" + ",".join(str(round(share * _WHOLE)) for share in part)
    weight = abs(found.weight)
    return what if weight == 1 else f"{what}^{weight:g}"


def weight_of(text: str, *, place: int) -> float:
    """Return a weight as typed after `^`. Raises QueryError."""
    weight = float(text)
    if not _LEAST <= weight <= _MOST:
        raise QueryError(f"The weight {text} at character {place}: from {_LEAST:g} to {_MOST:g}, please.")
    return weight


def _region(text: str, *, place: int) -> Region:
    x, y, width, height = (int(part) for part in text.split(","))
    if width < _SMALLEST or height < _SMALLEST or x + width > _WHOLE or y + height > _WHOLE:
        raise QueryError(
            f"“@{text}” at character {place} is no part of a picture: x, y, width and height in percent, "
            "like @25,10,50,40."
        )
    return Region(x=x / _WHOLE, y=y / _WHOLE, width=width / _WHOLE, height=height / _WHOLE)
