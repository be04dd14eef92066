"""What a search is asked with, and what it answers: hits with their reasons, and the answer as a whole."""

from enum import StrEnum
from typing import Annotated

from ninja import Schema
from pydantic import Field

from dam.types import EvidenceSource, MediaKind, UnitKind
from search.api.pictures import PictureOut
from search.api.types import Cursor, Limit, Text
from search.rank import STRICTEST


class Order(StrEnum):
    """The order of the good hits; those that only look similar follow them by relevance."""

    RELEVANCE = "relevance"
    DATE = "date"
    BOTH = "both"


class Grouping(StrEnum):
    """What good hits stand together by."""

    DAY = "day"
    PERSON = "person"
    VIDEO = "video"
    FOLDER = "folder"


class SearchQuery(Schema):
    """What a search is asked with."""

    q: Annotated[
        Text, Field(max_length=2000, description="The search, in the language of the search page: docs/search.md.")
    ]
    kind: Annotated[UnitKind | None, Field(description="Only hits of this kind.")] = None
    sort: Annotated[Order, Field(description="The order of the good hits.")] = Order.RELEVANCE
    group: Annotated[
        Grouping | None, Field(description="Hits of one group follow each other; with two people, one stands twice.")
    ] = None
    strict: Annotated[
        int, Field(ge=-STRICTEST, le=STRICTEST, description="How strict: -2 everything near, 2 only what is sure.")
    ] = 0
    fold: Annotated[
        bool, Field(description="Put near-duplicates, and shots that follow each other, behind one hit.")
    ] = False
    facets: Annotated[bool, Field(description="Say too what the answer can be narrowed by.")] = False
    cursor: Cursor = None
    limit: Limit = 60


class SnippetPart(Schema):
    """A piece of a snippet; the pieces together are the whole."""

    text: str
    match: bool = Field(description="Whether these words are what was searched for.")


class EvidenceOut(Schema):
    """One reason for a hit."""

    source: EvidenceSource = Field(description="Which part of the search found it.")
    score: float = Field(description="How sure this part is, 0 to 1.")
    at_ms: int | None = Field(description="The moment in the asset; null for a photo, or where there is none.")
    snippet: list[SnippetPart] = Field(description="The words that matched, with those around them; or empty.")


class GroupOut(Schema):
    """A group of hits: `key` is a day, an id or a folder, “” for what is in none."""

    key: str
    title: str


class HitOut(Schema):
    """A photo, a shot or a clip that was found."""

    unit_id: int
    asset_id: int
    kind: MediaKind = Field(description="What the asset is.")
    unit: UnitKind
    name: str
    path: str
    start_ms: int | None = Field(description="Null for a photo.")
    end_ms: int | None = Field(description="Null for a photo; not part of the unit itself.")
    best_ms: int | None = Field(description="The moment that matches best.")
    score: float = Field(description="How sure the whole search is, 0 to 1.")
    good: bool = Field(description="False below the line at which hits end: the rest only looks similar.")
    evidence: list[EvidenceOut]
    picture: PictureOut | None
    behind: list[int] = Field(default=[], description="With `fold`: the units that this one stands for, too.")
    group: GroupOut | None = Field(default=None, description="With `group`: the one that this hit stands in.")


class ChipOut(Schema):
    """A filter that was understood; `without` is the search without it."""

    lead: str
    value: str
    negated: bool
    without: str


class FacetValueOut(Schema):
    """One value; `search` is the search with it, `count` how many hits that has."""

    name: str
    search: str
    count: int


class FacetOut(Schema):
    """What an answer can be narrowed by: people, places, tags, …, the values with the most hits first."""

    name: str
    title: str
    values: list[FacetValueOut]


class SearchOut(Schema):
    """A page of hits, and the answer as a whole."""

    asked: dict[str, str] = Field(description="The parameters as they were understood.")
    understood: list[ChipOut]
    hits: list[HitOut] = Field(description="The good ones first, best first.")
    good_count: int = Field(description="So many hits are good, of every kind.")
    counts: dict[UnitKind, int] = Field(description="Good hits by kind, whichever was asked for.")
    searched_units: int = Field(description="So many of `total_units` can be found already.")
    total_units: int
    pack: str
    took_ms: int
    facets: list[FacetOut] | None = Field(default=None, description="Null unless they were asked for.")
    page: str = Field(description="The page on which people see the same.")
    next: str | None
