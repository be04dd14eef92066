"""Faces that a model found, written with its finished stage; what people and files said of them before is kept.

A face found again keeps its row, and with it its person, who said so, and whom it is not. A new model's faces take
over what was said of the faces of the models before it. Where somebody was forgotten, no face is written.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dam.catalog import jobs
from dam.catalog.models import Embedding, Face, FaceRefusal, IgnoredRegion, Person, Rendition, StageRun, Unit
from dam.catalog.writers.named_regions import apply_regions
from dam.catalog.writers.renditions import PlacedRendition, as_row
from dam.catalog.writers.units import forget_embeddings
from dam.ports import FaceModelInfo
from dam.types import Box, FaceSource

_SAME_PLACE = 0.5  # intersection over union: the same face found twice overlaps by more, faces side by side by less
_IGNORED_PLACE = 0.3  # looser, as whoever was forgotten is to stay so: another model draws its boxes otherwise
_SAME_TIME_MS = 500  # frames of one moment: keyframes lie at least a second apart, and move a little between runs

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A face at one moment of its appearance."""

    at_ms: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One face in one unit, from `start_ms` to `end_ms`; box, certainty and quality are those of the best moment.

    `vector` (d,) of length 1 stands for all moments, `sightings` are these; `crop` is the placed picture.
    """

    unit_id: int
    start_ms: int
    end_ms: int
    at_ms: int
    box: Box
    certainty: float
    quality: float
    vector: NDArray[np.float32]
    sightings: tuple[Sighting, ...]
    crop: PlacedRendition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The runs that were ours to finish, and the faces that have no person yet."""

    runs: tuple[StageRun, ...]
    waiting: tuple[int, ...]


def record_faces(
    runs: Sequence[StageRun],
    found: Sequence[Appearance],
    *,
    info: FaceModelInfo,
    steady: Collection[int],
    took_ms: int,
) -> Recorded:
    """Write the faces of these assets as the model now finds them, and finish the runs.

    Call it in the transaction that goes on to find places for the waiting ones. `steady` are the people whom nothing
    but people may change.
    """
    ours = jobs.ours(runs)
    of_ours = Unit.objects.filter(asset_id__in=[run.asset_id for run in ours]).select_related("asset")
    units = {unit.pk: unit for unit in of_ours}
    wanted = _without_ignored([each for each in found if each.unit_id in units])
    there = list(Face.objects.filter(unit_id__in=units).exclude(model="").select_related("embedding").order_by("id"))
    own = [face for face in there if face.model == info.name]
    others = [face for face in there if face.model != info.name]
    refusing = set(FaceRefusal.objects.filter(face__unit_id__in=units).values_list("face_id", flat=True))
    kept = match(wanted, own)
    rows = _write_rows(wanted, kept, units, info)
    again = {face.pk for face in kept.values()}
    _drop([face for face in own if face.pk not in again and not _said(face) and face.pk not in refusing])
    standing = [face for face in own if face.pk not in again and (_said(face) or face.pk in refusing)]
    fresh = [number for number in range(len(wanted)) if number not in kept]
    _take_over(wanted, rows, fresh, others, standing, steady=steady, refusing=refusing, model=info.name)
    apply_regions([*rows, *standing], units)
    jobs.finish(ours, took_ms=took_ms)
    waiting = Face.objects.filter(pk__in=[row.pk for row in rows], person=None).values_list("pk", flat=True)
    return Recorded(runs=tuple(ours), waiting=tuple(waiting))


def match(found: Sequence[Appearance], rows: Sequence[Face]) -> dict[int, Face]:
    """Return which row each appearance is (by its number), one to one, the best overlaps first."""
    by_unit: dict[int, list[Face]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit_id].append(row)
    overlaps = [
        (overlap, number, row)
        for number, each in enumerate(found)
        for row in by_unit[each.unit_id]
        if (overlap := _overlap(each, row)) > _SAME_PLACE
    ]
    return best_pairs(overlaps, key=lambda row: row.pk)


