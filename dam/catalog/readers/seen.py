"""What the models saw in units: writing, things and sentences of the models that are shown, for pages and search."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from dam.catalog import current, words
from dam.catalog.models import Caption, DetectedObject, TextLine
from dam.types import Box, Stage

# From this certainty on a thing is counted: detectors keep more (from 0.35), which is right for "is there any?", but
# two doubtful halves are no second car. 0.5 is where the authors of D-FINE and RT-DETR draw boxes.
COUNTED = 0.5

_PLURALS = {"people": "person", "mice": "mouse", "knives": "knife"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """A line of writing at a time of the asset, with the box in which it stands."""

    unit_id: int
    at_ms: int
    text: str
    certainty: float
    box: Box
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectView:
    """A thing at a time of the asset, with its box."""

    unit_id: int
    at_ms: int
    label: str
    certainty: float
    box: Box
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionView:
    """A sentence that a model says of a unit."""

    unit_id: int
    text: str
    model: str


def writing_in(asset_id: int) -> list[TextView]:
    """Return the lines of writing in an asset, by time and in reading order."""
    rows = TextLine.objects.filter(unit__asset_id=asset_id, model=current.model_of(Stage.TEXT))
    return [
        TextView(
            unit_id=row.unit_id,
            at_ms=row.at_ms,
            text=row.text,
            certainty=row.certainty,
            box=_box(row),
            model=row.model,
        )
        for row in rows.order_by("at_ms", "id")
    ]


def objects_in(asset_id: int) -> list[ObjectView]:
    """Return the things in an asset, by time, the surest first."""
    rows = DetectedObject.objects.filter(unit__asset_id=asset_id, model=current.model_of(Stage.OBJECTS))
    return [
        ObjectView(
            unit_id=row.unit_id,
            at_ms=row.at_ms,
            label=row.label,
            certainty=row.certainty,
            box=_box(row),
            model=row.model,
        )
        for row in rows.order_by("at_ms", "-certainty", "id")
    ]


def captions_in(asset_id: int) -> list[CaptionView]:
    """Return the sentences about an asset's units, in the order of the units."""
    rows = Caption.objects.filter(unit__asset_id=asset_id, model=current.model_of(Stage.CAPTION))
    return [
        CaptionView(unit_id=row.unit_id, text=row.text, model=row.model)
        for row in rows.order_by("unit__start_ms", "unit_id")
    ]


def units_with_objects(label: str, *, least: int = 1, most: int | None = None) -> list[tuple[int, float, int]]:
    """Return (unit, certainty, at_ms) where `least` to `most` things of this label are seen at one moment.

    A shot counts by the moment that shows most of them, never by the sum over its frames. The certainty is that of
    the least sure thing that is needed to make `least`; the surest units come first. The label may be in the plural.
    """
    wanted = _labels_like(label)
    if not wanted or least < 1:
        return []
    seen: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    rows = DetectedObject.objects.filter(label__in=wanted, model=current.model_of(Stage.OBJECTS))
    for unit, at_ms, certainty in rows.order_by("-certainty").values_list("unit_id", "at_ms", "certainty"):
        seen[unit][at_ms].append(certainty)
    found = []
    for unit, moments in seen.items():
        at_ms, sure = max(moments.items(), key=lambda moment: (_count(moment[1]), moment[1][0], -moment[0]))
        count = _count(sure)
        if least <= count and (most is None or count <= most):
            found.append((unit, sure[least - 1], at_ms))
    return sorted(found, key=lambda row: (-row[1], row[0]))


def object_labels() -> list[tuple[str, int]]:
    """Return the labels of things that were seen, each with the number of units, the most frequent first."""
    rows = DetectedObject.objects.filter(model=current.model_of(Stage.OBJECTS))
    counted = rows.values_list("label").annotate(units=Count("unit_id", distinct=True)).order_by("-units", "label")
    return [(str(label), int(units)) for label, units in counted]


def _count(certainties: list[float]) -> int:
    return max(1, sum(certainty >= COUNTED for certainty in certainties))


def _labels_like(label: str) -> set[str]:
    """Return the labels in the catalogue that mean what was typed: any case, singular or plural."""
    typed = " ".join(_singular(word) for word in label.lower().split())
    asked = _stems(typed)
    rows = DetectedObject.objects.filter(model=current.model_of(Stage.OBJECTS))
    known = rows.order_by("label").values_list("label", flat=True).distinct()
    return {each for each in known if each == typed or (asked and _stems(each) == asked)}


def _singular(word: str) -> str:
    """Undo the plurals that taking off an s does not; that is done by the stem."""
    if word.endswith(("sses", "shes", "ches", "xes", "buses")):
        return word[:-2]
    return _PLURALS.get(word, word)


def _stems(text: str) -> tuple[str, ...]:
    return tuple(term.stem for term in words.terms(words.clean(text)))


def _box(row: TextLine | DetectedObject) -> Box:
    return Box(x=row.x, y=row.y, width=row.width, height=row.height)
