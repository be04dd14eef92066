"""A name that can be searched for, with its count; and words as they are compared while somebody types."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dam.catalog import words
from dam.catalog.readers.browse import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A value that an operator takes; `count` is of photos, shots and clips, None where nobody counts.

    `folded` are its words as they are compared, `note` says more in a few words, `relation` is what has to stand
    before it. `order` is its place among others of its sort that match as well (the lower first). With `more` there
    are at least so many; `below` are the ids of a tag and of all under it, where there are any. A saved search has
    the parameters that it `asked`.
    """

    value: str
    folded: str
    count: int | None
    note: str = ""
    relation: str = ":"
    swatch: str = ""
    picture: Picture | None = None
    tag_id: int | None = None
    below: frozenset[int] = frozenset()
    more: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)
    order: float = 0.0


Names = tuple[Counted, ...]


def named(value: str, count: int | None, *, note: str = "", relation: str = ":", order: float = 0.0) -> Counted:
    """Return a value that is compared by its own words."""
    return Counted(value=value, folded=words.folded(value), count=count, note=note, relation=relation, order=order)
