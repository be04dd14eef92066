"""What the address of a results page asks for: words, kind, order, groups and how strict; and back to parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dam.types import UnitKind
from search.rank import STRICTEST


class Sort(StrEnum):
    """The order of the good hits."""

    RELEVANCE = ""
    DATE = "date"
    BOTH = "both"  # clear ones, likely ones, the nearest; the newest first in each


class Group(StrEnum):
    """What hits stand together by."""

    NONE = ""
    DAY = "day"
    PERSON = "person"
    VIDEO = "video"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The state of a results page: the words as typed, one kind of hit or all of them, order and groups.

    `strict` is what the address itself says, -2 to 2; where it says nothing, `remembered` counts. With `each`,
    near-duplicates and neighbouring shots stand one by one.
    """

    text: str
    kind: UnitKind | None = None
    sort: Sort = Sort.RELEVANCE
    group: Group = Group.NONE
    strict: int | None = None
    remembered: int = 0
    each: bool = False

    @property
    def strictness(self) -> int:
        """How strict the answer is, from -2 (everything near) to 2 (only what is sure)."""
        return self.remembered if self.strict is None else self.strict

    @property
    def where(self) -> dict[str, str]:
        """The same as parameters, for links: who follows one sees the same page."""
        named = self.strict is not None or self.remembered
        return {
            "q": self.text,
            "kind": self.kind.value if self.kind else "",
            "sort": self.sort.value,
            "group": self.group.value,
            "strict": str(self.strictness) if named else "",
            "each": "1" if self.each else "",
        }


def stated(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of an address without those that say nothing."""
    return {name: value for name, value in parameters.items() if value}


def read_asked(parameters: Mapping[str, str], *, remembered: int = 0) -> Asked:
    """Return what an address asks for; what it can't mean is left out."""
    kind, sort, group = (parameters.get(name, "") for name in ("kind", "sort", "group"))
    return Asked(
        text=parameters.get("q", "").strip(),
        kind=UnitKind(kind) if kind in set(UnitKind) else None,
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        group=Group(group) if group in set(Group) else Group.NONE,
        strict=read_strictness(parameters.get("strict", "")),
        remembered=remembered,
        each=parameters.get("each", "") == "1",
    )


def read_strictness(text: str) -> int | None:
    """Return a position of the strictness slider, or None for what is none."""
    return int(text) if text in {str(at) for at in range(-STRICTEST, STRICTEST + 1)} else None
