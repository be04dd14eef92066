"""Items for agencies, as tests of their checks and CSVs need them."""

from dataclasses import replace
from datetime import date
from typing import Any

from dam.stock.checks import violations
from dam.stock.item import Item, Quality, Rights, Spot, Surroundings, Violation
from dam.stock.profiles import profile
from dam.types import MediaKind

KEYWORDS = (
    "harbour", "fishing boat", "sunrise", "sea", "rope", "reflection", "coast", "morning", "blue hour", "calm",
    "travel", "Galicia",
)  # fmt: skip

HARBOUR = Item(
    asset_id=1,
    kind=MediaKind.PHOTO,
    own_name="harbour-0042.jpg",
    file_name="harbour-0042.jpg",
    size_bytes=8_000_000,
    width=6000,
    height=4000,
    taken_on=date(2026, 5, 3),
    title="Fishing boats in a calm harbour at sunrise",
    description="Three fishing boats lie in a calm harbour while the sun rises over the sea.",
    keywords=KEYWORDS,
    copyright="Ana Prieto",
    categories=("21",),
    spot=Spot(location="Porto de Espasante", city="Ortigueira", state="Galicia", country="Spain"),
    quality=Quality(sharpness=0.8, noise=1.0, phashes=("a5a5a5a5f0f0f0f0",)),
)
MODEL_RELEASE = Rights(named=("Ana Prieto",), documents=("Ana Prieto 2026",))


def item(**changes: Any) -> Item:
    """The photo of a harbour, changed."""
    return replace(HARBOUR, **changes)


def found(of: Item, agency: str = "adobe-stock", *, around: Surroundings | None = None) -> list[Violation]:
    """What stands in the way of sending an item to an agency."""
    return violations(of, profile(agency), around=around)


def at(field: str, of: Item, agency: str = "adobe-stock", *, around: Surroundings | None = None) -> list[Violation]:
    """What stands in the way at one field."""
    return [each for each in found(of, agency, around=around) if each.field == field]
