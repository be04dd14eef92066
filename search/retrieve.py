"""From a query to candidates: pictures by meaning, speech by meaning, and words as they stand."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.catalog import fulltext, words
from dam.catalog.fulltext import TextColumn
from dam.ports import Embedder, ModelInfo, Vectors
from dam.types import Candidate, Evidence, EvidenceSource, MediaKind, Query
from search import calibrate
from search.calibrate import Tuning
from search.index import SpaceIndex
from search.query_vectors import query_vector

_LIMIT = 600  # vectors per space: more than anybody scrolls through
_TEXT_LIMIT = 200  # units per text column


@dataclass(frozen=True, slots=True, kw_only=True)
class Spaces:
    """What is searched: the picture vectors, and the vectors of spoken lines (by the same model's text tower)."""

    picture: SpaceIndex
    speech: SpaceIndex


def retrieve(query: Query, *, embedder: Embedder, spaces: Spaces) -> list[Candidate]:
    """Return what may be meant, each with its calibrated evidence. Raises EngineError, database errors.

    A phrase in quotes must be there word by word, so with one only text is asked.
    """
    found = _by_words(query)
    if query.text and not query.phrases:
        info = embedder.info
        for index, source, usual in (
            (spaces.picture, EvidenceSource.PICTURE, calibrate.tuning(info)),
            (spaces.speech, EvidenceSource.SPEECH_VECTOR, calibrate.speech_tuning()),
        ):
            allowed = index.columns.ids_of_kinds(query.kinds) if query.kinds else None
            vector = query_vector(query.text, embedder, usual.prompts)
            verdict = info if source is EvidenceSource.PICTURE else None
            found += _by_vector(vector, index, allowed, usual, source, verdict)
    return found


def alike(unit_id: int, *, spaces: Spaces, kinds: Collection[MediaKind]) -> list[Candidate]:
    """Return units that look like any picture of this one, but not those of the same asset."""
    index, usual = spaces.picture, calibrate.alike_tuning()
    columns = index.columns
    own = columns.ids_of_units([unit_id])
    if not len(own):
        return []
    allowed = columns.ids_of_kinds(kinds) if kinds else columns.ids
    assets = columns.asset_ids[columns.places_of(own)]
    allowed = np.setdiff1d(allowed, columns.ids[np.isin(columns.asset_ids, assets)], assume_unique=True)
    return [
        candidate
        for vector in index.store.get(own.tolist())
        for candidate in _by_vector(vector[np.newaxis], index, allowed, usual, EvidenceSource.PICTURE)
    ]


def _by_vector(
    vector: Vectors,
    index: SpaceIndex,
    allowed: NDArray[np.int64] | None,
    usual: Tuning,
    source: EvidenceSource,
    info: ModelInfo | None = None,
) -> list[Candidate]:
    columns = index.columns
    (matches,) = index.store.search(vector, limit=_LIMIT, allowed_ids=allowed)
    behind = calibrate.background((index.background() @ vector[0]).astype(np.float32), usual)
    # The store may know a vector that is being deleted, whose unit is no longer known: it is left out.
    places: NDArray[np.int64] = columns.places_of(np.array([match.embedding_id for match in matches], dtype=np.int64))
    return [
        Candidate(
            unit_id=int(columns.unit_ids[place]),
            evidence=Evidence(
                source=source,
                score=calibrate.certainty(match.score, behind, usual, info),
                raw=match.score,
                at_ms=int(columns.at_ms[place]),
            ),
        )
        for match, place in zip(matches, places.tolist(), strict=True)
        if place >= 0
    ]


def _by_words(query: Query) -> list[Candidate]:
    telling = len(words.telling(list(words.terms(words.clean(query.text)))))
    matches = fulltext.find(query.text, phrases=query.phrases, kinds=query.kinds, limit=_TEXT_LIMIT)
    return [
        Candidate(
            unit_id=match.unit_id,
            evidence=Evidence(
                source=EvidenceSource.SPOKEN_WORDS if match.column is TextColumn.SPOKEN else EvidenceSource.TEXT,
                # A phrase in quotes that is there is what was asked for; loose words beside it only order.
                score=0.9 + 0.1 * match.coverage
                if query.phrases
                else calibrate.words_certainty(match.coverage, telling_words=telling),
                raw=match.score,
                snippet=match.snippet,
            ),
        )
        for match in matches
    ]
