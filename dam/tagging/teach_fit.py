"""A classifier from a few marked vectors: yes and no against the library's background, calibrated; numpy in and out.

A logistic regression over the vectors gives the direction; how sure it may be is measured on examples that it was
not trained on (Platt scaling of cross-validated scores), so that 0.5 means: as likely as not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam.ports import Vectors

Numbers = NDArray[np.float64]

# The share of a library that a taught tag is true of, as long as nobody has said: one in twenty. It weighs the
# background against the yes marks where certainty is calibrated, so that a rare thing has to look rare.
EXPECTED_SHARE = 0.05
# Weight of |w|² beside the losses (the inverse of scikit-learn's C), over centred vectors of mean length 1. From 0.1
# to 10, on made-up libraries, the order of the answers hardly changed, and calibration took up the rest.
_RIDGE = 1.0
_STEPS = 60  # of L-BFGS; with this penalty 10 to 30 are enough
_FOLDS = 5
_ROUNDS = 8  # of calibration and the share that it finds; later ones change less than a hundredth
_PRIOR_ROWS = 16.0  # what is expected of the share weighs as much as so many background vectors
# A score of the very picture that was marked says little of others like it. Where every yes is of one asset, nothing
# can be held out: what others will score lies about halfway between the background and the marked one.
_LONE_SHARE = 0.5
# What the calibration itself takes for a yes counts half as one that somebody marked. At 0 the yes that hide in the
# background pull a common tag down to nothing; at 1 the calibration believes itself, and calls twice too many true.
_OWN_OPINION = 0.5
_MIN_SLOPE, _MAX_SLOPE = 0.05, 50.0  # of the calibration: never turned around, never a step


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a tag learns from, row for row: `vectors` (n, d); `said` (n,) +1 yes, -1 no, 0 not judged: background.

    `unit_ids`, `asset_ids` (n,): the vectors of one unit share its weight, those of one asset are held out together.
    """

    vectors: Vectors
    said: NDArray[np.int8]
    unit_ids: NDArray[np.int64]
    asset_ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """certainty = σ(weights · vector + bias); `weights` (d,) float32."""

    weights: Vectors
    bias: float

    def certainties(self, vectors: Vectors) -> Numbers:
        """Return (n,) for vectors (n, d)."""
        return _sigmoid((vectors @ self.weights).astype(np.float64) + self.bias)


def fit(marked: Marked) -> Classifier:
    """Return the classifier that the marks teach. Needs at least one yes and one row that is no yes.

    The background is unlabelled, not negative: in a second round each of its vectors counts only as far as the first
    does not hold it for a yes (after Elkan & Noto, "Learning classifiers from only positive and unlabeled data", KDD
    2008), and of a shot with several frames the one that shows the tag best stands for its yes (MI-SVM, Andrews et
    al., NIPS 2002).
    """
    said, owners = marked.said, marked.unit_ids
    centre = marked.vectors[said == 0].mean(axis=0) if (said == 0).any() else marked.vectors.mean(axis=0)
    rows = (marked.vectors - centre).astype(np.float64)
    length = float(np.sqrt(np.mean(np.sum(rows**2, axis=1)))) or 1.0
    rows /= length
    share = _share_of_unit(owners)
    weights = _balanced(said, share)
    line = _calibrate(rows, marked, weights, share)
    scores = line.scores(rows)
    share = _best_frame(scores, said, owners, share)
    weights = _balanced(said, share * np.where(said == 0, 1 - _sigmoid(scores), 1.0))
    line = _calibrate(rows, marked, weights, share)
    final = line.direction / length
    return Classifier(weights=final.astype(np.float32), bias=line.offset - float(final @ centre))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    direction: Numbers
    offset: float

    def scores(self, rows: Numbers) -> Numbers:
        value: Numbers = rows @ self.direction + self.offset
        return value

    def scaled(self, slope: float, shift: float) -> "_Line":
        return _Line(direction=slope * self.direction, offset=slope * self.offset + shift)


def _calibrate(rows: Numbers, marked: Marked, weights: Numbers, share: Numbers) -> _Line:
    """Return log-odds: a regression over all rows, calibrated by what others like it score where they are held out.

    How many of the background are true is not known: the share begins at what is expected and follows what the
    calibration finds (as in Saerens et al., "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 2002, with a prior).
    """
    said = marked.said
    held_out = _held_out_scores(rows, marked, weights)
    line = _regress(rows, said, weights)
    rest = said == 0
    expected = EXPECTED_SHARE
    held_for_yes = np.where(said > 0, 1.0, np.where(rest, EXPECTED_SHARE, 0.0))
    slope, shift = 1.0, 0.0
    for _ in range(_ROUNDS):
        slope, shift = _platt(held_out, said, held_for_yes, _as_they_occur(said, share, expected))
        held_for_yes[rest] = _sigmoid(slope * held_out[rest] + shift)
        if rest.any():
            found = float(share[rest] @ held_for_yes[rest])
            expected = (_PRIOR_ROWS * EXPECTED_SHARE + found) / (_PRIOR_ROWS + float(share[rest].sum()))
    return line.scaled(slope, shift)


def _share_of_unit(owners: NDArray[np.int64]) -> Numbers:
    _, place, counts = np.unique(owners, return_inverse=True, return_counts=True)
    share: Numbers = 1.0 / counts[place]
    return share


