"""Teach a tag: from yes and no marks to what a whole library is worth by them, from stored vectors alone.

    verdicts ──examples──▶ marked vectors ──fit──▶ classifier ──apply──▶ TagScore rows, for search and review

Verdicts belong to no model: under another pack the same marks teach the same tag again, over its vectors.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import structlog
from numpy.typing import NDArray

from dam import wiring
from dam.catalog.models import TaughtTag
from dam.catalog.readers import review
from dam.catalog.readers.review import Suggestion
from dam.catalog.readers.taught import (
    VectorRows,
    classifiers,
    every_vector,
    taught_tags,
    usable_verdicts,
    vectors_of,
    verdicts_of,
)
from dam.catalog.writers.taught import (
    TaughtScore,
    forget_classifier,
    keep_classifier,
    mark_applied,
    replace_scores,
)
from dam.tagging.examples import marked_examples
from dam.tagging.teach_fit import Classifier, fit

log = structlog.get_logger(__name__)

# From here on a tag is said of a unit: as likely as not. Rows below it are kept for review only.
TRUE_FROM = 0.5
_FOR_REVIEW = 1000  # the likeliest below it: many evenings of review, and the next lesson brings others
_FLOOR = 0.01
# Two frames of one scene have cosines above 0.95 in the models we know; asking of both teaches nothing new.
_SAME_SCENE = 0.95
_CANDIDATES = 8  # times as many are looked at as are asked for, to find some that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a lesson came to: the marks, how many units have the tag now, and how long it took.

    `trained` is False while there is no yes with a vector; `applied` while the library is still to be gone through.
    """

    tag_id: int
    yes: int
    no: int
    tagged: int
    trained: bool
    applied: bool
    took_ms: int


def picture_space(model: str | None = None) -> str:
    """Return the space of a model's picture vectors, by default of the model that answers now."""
    return f"picture:{model or wiring.active_pack().embedder.name}"


def taught_model(space: str) -> str:
    """Return the name that a taught tag's rows over a space carry."""
    return f"taught:{space.partition(':')[2]}"


def teach(tag_id: int, *, space: str | None = None) -> Taught:
    """Learn a tag from its verdicts and tag the whole library by it; returns what came of it."""
    began = perf_counter()
    over = space or picture_space()
    classifier = learn(tag_id, space=over)
    if classifier is not None:
        apply(tag_id, classifier, space=over)
    return report(tag_id, space=over, began=began)


def learn(tag_id: int, *, space: str) -> Classifier | None:
    """Train and keep the classifier of a tag; None (and nothing kept) while there is no yes with a vector."""
    marked = marked_examples(tag_id, space=space)
    if marked is None:
        forget_classifier(tag_id, space=space, model=taught_model(space))
        return None
    classifier = fit(marked)
    keep_classifier(tag_id, space=space, weights=classifier.weights, bias=classifier.bias)
    return classifier


def apply(tag_id: int, classifier: Classifier, *, space: str) -> int:
    """Score every unit of a space; returns how many have the tag. Rows of units that were refused are not written."""
    yes, no, _ = usable_verdicts(tag_id, space=space)
    parts = [_best_moments(rows, classifier.certainties(rows.vectors)) for rows in every_vector(space)]
    kept = _kept(_merged(parts))
    replace_scores(tag_id, kept, model=taught_model(space))
    mark_applied(tag_id, space=space, examples=yes + no)
    tagged = sum(score.certainty >= TRUE_FROM for score in kept)
    log.info("a taught tag was applied", tag=tag_id, space=space, tagged=tagged)
    return tagged


def score_taught(unit_ids: Collection[int], *, model: str | None = None) -> int:
    """Score units whose vectors are new by every taught tag; returns how many rows of tags that holds true.

    `model` is the embedder that made the vectors (by default the one that answers). A tag that was taught under
    another model learns again here, from the same verdicts, as soon as vectors of its examples are there.
    """
    space = picture_space(model)
    behind = catch_up(space=space)
    ready = [row for row in classifiers(space) if row.tag_id not in behind]
    rows = vectors_of(unit_ids, space=space) if ready else None
    if rows is None or not len(rows):
        return 0
    found = 0
    for row in ready:
        classifier = as_classifier(row)
        best = _best_moments(rows, classifier.certainties(rows.vectors))
        kept = [score for score in _as_scores(best) if score.certainty >= _FLOOR]
        replace_scores(row.tag_id, kept, model=taught_model(space), within=unit_ids)
        found += sum(score.certainty >= TRUE_FROM for score in kept)
    return found


def catch_up(*, space: str | None = None) -> list[int]:
    """Teach every taught tag that has not learned from all its verdicts over a space; returns their ids."""
    over = space or picture_space()
    known = {row.tag_id: row for row in classifiers(over)}
    behind = [tag.pk for tag in taught_tags() if lags(tag.pk, known.get(tag.pk), space=over)]
    for tag_id in behind:
        teach(tag_id, space=over)
    return behind


