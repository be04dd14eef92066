"""From evidence to an order: a pure function.

Scores are calibrated, so they are fused as what they are, chances of being meant: 1 - Π(1 - trust × score). Rank
fusion (RRF) would need no calibration, but gives the nearest of nothing as many points as the best of many, and
then nobody can say where hits end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, prod

from dam.catalog.readers.search import UnitPlace
from dam.types import Candidate, Evidence, EvidenceSource
from search.trust import GOOD, TRUST

_FREE_PER_GROUP = 2  # that many hits of one video, or of near-duplicates, stand where their score puts them
_CROWDING = 0.8  # each further one is ordered as if it scored this much less
_NEIGHBOUR_MS = 1_000  # shots this near to one already listed are its continuation
STRICTEST = 2  # positions on either side of the middle one
_ODDS_A_STEP = 3.0  # each stricter position wants three times the odds: 0.1, 0.25, 0.5, 0.75, 0.9 where GOOD is 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A unit with all its evidence, strongest first; `score` in 0..1, `best_ms` in the asset."""

    place: UnitPlace
    score: float
    good: bool
    best_ms: int | None
    evidence: tuple[Evidence, ...]


def line(strictness: int = 0) -> float:
    """Return the score from which a hit is good: `GOOD` at 0, less down to -2, more up to 2."""
    odds = log(GOOD / (1 - GOOD)) + max(-STRICTEST, min(STRICTEST, strictness)) * log(_ODDS_A_STEP)
    return 1 / (1 + exp(-odds)) if strictness else GOOD


def rank(
    candidates: Iterable[Candidate],
    places: Mapping[int, UnitPlace],
    *,
    groups: Mapping[int, int] | None = None,
    strictness: int = 0,
) -> list[Ranked]:
    """Return one entry per known unit, the good ones first; equal input gives equal order.

    `groups` names, for some units, the group of near-duplicates that they belong to. Many shots of one video and
    many near-duplicates don't push everything else off the page: after the first ones, each is ordered lower (its
    score stays what it is).
    """
    of_unit: dict[int, dict[EvidenceSource, Evidence]] = defaultdict(dict)
    for candidate in candidates:
        if candidate.unit_id in places:
            _keep_best(of_unit[candidate.unit_id], candidate.evidence)
    good = line(strictness)
    fused = [_fused(places[unit_id], list(evidence.values()), good=good) for unit_id, evidence in of_unit.items()]
    fused.sort(key=lambda hit: (-hit.score, hit.place.unit_id))
    return _spread_out(fused, groups or {})


def listed(certain: Mapping[int, Sequence[Evidence]], places: Mapping[int, UnitPlace]) -> list[Ranked]:
    """Return the units that filters alone asked for, the surest first: all of them are good, for all were asked for.

    A unit is as sure as its least sure filter; equally sure ones keep their order.
    """
    hits = [
        Ranked(
            place=places[unit],
            score=min((item.score for item in evidence), default=1.0),
            good=True,
            best_ms=next((item.at_ms for item in evidence if item.at_ms is not None), None),
            evidence=tuple(evidence),
        )
        for unit, evidence in certain.items()
        if unit in places
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def beside(hits: Iterable[Ranked], said: Mapping[int, Sequence[Evidence]]) -> list[Ranked]:
    """Add to each hit what the filters say of it; how well it matches the words stays."""
    return [
        replace(
            hit,
            evidence=(*hit.evidence, *extra),
            best_ms=hit.best_ms
            if hit.best_ms is not None
            else next((item.at_ms for item in extra if item.at_ms is not None), None),
        )
        if (extra := said.get(hit.place.unit_id))
        else hit
        for hit in hits
    ]


def touch(one: UnitPlace, other: UnitPlace) -> bool:
    """Tell whether two units of one asset and kind follow each other in time, or lie over each other."""
    if one.unit_kind is not other.unit_kind:
        return False
    return one.start_ms <= other.end_ms + _NEIGHBOUR_MS and other.start_ms <= one.end_ms + _NEIGHBOUR_MS


def _keep_best(kept: dict[EvidenceSource, Evidence], new: Evidence) -> None:
    old = kept.get(new.source)
    if old is None or (new.score, new.raw, -(new.at_ms or 0)) > (old.score, old.raw, -(old.at_ms or 0)):
        kept[new.source] = new


def _fused(place: UnitPlace, evidence: list[Evidence], *, good: float) -> Ranked:
    ordered = tuple(sorted(evidence, key=lambda item: (-TRUST[item.source] * item.score, item.source)))
    score = 1.0 - prod(1.0 - TRUST[item.source] * item.score for item in ordered)
    strongest = next((item.at_ms for item in ordered if item.at_ms is not None), None)
    return Ranked(place=place, score=score, good=score >= good, best_ms=strongest, evidence=ordered)


def _spread_out(hits: list[Ranked], groups: Mapping[int, int]) -> list[Ranked]:
    """Order by score, lowered for what stands behind several of its kind; the good before the others."""
    seen: Counter[tuple[str, int]] = Counter()
    listed: dict[int, list[UnitPlace]] = defaultdict(list)
    keyed = []
    for hit in hits:
        place = hit.place
        crowd = max(0, seen["asset", place.asset_id] + 1 - _FREE_PER_GROUP)
        group = groups.get(place.unit_id)
        if group is not None:
            crowd = max(crowd, seen["group", group] + 1 - _FREE_PER_GROUP)
            seen["group", group] += 1
        crowd += any(touch(place, other) for other in listed[place.asset_id])
        seen["asset", place.asset_id] += 1
        listed[place.asset_id].append(place)
        keyed.append(((not hit.good, -hit.score * _CROWDING**crowd, place.unit_id), hit))
    return [hit for _, hit in sorted(keyed, key=lambda item: item[0])]
