"""A cosine between faces as a likeness that a page can show: 0.5 as likely as not, 0.9 where the model is sure."""

import math

from dam.ports import FaceModelInfo

SURE = 0.9  # what "without asking" is taken to mean
_SURE_ODDS = math.log(SURE / (1 - SURE))
_MOST_ODDS = 12.0  # beyond it nothing changes in three digits


def likeness_of(cosine: float, info: FaceModelInfo) -> float:
    """Return 0..1: a logistic curve through the two thresholds that were measured for the model."""
    span = max(1e-6, info.sure_cosine - info.same_cosine)
    odds = _SURE_ODDS * (cosine - info.same_cosine) / span
    return 1.0 / (1.0 + math.exp(-max(-_MOST_ODDS, min(_MOST_ODDS, odds))))
