"""One vector against one space: the nearest of what may be found, each with its calibrated certainty."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.ports import ModelInfo, Vectors
from dam.types import Candidate, Evidence, EvidenceSource, MediaKind, VectorMatch
from search import calibrate
from search.calibrate import Tuning
from search.vectors.columns import Columns
from search.vectors.index import SpaceIndex

LIMIT = 600  # vectors per space: more than anybody scrolls through


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which units may be found: of these kinds (none: all), `only` these, none of `but`."""

    kinds: frozenset[MediaKind] = frozenset()
    only: NDArray[np.int64] | None = None
    but: Collection[int] = frozenset()

    def ids(self, columns: Columns) -> NDArray[np.int64] | None:
        """Return the ids of the vectors that are of these kinds and `only` these; None for all."""
        return columns.ids_of(kinds=self.kinds, only=self.only)


def measured(
    vector: Vectors, index: SpaceIndex, narrowing: Narrowing, usual: Tuning, info: ModelInfo | None = None
) -> tuple[list[VectorMatch], list[float]]:
    """Search with one vector (1, dimensions) and calibrate each score against the whole space. Raises StoreError.

    What a filter leaves keeps its score: it is as sure as it was without the filter, and as it was counted.
    """
    columns = index.columns
    refused = columns.ids_of_units(narrowing.but) if len(narrowing.but) else None
    (nearest,) = index.store.search(vector, limit=LIMIT, refused_ids=refused)
    matches = nearest
    if narrowing.kinds or narrowing.only is not None:
        (matches,) = index.store.search(vector, limit=LIMIT, allowed_ids=narrowing.ids(columns), refused_ids=refused)
    # Those of a narrow search that are not among the nearest of all rank behind them.
    here = {match.embedding_id for match in nearest}
    ranked = [*nearest, *(match for match in matches if match.embedding_id not in here)]
    behind = calibrate.background((index.background() @ vector[0]).astype(np.float32), usual)
    among = len(columns) - (0 if refused is None else len(refused))
    cosines = [match.score for match in ranked]
    certain = calibrate.certainties(cosines, behind, usual, among=among, info=info)
    of_match = dict(zip((match.embedding_id for match in ranked), certain, strict=True))
    return matches, [of_match[match.embedding_id] for match in matches]


def candidates(
    matches: list[VectorMatch], certain: list[float], columns: Columns, source: EvidenceSource
) -> list[Candidate]:
    """Return a candidate per match; one whose unit is no longer known, as it is being deleted, is left out."""
    places = columns.places_of(ids_of(matches)).tolist()
    return [
        Candidate(
            unit_id=int(columns.unit_ids[place]),
            evidence=Evidence(source=source, score=score, raw=match.score, at_ms=int(columns.at_ms[place])),
        )
        for match, score, place in zip(matches, certain, places, strict=True)
        if place >= 0
    ]


def ids_of(matches: list[VectorMatch]) -> NDArray[np.int64]:
    """Return the ids (n,) of matches."""
    return np.array([match.embedding_id for match in matches], dtype=np.int64)
