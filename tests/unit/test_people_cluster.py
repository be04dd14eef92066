"""Vectors to people: together, apart, never mixed, in whatever order they come, and quickly."""

import time
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dam.people.cluster import Grouping, group
from dam.people.face_table import NOBODY, Faces, Thresholds

DIMENSIONS = 128
# Two faces of one person have a cosine of about 0.8 here, of two people about 0.1.
THRESHOLDS = Thresholds(same=0.45, sure=0.6)


def _people(count: int, each: int, *, noise: float = 0.5, seed: int = 1) -> tuple[NDArray[np.float32], list[int]]:
    """Return (count × each, d) vectors, the faces of one person one after the other, and who they are (from 1)."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((count, DIMENSIONS))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    own = rng.standard_normal((count * each, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    rows = np.repeat(centres, each, axis=0) + noise * own
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32), [1 + number // each for number in range(count * each)]


def _faces(vectors: NDArray[np.float32], **columns: object) -> Faces:
    count = len(vectors)
    given = {
        "ids": np.arange(1, count + 1, dtype=np.int64),
        "vectors": vectors,
        "people": np.zeros(count, dtype=np.int64),
        "units": np.arange(count, dtype=np.int64),
        "starts": np.zeros(count, dtype=np.int64),
        "ends": np.zeros(count, dtype=np.int64),
        "quality": np.full(count, 0.9, dtype=np.float32),
        "fixed": np.zeros(count, dtype=np.bool_),
    }
    return Faces(**{**given, **columns})  # type: ignore[arg-type]


def _applied(faces: Faces, done: Grouping, *, first_new: int = 1000) -> Faces:
    """Return the faces with what was decided, as the catalogue would hold it."""
    people = faces.people.copy()
    numbers: dict[int, int] = {}
    for person in sorted({person for person, _ in done.joined.values() if person < 0}):
        numbers[person] = max(first_new, int(people.max(initial=0))) + 1 + len(numbers)
    for goer in done.merged:
        keeper = goer
        while keeper in done.merged:
            keeper = done.merged[keeper]
        people[people == goer] = numbers.get(keeper, keeper)
    for row, pk in enumerate(faces.ids.tolist()):
        if pk in done.joined:
            person = done.joined[pk][0]
            people[row] = numbers.get(person, person)
    return replace(faces, people=people)


def _one_by_one(faces: Faces, order: list[int], *, step: int = 1) -> Faces:
    """Let faces (rows, in this order) come in batches; those that have not come yet are not known."""
    come: list[int] = []
    for start in range(0, len(order), step):
        come += order[start : start + step]
        rows = np.array(sorted(come))
        known = _only(faces, rows)
        fresh = faces.ids[order[start : start + step]].tolist()
        after = _applied(known, group(known, fresh=fresh, thresholds=THRESHOLDS))
        people = faces.people.copy()
        people[rows] = after.people
        faces = replace(faces, people=people)
    return faces


def _only(faces: Faces, rows: NDArray[np.int64]) -> Faces:
    columns = ("ids", "vectors", "people", "units", "starts", "ends", "quality", "fixed")
    return replace(faces, **{name: getattr(faces, name)[rows] for name in columns})


def _groups(faces: Faces) -> set[frozenset[int]]:
    members: dict[int, set[int]] = defaultdict(set)
    for pk, person in zip(faces.ids.tolist(), faces.people.tolist(), strict=True):
        members[person].add(pk)
    return {frozenset(ids) for person, ids in members.items() if person != NOBODY}


def _mixed(faces: Faces, who: list[int]) -> int:
    """Count the people that hold faces of more than one."""
    seen: dict[int, set[int]] = defaultdict(set)
    for person, real in zip(faces.people.tolist(), who, strict=True):
        seen[person].add(real)
    return sum(len(real) > 1 for person, real in seen.items() if person != NOBODY)


def test_people_are_together_and_apart() -> None:
    vectors, who = _people(20, 10)
    faces = _faces(vectors)
    after = _applied(faces, group(faces, fresh=faces.ids.tolist(), thresholds=THRESHOLDS))
    assert _mixed(after, who) == 0
    assert len(_groups(after)) == 20


@pytest.mark.parametrize("step", [1, 7, 200])
def test_the_order_in_which_faces_come_makes_no_difference(step: int) -> None:
    vectors, who = _people(12, 8)
    faces = _faces(vectors)
    every = set()
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(faces)).tolist()
        after = _one_by_one(faces, order, step=step)
        assert _mixed(after, who) == 0
        every.add(frozenset(_groups(after)))
    assert len(every) == 1
    assert len(next(iter(every))) == 12


def test_a_chain_of_look_alikes_does_not_become_one_person() -> None:
    """Each is like the next, the first is nothing like the last."""
    angles = np.linspace(0, np.pi, 25)
    vectors = np.zeros((25, DIMENSIONS), dtype=np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    after = _one_by_one(_faces(vectors), list(range(25)), step=5)
    for members in _groups(after):
        rows = np.array(sorted(members)) - 1
        assert (vectors[rows] @ vectors[rows].T).min() > -0.5
    assert len(_groups(after)) >= 2


def test_a_portrait_taken_once_is_a_person_and_a_blurred_face_is_not() -> None:
    vectors, _ = _people(2, 1)
    faces = _faces(vectors, quality=np.array([0.8, 0.1], dtype=np.float32))
    done = group(faces, fresh=[1, 2], thresholds=THRESHOLDS)
    assert list(done.joined) == [1]


def test_a_blurred_face_joins_its_person_once_there_is_one() -> None:
    vectors, _ = _people(1, 2, noise=0.3)
    faces = _faces(vectors, quality=np.array([0.1, 0.8], dtype=np.float32))
    only = _only(faces, np.array([0]))
    assert not group(only, fresh=[1], thresholds=THRESHOLDS).joined
    done = group(faces, fresh=[2], thresholds=THRESHOLDS)
    assert done.joined[1][0] == done.joined[2][0]


def test_two_faces_of_one_photo_are_two_people() -> None:
    vectors, _ = _people(1, 3, noise=0.2)
    faces = _faces(vectors, units=np.array([5, 5, 6]))
    after = _applied(faces, group(faces, fresh=[1, 2, 3], thresholds=THRESHOLDS))
    assert after.people[0] != after.people[1]
    assert NOBODY not in after.people.tolist()


def test_two_appearances_in_a_shot_at_other_times_may_be_one_person() -> None:
    vectors, _ = _people(1, 2, noise=0.2)
    apart = _faces(vectors, units=np.array([5, 5]), starts=np.array([0, 3000]), ends=np.array([3000, 6000]))
    after = _applied(apart, group(apart, fresh=[1, 2], thresholds=THRESHOLDS))
    assert after.people[0] == after.people[1] != NOBODY


def test_a_refused_person_is_not_joined_and_not_merged_with() -> None:
    vectors, _ = _people(1, 4, noise=0.2)
    faces = _faces(vectors, people=np.array([7, 7, 7, 0]), refused=frozenset({(4, 7)}))
    after = _applied(faces, group(faces, fresh=[4], thresholds=THRESHOLDS))
    assert after.people[3] not in {NOBODY, 7}
    later, _ = _people(1, 5, noise=0.2)
    more = _faces(later, people=np.append(after.people, 0), refused=frozenset({(4, 7)}))
    again = _applied(more, group(more, fresh=[5], thresholds=THRESHOLDS))
    assert again.people[3] == after.people[3]
    assert set(again.people[:3].tolist()) == {7}


def test_unnamed_people_become_one_when_a_face_shows_that_they_are() -> None:
    vectors, _ = _people(1, 3, noise=0.3)
    faces = _faces(vectors, people=np.array([7, 8, 0]))
    after = _applied(faces, group(faces, fresh=[3], thresholds=THRESHOLDS))
    assert len(set(after.people.tolist())) == 1


def test_named_people_never_become_one_by_themselves() -> None:
    vectors, _ = _people(1, 3, noise=0.3)
    faces = _faces(vectors, people=np.array([7, 8, 0]))
    after = _applied(faces, group(faces, fresh=[3], thresholds=THRESHOLDS, steady={7, 8}))
    assert after.people[:2].tolist() == [7, 8]


def test_an_unnamed_person_goes_into_a_named_one_only_when_sure() -> None:
    base = np.zeros((3, DIMENSIONS), dtype=np.float32)
    base[0, 0] = 1.0
    base[1:, 0], base[1:, 1] = 0.55, np.sqrt(1 - 0.55**2)  # like enough to join, not enough to be sure
    faces = _faces(base, people=np.array([7, 8, 0]))
    after = _applied(faces, group(faces, fresh=[3], thresholds=THRESHOLDS, steady={7}))
    assert after.people.tolist() == [7, 8, 8]


def test_faces_that_have_a_person_are_left_alone() -> None:
    vectors, _ = _people(2, 3, noise=0.2)
    wrong = _faces(vectors, people=np.array([7, 7, 8, 8, 8, 8]))
    done = group(wrong, fresh=wrong.ids.tolist(), thresholds=THRESHOLDS)
    assert not done.joined
    assert not done.merged


@pytest.mark.slow
def test_twenty_thousand_faces_and_one_more_stay_affordable() -> None:
    vectors, who = _people(2000, 10)
    faces = _faces(vectors)
    order = np.random.default_rng(0).permutation(len(faces)).tolist()
    started = time.perf_counter()
    after = _applied(faces, group(faces, fresh=faces.ids[order].tolist(), thresholds=THRESHOLDS))
    whole = time.perf_counter() - started
    assert _mixed(after, who) == 0
    assert len(_groups(after)) == 2000
    after.people[order[0]] = NOBODY
    started = time.perf_counter()
    done = group(after, fresh=[order[0] + 1], thresholds=THRESHOLDS)
    one = time.perf_counter() - started
    assert done.joined
    # A tenth of either on a quiet machine.
    assert whole < 120
    assert one < 2
