"""A taught tag's classifier and what it says of the library, written as rows that replace its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from dam.catalog.ids import chunks
from dam.catalog.models import Tag, TagScore, TagVerdict, TaughtTag, Unit
from dam.ports import Vectors

_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtScore:
    """How sure a classifier is of one unit, and the moment that shows it best."""

    unit_id: int
    certainty: float
    at_ms: int


def keep_classifier(tag_id: int, *, space: str, weights: Vectors, bias: float) -> None:
    """Remember what a tag learned over one space: `weights` (d,), certainty = σ(weights · vector + bias).

    It counts as not applied yet: whoever finds it so (after a crash) has to go through the library.
    """
    TaughtTag.objects.update_or_create(
        tag_id=tag_id,
        space=space,
        defaults={
            "weights": np.ascontiguousarray(weights, dtype="<f4").tobytes(),
            "bias": bias,
            "examples": 0,
        },
    )


def mark_applied(tag_id: int, *, space: str, examples: int) -> None:
    """Remember that the library was gone through with what so many verdicts taught."""
    TaughtTag.objects.filter(tag_id=tag_id, space=space).update(examples=examples)


def forget_classifier(tag_id: int, *, space: str, model: str) -> None:
    """Forget what a tag learned over one space, and what that said of the library; verdicts stay."""
    with transaction.atomic():
        TaughtTag.objects.filter(tag_id=tag_id, space=space).delete()
        TagScore.objects.filter(tag_id=tag_id, model=model).delete()


def replace_scores(
    tag_id: int, scores: Sequence[TaughtScore], *, model: str, within: Collection[int] | None = None
) -> None:
    """Make these the rows of a taught tag: of the whole library, or of the units `within`.

    A unit of which somebody said no gets none: rejected stays rejected, whatever the classifier learns.
    """
    with transaction.atomic():
        if not Tag.objects.filter(pk=tag_id).exists():  # deleted while its classifier was at work
            return
        old = TagScore.objects.filter(tag_id=tag_id, model=model)
        if within is None:
            old.delete()
        else:
            for some in chunks(sorted(within)):
                old.filter(unit_id__in=some).delete()
        refused = set(TagVerdict.objects.filter(tag_id=tag_id, accepted=False).values_list("unit_id", flat=True))
        there = _still_there([score.unit_id for score in scores])
        TagScore.objects.bulk_create(
            [
                TagScore(
                    unit_id=score.unit_id, tag_id=tag_id, model=model, certainty=score.certainty, at_ms=score.at_ms
                )
                for score in scores
                if score.unit_id in there and score.unit_id not in refused
            ],
            batch_size=_BATCH,
        )


def _still_there(unit_ids: Sequence[int]) -> set[int]:
    """Return those of the units that were not deleted since their vectors were read."""
    found: set[int] = set()
    for some in chunks(unit_ids):
        found.update(Unit.objects.filter(pk__in=some).values_list("pk", flat=True))
    return found
