"""One vector out of several: words and pictures with their weights, "more like this, less like that".

Parts can't be added as they are: a text's cosines with pictures lie within a few hundredths of each other, those of
a picture with pictures spread ten times as far, so the picture would decide alone. Each part is divided by the spread
of the scores that it gets over the library; what is added then are z-scores, which compare, and as those are linear
in the vector the sum is again one vector, searched as any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dam.errors import EngineError, QueryError
from dam.ports import Vectors
from dam.types import Example, Query
from search import calibrate
from search.calibrate import Tuning
from search.vectors.example_pictures import vectors_of
from search.vectors.index import SpaceIndex
from search.vectors.query_vectors import query_vector
from search.vectors.spaces import Spaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a composed query: `vector` (1, dimensions), and what is usual for the scores of its kind."""

    vector: Vectors
    weight: float
    usual: Tuning


def is_composed(query: Query) -> bool:
    """Tell whether a query's pictures are found by more than the meaning of its words."""
    return bool(query.examples or query.weighted)


def composed(query: Query, spaces: Spaces) -> tuple[Vectors, Tuning]:
    """Return the one vector (1, dimensions) of a composed query, and what is usual for its scores.

    Raises QueryError where nothing is asked for but less of something, or an example is gone; EngineError.
    """
    parts = [*_parts_of_words(query, spaces), *_parts_of_examples(query.examples, spaces)]
    if not any(part.weight > 0 for part in parts):
        raise QueryError(
            "“Less like” needs something to look for beside it: add words, or a picture that is like it."
        )
    return joined(parts, spaces.picture)


def joined(parts: Sequence[Part], index: SpaceIndex) -> tuple[Vectors, Tuning]:
    """Return the parts as one vector of length 1, each counted by its weight in spreads of its own scores.

    Raises EngineError where they cancel each other out.
    """
    background = index.background()
    behind = [calibrate.background((background @ part.vector[0]).astype(np.float32), part.usual) for part in parts]
    shares = [part.weight / known.spread for part, known in zip(parts, behind, strict=True)]
    total = np.array(shares) @ np.concatenate([part.vector for part in parts])
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise EngineError("The parts of this search cancel each other out. Change a weight.")
    # What z-scores of unrelated things add up to, in the scale of the joined vector. Who weighs parts looks around,
    # so the line is that of pictures like a picture; a model's verdict on a text is none on a mixture.
    usual = replace(
        calibrate.alike_tuning(),
        centre=sum(share * part.usual.centre for share, part in zip(shares, parts, strict=True)) / length,
        spread=float(
            np.sqrt(sum((share * part.usual.spread) ** 2 for share, part in zip(shares, parts, strict=True)))
        )
        / length,
    )
    return (total / length)[np.newaxis].astype(np.float32), usual


def _parts_of_words(query: Query, spaces: Spaces) -> list[Part]:
    embedder = spaces.embedder
    usual = calibrate.tuning(embedder.info)
    weighted = [(words.text, words.weight) for words in query.weighted] or [(query.text, 1.0)]
    return [
        Part(vector=query_vector(text, embedder, usual.prompts), weight=weight, usual=usual)
        for text, weight in weighted
        if text
    ]


def _parts_of_examples(examples: Sequence[Example], spaces: Spaces) -> list[Part]:
    usual = calibrate.alike_tuning()
    found = []
    for example in examples:
        mean = vectors_of(example, spaces).mean(axis=0, keepdims=True)
        vector = (mean / np.linalg.norm(mean)).astype(np.float32)
        found.append(Part(vector=vector, weight=example.weight, usual=usual))
    return found
