"""What was understood of a search, as chips: each filter in words, with the search that is left without it."""

from dataclasses import dataclass

from dam.catalog.readers.browse import tiles_of_units
from dam.catalog.readers.people import person
from dam.errors import QueryError
from dam.types.colours import known_name, named_colours, parse_hex
from search.parse import Part, parts_of
from search.query.known import known

_LEADS = {
    "kind": "", "person": "with", "face": "the face", "tag": "tag", "objects": "shows", "text": "written",
    "said": "said", "speaker": "spoken by", "sounds": "sounds like", "color": "colour", "look": "", "place": "in",
    "after": "from", "before": "before", "date": "on", "in": "folder", "camera": "camera", "lens": "lens",
    "rating": "rating", "iso": "ISO", "duration": "length", "fps": "frames a second", "width": "width", "has": "has",
    "is": "", "label": "label", "creator": "by", "copyright": "copyright",
    "like": "looks like", "words": "the words", "collection": "in the collection",
}  # fmt: skip
_QUOTED = frozenset({"text", "said", "sounds", "words"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter in words; `rest` is the search without it, `swatch` a colour to show as `#rrggbb`, or "".

    `guessed` are the plain words that it was understood from, "" where it was typed; `rest` has them as mere words.
    """

    lead: str
    value: str
    rest: str
    negated: bool = False
    swatch: str = ""
    guessed: str = ""


def chips(text: str) -> list[Chip]:
    """Return the chips of a search; none for one that can't be read, whose error is shown instead."""
    try:
        return [chip_of(part) for part in parts_of(text, known=known())]
    except QueryError:
        return []


def chip_of(part: Part) -> Chip:
    """Return one filter as a chip."""
    lead, value = _LEADS[part.name], part.value
    if part.name == "person" and value.startswith("#"):
        value = _person(value)
    if part.name == "face":
        lead, value = "a face like this", ""
    if part.name == "like":
        value = picture_name(value)
    return Chip(
        lead=lead,
        value=f"“{value}”" if part.name in _QUOTED else value,
        rest=part.rest,
        negated=part.negated,
        guessed=part.guessed,
        swatch=_swatch(part.value) if part.name == "color" else "",
    )


def picture_name(value: str) -> str:
    """Return the picture of a `like:` in words: the name of its file, and whether it is a part of it."""
    number = value.lstrip("#").split("^")[0].split("@")[0]
    unit_id = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
    tile = tiles_of_units([unit_id]).get(unit_id) if unit_id else None
    name = tile.name if tile else "your picture" if number.startswith("picture-") else "a picture that is gone"
    return f"a part of {name}" if "@" in value else name


def _person(value: str) -> str:
    number = value.removeprefix("#")
    found = person(int(number)) if number.isascii() and number.isdigit() and len(number) < 16 else None
    return (found.name if found else "") or f"person {number}"


def _swatch(value: str) -> str:
    name, number = known_name(value), parse_hex(value)
    if name:
        return next(colour.hex for colour in named_colours() if colour.name == name)
    return "#{:02x}{:02x}{:02x}".format(*number) if number else ""
