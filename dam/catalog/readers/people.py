"""People and the appearances of their faces: what pages, searches and commands are shown of them.

Of the models only the one in use is shown, and with it what only the file itself names (`current`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from dam.catalog import current, words
from dam.catalog.ids import chunks
from dam.catalog.models import Face, Person
from dam.catalog.readers.browse import Picture, as_picture
from dam.types import Box, FaceSource, Stage, UnitKind

_MADE_BY_PEOPLE = (FaceSource.PERSON, FaceSource.FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceView:
    """One appearance: in a shot from `start_ms` to `end_ms`, with the box as it is at `at_ms`.

    `likeness` (0..1) is how sure the model is that it is the person, `certainty` how sure that it is a face.
    """

    id: int
    asset_id: int
    unit_id: int
    unit_kind: UnitKind
    at_ms: int
    start_ms: int
    end_ms: int
    box: Box
    person_id: int | None
    person_name: str
    source: FaceSource
    likeness: float
    certainty: float
    model: str
    crop: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody: `name` is "" while nobody gave one; `faces` are appearances, in `assets` photos and videos."""

    id: int
    name: str
    hidden: bool
    faces: int
    assets: int
    cover: Picture | None
    cover_face_id: int | None

    @property
    def state(self) -> str:
        """In a word: named, unnamed or hidden."""
        if self.hidden:
            return "hidden"
        return "named" if self.name else "unnamed"


def shown_faces() -> Q:
    """Return what selects the faces that are shown: the model's in use, and those that only a file names."""
    return Q(model=current.model_of(Stage.FACES)) | Q(model="")


def people(
    *, named: bool | None = None, hidden: bool = False, query: str = "", limit: int | None = None, offset: int = 0
) -> list[PersonView]:
    """Return people, the named first, then by the number of photos and videos they are in.

    `named` picks those with or without a name, `query` those in whose name a word begins so. Unnamed people of
    whom nothing is shown are left out.
    """
    rows = _counted(Person.objects.filter(hidden=hidden)).filter(Q(seen__gt=0) | ~Q(name=""))
    if named is not None:
        rows = rows.exclude(name="") if named else rows.filter(name="")
    if query.strip():
        rows = rows.filter(pk__in=_named_like(query, begins=True))
    unnamed_last = rows.annotate(unnamed=Q(name="")).order_by("unnamed", "-within", "-seen", "id")
    stop = None if limit is None else offset + limit
    return _views(list(unnamed_last[offset:stop]))


def person(person_id: int) -> PersonView | None:
    """Return one person, or None where there is none."""
    found = _views(list(_counted(Person.objects.filter(pk=person_id))))
    return found[0] if found else None


def people_by_id(person_ids: Collection[int]) -> dict[int, PersonView]:
    """Return these people by id; those that are gone are left out."""
    return {view.id: view for view in _views(list(_counted(Person.objects.filter(pk__in=person_ids))))}


def faces_of(person_id: int, *, limit: int = 200, offset: int = 0) -> list[FaceView]:
    """Return a person's appearances, the newest photos and videos first."""
    rows = _faces().filter(person=person_id)
    newest = rows.order_by(F("unit__asset__taken_at").desc(nulls_last=True), "-unit__asset_id", "start_ms", "id")
    return [_face(row) for row in newest[offset : offset + limit]]


def people_after(after_id: int, *, limit: int, named: bool | None = None, hidden: bool = False) -> list[PersonView]:
    """Return people by id, from the one after `after_id` on; unnamed people of whom nothing is shown are left out."""
    rows = _counted(Person.objects.filter(hidden=hidden, pk__gt=after_id)).filter(Q(seen__gt=0) | ~Q(name=""))
    if named is not None:
        rows = rows.exclude(name="") if named else rows.filter(name="")
    return _views(list(rows.order_by("pk")[:limit]))


def faces_after(person_id: int, after_id: int, *, limit: int) -> list[FaceView]:
    """Return a person's appearances by id, from the one after `after_id` on."""
    return [_face(row) for row in _faces().filter(person=person_id, pk__gt=after_id).order_by("pk")[:limit]]


def faces_in(asset_id: int) -> list[FaceView]:
    """Return the faces of a photo or a video, by unit and time; in one picture from left to right."""
    rows = _faces().filter(unit__asset_id=asset_id)
    return [_face(row) for row in rows.order_by("unit__start_ms", "unit__position", "start_ms", "x", "id")]


def faces_by_id(face_ids: Sequence[int]) -> list[FaceView]:
    """Return these faces in the order given; those that are gone are left out."""
    found: dict[int, FaceView] = {}
    for some in chunks(face_ids):
        found |= {row.pk: _face(row) for row in _joined().filter(pk__in=some)}
    return [found[pk] for pk in face_ids if pk in found]


def faces_unassigned(*, limit: int = 200, offset: int = 0) -> list[FaceView]:
    """Return the faces that are nobody's yet, the best pictures first."""
    rows = _faces().filter(person=None).order_by("-quality", "id")
    return [_face(row) for row in rows[offset : offset + limit]]


