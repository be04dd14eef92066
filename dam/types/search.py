"""What flows from words to a page."""

from dataclasses import dataclass, field
from enum import StrEnum

from dam.types.media import MediaKind, UnitKind


class EvidenceSource(StrEnum):
    """Which part of the search found a unit."""

    PICTURE = "picture"
    SPEECH_VECTOR = "speech meaning"
    SPOKEN_WORDS = "said"
    TEXT = "text"
    WRITTEN = "written in the picture"
    CAPTION = "caption"
    SPEAKER = "speaker"
    SOUND = "sound"
    FACE = "face"
    TAG = "tag"
    PERSON = "person"
    OBJECT = "objects"
    LOOK = "look"
    PLACE = "place"
    COLLECTION = "collection"


class Relation(StrEnum):
    """What stands between a filter's name and its value."""

    IS = ":"
    EQUAL = "="
    LEAST = ">="
    MOST = "<="
    MORE = ">"
    LESS = "<"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition as typed, `person:Ana` or `-objects:car>2`.

    `name` is the operator's own, whatever alias was typed; from `start` to `end` it stands in the text of the query
    (0 and 0: it was not typed). `guessed` are the plain words that it was understood from, "" where it was typed.
    """

    name: str
    value: str
    relation: Relation = Relation.IS
    negated: bool = False
    guessed: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a picture, as shares (0..1) of its width and height; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A picture to look for: a unit's, or one that the user gave (`picture`, its name in the data folder).

    `weight` is how much it counts beside the rest of the query; below 0: less like this one.
    """

    unit_id: int | None = None
    picture: str = ""
    region: Region | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """Words that pull a search towards their meaning, or with a weight below 0 away from it."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a search asks: plain words, spoken phrases in quotes, filters and example pictures, all of them at once.

    `without` are words that must not be meant. Where `alternatives` are given, any of them is the answer, and the
    query itself only says what they have in common: the words of all of them, which results are marked with.
    """

    text: str = ""
    phrases: tuple[str, ...] = ()
    kinds: frozenset[MediaKind] = frozenset()
    filters: tuple[Filter, ...] = ()
    without: tuple[str, ...] = ()
    alternatives: tuple["Query", ...] = ()
    library_id: int | None = None
    examples: tuple[Example, ...] = ()
    weighted: tuple[Weighted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorMatch:
    """One vector that a store found: `embedding_id` is the catalogue's primary key, `score` the cosine."""

    embedding_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a unit matched: `score` in 0..1 after calibration, `raw` as the source gave it, `at_ms` in the asset.

    `snippet` holds the words that matched, the matching ones between U+0002 and U+0003.
    """

    source: EvidenceSource
    score: float
    raw: float
    at_ms: int | None = None
    snippet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit with one piece of evidence, before ranking."""

    unit_id: int
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A ranked unit: `score` in 0..1; `good` is False below the line where hits end."""

    unit_id: int
    asset_id: int
    kind: MediaKind
    unit_kind: UnitKind
    path: str
    start_ms: int | None
    end_ms: int | None
    best_ms: int | None
    score: float
    good: bool
    evidence: tuple[Evidence, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """An answer: `hits` in order (the good ones first), `good_count` of them good, and what it took."""

    query: Query
    hits: tuple[Hit, ...]
    good_count: int
    searched_units: int
    total_units: int
    pack: str
    took_ms: int
