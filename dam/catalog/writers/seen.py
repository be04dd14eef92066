"""Writing, things and sentences of units, each written with its finished stage, and their words made findable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from dam.catalog import current, fulltext, jobs
from dam.catalog.models import Caption, DetectedObject, StageRun, TextLine, Unit
from dam.types import FoundObject, FoundText, Stage

_BATCH = 500  # rows a statement


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAt:
    """A line of writing in a unit, at a time of its asset."""

    unit_id: int
    at_ms: int
    line: FoundText


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingAt:
    """A thing in a unit, at a time of its asset."""

    unit_id: int
    at_ms: int
    thing: FoundObject


def record_writing(runs: Sequence[StageRun], lines: Sequence[LineAt], *, model: str, took_ms: int) -> None:
    """Write the lines (in reading order) that `model` read in the runs' assets, and finish the runs.

    The lines that it read there before go; they can be searched at once where the model is the one that is shown.
    """
    with transaction.atomic():
        ours = jobs.ours(runs)
        units = _units_of(ours)
        kept = [line for line in lines if line.unit_id in units]
        TextLine.objects.filter(unit_id__in=units, model=model).delete()
        TextLine.objects.bulk_create(
            [
                TextLine(
                    unit_id=at.unit_id,
                    model=model,
                    text=at.line.text,
                    certainty=at.line.certainty,
                    at_ms=at.at_ms,
                    x=at.line.box.x,
                    y=at.line.box.y,
                    width=at.line.box.width,
                    height=at.line.box.height,
                )
                for at in kept
            ],
            batch_size=_BATCH,
        )
        if _is_shown(Stage.TEXT, model):
            _index_written(units, [(at.unit_id, at.line.text) for at in kept])
        jobs.finish(ours, took_ms=took_ms)


def record_objects(runs: Sequence[StageRun], things: Sequence[ThingAt], *, model: str, took_ms: int) -> None:
    """Write the things that `model` saw in the runs' assets, instead of what it saw before, and finish the runs."""
    with transaction.atomic():
        ours = jobs.ours(runs)
        units = _units_of(ours)
        DetectedObject.objects.filter(unit_id__in=units, model=model).delete()
        DetectedObject.objects.bulk_create(
            [
                DetectedObject(
                    unit_id=at.unit_id,
                    model=model,
                    label=at.thing.label[:80],
                    certainty=at.thing.certainty,
                    at_ms=at.at_ms,
                    x=at.thing.box.x,
                    y=at.thing.box.y,
                    width=at.thing.box.width,
                    height=at.thing.box.height,
                )
                for at in things
                if at.unit_id in units
            ],
            batch_size=_BATCH,
        )
        jobs.finish(ours, took_ms=took_ms)


def record_captions(runs: Sequence[StageRun], sentences: Mapping[int, str], *, model: str, took_ms: int) -> None:
    """Write the sentence of each unit (by its id) that `model` wrote, and finish the runs; as `record_writing`."""
    with transaction.atomic():
        ours = jobs.ours(runs)
        units = _units_of(ours)
        kept = {unit: text for unit, text in sentences.items() if unit in units and text}
        Caption.objects.filter(unit_id__in=units, model=model).delete()
        Caption.objects.bulk_create(
            [Caption(unit_id=unit, model=model, text=text) for unit, text in kept.items()], batch_size=_BATCH
        )
        if _is_shown(Stage.CAPTION, model):
            _index_captioned(units, kept.items())
        jobs.finish(ours, took_ms=took_ms)


def make_findable(stage: Stage, model: str) -> None:
    """Put the words of this model into the full text instead of another's: call it before a stage shows the model.

    In batches with a transaction each, so that nobody waits for a large library; broken off, it can be done again.
    Stages without words are left alone.
    """
    rows: QuerySet[TextLine] | QuerySet[Caption]
    if stage is Stage.TEXT:
        rows = TextLine.objects.order_by("unit_id", "at_ms", "id")
    elif stage is Stage.CAPTION:
        rows = Caption.objects.order_by("unit_id")
    else:
        return
    index = _index_written if stage is Stage.TEXT else _index_captioned
    units = sorted(set(rows.values_list("unit_id", flat=True)))
    for start in range(0, len(units), _BATCH):
        some = set(units[start : start + _BATCH])
        with transaction.atomic():
            index(some, rows.filter(unit_id__in=some, model=model).values_list("unit_id", "text"))


def _is_shown(stage: Stage, model: str) -> bool:
    """Tell whether the stage shows this model; one that has never shown any shows what comes first."""
    return current.model_of(stage) in {"", model}


def _units_of(runs: Sequence[StageRun]) -> set[int]:
    return set(Unit.objects.filter(asset_id__in={run.asset_id for run in runs}).values_list("pk", flat=True))


def _index_written(units: Iterable[int], lines: Iterable[tuple[int, str]]) -> None:
    texts = {unit: "\n".join(text for _, text in group) for unit, group in groupby(lines, key=lambda line: line[0])}
    fulltext.index_units(fulltext.TextRow(unit_id=unit, written=texts.get(unit, "")) for unit in units)


def _index_captioned(units: Iterable[int], lines: Iterable[tuple[int, str]]) -> None:
    texts = dict(lines)
    fulltext.index_units(fulltext.TextRow(unit_id=unit, captioned=texts.get(unit, "")) for unit in units)