def lags(tag_id: int, row: TaughtTag | None, *, space: str) -> bool:
    """Tell whether something was said of a tag, or taken back, that its classifier has not learned and applied."""
    yes, no, last = usable_verdicts(tag_id, space=space)
    if row is None:
        return yes > 0
    return row.examples != yes + no or (last is not None and last > row.trained_at)


def surest(tag_id: int, n: int, *, space: str | None = None) -> list[Suggestion]:
    """Return the n units that the tag is surest of among those that nobody has judged, each of another scene."""
    over = space or picture_space()
    found = review.suggestions(tag_id, models=[taught_model(over)], least=TRUE_FROM, limit=n * _CANDIDATES)
    return differing(found, n, space=over)


def doubtful(tag_id: int, n: int, *, space: str | None = None) -> list[Suggestion]:
    """Return the n units nearest to "as likely as not" that nobody has judged, each of another scene.

    Uncertainty sampling (Lewis & Gale, 1994): what is judged there teaches most.
    """
    over = space or picture_space()
    found = review.doubtful(tag_id, model=taught_model(over), limit=n * _CANDIDATES)
    return differing(found, n, space=over)


def differing(found: list[Suggestion], n: int, *, space: str) -> list[Suggestion]:
    """Return the first n that are not of a scene that came before."""
    rows = vectors_of({item.unit_id for item in found}, space=space)
    first = {int(unit): place for place, unit in reversed(list(enumerate(rows.unit_ids)))}
    kept: list[Suggestion] = []
    taken: list[NDArray[np.float32]] = []
    for item in found:
        place = first.get(item.unit_id)
        if place is None:
            continue
        vector = rows.vectors[place]
        if taken and float((np.stack(taken) @ vector).max()) > _SAME_SCENE:
            continue
        kept.append(item)
        taken.append(vector)
        if len(kept) == n:
            break
    return kept


def report(tag_id: int, *, space: str, began: float, applied: bool = True) -> Taught:
    """Return how a tag stands."""
    said = verdicts_of(tag_id)
    return Taught(
        tag_id=tag_id,
        yes=sum(said.values()),
        no=len(said) - sum(said.values()),
        tagged=review.count_tagged(tag_id, models=[taught_model(space)], least=TRUE_FROM),
        trained=TaughtTag.objects.filter(tag_id=tag_id, space=space).exists(),
        applied=applied,
        took_ms=round((perf_counter() - began) * 1000),
    )


def as_classifier(row: TaughtTag) -> Classifier:
    """Return a stored classifier."""
    return Classifier(weights=np.frombuffer(bytes(row.weights), dtype="<f4"), bias=row.bias)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Best:
    unit_ids: NDArray[np.int64]
    certainties: NDArray[np.float64]
    at_ms: NDArray[np.int64]


def _best_moments(rows: VectorRows, certainties: NDArray[np.float64]) -> _Best:
    """Return for each unit its best vector."""
    order = np.lexsort((-certainties, rows.unit_ids))
    units, first = np.unique(rows.unit_ids[order], return_index=True)
    chosen = order[first]
    return _Best(unit_ids=units, certainties=certainties[chosen], at_ms=rows.at_ms[chosen])


def _merged(parts: Iterable[_Best]) -> _Best:
    every = list(parts)
    if not every:
        none = np.empty(0, dtype=np.int64)
        return _Best(unit_ids=none, certainties=np.empty(0), at_ms=none)
    units = np.concatenate([part.unit_ids for part in every])
    certainties = np.concatenate([part.certainties for part in every])
    at_ms = np.concatenate([part.at_ms for part in every])
    # The frames of a shot may have come in two reads.
    order = np.lexsort((-certainties, units))
    _, first = np.unique(units[order], return_index=True)
    chosen = order[first]
    return _Best(unit_ids=units[chosen], certainties=certainties[chosen], at_ms=at_ms[chosen])


def _kept(best: _Best) -> list[TaughtScore]:
    """Return the scores to keep: all that are true, and the likeliest of the others."""
    order = np.argsort(-best.certainties, kind="stable")
    true = int((best.certainties >= TRUE_FROM).sum())
    chosen = order[: true + _FOR_REVIEW]
    chosen = chosen[best.certainties[chosen] >= _FLOOR]
    return _as_scores(
        _Best(unit_ids=best.unit_ids[chosen], certainties=best.certainties[chosen], at_ms=best.at_ms[chosen])
    )


def _as_scores(best: _Best) -> list[TaughtScore]:
    return [
        TaughtScore(unit_id=int(unit), certainty=float(certainty), at_ms=int(at))
        for unit, certainty, at in zip(best.unit_ids, best.certainties, best.at_ms, strict=True)
    ]
