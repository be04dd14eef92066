"""Faces of one model that wait for a person, given one: rows in, people out, in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from dam import wiring
from dam.catalog.ids import chunks
from dam.catalog.models import Face, FaceRefusal, Person
from dam.catalog.writers.people import steady_people
from dam.people.cluster import Grouping, group
from dam.people.face_table import NOBODY, Faces, Thresholds
from dam.people.likeness import likeness_of
from dam.people.vectors import vectors_of
from dam.ports import FaceModelInfo
from dam.types import FaceSource

_LOCK_KEY = 0x6661636573  # "faces": who founds people takes turns, on PostgreSQL


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFaces:
    """All faces of one model that have a vector, with the people whom nothing but people may change."""

    faces: Faces
    steady: frozenset[int]


def find_places(model: str, face_ids: Collection[int] | None = None, *, info: FaceModelInfo | None = None) -> int:
    """Let faces of a model (all that wait, where none are named) join or found people; returns how many did."""
    told = info or wiring.face_engine(model).info
    with transaction.atomic():
        take_turn()
        known = known_faces(told)
        fresh = face_ids if face_ids is not None else known.faces.ids[known.faces.people == NOBODY].tolist()
        if not len(fresh):
            return 0
        thresholds = Thresholds(same=told.same_cosine, sure=told.sure_cosine)
        done = group(known.faces, fresh=fresh, thresholds=thresholds, steady=known.steady)
        _write(done, told)
    return len(done.joined)


def take_turn() -> None:
    """Wait until no other transaction founds people. SQLite's writers take turns anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def warm_up(info: FaceModelInfo) -> None:
    """Read the vectors before a transaction, so that it holds no lock meanwhile."""
    ids = Face.objects.filter(model=info.name, embedding__isnull=False).values_list("embedding_id", flat=True)
    vectors_of(info.space, list(ids), dimensions=info.dimensions)


def known_faces(info: FaceModelInfo) -> KnownFaces:
    """Read the faces of a model that have a vector."""
    rows = list(
        Face.objects.filter(model=info.name, embedding__isnull=False)
        .order_by("id")
        .values_list("id", "embedding_id", "person_id", "unit_id", "start_ms", "end_ms", "quality", "source")
    )
    here, vectors = vectors_of(info.space, [row[1] or 0 for row in rows], dimensions=info.dimensions)
    kept = [row for row, there in zip(rows, here.tolist(), strict=True) if there]
    refusals = FaceRefusal.objects.filter(face__model=info.name).values_list("face_id", "person_id")
    faces = Faces(
        ids=_integers(row[0] for row in kept),
        vectors=vectors,
        people=_integers(row[2] or NOBODY for row in kept),
        units=_integers(row[3] for row in kept),
        starts=_integers(row[4] for row in kept),
        ends=_integers(row[5] for row in kept),
        quality=np.array([row[6] for row in kept], dtype=np.float32),
        fixed=np.array([row[7] != FaceSource.MODEL for row in kept], dtype=np.bool_),
        refused=frozenset(refusals),
    )
    return KnownFaces(faces=faces, steady=steady_people())


def _write(done: Grouping, info: FaceModelInfo) -> None:
    founded = sorted({person for person, _ in done.joined.values() if person < 0}, reverse=True)
    made = Person.objects.bulk_create([Person() for _ in founded], batch_size=500)
    numbers = {person: row.pk for person, row in zip(founded, made, strict=True)}
    _write_merged(done.merged, numbers)
    by_likeness: dict[tuple[int, float], list[int]] = {}
    for face, (person, cosine) in done.joined.items():
        key = numbers.get(person, person), round(likeness_of(cosine, info), 3)
        by_likeness.setdefault(key, []).append(face)
    for (person, likeness), ids in by_likeness.items():
        for some in chunks(ids):
            Face.objects.filter(pk__in=some).update(person=person, source=FaceSource.MODEL, likeness=likeness)


def _write_merged(merged: Mapping[int, int], numbers: Mapping[int, int]) -> None:
    for goer in merged:
        if goer < 0:
            continue  # founded and merged in the same round: its faces name their last person
        keeper = goer
        while keeper in merged:
            keeper = merged[keeper]
        into = numbers.get(keeper, keeper)
        Face.objects.filter(person_id=goer).update(person=into)
        said = FaceRefusal.objects.filter(person_id=goer).values_list("face_id", flat=True)
        FaceRefusal.objects.bulk_create(
            [FaceRefusal(face_id=face, person_id=into) for face in said], ignore_conflicts=True
        )
        Person.objects.filter(pk=goer).delete()


def _integers(values: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter(values, dtype=np.int64)
