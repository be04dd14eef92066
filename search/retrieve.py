"""From a query to candidates: pictures by meaning, speech by meaning, and words as they stand."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dam.catalog import fulltext, words
from dam.catalog.fulltext import TextColumn
from dam.errors import StoreError
from dam.ports import Embedder, ModelInfo, Vectors
from dam.types import Candidate, Evidence, EvidenceSource, MediaKind, Query, VectorMatch
from search import calibrate
from search.calibrate import Tuning
from search.columns import Columns
from search.index import SpaceIndex
from search.query_vectors import query_vector

_LIMIT = 600  # vectors per space: more than anybody scrolls through
_TEXT_LIMIT = 200  # units per text column
_COMPARED = 128  # of the best pictures are compared with each other: the first two pages
_OF_COLUMN = {
    TextColumn.SPOKEN: EvidenceSource.SPOKEN_WORDS,
    TextColumn.DESCRIBED: EvidenceSource.TEXT,
    TextColumn.WRITTEN: EvidenceSource.WRITTEN,
    TextColumn.CAPTIONED: EvidenceSource.CAPTION,
}
_DUPLICATE_COSINE = 0.98  # the same picture saved again, or the next one of a burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Spaces:
    """What is searched: the picture vectors, and the vectors of spoken lines (by the same model's text tower)."""

    picture: SpaceIndex
    speech: SpaceIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What may be meant; `groups` names, for the best pictures, the group of near-duplicates that each is in."""

    candidates: list[Candidate] = field(default_factory=list)
    groups: dict[int, int] = field(default_factory=dict)


def retrieve(query: Query, *, embedder: Embedder, spaces: Spaces) -> Retrieved:
    """Return what may be meant, each with its calibrated evidence. Raises EngineError, database errors.

    A phrase in quotes must be there word by word, so with one only text is asked.
    """
    found = Retrieved(candidates=_by_words(query))
    if query.text and not query.phrases:
        _add_pictures(found, query, embedder=embedder, index=spaces.picture)
        _add_speech(found, query, embedder=embedder, index=spaces.speech)
    return found


def alike(unit_id: int, *, spaces: Spaces, kinds: Collection[MediaKind]) -> Retrieved:
    """Return units that look like any picture of this one, but none of the same asset."""
    index, usual, found = spaces.picture, calibrate.alike_tuning(), Retrieved()
    columns = index.columns
    own = columns.ids_of_units([unit_id])
    same_asset = np.isin(columns.asset_ids, columns.asset_ids[columns.places_of(own)])
    allowed = columns.where(~same_asset)
    wanted = allowed.ids_of_kinds(kinds) if kinds else allowed.ids
    for vector in _rows(index, own):
        matches, certain = _measure(vector[np.newaxis], index, wanted, usual)
        found.candidates.extend(_candidates(matches, certain, columns, EvidenceSource.PICTURE))
        found.groups.update(_groups(matches, columns, index))
    return found


def _add_pictures(found: Retrieved, query: Query, *, embedder: Embedder, index: SpaceIndex) -> None:
    info, columns = embedder.info, index.columns
    usual = calibrate.tuning(info)
    vector = query_vector(query.text, embedder, usual.prompts)
    matches, certain = _measure(vector, index, _allowed(columns, query.kinds), usual, info)
    found.candidates.extend(_candidates(matches, certain, columns, EvidenceSource.PICTURE))
    found.groups.update(_groups(matches, columns, index))


def _add_speech(found: Retrieved, query: Query, *, embedder: Embedder, index: SpaceIndex) -> None:
    usual, columns = calibrate.speech_tuning(), index.columns
    vector = query_vector(query.text, embedder, usual.prompts)
    matches, certain = _measure(vector, index, _allowed(columns, query.kinds), usual)
    found.candidates.extend(_candidates(matches, certain, columns, EvidenceSource.SPEECH_VECTOR))


def _allowed(columns: Columns, kinds: Collection[MediaKind]) -> NDArray[np.int64] | None:
    return columns.ids_of_kinds(kinds) if kinds else None


def _measure(
    vector: Vectors,
    index: SpaceIndex,
    allowed: NDArray[np.int64] | None,
    usual: Tuning,
    info: ModelInfo | None = None,
) -> tuple[list[VectorMatch], list[float]]:
    """Search with one vector (1, dimensions) and calibrate each score against the whole space."""
    (matches,) = index.store.search(vector, limit=_LIMIT, allowed_ids=allowed)
    behind = calibrate.background((index.background() @ vector[0]).astype(np.float32), usual)
    among = len(index.columns) if allowed is None else len(allowed)
    return matches, calibrate.certainties([match.score for match in matches], behind, usual, among=among, info=info)


def _candidates(
    matches: list[VectorMatch], certain: list[float], columns: Columns, source: EvidenceSource
) -> list[Candidate]:
    # The store may still know a vector that is being deleted, whose unit is no longer known: it is left out.
    places = columns.places_of(_ids(matches)).tolist()
    return [
        Candidate(
            unit_id=int(columns.unit_ids[place]),
            evidence=Evidence(source=source, score=score, raw=match.score, at_ms=int(columns.at_ms[place])),
        )
        for match, score, place in zip(matches, certain, places, strict=True)
        if place >= 0
    ]


def _groups(matches: list[VectorMatch], columns: Columns, index: SpaceIndex) -> dict[int, int]:
    """Give each of the best pictures the number of the best one that it is a near-duplicate of."""
    places = columns.places_of(_ids(matches[:_COMPARED]))
    places = places[places >= 0]
    rows = _rows(index, columns.ids[places])
    if not len(rows):
        return {}
    first_like_it = np.argmax(rows @ rows.T >= _DUPLICATE_COSINE, axis=1)
    units = columns.unit_ids[places]
    groups: dict[int, int] = {}
    for unit, leader in zip(units.tolist(), units[first_like_it].tolist(), strict=True):
        groups.setdefault(unit, leader)
    return groups


def _rows(index: SpaceIndex, ids: NDArray[np.int64]) -> Vectors:
    try:
        return index.store.get(ids.tolist())
    except StoreError:  # one was deleted this moment
        return np.empty((0, 0), dtype=np.float32)


def _ids(matches: list[VectorMatch]) -> NDArray[np.int64]:
    return np.array([match.embedding_id for match in matches], dtype=np.int64)


def _by_words(query: Query) -> list[Candidate]:
    telling = len(words.telling(list(words.terms(words.clean(query.text)))))
    matches = fulltext.find(query.text, phrases=query.phrases, kinds=query.kinds, limit=_TEXT_LIMIT)
    return [
        Candidate(
            unit_id=match.unit_id,
            evidence=Evidence(
                source=_OF_COLUMN[match.column],
                score=calibrate.phrase_certainty(match.coverage)
                if query.phrases
                else calibrate.words_certainty(match.coverage, telling_words=telling),
                raw=match.score,
                snippet=match.snippet,
            ),
        )
        for match in matches
    ]
