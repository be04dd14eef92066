"""Scores that mean something: vectors of pictures and of concepts in, a few tags with their certainty out.

A cosine says little by itself: one concept lies near every picture, another near none. So each is measured against
its own background, the scores that it gets over the library, z = (cosine - centre) / spread, and each picture
against its own: some lie near all words. Of the many concepts asked, some would stand out by chance; so the share of
chance among those that stand out as far is counted (Benjamini and Hochberg, “Controlling the False Discovery Rate”,
1995), and models that were trained to say yes or no (SigLIP) add their own verdict, sigmoid(scale × cosine + bias).
The result is σ of these log-odds: 0.5 is as likely true as not. Pure numpy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.ports import ModelInfo, Vectors
from dam.tagging.tuning import TagTuning

LINE = 0.5
MOST_TAGS = 12  # of a unit: more would be a wall that nobody reads
_MAX_ODDS = 12.0
_CHANCE_ODDS = 3.0  # at the line, one in twenty of those at least as good may be chance (ln 20 = 3.0)
_QUARTILE_Z = 0.6745  # of a normal distribution, from its median to its quartile
# A library of dogs makes “dog” usual, and a dog is a dog all the same. So a concept's background is at most so many
# spreads (of all concepts' backgrounds) above their middle: some concepts do lie nearer to every picture than others,
# one in forty of them further than this.
_MOST_RAISED = 2.0
_FEWEST_TO_COMPARE = 100  # concepts, that their backgrounds' spread can be told; of fewer, the model's own is taken
_LEAST_SPREAD = 0.3  # of the usual one: a library of one picture's copies has no spread at all
# From this cosine on two concepts mean nearly the same to the model, measured after what all texts share is taken
# away (the mean vector); on pairs of the drawn world: “sea”/“ocean” 0.9 and over, “car”/“bus” below 0.5.
_SAME_MEANING = 0.75
_CONCEPTS_OF_A_UNIT = 256  # so many are enough to tell what is usual for a picture
_FEWEST_COMPARED = 10  # what all texts share can't be told from fewer
_LEAST_FOR_OWN_BACKGROUND = 200  # of fewer, several may be true at once and pull the middle up


@dataclass(frozen=True, slots=True, kw_only=True)
class Backgrounds:
    """What each concept's cosines usually are: `centre` and `spread`, (k,) float32."""

    centre: NDArray[np.float32]
    spread: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """What concepts (k) are to each other.

    `ancestors` are the places of what each lies below, `alike` of what means nearly the same; `one_of` (k,) numbers
    the groups of which one alone is true, -1 for none; `own` (k,) marks the user's words, which come first.
    """

    ancestors: tuple[frozenset[int], ...]
    alike: tuple[frozenset[int], ...]
    one_of: tuple[int, ...]
    own: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """The pairs that reach the line, by row of the vectors: (m,) each."""

    rows: NDArray[np.intp]
    concepts: NDArray[np.intp]
    certainties: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """One tag of one unit: the concept's place, how sure, and the row of the vector that shows it best."""

    concept: int
    certainty: float
    row: int


def backgrounds(sample: Vectors, concepts: Vectors, usual: TagTuning) -> Backgrounds:
    """Return the background of each concept (k, d) over a sample (n, d) of the library; a small one is steadied.

    The lower half says what is usual: pictures that do show the concept lie in the upper one.
    """
    k, n = len(concepts), len(sample)
    if not n:
        return Backgrounds(
            centre=np.full(k, usual.centre, dtype=np.float32), spread=np.full(k, usual.spread, dtype=np.float32)
        )
    quarter, middle = np.percentile(sample @ concepts.T, [25, 50], axis=0)
    spread = (middle - quarter) / _QUARTILE_Z
    share = n / (n + usual.weight)
    centre = share * middle + (1 - share) * usual.centre
    spread = np.sqrt(share * spread**2 + (1 - share) * usual.spread**2)
    return Backgrounds(
        centre=np.minimum(centre, _highest(centre, usual)).astype(np.float32),
        spread=np.maximum(spread, _LEAST_SPREAD * usual.spread).astype(np.float32),
    )


def _highest(centre: NDArray[np.floating], usual: TagTuning) -> float:
    """Return how high a concept's background may lie, by those of all."""
    if len(centre) < _FEWEST_TO_COMPARE:
        return usual.centre + _MOST_RAISED * usual.spread
    quarter, middle = np.percentile(centre, [25, 50])
    spread = max((middle - quarter) / _QUARTILE_Z, _LEAST_SPREAD * usual.spread)
    return float(middle + _MOST_RAISED * spread)


def same_meaning(concepts: Vectors) -> tuple[frozenset[int], ...]:
    """Return, for each concept (k, d), the places of those that mean nearly the same to the model."""
    if len(concepts) < _FEWEST_COMPARED:
        return (frozenset(),) * len(concepts)
    apart = concepts - concepts.mean(axis=0)
    apart = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
    near = (apart @ apart.T) >= _SAME_MEANING
    np.fill_diagonal(near, val=False)
    return tuple(frozenset(np.flatnonzero(row).tolist()) for row in near)


