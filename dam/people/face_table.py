"""Faces as columns, and the table of them that a round of clustering fills: who is whose, and who may join whom."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dam.ports import Vectors

NOBODY = 0

# From here on a face may found a person: measured on portraits and keyframes, where sharp frontal faces from 60 px on
# lie above it, and blurred or turned ones, whose vectors lie near everybody's, below.
FOUNDING_QUALITY = 0.3
# A face joins where the mean of its best votes lies this far on the way from "as likely as not" to "sure". With dlib
# that is 0.922: in real portraits and a film, pairs of one person had 0.906 to 0.97, of two at most 0.895. In a
# library with thousands of people a wrong join costs more than a question, so it lies well above the middle.
JOIN_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Cosines of a face model: `same` as likely one person as not, `sure` without asking."""

    same: float
    sure: float

    @property
    def join(self) -> float:
        """From here on a face joins a person."""
        return self.same + JOIN_SHARE * (self.sure - self.same)

    @property
    def loose(self) -> float:
        """As far below "as likely as not" as "sure" is above it: whose faces vary more are hardly one person."""
        return 2 * self.same - self.sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Faces as columns of equal length: `people` is NOBODY where a face waits, times in ms.

    `fixed`: a person or a file said whose it is. `refused`: (face, person) pairs that are never to be.
    """

    ids: NDArray[np.int64]
    vectors: Vectors
    people: NDArray[np.int64]
    units: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    quality: NDArray[np.float32]
    fixed: NDArray[np.bool_]
    refused: frozenset[tuple[int, int]] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)


class Table:
    """The faces with the people that they have so far in this round."""

    def __init__(self, faces: Faces, thresholds: Thresholds, steady: frozenset[int]) -> None:
        self.faces = replace(faces, people=faces.people.copy())
        self.thresholds = thresholds
        self.steady = steady
        self.good = faces.fixed | (faces.quality >= FOUNDING_QUALITY)
        self._founded = 0
        self._refusing: dict[int, set[int]] = defaultdict(set)
        for face, person in faces.refused:
            self._refusing[face].add(person)
        self._place = {pk: row for row, pk in enumerate(faces.ids.tolist()) if pk in self._refusing}
        self._of_unit: dict[int, list[int]] = defaultdict(list)
        for row, unit in enumerate(faces.units.tolist()):
            self._of_unit[unit].append(row)

    def waiting_near(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the other waiting faces that one of `rows` might be the missing link for."""
        waits = self.faces.people == NOBODY
        waits[rows] = False
        others = np.flatnonzero(waits)
        if not len(others) or not len(rows):
            return np.empty(0, dtype=np.int64)
        near = np.zeros(len(others), dtype=np.bool_)
        links = self.faces.vectors[rows].T
        for start in range(0, len(others), 4096):
            some = slice(start, start + 4096)
            near[some] = (self.faces.vectors[others[some]] @ links).max(axis=1) >= self.thresholds.same
        return others[near]

    def needed(self, row: int) -> float:
        """Return the score from which a face joins: the less it can be trusted, the surer it has to be."""
        lacking = max(0.0, 1.0 - float(self.faces.quality[row]) / FOUNDING_QUALITY)
        return self.thresholds.join + lacking * (self.thresholds.sure - self.thresholds.join)

    def may_join(self, row: int, person: int) -> bool:
        """Tell whether nothing speaks against it: a refusal, or another face of the person at the same time."""
        if person in self._refusing.get(int(self.faces.ids[row]), ()):
            return False
        return not any(
            self.faces.people[other] == person
            for other in self._of_unit[int(self.faces.units[row])]
            if other != row and self.together(row, other)
        )

    def together(self, one: int, other: int) -> bool:
        """Tell whether two faces are seen at the same time, so that they can't be one person's."""
        faces = self.faces
        if faces.units[one] != faces.units[other]:
            return False
        starts, ends = max(faces.starts[[one, other]]), min(faces.ends[[one, other]])
        # Appearances of a shot that only touch follow each other; those of a photo have no length.
        return bool(starts < ends or (starts == ends and faces.starts[one] == faces.starts[other]))

    def may_merge(self, rows: NDArray[np.int64], person: int) -> bool:
        """Tell whether all faces of one person may be another's, and the other way round."""
        own = {int(self.faces.people[row]) for row in rows}
        theirs = [row for face, row in self._place.items() if self.faces.people[row] == person]
        if any(self._refusing[int(self.faces.ids[row])] & own for row in theirs):
            return False
        return all(self.may_join(int(row), person) for row in rows)

    def found(self, rows: NDArray[np.int64]) -> int:
        """Make a new person of these rows; returns its (negative) number."""
        self._founded -= 1
        self.faces.people[rows] = self._founded
        return self._founded
