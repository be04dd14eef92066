"""What some units can be narrowed by: who and what is in them, each value with the units that its filter would keep.

The values are those that a search understands, and the units are exactly those that it would keep of the given ones.
Each function takes a query or a few, however many units there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL

from dam.catalog import current
from dam.catalog.ids import among
from dam.catalog.keywords import forms, leaf
from dam.catalog.lexicon import Lexicon, folded, recent_lexicon
from dam.catalog.models import (
    AssetMetadata,
    DetectedObject,
    TagScore,
    TagVerdict,
    Unit,
    UnitColour,
    UnitLook,
    UnitMeasure,
)
from dam.catalog.readers import conditions, measure
from dam.catalog.readers.grouping import named_people_in
from dam.catalog.readers.people import name_key
from dam.catalog.readers.tagged import LINE, models_shown
from dam.types import MediaKind, Motion, Stage, TagKind, UnitKind
from dam.types.colours import names_under

Marks = dict[str, set[int]]  # a value of a filter, and the units that have it


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A unit to be narrowed; `whole` is a recording as a whole. Sizes in pixels; `taken_at` wall time, as if UTC."""

    unit_id: int
    asset_id: int
    kind: MediaKind
    unit_kind: UnitKind
    whole: bool
    taken_at: datetime | None
    width: int
    height: int


_LOOK = ("brightness", "contrast", "saturation", "sharpness", "monochrome")
_SUBJECT = (
    "pk", "asset_id", "asset__kind", "kind", "position", "asset__taken_at", "asset__width", "asset__height"
)  # fmt: skip


def subjects(unit_ids: Collection[int]) -> list[Subject]:
    """Return what is known of these units by themselves."""
    return [
        Subject(
            unit_id=pk,
            asset_id=asset_id,
            kind=MediaKind(kind),
            unit_kind=UnitKind(unit_kind),
            whole=position == 0,
            taken_at=taken_at,
            width=width,
            height=height,
        )
        for pk, asset_id, kind, unit_kind, position, taken_at, width, height in Unit.objects.filter(
            pk__in=among(unit_ids)
        ).values_list(*_SUBJECT)
    ]


def people(units: Collection[Subject]) -> Marks:
    """Return who is in which units, by name; people of one name are one."""
    names: dict[str, str] = {}
    found: Marks = defaultdict(set)
    for unit_id, seen in named_people_in([unit.unit_id for unit in units]).items():
        for _, name in seen:
            found[names.setdefault(name_key(name), name)].add(unit_id)
    return dict(found)


def things(units: Collection[Subject]) -> Marks:
    """Return which things are in which units."""
    found: Marks = defaultdict(set)
    model = current.model_of(Stage.OBJECTS)
    rows = DetectedObject.objects.filter(unit_id__in=_ids(units), model=model)
    for label, unit_id in rows.values_list("label", "unit_id").distinct():
        found[label].add(unit_id)
    return dict(found)


def colours(units: Collection[Subject]) -> Marks:
    """Return which colours are in which units, with what each colour covers."""
    own: Marks = defaultdict(set)
    rows = UnitColour.objects.filter(unit_id__in=_ids(units), share__gte=measure.LEAST_SHARE)
    for name, unit_id in rows.values_list("name", "unit_id"):
        own[name].add(unit_id)
    return {name: set().union(*(own.get(other, set()) for other in names_under(name))) for name in own}


def looks(units: Collection[Subject]) -> Marks:
    """Return which units look, move or sound how."""
    found: Marks = defaultdict(set)
    measures = UnitMeasure.objects.filter(pk__in=_ids(units)).values_list("pk", "motion", "loudness_lufs")
    timed = {pk: (Motion(motion) if motion else None, loudness) for pk, motion, loudness in measures}
    seen = {row[0]: row[1:] for row in UnitLook.objects.filter(pk__in=_ids(units)).values_list("pk", *_LOOK)}
    for pk in {*seen, *timed}:
        for word, _ in measure.words_of(_look(pk, seen.get(pk), timed.get(pk))):
            found[word].add(pk)
    for unit in units:
        if unit.unit_kind is not UnitKind.CLIP and unit.width and unit.height:
            found[measure.shape_of(unit.width, unit.height)].add(unit.unit_id)
    return dict(found)


def tags(units: Collection[Subject]) -> Marks:
    """Return which units have which tags, or one below them, and the keywords of files that are no tags."""
    lexicon = recent_lexicon()
    said = _said_of(units)
    keywords, spelled = _keywords(units)
    ids = {tag_id for tag_id in said.having if tag_id in lexicon.entries}
    ids.update(tag_id for word in spelled.values() for tag_id in lexicon.meant_by(word))
    names = {folded(lexicon.entries[tag_id].name): lexicon.entries[tag_id].name for tag_id in ids}
    found = {name: _with_tag(name, lexicon, said, keywords) for name in names.values()}
    others = {word: keywords[key] for key, word in spelled.items() if not lexicon.meant_by(word)}
    return {name: units for name, units in {**others, **found}.items() if units}


