"""Each part of a search as a chip that can be changed where it stands, and the search with one of them changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dam.catalog.readers.browse import Picture, Tile, tiles_of_units
from dam.catalog.readers.completion import NAMES
from dam.errors import QueryError
from dam.types import Example, Filter, Region, Relation
from search.parse import part_of, tree_of
from search.query.chips import Chip, chip_of
from search.query.edit import Change, changed, leaf_at
from search.query.known import known
from search.query.like import example
from search.query.operators import meant
from search.query.tree import Both, Either, Leaf, Node, Phrase, Words, as_text, leaves, without

_RELATIONS = ((":", "is"), (">=", "at least"), ("<=", "at most"), (">", "more than"), ("<", "less than"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The picture of a `like:`: a unit's, or one that was given, by its name; `region` is the part that counts."""

    unit_id: int | None = None
    picture: Picture | None = None
    given: str = ""
    region: Region | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableChip:
    """A chip with what its form shows: `place` in the search, the value as `typed`, the relations that it takes.

    `name` is its operator, "" for words in quotes, "without" for plain words behind a minus. `joined`: one of several
    that are asked for by OR, and not the first.
    """

    place: int
    name: str
    chip: Chip
    typed: str
    relation: str = ":"
    relations: tuple[tuple[str, str], ...] = ()
    completes: bool = False
    shown: Shown | None = None
    joined: bool = False

    @property
    def lead(self) -> str:
        """What stands before the value."""
        return self.chip.lead

    @property
    def value(self) -> str:
        """The value in words."""
        return self.chip.value

    @property
    def rest(self) -> str:
        """The search without it."""
        return self.chip.rest

    @property
    def negated(self) -> bool:
        """Tell whether it is left out."""
        return self.chip.negated

    @property
    def guessed(self) -> str:
        """The plain words that it was understood from, "" where it was typed."""
        return self.chip.guessed

    @property
    def swatch(self) -> str:
        """A colour to show, or ""."""
        return self.chip.swatch

    @property
    def is_phrase(self) -> bool:
        """Tell whether it is words that may be said or written, or one of the two."""
        return self.name in {"", "said", "text"}


def editable_chips(text: str) -> list[EditableChip]:
    """Return the chips of a search in the order typed; none for one that can't be read."""
    try:
        tree = tree_of(text, known=known())
    except QueryError:
        return []
    if tree is None:
        return []
    later = {id(leaf) for leaf in _alternatives(tree)}
    found = [_editable(place, leaf, tree, joined=id(leaf) in later) for place, leaf in enumerate(leaves(tree))]
    return _with_pictures([each for each in found if each is not None])


def edited(text: str, place: int, change: Change) -> str:
    """Return the search with the part at a place changed, or taken away by an empty value. Raises QueryError."""
    tree = tree_of(text, known=known())
    leaf = leaf_at(tree, place) if tree is not None else None
    if tree is None or leaf is None:
        return text
    found = changed(tree, leaf, change)
    return as_text(found) if found is not None else ""


def with_example(text: str, unit: str, *, less: bool) -> str:
    """Return the search with "more like this unit" or "less like it" added; what it said of just that before goes."""
    value = f"{'-' if less else ''}like:{unit}"
    try:
        tree = tree_of(text)
    except QueryError:
        return value
    said = [leaf for leaf in leaves(tree) if isinstance(leaf, Filter) and _is_of(leaf, unit)] if tree else []
    for leaf in said:
        tree = without(tree, leaf) if tree else None
    if tree is None:
        return value
    kept = as_text(tree)
    return f"({kept}) {value}" if isinstance(tree, Either) else f"{kept} {value}"


def _is_of(leaf: Filter, unit: str) -> bool:
    return leaf.name == "like" and leaf.value.lstrip("#").split("^")[0] == unit


def _alternatives(node: Node) -> Iterator[Leaf]:
    """Yield the parts that stand right behind an OR."""
    if isinstance(node, Both | Either):
        if isinstance(node, Either):
            yield from (next(leaves(part)) for part in node.parts[1:])
        for part in node.parts:
            yield from _alternatives(part)


def _editable(place: int, leaf: Leaf, tree: Node, *, joined: bool) -> EditableChip | None:
    rest = without(tree, leaf)
    left = as_text(rest) if rest else ""
    if isinstance(leaf, Phrase):
        chip = Chip(lead="said or written", value=f"“{leaf.text}”", rest=left, negated=leaf.negated)
        return EditableChip(place=place, name="", chip=chip, typed=leaf.text, joined=joined)
    if isinstance(leaf, Words) and not leaf.literal:
        if not leaf.negated:
            return None
        chip = Chip(lead="", value=leaf.text, rest=left, negated=True)
        return EditableChip(place=place, name="without", chip=chip, typed=leaf.text, joined=joined)
    chip = chip_of(part_of(leaf, tree))
    if isinstance(leaf, Words):
        return EditableChip(place=place, name="words", chip=chip, typed=leaf.text, joined=joined)
    operator = meant(leaf.name)
    relation = Relation.IS if leaf.relation is Relation.EQUAL else leaf.relation
    return EditableChip(
        place=place,
        name=leaf.name,
        chip=chip,
        typed=leaf.value,
        relation=relation,
        relations=_RELATIONS if operator and operator.compared else (),
        completes=leaf.name in NAMES,
        shown=_shown(leaf) if leaf.name == "like" else None,
        joined=joined,
    )


def _shown(leaf: Filter) -> Shown | None:
    try:
        found: Example = example(leaf)
    except QueryError:
        return None
    return Shown(given=found.picture, region=found.region, weight=abs(found.weight), unit_id=found.unit_id)


def _with_pictures(found: list[EditableChip]) -> list[EditableChip]:
    """Return the chips with the pictures that they are about."""
    units = [each.shown.unit_id for each in found if each.shown and each.shown.unit_id]
    tiles = tiles_of_units(units) if units else {}
    return [_with_picture(each, tiles) for each in found]


def _with_picture(each: EditableChip, tiles: Mapping[int, Tile]) -> EditableChip:
    if each.shown is None:
        return each
    tile = tiles.get(each.shown.unit_id or 0)
    return replace(each, shown=replace(each.shown, picture=tile.picture if tile else None))
