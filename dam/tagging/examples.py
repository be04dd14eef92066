"""What a taught tag is taught with: the vectors of its verdicts, and of the library as a background."""

import numpy as np

from dam.catalog.readers.taught import VectorRows, some_vectors, vectors_of, verdicts_of
from dam.tagging.teach_fit import Marked

# Vectors of the library that stand for "anything else". From 128 to 2,048, on made-up libraries, more made a tag no
# better, and each costs at every keystroke of a review.
_BACKGROUND = 256
# The latest marks are enough by far, and somebody may accept 10,000 at once.
_MAX_MARKS = 2000


def marked_examples(tag_id: int, *, space: str) -> Marked | None:
    """Return what a tag learns from in one space; None while no unit that was marked yes has a vector in it."""
    verdicts = verdicts_of(tag_id)
    chosen = sorted(verdicts)[-_MAX_MARKS:]
    judged = vectors_of(chosen, space=space)
    if not any(verdicts[int(unit_id)] for unit_id in judged.unit_ids):
        return None
    background = _unjudged(some_vectors(space, number=_BACKGROUND + len(verdicts), seed=tag_id), set(verdicts))
    said = np.array([1 if verdicts[int(unit_id)] else -1 for unit_id in judged.unit_ids], dtype=np.int8)
    if not len(background) and (said > 0).all():
        return None
    return Marked(
        vectors=np.concatenate([judged.vectors, background.vectors]) if len(background) else judged.vectors,
        said=np.concatenate([said, np.zeros(len(background), dtype=np.int8)]),
        unit_ids=np.concatenate([judged.unit_ids, background.unit_ids]),
        asset_ids=np.concatenate([judged.asset_ids, background.asset_ids]),
    )


def _unjudged(drawn: VectorRows, judged: set[int]) -> VectorRows:
    free = ~np.isin(drawn.unit_ids, np.fromiter(judged, dtype=np.int64, count=len(judged)))
    places = np.flatnonzero(free)
    if len(places) > _BACKGROUND:
        places = places[np.linspace(0, len(places) - 1, _BACKGROUND).astype(np.int64)]
    keep = np.zeros(len(free), dtype=np.bool_)
    keep[places] = True
    return drawn.where(keep)
