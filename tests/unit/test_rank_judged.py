"""The order of hits over situations judged by hand: how good it is as a whole, and whether the line stands right.

A change of how far a source is believed shows here: the last test changes each, and sees the figures fall.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from math import log2
from pathlib import Path
from typing import Any

import pytest

from dam.catalog.readers.search import UnitPlace
from dam.types import Candidate, Evidence, EvidenceSource, MediaKind, UnitKind
from search import rank as ranking
from search.rank import Ranked, rank
from search.trust import TRUST

_SOURCES = {
    "picture": EvidenceSource.PICTURE, "meaning": EvidenceSource.SPEECH_VECTOR, "said": EvidenceSource.SPOKEN_WORDS,
    "text": EvidenceSource.TEXT, "written": EvidenceSource.WRITTEN, "caption": EvidenceSource.CAPTION,
    "sound": EvidenceSource.SOUND, "tag": EvidenceSource.TAG, "person": EvidenceSource.PERSON,
    "object": EvidenceSource.OBJECT,
}  # fmt: skip
_TOP = 10
_FLOOR = 0.985  # of the mean nDCG@10: what the order reaches, less a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the sources say of some units, with the grade of each."""

    name: str
    grades: Mapping[int, int]
    candidates: tuple[Candidate, ...]
    places: Mapping[int, UnitPlace]
    groups: Mapping[int, int]

    def ranked(self) -> list[Ranked]:
        return rank(self.candidates, self.places, groups=self.groups)

    def ndcg(self) -> float:
        """Return nDCG@10 with gains of 2^grade - 1 (Burges et al., 2005)."""
        best = _gain(sorted(self.grades.values(), reverse=True))
        return _gain([self.grades[hit.place.unit_id] for hit in self.ranked()]) / best

    def misplaced(self) -> list[int]:
        """Return the units on the wrong side of the line."""
        return [
            hit.place.unit_id
            for hit in self.ranked()
            if (self.grades[hit.place.unit_id] >= 2 and not hit.good)
            or (self.grades[hit.place.unit_id] == 0 and hit.good)
        ]


def _gain(grades: list[int]) -> float:
    return sum((2.0**grade - 1) / log2(place + 1) for place, grade in enumerate(grades[:_TOP], start=1))


def _situations() -> list[Situation]:
    data = tomllib.loads(Path(__file__).with_name("judged_rankings.toml").read_text(encoding="utf-8"))
    return [_situation(each) for each in data["situation"]]


def _situation(data: dict[str, Any]) -> Situation:
    # The worst stand first, with the lowest ids: an order by chance earns nothing.
    units = dict(zip(count(1), sorted(data["units"], key=lambda unit: unit["grade"]), strict=False))
    videos = {unit["shot"][0] for unit in units.values() if "shot" in unit}
    asset_of = dict(zip(sorted(videos), count(900), strict=False))
    return Situation(
        name=data["name"],
        grades={pk: unit["grade"] for pk, unit in units.items()},
        candidates=tuple(
            Candidate(unit_id=pk, evidence=Evidence(source=source, score=unit[word], raw=unit[word]))
            for pk, unit in units.items()
            for word, source in _SOURCES.items()
            if word in unit
        ),
        places={pk: _place(pk, unit.get("shot"), asset_of) for pk, unit in units.items()},
        groups={pk: unit["burst"] for pk, unit in units.items() if "burst" in unit},
    )


def _place(pk: int, shot: list[Any] | None, asset_of: Mapping[str, int]) -> UnitPlace:
    video, start, end = shot or ("", 0, 0)
    return UnitPlace(
        unit_id=pk,
        asset_id=asset_of.get(video, pk),
        kind=MediaKind.VIDEO if shot else MediaKind.PHOTO,
        unit_kind=UnitKind.SHOT if shot else UnitKind.PHOTO,
        start_ms=start * 1000,
        end_ms=end * 1000,
    )


SITUATIONS = _situations()


def _mean() -> float:
    return sum(each.ndcg() for each in SITUATIONS) / len(SITUATIONS)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_each_situation_is_in_a_good_order_with_the_line_in_its_place(situation: Situation) -> None:
    assert situation.misplaced() == []
    assert situation.ndcg() >= 0.93


def test_the_order_as_a_whole_is_near_the_best() -> None:
    assert _mean() >= _FLOOR


@pytest.mark.parametrize(
    ("source", "trust"),
    [
        (EvidenceSource.PICTURE, 0.5),
        (EvidenceSource.SPEECH_VECTOR, 1.0),
        (EvidenceSource.SPEECH_VECTOR, 0.2),
        (EvidenceSource.SPOKEN_WORDS, 0.5),
        (EvidenceSource.TEXT, 0.5),
        (EvidenceSource.WRITTEN, 0.5),
        (EvidenceSource.CAPTION, 1.0),
        (EvidenceSource.CAPTION, 0.3),
        (EvidenceSource.SOUND, 0.5),
        (EvidenceSource.TAG, 0.4),
        (EvidenceSource.PERSON, 0.5),
        (EvidenceSource.OBJECT, 0.4),
    ],
)
def test_believing_a_source_too_much_or_too_little_shows(
    monkeypatch: pytest.MonkeyPatch, source: EvidenceSource, trust: float
) -> None:
    monkeypatch.setitem(TRUST, source, trust)
    assert any(each.misplaced() for each in SITUATIONS)


def test_an_order_without_spreading_out_is_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _mean()
    monkeypatch.setattr(ranking, "_CROWDING", 1.0)
    assert _mean() < before - 0.005


@pytest.mark.parametrize("good", [0.3, 0.75])
def test_a_line_elsewhere_is_wrong(monkeypatch: pytest.MonkeyPatch, good: float) -> None:
    monkeypatch.setattr(ranking, "GOOD", good)
    assert sum(len(each.misplaced()) for each in SITUATIONS) >= 3
