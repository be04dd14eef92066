"""From vectors to people: which faces join whom, who is founded, and which unnamed people turn out to be one.

    waiting faces ──join──▶ people they are near to (votes of the nearest faces)
          └ left ──found──▶ new people (complete linkage, so that a chain of look-alikes mixes nobody)
                      people ──merge──▶ unnamed ones that are surely the same

Pure numbers: no database, no names. A person is a positive number here, one founded in this round a negative one.
Named people and people that somebody has touched are *steady*: they take faces in, and never lose one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dam.people.face_table import NOBODY, Faces, Table, Thresholds
from dam.ports import Vectors

VOTES = 3  # of a person's faces, the nearest: one look-alike does not decide, and different poses need not agree
_NEIGHBOURS = 48  # that are looked at for their votes
_ROWS_AT_ONCE = 256  # times 100,000 known faces is 100 MB of cosines
_LINKED_AT_ONCE = 1000  # linkage costs the square of this


@dataclass(slots=True, kw_only=True)
class Grouping:
    """What changes: `joined` gives faces (by id) a person and the cosine of that; `merged` says who goes into whom.

    Negative people are new ones. Joined faces name the person after all merges.
    """

    joined: dict[int, tuple[int, float]] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)


def group(
    faces: Faces, *, fresh: Collection[int], thresholds: Thresholds, steady: Collection[int] = frozenset()
) -> Grouping:
    """Find places for the `fresh` faces (ids), and for those that waited for them.

    The same faces in another order give the same people, but for borderline cases. The cost is one product of the
    fresh vectors with all known ones.
    """
    done = Grouping()
    order = np.flatnonzero(np.isin(faces.ids, np.fromiter(fresh, dtype=np.int64)) & (faces.people == NOBODY))
    # The best pictures first, so that what is founded is founded on them.
    order = order[np.argsort(-faces.quality[order], kind="stable")]
    table = Table(faces, thresholds, frozenset(steady))
    for start in range(0, len(order), _LINKED_AT_ONCE):
        rows = order[start : start + _LINKED_AT_ONCE]
        rows = np.concatenate([rows, table.waiting_near(rows)])
        _round(table, rows, done)
    done.joined = {face: (_end_of(done.merged, person), cosine) for face, (person, cosine) in done.joined.items()}
    return done


def best_person(vectors: Vectors, voters: Vectors, people: NDArray[np.int64]) -> Iterator[list[tuple[int, float]]]:
    """Yield, per row of `vectors`, (person, score) of the people nearest to it, the best first.

    The score is the mean cosine of the person's `VOTES` nearest voters (of all it has, where it has fewer).
    """
    counts = dict(zip(*(column.tolist() for column in np.unique(people, return_counts=True)), strict=True))
    keep = min(_NEIGHBOURS, len(people))
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        cosines = vectors[start : start + _ROWS_AT_ONCE] @ voters.T
        if not keep:
            yield from ([] for _ in range(len(cosines)))
            continue
        nearest = np.argpartition(-cosines, keep - 1, axis=1)[:, :keep]
        for row, places in zip(cosines, nearest, strict=True):
            yield _votes(row, places, people, counts)


def _round(table: Table, rows: NDArray[np.int64], done: Grouping) -> None:
    touched = _join(table, rows, done)
    founded = _found(table, rows[table.faces.people[rows] == NOBODY], done)
    touched |= founded
    _merge(table, touched, done)
    if founded:
        # What was too bad to found anybody may be near to those who were founded now.
        _join(table, rows[table.faces.people[rows] == NOBODY], done)


def _join(table: Table, rows: NDArray[np.int64], done: Grouping) -> set[int]:
    faces = table.faces
    voters = np.flatnonzero((faces.people != NOBODY) & table.good)
    if not len(rows) or not len(voters):
        return set()
    wishes: list[tuple[float, int, int]] = []
    votes = best_person(faces.vectors[rows], faces.vectors[voters], faces.people[voters])
    for row, ranked in zip(rows.tolist(), votes, strict=True):
        least = table.needed(row)
        wishes += [(score, row, person) for person, score in ranked if score >= least]
    middles = _middles(faces, voters, {person for _, _, person in wishes})
    wishes = [wish for wish in wishes if _fits(table, wish[1], middles[wish[2]], wish[2])]
    touched = set()
    # The surest first: of two faces in one photo that are like Ana, the one more like her is Ana.
    for score, row, person in sorted(wishes, key=lambda wish: (-wish[0], faces.ids[wish[1]])):
        if faces.people[row] == NOBODY and table.may_join(row, person):
            faces.people[row] = person
            done.joined[int(faces.ids[row])] = (person, score)
            touched.add(person)
    return touched


def _middles(faces: Faces, voters: NDArray[np.int64], people: Collection[int]) -> dict[int, NDArray[np.float32]]:
    """Return the mean vector of each of these people: its product with a face is the face's mean cosine to all."""
    of_these = voters[np.isin(faces.people[voters], np.fromiter(people, dtype=np.int64))]
    order = of_these[np.argsort(faces.people[of_these], kind="stable")]
    numbers, starts = np.unique(faces.people[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {person: faces.vectors[part].mean(axis=0) for person, part in zip(numbers.tolist(), parts, strict=False)}


def _fits(table: Table, row: int, middle: NDArray[np.float32], person: int) -> bool:
    """Tell whether a face is like a person's faces on the whole, so that people do not grow in chains.

    People whom somebody vouched for may vary more: a child and the adult that it became.
    """
    least = table.thresholds.loose if person in table.steady else table.thresholds.same
    return float(table.faces.vectors[row] @ middle) >= least


def _found(table: Table, rows: NDArray[np.int64], done: Grouping) -> set[int]:
    faces = table.faces
    rows = rows[table.good[rows]]
    founded = set()
    for members in _linked(table, rows):
        person = table.found(members)
        founded.add(person)
        mean = faces.vectors[members].mean(axis=0)
        mean /= max(float(np.linalg.norm(mean)), 1e-6)
        for row in members.tolist():
            cosine = float(faces.vectors[row] @ mean)
            done.joined[int(faces.ids[row])] = (person, cosine)
    return founded


def _linked(table: Table, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split faces into groups in which every two are alike enough, and no two are seen together."""
    if len(rows) < 2:
        return [rows] if len(rows) else []
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = 1.0 - table.faces.vectors[rows] @ table.faces.vectors[rows].T
    for one in range(len(rows)):
        beside = np.flatnonzero(table.faces.units[rows] == table.faces.units[rows[one]])
        for other in beside.tolist():
            if other != one and table.together(int(rows[one]), int(rows[other])):
                distances[one, other] = 4.0  # farther than any two vectors can be
    np.fill_diagonal(distances, 0.0)
    condensed = squareform(np.maximum(0.0, distances), checks=False)
    labels = fcluster(linkage(condensed, method="complete"), t=1.0 - table.thresholds.join, criterion="distance")
    return [rows[labels == label] for label in np.unique(labels)]


def _merge(table: Table, touched: Collection[int], done: Grouping) -> None:
    """Make one of people whose faces are alike on average; nobody who is steady goes into somebody else."""
    faces = table.faces
    assigned = np.flatnonzero((faces.people != NOBODY) & table.good)
    if not touched or not len(assigned):
        return
    people, inverse = np.unique(faces.people[assigned], return_inverse=True)
    counts = np.bincount(inverse).astype(np.float32)
    sums = np.zeros((len(people), faces.vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, inverse, faces.vectors[assigned])
    means = sums / counts[:, np.newaxis]
    place = {person: number for number, person in enumerate(people.tolist())}
    mine = np.array(sorted(place[person] for person in touched if person in place), dtype=np.int64)
    alike = means[mine] @ means.T  # the mean cosine over all pairs of their faces
    pairs = []
    for row, column in np.argwhere(alike >= table.thresholds.join).tolist():
        one, other = int(people[mine[row]]), int(people[column])
        if one != other:
            pairs.append((float(alike[row, column]), one, other))
    gone: set[int] = set()
    for cosine, one, other in sorted(pairs, key=lambda pair: -pair[0]):
        if one in gone or other in gone or (one in table.steady and other in table.steady):
            continue
        keeper, goer = _elder(one, other, table, {person: counts[place[person]] for person in (one, other)})
        least = table.thresholds.sure if keeper in table.steady else table.thresholds.join
        rows = np.flatnonzero(faces.people == goer)
        if cosine >= least and table.may_merge(rows, keeper):
            faces.people[rows] = keeper
            gone.add(goer)
            done.merged[goer] = keeper


def _elder(one: int, other: int, table: Table, sizes: Mapping[int, float]) -> tuple[int, int]:
    """Return who stays and who goes: the steady stay, then the known before the new, the large before the small."""
    ranked = sorted(
        (one, other), key=lambda person: (person not in table.steady, person < 0, -sizes[person], abs(person))
    )
    return ranked[0], ranked[1]


def _votes(
    row: NDArray[np.float32], places: NDArray[np.int64], people: NDArray[np.int64], counts: Mapping[int, int]
) -> list[tuple[int, float]]:
    by_person: dict[int, list[float]] = defaultdict(list)
    for place in places.tolist():
        by_person[int(people[place])].append(float(row[place]))
    ranked = []
    for person, cosines in by_person.items():
        best = sorted(cosines, reverse=True)[:VOTES]
        ranked.append((person, sum(best) / len(best) if len(best) >= min(VOTES, counts[person]) else best[-1]))
    return sorted(ranked, key=lambda pair: -pair[1])


def _end_of(merged: Mapping[int, int], person: int) -> int:
    while person in merged:
        person = merged[person]
    return person