def best_pairs(overlaps: Iterable[tuple[float, int, T]], *, key: Callable[[T], int]) -> dict[int, T]:
    """Return, of (score, number, thing), each number's thing: one to one, the highest scores first."""
    pairs: dict[int, T] = {}
    taken: set[int] = set()
    for _, number, thing in sorted(overlaps, key=lambda each: (-each[0], each[1], key(each[2]))):
        if number not in pairs and key(thing) not in taken:
            pairs[number] = thing
            taken.add(key(thing))
    return pairs


def box_of(row: Face | IgnoredRegion) -> Box:
    """Return a row's box."""
    return Box(x=row.x, y=row.y, width=row.width, height=row.height)


def _overlap(found: Appearance, row: Face) -> float:
    """Return how far an appearance and a row cover each other, at the moment that the row shows."""
    if found.start_ms > row.end_ms or row.start_ms > found.end_ms:
        return 0.0
    box = box_of(row)
    then = [seen.box for seen in found.sightings if abs(seen.at_ms - row.at_ms) <= _SAME_TIME_MS]
    return max((box.overlap(other) for other in then or [found.box]), default=0.0)


def _without_ignored(found: Sequence[Appearance]) -> list[Appearance]:
    ignored: dict[int, list[IgnoredRegion]] = defaultdict(list)
    for row in IgnoredRegion.objects.filter(unit_id__in={each.unit_id for each in found}):
        ignored[row.unit_id].append(row)
    return [each for each in found if not any(_lies_in(each, row) for row in ignored[each.unit_id])]


def _lies_in(found: Appearance, row: IgnoredRegion) -> bool:
    box = box_of(row)
    return any(
        abs(seen.at_ms - row.at_ms) <= _SAME_TIME_MS
        and (box.overlap(seen.box) >= _IGNORED_PLACE or box.holds(*seen.box.centre))
        for seen in found.sightings
    )


def _said(face: Face) -> bool:
    return face.source != FaceSource.MODEL


def _write_rows(
    found: Sequence[Appearance], kept: Mapping[int, Face], units: Mapping[int, Unit], info: FaceModelInfo
) -> list[Face]:
    """Write rows, vectors and crops; returns a row per appearance, in their order."""
    rows = [kept.get(number) or Face(model=info.name, unit_id=each.unit_id) for number, each in enumerate(found)]
    vectors = [np.ascontiguousarray(each.vector.astype("<f2")).tobytes() for each in found]
    stale = []
    made: list[tuple[Face, Embedding]] = []
    for row, each, vector in zip(rows, found, vectors, strict=True):
        row.start_ms, row.end_ms, row.at_ms = each.start_ms, each.end_ms, each.at_ms
        row.x, row.y, row.width, row.height = each.box.x, each.box.y, each.box.width, each.box.height
        row.certainty, row.quality = each.certainty, each.quality
        # The same vector again keeps its row: nothing that follows the table has to change.
        if row.embedding is None or bytes(row.embedding.vector) != vector:
            if row.embedding is not None:
                stale.append((row.embedding.pk, row.embedding.space))
            new = Embedding(unit_id=each.unit_id, space=info.space, model=info.name, at_ms=each.at_ms, vector=vector)
            made.append((row, new))
    Embedding.objects.bulk_create([new for _, new in made], batch_size=500)
    for row, new in made:
        row.embedding = new
    _write_crops(rows, found, units)
    fresh = [row for number, row in enumerate(rows) if number not in kept]
    Face.objects.bulk_create(fresh, batch_size=500)
    Face.objects.bulk_update(
        [row for number, row in enumerate(rows) if number in kept],
        ["start_ms", "end_ms", "at_ms", "x", "y", "width", "height", "certainty", "quality", "embedding", "crop"],
        batch_size=200,
    )
    forget_embeddings(stale)
    return rows


