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
    SOUND = "sound"
    FACE = "face"
    TAG = "tag"
    PERSON = "person"
    OBJECT = "objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a search asks: plain words, spoken phrases in quotes, and filters."""

    text: str = ""
    phrases: tuple[str, ...] = ()
    kinds: frozenset[MediaKind] = frozenset()
    library_id: int | None = None
    like_unit_id: int | None = None


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