def _balanced(said: NDArray[np.int8], share: Numbers) -> Numbers:
    """Weigh the examples: the background as much as the yes marks together, then no as much as yes in all."""
    yes, no, rest = said > 0, said < 0, said == 0
    weights = share.copy()
    much = float(weights[yes].sum())
    if rest.any():
        weights[rest] *= much / max(float(weights[rest].sum()), 1e-9)
    others = no | rest
    weights[others] *= much / max(float(weights[others].sum()), 1e-9)
    return weights


def _best_frame(scores: Numbers, said: NDArray[np.int8], owners: NDArray[np.int64], share: Numbers) -> Numbers:
    kept = share.copy()
    for owner in np.unique(owners[said > 0]):
        own = np.flatnonzero((owners == owner) & (said > 0))
        kept[own] = 0.0
        kept[own[np.argmax(scores[own])]] = 1.0
    return kept


def _folds(marked: Marked) -> NDArray[np.int64]:
    """Deal rows into folds by asset, yes marks first, so that every fold holds some of them out."""
    rank = np.where(marked.said > 0, 0, np.where(marked.said < 0, 1, 2))
    fold = np.zeros(len(rank), dtype=np.int64)
    dealt: dict[int, int] = {}
    for row in np.argsort(rank, kind="stable"):
        asset = int(marked.asset_ids[row])
        fold[row] = dealt.setdefault(asset, len(dealt) % _FOLDS)
    return fold


def _held_out_scores(rows: Numbers, marked: Marked, weights: Numbers) -> Numbers:
    """Return (n,): what each row scores by a regression that was not trained on its asset."""
    said, folds = marked.said, _folds(marked)
    if len(np.unique(folds[said > 0])) < 2:
        scores = _regress(rows, said, weights).scores(rows)
        away = float(np.average(scores[said <= 0]))
        scores[said > 0] = away + _LONE_SHARE * (scores[said > 0] - away)
        return scores
    scores = np.zeros(len(said))
    for fold in np.unique(folds):
        out = folds == fold
        kept = weights * ~out
        kept[said > 0] *= weights[said > 0].sum() / kept[said > 0].sum()
        kept[said <= 0] *= weights[said <= 0].sum() / max(float(kept[said <= 0].sum()), 1e-9)
        scores[out] = _regress(rows[~out], said[~out], kept[~out]).scores(rows[out])
    return scores


def _as_they_occur(said: NDArray[np.int8], share: Numbers, expected: float) -> Numbers:
    """Weigh the examples as they occur: the background stands for all of a library that nobody has judged."""
    weights = share.copy()
    rest = said == 0
    if rest.any():
        weights[rest] *= float(weights[said > 0].sum()) / expected / float(weights[rest].sum())
    return weights


def _platt(scores: Numbers, said: NDArray[np.int8], held_for_yes: Numbers, weights: Numbers) -> tuple[float, float]:
    """Return slope and shift of σ(slope · score + shift), fitted to held-out scores.

    Platt, "Probabilistic outputs for support vector machines" (1999), with his targets for small samples: of n yes
    marks (n + 1)/(n + 2) are expected to be true, not all of them. `held_for_yes` is 1 for yes, 0 for no, and for
    the background what the last round made of it: each of its vectors counts as a yes and as a no in these parts.
    """
    from scipy.optimize import minimize

    count_yes, count_no = int((said > 0).sum()), int((said <= 0).sum())
    high, low = (count_yes + 1) / (count_yes + 2), 1 / (count_no + 2)
    as_yes = weights * held_for_yes * np.where(said == 0, _OWN_OPINION, 1.0)
    as_no = weights * (1 - held_for_yes)
    amount, aim = as_yes + as_no, as_yes * high + as_no * low
    spread = float(scores.std()) or 1.0
    normal = scores / spread

    def loss(point: Numbers) -> tuple[float, Numbers]:
        value = point[0] * normal + point[1]
        error = amount * _sigmoid(value) - aim
        losses = amount * np.logaddexp(0, value) - aim * value
        return float(losses.sum()), np.array([float(error @ normal), float(error.sum())])

    bounds = [(_MIN_SLOPE, _MAX_SLOPE), (None, None)]
    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]) / spread, float(found.x[1])


def _regress(rows: Numbers, said: NDArray[np.int8], weights: Numbers) -> _Line:
    """Return a weighted logistic regression with an L2 penalty; it scores in spreads from the background's middle."""
    from scipy.optimize import minimize

    sign = np.where(said > 0, 1.0, -1.0)

    def loss(point: Numbers) -> tuple[float, Numbers]:
        direction, offset = point[:-1], point[-1]
        margin = sign * (rows @ direction + offset)
        error = -weights * sign * _sigmoid(-margin)
        value = float(weights @ np.logaddexp(0, -margin)) + 0.5 * _RIDGE * float(direction @ direction)
        return value, np.append(rows.T @ error + _RIDGE * direction, error.sum())

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    direction: Numbers = found.x[:-1]
    # Regressions on other folds have other slopes and offsets; counted from the background they can be compared.
    others = said == 0 if (said == 0).any() else said < 0
    away = rows[others] @ direction
    spread = float(away.std()) or 1.0
    return _Line(direction=direction / spread, offset=-float(away.mean()) / spread)


def _sigmoid(value: Numbers) -> Numbers:
    result: Numbers = 0.5 * (1.0 + np.tanh(0.5 * value))  # as 1 / (1 + e⁻ˣ), without overflow
    return result