def likely(vectors: Vectors, concepts: Vectors, behind: Backgrounds, usual: TagTuning, info: ModelInfo) -> Likely:
    """Return which pictures (n, d) show which concepts (k, d), and how sure that is."""
    own = info.logit_bias is not None
    share = usual.own_share if own else 0.0
    steep = (1 - share) * usual.steepness
    # Both parts of the log-odds are straight lines of the cosine, so one line per concept finds the candidates.
    slope = steep / behind.spread + share * info.logit_scale
    offset = -steep * (behind.centre / behind.spread + usual.good_z)
    if own:
        offset = offset + share * ((info.logit_bias or 0.0) + usual.yes_shift)
    cosines = vectors @ concepts.T
    raised = _raised(cosines, behind)
    odds = cosines * slope.astype(np.float32)
    odds += offset.astype(np.float32)
    rows, places = np.nonzero(odds >= (steep * raised)[:, np.newaxis])
    z = (cosines[rows, places] - behind.centre[places]) / behind.spread[places] - raised[rows]
    verdict = share * (info.logit_scale * cosines[rows, places] + (info.logit_bias or 0.0) + usual.yes_shift)
    chance = (1 - share) * _bounded_by_chance(rows, z, among=len(concepts)) + (verdict if own else 0.0)
    exact = np.minimum(odds[rows, places] - steep * raised[rows], chance)
    good = exact >= 0
    return Likely(
        rows=rows[good],
        concepts=places[good],
        certainties=1 / (1 + np.exp(-np.minimum(exact[good], _MAX_ODDS))),
    )


def _raised(cosines: NDArray[np.float32], behind: Backgrounds) -> NDArray[np.float32]:
    """Return by how many spreads each picture (n,) lies nearer to all words than is usual, 0 for less."""
    k = cosines.shape[1]
    if k < _LEAST_FOR_OWN_BACKGROUND:
        return np.zeros(len(cosines), dtype=np.float32)
    step = max(1, k // _CONCEPTS_OF_A_UNIT)
    some = (cosines[:, ::step] - behind.centre[::step]) / behind.spread[::step]
    middle: NDArray[np.float32] = np.maximum(np.median(some, axis=1), 0.0)
    return middle


def certainties(
    vectors: Vectors, concepts: Vectors, behind: Backgrounds, usual: TagTuning, info: ModelInfo
) -> NDArray[np.float32]:
    """Return the same as a matrix (n, k), 0 for what is below the line."""
    found = likely(vectors, concepts, behind, usual, info)
    matrix = np.zeros((len(vectors), len(concepts)), dtype=np.float32)
    matrix[found.rows, found.concepts] = found.certainties
    return matrix


def choose(found: Sequence[tuple[int, float, int]], relations: Relations) -> list[Tagged]:
    """Return the tags of one unit, the user's own first, from the likely (concept, certainty, row) of its vectors.

    A concept counts where a frame shows it best. What lies above a chosen concept in the hierarchy says less and is
    left out; of those that mean nearly the same, or exclude each other, the surest stays.
    """
    best: dict[int, tuple[float, int]] = {}
    for place, certainty, row in found:
        if place not in best or certainty > best[place][0]:
            best[place] = certainty, row
    kept: list[int] = []
    for place in sorted(best, key=lambda place: (-best[place][0], place)):
        others = _without_weaker(place, kept, relations)
        if others is not None:
            kept = [*others, place]
    kept.sort(key=lambda place: (not relations.own[place], -best[place][0], place))
    return [
        Tagged(concept=place, certainty=round(best[place][0], 4), row=best[place][1]) for place in kept[:MOST_TAGS]
    ]


def _without_weaker(place: int, kept: Sequence[int], relations: Relations) -> list[int] | None:
    """Return those of the surer tags that stay beside this one, or None where they leave no room for it."""
    others = []
    for other in kept:
        if place in relations.ancestors[other]:
            return None
        if other in relations.ancestors[place]:
            continue
        if other in relations.alike[place] and not (relations.own[place] and relations.own[other]):
            # What the user asks for is never taken for a word of the vocabulary.
            if not relations.own[place]:
                return None
            continue
        if relations.one_of[place] >= 0 and relations.one_of[place] == relations.one_of[other]:
            return None
        others.append(other)
    return others


def _bounded_by_chance(rows: NDArray[np.intp], z: NDArray[np.float32], *, among: int) -> NDArray[np.float64]:
    """Return the log-odds that a concept's standing out is no chance; `rows` (m,) rise, `among` concepts were asked.

    A concept that stands out further than another of its picture never counts less.
    """
    if not len(rows):
        return np.zeros(0)
    order = np.lexsort((-z, rows))
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(np.append(starts, len(rows)))
    rank = np.arange(len(rows)) - np.repeat(starts, lengths)
    bound = np.log((rank + 1) / among) - _log_tail(z[order]) - _CHANCE_ODDS
    table = np.full((len(starts), int(lengths.max())), -np.inf)
    picture = np.repeat(np.arange(len(starts)), lengths)
    table[picture, rank] = bound
    table = np.maximum.accumulate(table[:, ::-1], axis=1)[:, ::-1]
    exact = np.empty(len(rows))
    exact[order] = table[picture, rank]
    return exact


def _log_tail(z: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the logarithm of the share of a normal distribution above `z`; beyond 30 it is as at 30 (-454)."""
    shares: NDArray[np.float64] = np.interp(z, _GRID, _LOG_TAILS)
    return shares


_GRID = np.arange(-10.0, 30.01, 0.01)  # between two of them a straight line is right to a ten-thousandth
_LOG_TAILS = np.array([math.log(math.erfc(one / math.sqrt(2)) / 2) for one in _GRID.tolist()])
