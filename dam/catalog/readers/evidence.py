"""What models, measures and people know of assets that could be said of them: the ground of suggestions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from dam.catalog import current
from dam.catalog.ids import among
from dam.catalog.lexicon import Lexicon
from dam.catalog.models import Asset, AssetPlace, Caption, DetectedObject, Face, Speech, TagScore, TagVerdict, Unit
from dam.catalog.readers.people import shown_faces
from dam.catalog.readers.tagged import LINE, TAUGHT, models_shown
from dam.types import FaceSource, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One word that something says of an asset, how sure it is (0..1), and why: "tag 0.92".

    `others` are words that mean the same; `own` tells that it is the user's own tag.
    """

    asset_id: int
    word: str
    certainty: float
    why: str
    others: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """A line that is said in an asset."""

    asset_id: int
    start_ms: int
    text: str


def tag_clues(asset_ids: Collection[int], lexicon: Lexicon) -> Iterator[Clue]:
    """Yield the tags of assets by models and people; what somebody rejected of a unit is not its."""
    units = Unit.objects.filter(asset_id__in=among(asset_ids))
    verdicts = {
        (unit_id, tag_id): (accepted, asset_id)
        for unit_id, tag_id, accepted, asset_id in TagVerdict.objects.filter(unit__in=units).values_list(
            "unit_id", "tag_id", "accepted", "unit__asset_id"
        )
    }
    for (_, tag_id), (accepted, asset_id) in verdicts.items():
        if accepted and tag_id in lexicon.entries:
            yield _of_tag(lexicon, tag_id, asset_id, certainty=1.0, why="you said so")
    scores = TagScore.objects.filter(unit__in=units, model__in=models_shown(), certainty__gte=LINE)
    for unit_id, asset_id, tag_id, certainty, model in scores.values_list(
        "unit_id", "unit__asset_id", "tag_id", "certainty", "model"
    ):
        if (unit_id, tag_id) not in verdicts and tag_id in lexicon.entries:
            why = "taught" if model.startswith(TAUGHT) else "tag"
            yield _of_tag(lexicon, tag_id, asset_id, certainty=certainty, why=f"{why} {certainty:.2f}")


def object_clues(asset_ids: Collection[int]) -> Iterator[Clue]:
    """Yield the things that were seen."""
    rows = DetectedObject.objects.filter(
        unit__asset_id__in=among(asset_ids), model=current.model_of(Stage.OBJECTS), certainty__gte=LINE
    )
    for asset_id, label, certainty in rows.values_list("unit__asset_id", "label", "certainty"):
        yield Clue(asset_id=asset_id, word=label, certainty=certainty, why=f"seen {certainty:.2f}")


def person_clues(asset_ids: Collection[int]) -> Iterator[Clue]:
    """Yield the people with a name."""
    faces = Face.objects.filter(shown_faces(), unit__asset_id__in=among(asset_ids), person__hidden=False)
    rows = faces.exclude(person__name="").values_list("unit__asset_id", "person__name", "source", "likeness")
    for asset_id, name, source, likeness in rows:
        sure = likeness if source == FaceSource.MODEL else 1.0
        why = f"face {likeness:.2f}" if source == FaceSource.MODEL else "face, named"
        yield Clue(asset_id=asset_id, word=str(name), certainty=sure, why=why)


def places_of(asset_ids: Collection[int]) -> dict[int, AssetPlace]:
    """Return the place nearest to each asset's coordinate."""
    return {row.pk: row for row in AssetPlace.objects.filter(pk__in=among(asset_ids))}


def captions_of(asset_ids: Collection[int]) -> dict[int, str]:
    """Return a model's sentence about each asset: that of its first unit that has one."""
    rows = Caption.objects.filter(unit__asset_id__in=among(asset_ids), model=current.model_of(Stage.CAPTION))
    found: dict[int, str] = {}
    for asset_id, text in rows.order_by("unit__start_ms", "unit_id").values_list("unit__asset_id", "text"):
        found.setdefault(asset_id, text)
    return found


def lines_of(asset_ids: Collection[int]) -> list[SpokenLine]:
    """Return what is said in assets, without what was heard badly."""
    rows = Speech.objects.filter(unit__asset_id__in=among(asset_ids), weak=False).order_by("unit__start_ms")
    return [
        SpokenLine(asset_id=asset_id, start_ms=start_ms, text=text)
        for asset_id, start_ms, text in rows.values_list("unit__asset_id", "unit__start_ms", "text")
    ]


def days_of(asset_ids: Collection[int]) -> dict[int, date]:
    """Return the day on which each asset was taken, by the photographer's clock; none where only the file's date says
    so: that is when it was copied.
    """
    rows = Asset.objects.filter(pk__in=among(asset_ids), taken_at__isnull=False)
    sure = rows.exclude(metadata__taken_source__startswith="file:")
    return {pk: taken.date() for pk, taken in sure.values_list("pk", "taken_at") if taken is not None}


def _of_tag(lexicon: Lexicon, tag_id: int, asset_id: int, *, certainty: float, why: str) -> Clue:
    entry = lexicon.entries[tag_id]
    return Clue(
        asset_id=asset_id, word=entry.name, certainty=certainty, why=why, others=entry.synonyms, own=entry.own
    )
