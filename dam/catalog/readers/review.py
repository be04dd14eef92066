"""What waits for a person's word: tags that models suggest and nobody has accepted or rejected yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Abs

from dam.catalog.models import MediaFile, Tag, TagScore, TagVerdict, TaughtTag, Unit
from dam.types import FileState, TagKind, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A tag that a model suggests for a unit, at the moment that shows it best."""

    unit_id: int
    tag_id: int
    certainty: float
    at_ms: int
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagToReview:
    """A tag with what waits and what was said: units."""

    tag_id: int
    name: str
    key: str
    kind: str
    own: bool
    waiting: int
    yes: int
    no: int

    @property
    def reviewed(self) -> int:
        """How many were judged."""
        return self.yes + self.no

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.waiting + self.reviewed


def suggestions(tag_id: int, *, models: Sequence[str], least: float = 0.0, limit: int) -> list[Suggestion]:
    """Return the units that are suggested for a tag and not judged yet, each once, the surest first."""
    found = _waiting(models).filter(tag_id=tag_id, certainty__gte=least).order_by("-certainty", "unit_id")
    # One unit may be suggested by each of the models.
    best: dict[int, Suggestion] = {}
    for item in _as_suggestions(found[: limit * len(models)]):
        best.setdefault(item.unit_id, item)
    return list(best.values())[:limit]


def doubtful(tag_id: int, *, model: str, limit: int) -> list[Suggestion]:
    """Return the units nearest to a certainty of one half that nobody has judged yet."""
    found = _waiting([model]).filter(tag_id=tag_id).annotate(away=Abs(F("certainty") - 0.5))
    return _as_suggestions(found.order_by("away", "unit_id")[:limit])


def count_tagged(tag_id: int, *, models: Sequence[str], least: float) -> int:
    """Return how many units have a tag: by a person's word, or by a model's that nobody has refused."""
    yes = TagVerdict.objects.filter(tag_id=tag_id, accepted=True).count()
    return yes + _waiting(models).filter(tag_id=tag_id, certainty__gte=least).values("unit_id").distinct().count()


def tags_to_review(
    *, models: Sequence[str], least: float, limit: int | None = None, tag_ids: Collection[int] | None = None
) -> list[TagToReview]:
    """Return the tags that wait for a word, those with most to do first; or these tags, waiting or not."""
    counts = _counts(models, least=least, tag_ids=tag_ids)
    wanted = sorted(counts, key=lambda pk: (-counts[pk], pk))[:limit] if tag_ids is None else list(tag_ids)
    tags = Tag.objects.in_bulk(wanted)
    said: dict[int, dict[bool, int]] = {}
    verdicts = TagVerdict.objects.filter(tag_id__in=wanted).order_by()
    for tag_id, accepted, number in verdicts.values_list("tag_id", "accepted").annotate(n=Count("pk")):
        said.setdefault(tag_id, {})[accepted] = number
    return [
        TagToReview(
            tag_id=pk,
            name=tags[pk].name,
            key=tags[pk].key,
            kind=tags[pk].kind,
            own=tags[pk].own,
            waiting=counts.get(pk, 0),
            yes=said.get(pk, {}).get(True, 0),
            no=said.get(pk, {}).get(False, 0),
        )
        for pk in wanted
        if pk in tags and (tag_ids is not None or not tags[pk].retired)
    ]


def units_to_review(*, models: Sequence[str], least: float, limit: int, offset: int = 0) -> list[int]:
    """Return the units with suggestions that nobody has judged, the newest first."""
    scores = _waiting(models, here=False).filter(unit_id=OuterRef("pk"), certainty__gte=least)
    units = Unit.objects.filter(Exists(scores), Exists(_present("asset_id")))
    newest = units.order_by(F("asset__taken_at").desc(nulls_last=True), "-asset_id", "-pk")
    return list(newest.values_list("pk", flat=True)[offset : offset + limit])