def face_vector(face_id: int) -> tuple[str, NDArray[np.float32]] | None:
    """Return the model and the vector (d,) of a face; None where it is gone or has none."""
    row = Face.objects.filter(pk=face_id, embedding__isnull=False).values_list("model", "embedding__vector").first()
    if row is None:
        return None
    return row[0], np.frombuffer(bytes(row[1]), dtype="<f2").astype(np.float32)


def units_with_person(name: str) -> list[tuple[int, float, int]]:
    """Return (unit id, certainty, at_ms) of the units with somebody of that name, one row a unit, the surest first.

    The name in any case, with or without accents: the whole name, or words of it. What people or files said is
    certain, else the model's likeness counts.
    """
    wanted = _named_like(name, begins=False)
    return _units_of(wanted) if wanted else []


def units_with_person_id(person_id: int) -> list[tuple[int, float, int]]:
    """Return the units in which that person appears; as `units_with_person`."""
    return _units_of([person_id])


def units_of_people(names: Sequence[str]) -> set[int]:
    """Return the ids of the units in which all of these appear together."""
    found = [{unit_id for unit_id, _, _ in units_with_person(name)} for name in names]
    return set.intersection(*found) if found else set()


def person_called(name: str) -> Person | None:
    """Return the person of exactly that name (in any case, with or without accents), or None."""
    wanted = name_key(name)
    for row in Person.objects.exclude(name="").order_by("id").only("id", "name", "hidden"):
        if name_key(row.name) == wanted:
            return row
    return None


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one, in any case, with or without accents."""
    return name_key(one) == name_key(other)


def count_faces() -> int:
    """Return how many appearances are shown."""
    return Face.objects.filter(shown_faces()).count()


def _units_of(person_ids: Collection[int]) -> list[tuple[int, float, int]]:
    best: dict[int, tuple[float, int]] = {}
    rows = Face.objects.filter(shown_faces(), person_id__in=person_ids)
    for unit_id, source, likeness, at_ms in rows.values_list("unit_id", "source", "likeness", "at_ms"):
        certainty = 1.0 if source in _MADE_BY_PEOPLE else likeness
        if unit_id not in best or certainty > best[unit_id][0]:
            best[unit_id] = (certainty, at_ms)
    ordered = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    return [(unit_id, certainty, at_ms) for unit_id, (certainty, at_ms) in ordered]


def _named_like(text: str, *, begins: bool) -> list[int]:
    """Return the people whose name is `text`, else those whose name has all of its words (or beginnings of them)."""
    whole, asked = name_key(text), name_key(text).split()
    exact: list[int] = []
    partly: list[int] = []
    for pk, name in Person.objects.exclude(name="").values_list("pk", "name"):
        folded = name_key(name)
        own = folded.split()
        if folded == whole:
            exact.append(pk)
        if asked and all(any(part.startswith(word) if begins else part == word for part in own) for word in asked):
            partly.append(pk)
    return partly if begins else exact or partly


def name_key(name: str) -> str:
    """Return a name as it is compared: without case, accents and signs."""
    return words.folded(name) or name.strip().casefold()


def _joined() -> QuerySet[Face]:
    return Face.objects.select_related("unit", "person", "crop")


def _faces() -> QuerySet[Face]:
    return _joined().filter(shown_faces())


def _counted(rows: QuerySet[Person]) -> QuerySet[Any]:
    """Add `seen` (appearances), `within` (assets) and `best` (the face to show where no cover was chosen)."""
    mine = Face.objects.filter(shown_faces(), person=OuterRef("pk")).order_by()
    pictured = mine.filter(crop__isnull=False).order_by("-quality", "id")
    counted = mine.values("person")
    none = Value(0, output_field=IntegerField())
    return rows.annotate(
        seen=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), none),
        within=Coalesce(Subquery(counted.annotate(n=Count("unit__asset_id", distinct=True)).values("n")), none),
        best=Subquery(pictured.values("pk")[:1]),
    )


def _views(rows: Iterable[Person]) -> list[PersonView]:
    found = list(rows)
    shown = [pk for row in found for pk in (row.cover_id, getattr(row, "best", None)) if pk is not None]
    crops: dict[int, Picture] = {}
    for some in chunks(shown):
        faces = Face.objects.filter(pk__in=some, crop__isnull=False)
        crops |= {face.pk: as_picture(face.crop) for face in faces.select_related("crop") if face.crop is not None}
    views = []
    for row in found:
        covers = [pk for pk in (row.cover_id, getattr(row, "best", None)) if pk in crops]
        cover = covers[0] if covers else None
        views.append(
            PersonView(
                id=row.pk,
                name=row.name,
                hidden=row.hidden,
                faces=getattr(row, "seen", 0),
                assets=getattr(row, "within", 0),
                cover=crops[cover] if cover is not None else None,
                cover_face_id=cover,
            )
        )
    return views


def _face(row: Face) -> FaceView:
    return FaceView(
        id=row.pk,
        asset_id=row.unit.asset_id,
        unit_id=row.unit_id,
        unit_kind=UnitKind(row.unit.kind),
        at_ms=row.at_ms,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        box=Box(x=row.x, y=row.y, width=row.width, height=row.height),
        person_id=row.person_id,
        person_name=row.person.name if row.person else "",
        source=FaceSource(row.source),
        likeness=row.likeness,
        certainty=row.certainty,
        model=row.model,
        crop=as_picture(row.crop) if row.crop else None,
    )