def having(units: Collection[Subject]) -> Marks:
    """Return which units have what `has:` asks for."""
    return {word: _where(units, conditions.has(word)) for word in conditions.HAS}


def being(units: Collection[Subject]) -> Marks:
    """Return which units are what `is:` asks for."""
    every = {unit.unit_id for unit in units}
    reviewed, online = _where(units, conditions.reviewed()), _where(units, conditions.online())
    return {
        "rejected": _where(units, conditions.rejected()),
        "reviewed": reviewed,
        "unreviewed": every - reviewed,
        "online": online,
        "offline": every - online,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Tags of units: `having` by tag those that models or people say it of, `accepted` and `refused` by people."""

    having: Mapping[int, set[int]]
    accepted: Mapping[int, set[int]]
    refused: Mapping[int, set[int]]


def _said_of(units: Collection[Subject]) -> _Said:
    shown = models_shown()
    by_tag: dict[int, set[int]] = defaultdict(set)
    accepted: dict[int, set[int]] = defaultdict(set)
    refused: dict[int, set[int]] = defaultdict(set)
    scores = TagScore.objects.filter(unit_id__in=_ids(units), model__in=shown, certainty__gte=LINE)
    for tag_id, unit_id in scores.values_list("tag_id", "unit_id"):
        by_tag[tag_id].add(unit_id)
    verdicts = TagVerdict.objects.filter(unit_id__in=_ids(units)).values_list("tag_id", "unit_id", "accepted")
    for tag_id, unit_id, yes in verdicts:
        (accepted if yes else refused)[tag_id].add(unit_id)
    for tag_id, those in refused.items():
        by_tag[tag_id] -= those
    for tag_id, those in accepted.items():
        by_tag[tag_id] |= those
    return _Said(having=by_tag, accepted=accepted, refused=refused)


def _keywords(units: Collection[Subject]) -> tuple[Marks, dict[str, str]]:
    """Return the units that carry keywords, by each folded word of a path, and how each last word is spelled."""
    carriers: dict[int, list[int]] = defaultdict(list)
    for unit in units:
        if unit.whole or unit.unit_kind is not UnitKind.CLIP:
            carriers[unit.asset_id].append(unit.unit_id)
    found: Marks = defaultdict(set)
    spelled: dict[str, str] = {}
    rows = AssetMetadata.objects.filter(pk__in=among(carriers)).exclude(keywords=[]).values_list("pk", "keywords")
    for asset_id, words in rows:
        for word in words:
            last = leaf(str(word))
            if folded(last):
                spelled.setdefault(folded(last), last)
            for form in forms(str(word)):
                found[form].update(carriers[asset_id])
    return dict(found), spelled


def _with_tag(name: str, lexicon: Lexicon, said: _Said, keywords: Marks) -> set[int]:
    """Return what `tag:name` keeps; see `dam.catalog.readers.tagged`."""
    asked = set(lexicon.meant_by(name))
    wanted = lexicon.with_descendants(asked)
    entries = [lexicon.entries[tag_id] for tag_id in wanted if tag_id in lexicon.entries]
    words = {folded(word) for entry in entries if entry.kind is not TagKind.SOUND for word in entry.words}
    accepted = set[int]().union(*(said.accepted.get(tag_id, ()) for tag_id in wanted))
    no_longer = set[int]().union(*(said.refused.get(tag_id, ()) for tag_id in asked)) - accepted
    found = set[int]().union(*(said.having.get(tag_id, ()) for tag_id in wanted))
    return (found | set[int]().union(*(keywords.get(word, ()) for word in {*words, folded(name)}))) - no_longer


def _where(units: Collection[Subject], condition: Q) -> set[int]:
    return set(Unit.objects.filter(condition, pk__in=_ids(units)).values_list("pk", flat=True))


def _ids(units: Collection[Subject]) -> RawSQL:
    return among([unit.unit_id for unit in units])


def _look(
    pk: int, seen: tuple[Any, ...] | None, timed: tuple[Motion | None, float | None] | None
) -> measure.LookView:
    brightness, contrast, saturation, sharpness, monochrome = seen or (None,) * len(_LOOK)
    motion, loudness = timed or (None, None)
    return measure.LookView(
        unit_id=pk,
        brightness=brightness,
        contrast=contrast,
        saturation=saturation,
        sharpness=sharpness,
        monochrome=monochrome,
        phash="",
        colours=(),
        motion=motion,
        loudness_lufs=loudness,
        model="",
    )
