"""A vocabulary made ready for one model: stored vectors of units in, their tags out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from dam.catalog.readers.vectors import UnitVectors, count_vectors, sample_vectors
from dam.catalog.writers.tags import Scored, TagRow, sync_tags
from dam.ports import Embedder, ModelInfo, Vectors
from dam.tagging.own import LISTED
from dam.tagging.score import Backgrounds, Relations, backgrounds, choose, likely, same_meaning
from dam.tagging.text_vectors import concept_vectors, phrase_vectors
from dam.tagging.tuning import TagTuning, landscapes, tuning
from dam.tagging.vocabulary import Concept, Vocabulary
from dam.types import TagKind

_SAMPLE = 2_048  # vectors that say what is usual: their quartiles are within 3 % of a spread
_GROWN = 1.25  # a library that has grown by a quarter may have another background
_ROWS = 512  # vectors scored at once: with 1,700 concepts 3 MB a matrix, which stays near the processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """The concepts that a model knows, their rows in the table, their vectors and what they are to each other.

    `landscapes`, where there are any, are what every picture has one of that the model can judge.
    """

    info: ModelInfo
    usual: TagTuning
    tag_ids: tuple[int, ...]
    vectors: Vectors
    relations: Relations
    landscapes: Vectors | None = None

    def tags(self, units: UnitVectors, behind: Backgrounds) -> list[Scored]:
        """Return the tags of every unit."""
        if not self.tag_ids or not len(units.unit_ids):
            return []
        return [
            Scored(
                unit_id=unit_id,
                tag_id=self.tag_ids[one.concept],
                certainty=one.certainty,
                at_ms=int(units.at_ms[one.row]),
            )
            for unit_id, found in groupby(self._likely(units, behind), key=itemgetter(0))
            for one in choose([(concept, certainty, row) for _, concept, certainty, row in found], self.relations)
        ]

    def _likely(self, units: UnitVectors, behind: Backgrounds) -> Iterator[tuple[int, int, float, int]]:
        """Yield (unit, concept, certainty, row) by unit."""
        for start in range(0, len(units.unit_ids), _ROWS):
            rows = slice(start, start + _ROWS)
            found = likely(units.vectors[rows], self.vectors, behind, self.usual, self.info)
            good = self._at_home(units.vectors[rows])[found.rows]
            yield from zip(
                units.unit_ids[rows][found.rows[good]].tolist(),
                found.concepts[good].tolist(),
                found.certainties[good].tolist(),
                (found.rows[good] + start).tolist(),
                strict=True,
            )

    def _at_home(self, vectors: Vectors) -> NDArray[np.bool_]:
        """Tell of each picture (n,) whether the model can judge it at all."""
        if self.landscapes is None:
            return np.ones(len(vectors), dtype=np.bool_)
        best = (vectors @ self.landscapes.T).max(axis=1)
        odds = self.info.logit_scale * best + (self.info.logit_bias or 0.0)
        found: NDArray[np.bool_] = odds >= self.usual.at_home
        return found


_KEPT = 4  # taggers: the one in use and one being built, before and after a change of words

_lock = Lock()
_taggers: dict[tuple[str, str, Path], Tagger] = {}
_behind: dict[tuple[str, str, Path], tuple[int, Backgrounds]] = {}


def tagger_for(
    model: str, vocabulary: Vocabulary, *, embedder: Callable[[], Embedder], info: ModelInfo, folder: Path
) -> Tagger:
    """Return the tagger of a model for a vocabulary, made once per process; writes the vocabulary's rows.

    `folder` keeps the vectors of concepts. Raises EngineError.
    """
    key = (model, vocabulary.digest, folder)
    with _lock:
        if key not in _taggers:
            if len(_taggers) >= _KEPT:
                _taggers.clear()
                _behind.clear()
            _taggers[key] = _make(model, vocabulary, embedder=embedder, info=info, folder=folder)
        return _taggers[key]


def backgrounds_of(tagger: Tagger, *, folder: Path, digest: str) -> Backgrounds:
    """Return what is usual in the library now, computed again when it has grown much."""
    key = (tagger.info.name, digest, folder)
    count = count_vectors(tagger.info.space)
    with _lock:
        kept = _behind.get(key)
        if kept is None or not kept[0] / _GROWN <= count <= kept[0] * _GROWN:
            sample = sample_vectors(tagger.info.space, most=_SAMPLE)
            kept = count, backgrounds(sample, tagger.vectors, tagger.usual)
            _behind[key] = kept
        return kept[1]


def forget() -> None:
    """Forget what this process has made ready (tests, and after `models pull`)."""
    with _lock:
        _taggers.clear()
        _behind.clear()


def sync_vocabulary(vocabulary: Vocabulary) -> dict[str, int]:
    """Make the table of tags hold a vocabulary; returns the ids by key."""
    rows = [
        TagRow(key=concept.key, name=concept.name, parent=concept.parent, synonyms=concept.synonyms, own=concept.own)
        for concept in vocabulary.concepts
    ]
    return sync_tags(rows, kind=TagKind.PICTURE, listed=LISTED)


def _make(
    model: str, vocabulary: Vocabulary, *, embedder: Callable[[], Embedder], info: ModelInfo, folder: Path
) -> Tagger:
    usual = tuning(info)
    ids = sync_vocabulary(vocabulary)
    places, vectors = concept_vectors(vocabulary.asked, model=model, usual=usual, embedder=embedder, folder=folder)
    known = [vocabulary.asked[place] for place in places]
    bounds = [(phrase,) for phrase in landscapes(usual)]
    home = phrase_vectors(bounds, model=model, embedder=embedder, folder=folder) if bounds else None
    return Tagger(
        info=info,
        usual=usual,
        tag_ids=tuple(ids[concept.key] for concept in known),
        vectors=vectors,
        relations=_relations(known, vocabulary, vectors),
        landscapes=home,
    )


def _relations(known: list[Concept], vocabulary: Vocabulary, vectors: Vectors) -> Relations:
    place_of = {concept.key: place for place, concept in enumerate(known)}
    groups = {name: number for number, name in enumerate(sorted({one.one_of for one in known if one.one_of}))}
    return Relations(
        ancestors=tuple(
            frozenset(place_of[key] for key in vocabulary.ancestors(concept.key) if key in place_of)
            for concept in known
        ),
        alike=same_meaning(vectors),
        one_of=tuple(groups.get(concept.one_of, -1) for concept in known),
        own=tuple(concept.own for concept in known),
    )