def _write_crops(rows: Sequence[Face], found: Sequence[Appearance], units: Mapping[int, Unit]) -> None:
    placed = {each.crop.key: (row, each.crop) for row, each in zip(rows, found, strict=True) if each.crop is not None}
    there = {row.key: row for row in Rendition.objects.filter(key__in=list(placed))}
    before = {row.crop_id for row, _ in placed.values() if row.crop_id is not None}
    made = []
    for key, (row, crop) in placed.items():
        unit = units[row.unit_id]
        row.crop = there.get(key) or as_row(unit.asset, unit, crop)
        if key not in there:
            made.append(row.crop)
    Rendition.objects.bulk_create(made, batch_size=500)
    Rendition.objects.filter(pk__in=before - {row.crop_id for row, _ in placed.values()}).delete()


def _drop(faces: Sequence[Face]) -> None:
    """Delete what a model no longer finds, and nobody said anything of; their crops' files go with the next look."""
    Person.objects.filter(cover__in=faces).update(cover=None)
    left = {face.person_id for face in faces if face.person_id is not None}
    Face.objects.filter(pk__in=[face.pk for face in faces]).delete()
    forget_embeddings([(face.embedding.pk, face.embedding.space) for face in faces if face.embedding is not None])
    Rendition.objects.filter(pk__in=[face.crop_id for face in faces if face.crop_id is not None]).delete()
    Person.objects.filter(pk__in=left, name="", hidden=False, faces__isnull=True).delete()


def _take_over(
    found: Sequence[Appearance],
    rows: Sequence[Face],
    fresh: Sequence[int],
    others: Sequence[Face],
    standing: list[Face],
    *,
    steady: Collection[int],
    refusing: Collection[int],
    model: str,
) -> None:
    """Give the new faces of a model what was said of other models' faces in their place."""
    told = [face for face in others if _said(face) or face.person_id in steady or face.pk in refusing]
    if not told:
        return
    here = match([found[number] for number in fresh], told)
    refusals: dict[int, list[int]] = defaultdict(list)
    for face_id, person_id in FaceRefusal.objects.filter(face__in=told).values_list("face_id", "person_id"):
        refusals[face_id].append(person_id)
    changed, refused = [], []
    for place, face in here.items():
        row = rows[fresh[place]]
        if _said(face) or face.person_id in steady:
            row.person_id, row.source, row.likeness = face.person_id, face.source, face.likeness
            changed.append(row)
        refused += [FaceRefusal(face=row, person_id=person) for person in refusals[face.pk]]
    Face.objects.bulk_update(changed, ["person", "source", "likeness"], batch_size=200)
    FaceRefusal.objects.bulk_create(refused, ignore_conflicts=True, batch_size=500)
    Face.objects.filter(pk__in=[face.pk for face in here.values() if not face.model]).delete()
    standing += _stand_ins([face for face in told if face.model and _said(face)], found, standing, model)


def _stand_ins(told: Sequence[Face], found: Sequence[Appearance], standing: Sequence[Face], model: str) -> list[Face]:
    """Keep what a person said of faces that the new model does not find: rows of it, without a vector."""
    seen = {face.pk for face in match(found, told).values()}
    missing: list[Face] = []
    for face in told:
        box = box_of(face)
        beside = [other for other in standing if other.unit_id == face.unit_id]
        doubled = any(box_of(other).overlap(box) > _SAME_PLACE for other in [*beside, *missing])
        if face.pk in seen or doubled or face.person_id is None or face.source != FaceSource.PERSON:
            continue
        missing.append(
            Face(
                unit_id=face.unit_id, model=model, start_ms=face.start_ms, end_ms=face.end_ms, at_ms=face.at_ms,
                x=face.x, y=face.y, width=face.width, height=face.height, certainty=face.certainty,
                quality=0.0, crop_id=face.crop_id, person_id=face.person_id, source=face.source, likeness=1.0,
            )
        )  # fmt: skip
    return Face.objects.bulk_create(missing, batch_size=500)