def suggestions_of_units(
    unit_ids: Collection[int], *, models: Sequence[str], least: float
) -> dict[int, list[tuple[Suggestion, Tag]]]:
    """Return what is suggested for these units and not judged yet, the surest first."""
    rows = _waiting(models).filter(unit_id__in=unit_ids, certainty__gte=least).select_related("tag")
    found: dict[int, list[tuple[Suggestion, Tag]]] = {}
    for row in rows.order_by("-certainty"):
        item = Suggestion(
            unit_id=row.unit_id, tag_id=row.tag_id, certainty=row.certainty, at_ms=row.at_ms, model=row.model
        )
        found.setdefault(row.unit_id, []).append((item, row.tag))
    return found


def verdict_units(tag_id: int, *, accepted: bool, limit: int) -> list[int]:
    """Return the units of which somebody said yes (or no), the latest first."""
    said = TagVerdict.objects.filter(tag_id=tag_id, accepted=accepted).order_by("-said_at", "-pk")
    return list(said.values_list("unit_id", flat=True)[:limit])


def verdict_ids(tag_id: int) -> list[int]:
    """Return every unit that was judged for a tag."""
    return list(TagVerdict.objects.filter(tag_id=tag_id).values_list("unit_id", flat=True))


def newest_units(*, limit: int) -> list[int]:
    """Return the photos and shots that were added last."""
    found = Unit.objects.filter(Exists(_present("asset_id")), kind__in=[UnitKind.PHOTO, UnitKind.SHOT])
    return list(found.order_by("-pk").values_list("pk", flat=True)[:limit])


def _counts(models: Sequence[str], *, least: float, tag_ids: Collection[int] | None) -> dict[int, int]:
    """Return how many units wait, by tag: counted in the index, less those that were judged; a library is large."""
    scores = TagScore.objects.filter(model__in=models, certainty__gte=least)
    judged = TagVerdict.objects.filter(Exists(scores.filter(unit_id=OuterRef("unit_id"), tag_id=OuterRef("tag_id"))))
    if tag_ids is not None:
        scores, judged = scores.filter(tag_id__in=tag_ids), judged.filter(tag_id__in=tag_ids)
    counts = dict(scores.order_by().values_list("tag_id").annotate(n=Count("pk")))
    for tag_id, number in judged.order_by().values_list("tag_id").annotate(n=Count("pk")):
        counts[tag_id] -= number
    # What is of the vocabulary and taught besides may have two rows for a unit.
    twice = TaughtTag.objects.exclude(tag__kind=TagKind.TAUGHT).filter(tag_id__in=counts).values("tag_id")
    exact = _waiting(models).filter(tag_id__in=twice, certainty__gte=least).order_by()
    counts |= dict.fromkeys(twice.values_list("tag_id", flat=True), 0)
    counts |= dict(exact.values_list("tag_id").annotate(n=Count("unit_id", distinct=True)))
    return {tag_id: count for tag_id, count in counts.items() if count > 0}


def _waiting(models: Sequence[str], *, here: bool = True) -> QuerySet[TagScore]:
    judged = TagVerdict.objects.filter(unit_id=OuterRef("unit_id"), tag_id=OuterRef("tag_id"))
    waiting = TagScore.objects.filter(~Exists(judged), model__in=models, tag__retired=False)
    return waiting.filter(Exists(_present("unit__asset_id"))) if here else waiting


def _present(asset: str) -> QuerySet[MediaFile]:
    return MediaFile.objects.filter(asset_id=OuterRef(asset), state=FileState.PRESENT)


def _as_suggestions(found: QuerySet[TagScore]) -> list[Suggestion]:
    rows = found.values_list("unit_id", "tag_id", "certainty", "at_ms", "model")
    return [
        Suggestion(unit_id=unit, tag_id=tag, certainty=certainty, at_ms=at_ms, model=model)
        for unit, tag, certainty, at_ms, model in rows
    ]
