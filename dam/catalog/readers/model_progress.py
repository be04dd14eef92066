"""How far each model is: counts of finished and unfinished runs, by stage and model, in one query."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from dam.catalog.models import StageRun
from dam.types import Stage, StageState

_LEFT = [StageState.DUE, StageState.RUNNING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Assets that a model has seen to the end, and those that it has still to see."""

    ended: int = 0
    left: int = 0


def progress_by_model() -> dict[tuple[Stage, str], Progress]:
    """Return how far each stage is by each model that it ever had."""
    counted = StageRun.objects.values_list("stage", "model").annotate(
        left=Count("pk", filter=Q(state__in=_LEFT)), total=Count("pk")
    )
    return {(Stage(stage), model): Progress(ended=total - left, left=left) for stage, model, left, total in counted}


def share_built(
    progress: Mapping[tuple[Stage, str], Progress], *, stages: Collection[Stage], shown: str, building: str
) -> float:
    """Return how much (0..1) of what the model that is shown has seen the one being built has seen, too.

    What it has not been asked for yet (tags wait for their vectors) counts as left.
    """
    ended = total = 0
    for stage in stages:
        new, old = progress.get((stage, building), Progress()), progress.get((stage, shown), Progress())
        ended += new.ended
        total += max(new.ended + new.left, old.ended + old.left)
    return ended / total if total else 0.0
