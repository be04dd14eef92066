"""From a query to candidates: pictures by meaning, speech and sounds by meaning, words as they stand, and names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dam.catalog import fulltext, words
from dam.catalog.fulltext import TextColumn
from dam.catalog.readers import named, narrow
from dam.catalog.readers.places import units_in_place
from dam.errors import StoreError
from dam.ports import Embedder, KnowsWords, Vectors
from dam.types import Candidate, Evidence, EvidenceSource, Example, Query, VectorMatch
from search import calibrate
from search.filters.allow import Allowed, allowed
from search.query.grammar import parse
from search.query.known import place_called
from search.query.tree import Phrase
from search.rank import STRICTEST, line
from search.trust import GOOD, TRUST
from search.vectors.columns import Columns
from search.vectors.compose import composed
from search.vectors.example_pictures import vectors_of
from search.vectors.index import SpaceIndex
from search.vectors.measuring import Narrowing, candidates, ids_of, measured
from search.vectors.query_vectors import query_vector
from search.vectors.sounds import heard
from search.vectors.spaces import Spaces

_TEXT_LIMIT = 200  # units per text column
_COMPARED = 128  # of the best pictures are compared with each other, at least: the first two pages
LISTED = 1_000  # units that nothing but filters asked for: as many as pages go through
_OF_COLUMN = {
    TextColumn.SPOKEN: EvidenceSource.SPOKEN_WORDS,
    TextColumn.DESCRIBED: EvidenceSource.TEXT,
    TextColumn.WRITTEN: EvidenceSource.WRITTEN,
    TextColumn.CAPTIONED: EvidenceSource.CAPTION,
}
_DUPLICATE_COSINE = 0.98  # the same picture saved again, or the next one of a burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What may be meant; `groups` names, for the best pictures, the group of near-duplicates that each is in.

    `certain` are units that filters alone asked for, with what those say, in their order; `beside` is what filters
    say of candidates, which doesn't change how well they match the words.
    """

    candidates: list[Candidate] = field(default_factory=list)
    groups: dict[int, int] = field(default_factory=dict)
    certain: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)
    beside: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)


def retrieve(query: Query, spaces: Spaces, *, most_listed: int = LISTED) -> Retrieved:
    """Return what may be meant, each with its evidence; of what filters alone ask for at most `most_listed` units.

    Raises QueryError, EngineError, database errors.
    """
    found = Retrieved()
    for each in query.alternatives or (query,):
        _add_all(found, each, spaces, most_listed)
    return found


def _add_all(found: Retrieved, query: Query, spaces: Spaces, most_listed: int) -> None:
    """Add what one alternative asks: all of it at once. A phrase must be there word by word, so it asks only text."""
    within = _without(allowed(query, spaces), query, spaces)
    narrowing = Narrowing(kinds=query.kinds, only=within.only, but=within.but)
    if not (query.text or query.phrases or query.examples or query.weighted):
        found.certain.update(_listed(query, within, limit=most_listed))
        return
    found.beside.update(within.evidence)
    if query.examples:
        _add_by_example(found, query, narrowing, spaces)
        return
    found.candidates.extend(_by_words(query, narrowing, spaces))
    if (query.text or query.weighted) and not query.phrases:
        _add_by_meaning(found, query, narrowing, spaces)
        found.candidates.extend(_by_name(query, narrowing))


def _add_by_example(found: Retrieved, query: Query, narrowing: Narrowing, spaces: Spaces) -> None:
    """Add what looks so. Words beside a picture only say how it should differ: nothing is found by words alone."""
    (first, *others) = query.examples
    narrowing = replace(narrowing, but=frozenset(narrowing.but) | _of_the_same_assets(query.examples, spaces))
    if not (others or query.text or query.phrases or query.weighted) and first.weight > 0:
        _add_alike(found, first, narrowing, spaces)
    else:
        _add_composed(found, query, narrowing, spaces)


def _add_alike(found: Retrieved, example: Example, narrowing: Narrowing, spaces: Spaces) -> None:
    """Add what looks like one picture, or like any frame of one shot."""
    for vector in vectors_of(example, spaces):
        _add_pictures(
            found, *measured(vector[np.newaxis], spaces.picture, narrowing, calibrate.alike_tuning()), spaces
        )


def _add_composed(found: Retrieved, query: Query, narrowing: Narrowing, spaces: Spaces) -> None:
    vector, usual = composed(query, spaces)
    _add_pictures(found, *measured(vector, spaces.picture, narrowing, usual), spaces)


def _add_pictures(found: Retrieved, matches: list[VectorMatch], certain: list[float], spaces: Spaces) -> None:
    index = spaces.picture
    found.candidates.extend(candidates(matches, certain, index.columns, EvidenceSource.PICTURE))
    found.groups.update(_groups(_may_be_good(matches, certain), index.columns, index))


def _of_the_same_assets(examples: Collection[Example], spaces: Spaces) -> frozenset[int]:
    """Return the units of the assets that the examples are of: nobody looks for what lies before them."""
    columns = spaces.picture.columns
    own = columns.ids_of_units([each.unit_id for each in examples if each.unit_id is not None])
    return frozenset(columns.units_of_assets_of(own).tolist())


