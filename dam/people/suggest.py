"""From faces that wait to questions: "is this Ana?", the likeliest first, none that was answered already."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dam import wiring
from dam.catalog import current
from dam.catalog.models import Face, FaceRefusal, Person
from dam.catalog.readers.people import FaceView, PersonView, faces_by_id, people_by_id
from dam.people.cluster import best_person
from dam.people.face_table import NOBODY, Faces
from dam.people.grouping import known_faces
from dam.people.likeness import SURE, likeness_of
from dam.ports import FaceModelInfo
from dam.types import FaceSource, Stage

# A person's faces that are compared with: the best, and enough for several ages, lights and hair-cuts.
_EXEMPLARS = 12
_CLUSTER = 3  # an unnamed cluster asks with at most so many of its faces: the first yes tells of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A question, “is this …?”: a face, a named person, and how alike they are (0..1)."""

    face: FaceView
    person: PersonView
    likeness: float


def suggestions(*, person_id: int | None = None, limit: int = 50) -> list[Suggestion]:
    """Return questions about one named person, or about all, the likeliest first.

    Asked are faces that are nobody's or an unnamed person's and are as likely as not a named person's, and faces
    that a model gave to a named person without being sure.
    """
    model = current.model_of(Stage.FACES)
    names = Person.objects.exclude(name="")
    named = set((names if person_id is None else names.filter(pk=person_id)).values_list("pk", flat=True))
    if not model or not named:
        return []
    info = wiring.face_engine(model).info
    found = _rank(known_faces(info).faces, named, info)
    refused = set(FaceRefusal.objects.filter(person_id__in=named).values_list("face_id", "person_id"))
    asked = [(face, person, cosine) for cosine, face, person in found if (face, person) not in refused][:limit]
    views = {view.id: view for view in faces_by_id([face for face, _, _ in asked])}
    people = people_by_id({person for _, person, _ in asked})
    return [
        Suggestion(face=views[face], person=people[person], likeness=likeness_of(cosine, info))
        for face, person, cosine in asked
        if face in views and person in people
    ]


def _rank(faces: Faces, named: set[int], info: FaceModelInfo) -> list[tuple[float, int, int]]:
    """Return (cosine, face, person), the likeliest first."""
    is_named = np.isin(faces.people, np.fromiter(named, dtype=np.int64))
    somebody = np.isin(faces.people, np.fromiter(_all_named(), dtype=np.int64))
    exemplars = _best_of_each(faces, np.flatnonzero(is_named))
    candidates = np.flatnonzero((~somebody | is_named) & ~faces.fixed)
    if not len(exemplars) or not len(candidates):
        return []
    votes = best_person(faces.vectors[candidates], faces.vectors[exemplars], faces.people[exemplars])
    sure = _given_surely(named)
    found = []
    for row, ranked in zip(candidates.tolist(), votes, strict=True):
        person = int(faces.people[row])
        for whom, score in ranked[:1]:
            own = person == whom
            # A face that is the person's already is compared with itself, too: only its likeness to others counts.
            cosine = _without_itself(faces, row, _fellows(faces, row, exemplars, sure)) if own else score
            if cosine >= info.same_cosine and not (own and cosine >= info.sure_cosine):
                found.append((cosine, int(faces.ids[row]), whom, person))
    found.sort(key=lambda each: (-each[0], each[1]))
    asked: dict[int, int] = {}
    kept = []
    for cosine, face, whom, person in found:
        if person not in {NOBODY, whom}:
            asked[person] = asked.get(person, 0) + 1
            if asked[person] > _CLUSTER:
                continue
        kept.append((cosine, face, whom))
    return kept


def _given_surely(named: set[int]) -> set[int]:
    """Return the faces of these people of which the model was sure when it gave them."""
    given = Face.objects.filter(person_id__in=named, source=FaceSource.MODEL, likeness__gte=SURE)
    return set(given.values_list("pk", flat=True))


def _all_named() -> list[int]:
    return list(Person.objects.exclude(name="").values_list("pk", flat=True))


def _best_of_each(faces: Faces, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return at most `_EXEMPLARS` rows of each person: what people said first, then by quality."""
    order = rows[np.lexsort((-faces.quality[rows], ~faces.fixed[rows]))]
    taken: dict[int, int] = {}
    kept = []
    for row in order.tolist():
        person = int(faces.people[row])
        taken[person] = taken.get(person, 0) + 1
        if taken[person] <= _EXEMPLARS:
            kept.append(row)
    return np.array(kept, dtype=np.int64)


def _fellows(faces: Faces, row: int, exemplars: NDArray[np.int64], sure: set[int]) -> NDArray[np.int64]:
    """Return the exemplars that a person's own face is compared with.

    What the model was sure of is not doubted because somebody has given the person other faces since.
    """
    theirs = faces.people[exemplars] == faces.people[row]
    if int(faces.ids[row]) in sure:
        theirs &= ~faces.fixed[exemplars]
    fellows: NDArray[np.int64] = exemplars[theirs]
    return fellows


def _without_itself(faces: Faces, row: int, fellows: NDArray[np.int64]) -> float:
    others = fellows[fellows != row]
    if not len(others):
        return 1.0  # nothing to compare it with
    cosines = np.sort(faces.vectors[others] @ faces.vectors[row])[::-1]
    return float(cosines[:3].mean())
