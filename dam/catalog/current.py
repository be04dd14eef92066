"""Which model's rows each stage shows, and the swap to a new model once its rows are complete.

choose → rows of a new model are made beside the old ones → swap_complete → the new ones are shown
"""

from collections.abc import Callable, Mapping

from django.db import transaction

from dam.catalog import jobs
from dam.catalog.models import StageModel, StageRun
from dam.types import SWAPPED, UPSTREAM, Stage, StageState


def models_in_use() -> dict[Stage, str]:
    """Return the model whose rows are shown, by stage; a stage that never had one is left out."""
    return {Stage(stage): model for stage, model in StageModel.objects.values_list("stage", "model")}


def model_of(stage: Stage) -> str:
    """Return the model whose rows a stage shows; "" where it never had one (which no row is of)."""
    return StageModel.objects.filter(stage=stage).values_list("model", flat=True).first() or ""


def being_built() -> dict[Stage, str]:
    """Return the models whose rows are being made beside those that are shown."""
    rows = StageModel.objects.exclude(building="").values_list("stage", "building")
    return {Stage(stage): model for stage, model in rows}


def choose(wanted: Mapping[Stage, str]) -> None:
    """Take these models from now on: at once where a stage has nothing to show yet, else once their rows are there.

    A stage that `wanted` leaves out keeps showing what it has.
    """
    with transaction.atomic():
        for stage in SWAPPED:
            model = wanted.get(stage, "")
            row = StageModel.objects.filter(stage=stage).first()
            if row is None:
                if model:
                    StageModel.objects.create(stage=stage, model=model)
                continue
            row.building = ""
            if model and model != row.model:
                if StageRun.objects.filter(stage=stage, model=row.model, state=StageState.DONE).exists():
                    row.building = model
                else:
                    row.model = model
            row.save()


def swap_complete(before: Callable[[Stage, str], None] | None = None) -> list[Stage]:
    """Show every new model that has seen all that is to be seen; returns the stages that changed.

    `before` is called with each stage and its new model, to put in place what else follows the model; it may be
    called again for the same one, where a process dies in between.
    """
    swapped = []
    for stage, model in being_built().items():
        upstream = UPSTREAM.get(stage)
        waiting = upstream is not None and jobs.any_left([upstream], model=model.rpartition("+")[0])
        if waiting or jobs.any_left([stage], model=model) or jobs.any_left([Stage.PREPARE]):
            continue
        if before is not None:
            before(stage, model)
        StageModel.objects.filter(stage=stage, building=model).update(model=model, building="")
        swapped.append(stage)
    return swapped