def _add_by_meaning(found: Retrieved, query: Query, narrowing: Narrowing, spaces: Spaces) -> None:
    embedder = spaces.embedder
    if query.weighted:
        _add_composed(found, query, narrowing, spaces)
    else:
        usual = calibrate.tuning(embedder.info)
        vector = query_vector(query.text, embedder, usual.prompts)
        matches, certain = measured(vector, spaces.picture, narrowing, usual, embedder.info)
        certain = calibrate.as_far_as_known(certain, known_share=_known_share(query.text, embedder))
        _add_pictures(found, matches, certain, spaces)

    if not query.text:
        return
    usual = calibrate.speech_tuning(embedder.info)
    vector = query_vector(query.text, embedder, usual.prompts)
    matches, certain = measured(vector, spaces.speech, narrowing, usual)
    found.candidates.extend(candidates(matches, certain, spaces.speech.columns, EvidenceSource.SPEECH_VECTOR))

    found.candidates.extend(heard(query.text, spaces, narrowing))


def _known_share(text: str, embedder: Embedder) -> float:
    """Return the share (0..1) of a query's telling words that the model has learnt; 1 where it can't be told."""
    if not isinstance(embedder, KnowsWords):
        return 1.0
    cleaned = words.clean(text)
    asked = [cleaned[one.start : one.end] for one in words.terms(cleaned) if not words.says_little(one)]
    unknown = embedder.unknown_words(asked)
    if unknown is None:
        return 1.0
    return 1 - len(unknown) / len(asked) if asked else 0.0


def _by_words(query: Query, narrowing: Narrowing, spaces: Spaces) -> list[Candidate]:
    asked = list(words.terms(words.clean(query.text)))
    telling = 0 if len(asked) == 1 and words.says_little(asked[0]) else len(words.telling(asked))
    columns = (TextColumn.SPOKEN,) if query.phrases else tuple(TextColumn)  # quotes are around what is said
    matches = fulltext.find(
        query.text,
        phrases=query.phrases,
        columns=columns,
        kinds=query.kinds,
        only=narrowing.only,
        but=_refused(narrowing, spaces),
        limit=_TEXT_LIMIT,
    )
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


def _refused(narrowing: Narrowing, spaces: Spaces) -> Collection[int] | NDArray[np.int64]:
    """Return the units that words are not to find; with kinds, also what vectors are known to be of others."""
    if not narrowing.kinds:
        return narrowing.but
    own = np.fromiter(narrowing.but, dtype=np.int64, count=len(narrowing.but))
    return np.concatenate([own, *(index.columns.units_of_others(narrowing.kinds) for index in spaces.opened)])


def _by_name(query: Query, narrowing: Narrowing) -> list[Candidate]:
    """Return what a tag, a person or a place of exactly these words is in: the names that things have here."""
    only = None if narrowing.only is None else frozenset(narrowing.only.tolist())
    found = [
        (unit, evidence)
        for unit, evidence in (*named.called(query.text), *_taken_in(query.text))
        if (only is None or unit in only) and unit not in narrowing.but
    ]
    kept = narrow.of_kinds((unit for unit, _ in found), query.kinds) if found else set[int]()
    return [Candidate(unit_id=unit, evidence=evidence) for unit, evidence in found if unit in kept]


def _taken_in(text: str) -> list[tuple[int, Evidence]]:
    place = place_called(text)
    if not place:
        return []
    snippet = f"{words.MARK_START}{place}{words.MARK_END}"
    return [
        (unit, Evidence(source=EvidenceSource.PLACE, score=certainty, raw=certainty, snippet=snippet))
        for unit, certainty in units_in_place(place)[:LISTED]
    ]


def _without(within: Allowed, query: Query, spaces: Spaces) -> Allowed:
    """Leave out what is clearly meant by the words after a minus."""
    refused: set[int] = set()
    for text in query.without:
        leaf = parse(text)
        asked = Query(phrases=(leaf.text,)) if isinstance(leaf, Phrase) else Query(text=text)
        meant = retrieve(replace(asked, kinds=query.kinds), spaces).candidates
        refused |= {each.unit_id for each in meant if _trusted(each.evidence) >= GOOD}
    return replace(within, but=within.but | refused) if refused else within


def _trusted(evidence: Evidence) -> float:
    return TRUST[evidence.source] * evidence.score


def _listed(query: Query, within: Allowed, *, limit: int) -> Mapping[int, tuple[Evidence, ...]]:
    """Return what filters alone ask for: the surest first, or the newest where there is no more or less sure."""
    if within.own is None:
        newest = narrow.newest_units(within.condition, kinds=query.kinds, but=within.but, limit=limit)
        return dict.fromkeys(newest, ())
    kept = narrow.of_kinds(within.own, query.kinds)
    own = [unit for unit in within.own if unit in kept and unit not in within.but]
    return {unit: within.evidence[unit] for unit in own}


def _may_be_good(matches: list[VectorMatch], certain: list[float]) -> list[VectorMatch]:
    """Return the matches that are good at the loosest line, and some more."""
    return matches[: max(_COMPARED, sum(score >= line(-STRICTEST) for score in certain))]


def _groups(matches: list[VectorMatch], columns: Columns, index: SpaceIndex) -> dict[int, int]:
    """Give each of the best pictures the number of the best one that it is a near-duplicate of."""
    places = columns.places_of(ids_of(matches))
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
