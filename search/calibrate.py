"""Scores that mean something: a cosine becomes a share of certainty in 0..1, and 0.5 is where hits end.

A cosine says little by itself: one query lies near every picture, another near none, and each model has its own
range. So each query is measured against its own background, the scores that it gets over the whole library:
z = (cosine - centre) / spread, with the median and the median absolute deviation, which a few true hits don't move.
A small library says little about its background, so what the model usually does counts as some more rows of it.
Models that were trained to say yes or no (SigLIP) add their own verdict, sigmoid(scale × cosine + bias). Where such
verdicts were measured on judged libraries (`manage.py judge`), they count as what they are, evidence: by Bayes' rule
the odds that a picture is meant are those of its verdict times the odds before, which are one in so many pictures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from dam.engines.sounds import tuning as sounds
from dam.ports import ModelInfo

_MAD_TO_SIGMA = 1.4826  # the median absolute deviation of a normal distribution, as its standard deviation
_MAX_ODDS = 12.0

BELOW = 0.35  # below the line, and with a hint from another source still so; a step less strict shows it
_KNOWN_SHARE = 0.5  # of a query's telling words, below which a model judges by what little of it it understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What is usual for a model: of cosines between a query and things that it does not mean.

    `centre` and `spread` count as `weight` rows of background. `good_z` is where a hit begins, `steepness` how fast
    certainty grows with z. `prompts` are averaged into the query's vector. A model with a bias has a verdict of
    its own, which counts `own_share` (0..1) of the whole; `yes_shift` is added to its log-odds, which for SigLIPs are
    those of one caption among a batch of thousands, and so far below even for a right one. `own_slope` is how much
    each of these log-odds really tells, `own_prior` how much of ln(how many vectors) is taken off again: 1 by Bayes'
    rule, 0 where it was not measured. No certainty is above `most`. At the line, one in exp(`chance_odds`) of those
    at least as good may be chance: one in twenty.
    """

    centre: float
    spread: float
    weight: float = 20.0
    good_z: float = 3.0
    steepness: float = 1.6
    own_share: float = 0.5
    yes_shift: float = 5.0
    own_slope: float = 1.0
    own_prior: float = 0.0
    most: float = 1.0
    chance_odds: float = 3.0
    prompts: tuple[str, ...] = ("{}", "a photo of {}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The scores that a query gets from what it does not mean."""

    centre: float
    spread: float


# Cosines of unrelated picture and text: for the OpenAI and LAION CLIPs around 0.15 ± 0.03, for SigLIPs around
# 0.0 ± 0.03 (their loss pushes wrong pairs below the bias).
_CLIP = Tuning(centre=0.15, spread=0.03)
_SIGLIP = Tuning(centre=0.0, spread=0.03)
# The project's own models: trained with the truth of every pair of picture and phrase, not only of the pairs of a
# batch, so their verdict is absolute; and phrases as people type them, so no prompt around them. How far a query's
# best picture stands out of the library tells right from wrong no better than a coin for this model, so its verdict
# counts alone: slope and shift are a logistic regression of right against wrong best pictures on judged libraries of
# 60 to 1,200 (seed 881001), which gave ln(how many) a factor of -1.05 by itself.
_STARTER = Tuning(
    centre=-0.3, spread=0.2, own_share=1.0, own_slope=2.7, yes_shift=1.35, own_prior=1.0, prompts=("{}",)
)
_BY_NAME = {"afterimage-starter-clip-1": _STARTER}
# Text against text in the same towers: any two sentences are near each other.
_SPEECH = Tuning(centre=0.5, spread=0.12, good_z=3.5, prompts=("{}",))
# The starter's text tower knows the words of its drawn world and no others, so to it most lines are the same line.
_STARTER_SPEECH = Tuning(centre=0.5, spread=0.12, good_z=3.5, most=0.1, prompts=("{}",))
_SPEECH_BY_NAME = {"afterimage-starter-clip-1": _STARTER_SPEECH}
# Picture against picture: anything is somewhat alike, and "more like this" should not be shy: half may be chance.
_ALIKE = Tuning(centre=0.5, spread=0.12, good_z=2.0, chance_odds=0.0, prompts=())


def tuning(info: ModelInfo) -> Tuning:
    """Return what is usual between this model's pictures and texts."""
    return _BY_NAME.get(info.name) or (_CLIP if info.logit_bias is None else _SIGLIP)


def speech_tuning(info: ModelInfo) -> Tuning:
    """Return what is usual between two texts; their cosine is outside of what any CLIP was trained for."""
    return _SPEECH_BY_NAME.get(info.name, _SPEECH)


def alike_tuning() -> Tuning:
    """Return what is usual between two pictures."""
    return _ALIKE


def sound_tuning(info: ModelInfo) -> Tuning:
    """Return what is usual between this model's sounds and texts."""
    usual = sounds.sound_tuning(info)
    return Tuning(
        centre=usual.centre,
        spread=usual.spread,
        weight=usual.weight,
        good_z=usual.good_z,
        steepness=usual.steepness,
        own_share=usual.own_share,
        yes_shift=usual.yes_shift,
        prompts=usual.prompts,
    )


def background(scores: NDArray[np.float32], usual: Tuning) -> Background:
    """Return the centre and spread of a query's scores (n,) over the library, steadied by what is usual."""
    n = len(scores)
    if not n:
        return Background(centre=usual.centre, spread=usual.spread)
    centre = float(np.median(scores))
    spread = float(np.median(np.abs(scores - centre))) * _MAD_TO_SIGMA
    share = n / (n + usual.weight)
    return Background(
        centre=share * centre + (1 - share) * usual.centre,
        spread=math.sqrt(share * spread**2 + (1 - share) * usual.spread**2),
    )


def certainties(
    cosines: Sequence[float], behind: Background, usual: Tuning, *, among: int, info: ModelInfo | None = None
) -> list[float]:
    """Return 0..1 for the best cosines, in falling order, that a query gets among `among` vectors.

    A hit has to stand out of the background, and there have to be more like it than chance gives: the best of a
    hundred thousand pictures of nothing lies four spreads out. The share of chance among those at least as good is
    among × (1 - Φ(z)) / rank (Benjamini and Hochberg's false discovery rate, 1995). With the `info` of a model that
    has a bias, its own verdict has a say, too.
    """
    z = [(cosine - behind.centre) / behind.spread for cosine in cosines]
    best = [
        min(
            usual.steepness * (value - usual.good_z),
            math.log(rank / (among * _tail(value))) - usual.chance_odds,
        )
        for rank, value in enumerate(z, start=1)
    ]
    odds = list(accumulate(reversed(best), max))[::-1]  # a better cosine never counts less
    if info is not None and info.logit_bias is not None:
        shift, share = info.logit_bias + usual.yes_shift, usual.own_share
        # A few pictures are no proof that what is asked for is among them.
        before = usual.own_prior * math.log(max(among, usual.weight))
        own = [usual.own_slope * (info.logit_scale * cosine + shift) - before for cosine in cosines]
        odds = [(1 - share) * one + share * other for one, other in zip(odds, own, strict=True)]
    return [min(usual.most, 1 / (1 + math.exp(-max(-_MAX_ODDS, min(_MAX_ODDS, value))))) for value in odds]


def as_far_as_known(certain: Sequence[float], *, known_share: float) -> list[float]:
    """Return certainties kept below the line where the model knows too few (0..1) of the query's telling words."""
    if known_share >= _KNOWN_SHARE:
        return list(certain)
    return [min(one, BELOW * known_share / _KNOWN_SHARE) for one in certain]


def _tail(z: float) -> float:
    """Return the share of a normal distribution above `z` (never 0, so that it has a logarithm)."""
    return max(math.erfc(z / math.sqrt(2)) / 2, 1e-300)


def words_certainty(coverage: float, *, telling_words: int) -> float:
    """Return 0..1 for words found as they stand; `coverage` (0..1) is the share of the query that is there.

    All words: near certain. Half of them, or one lone common word out of several: below the line; so is a lone stop
    word, which tells nothing (`telling_words` 0).
    """
    if telling_words == 0:
        return BELOW * coverage
    if telling_words <= 1:
        return 0.9 * coverage
    return 0.97 * math.pow(coverage, 2.2)  # two words of three, with a picture that half agrees, stay below the line


def phrase_certainty(coverage: float) -> float:
    """Return 0..1 for a unit that holds the phrases in quotes: it is what was asked for; loose words only order."""
    return 0.9 + 0.1 * coverage
