"""From ranked hits to the order of a page: alike ones behind the best, sorted, in groups; pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dam.types import UnitKind
from search.answer.asked import Group, Sort
from search.rank import STRICTEST, Ranked, line, touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place in a list: a hit, and those that stand behind it as they are nearly the same, the best first."""

    hit: Ranked
    behind: tuple[Ranked, ...] = ()

    @property
    def every(self) -> tuple[Ranked, ...]:
        """The hit and those behind it; shots of one video in the order of time."""
        found = (self.hit, *self.behind)
        if len({hit.place.asset_id for hit in found}) > 1:
            return found
        return tuple(sorted(found, key=lambda hit: (hit.place.start_ms, hit.place.unit_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under one heading, `start` to `end` (exclusive) in the list; `key` is a day, or an id; "" has none."""

    key: str
    start: int
    end: int


def folded(hits: Sequence[Ranked], alike: Mapping[int, int]) -> list[Entry]:
    """Put near-duplicates, and shots of one video that follow each other, behind the best of them.

    `alike` names the group of near-duplicates of some units. The order of `hits` stays, by the best of each.
    """
    leader = {hit.place.unit_id: hit.place.unit_id for hit in hits}

    def leads(unit: int) -> int:
        while leader[unit] != unit:
            leader[unit] = unit = leader[leader[unit]]
        return unit

    first_alike: dict[int, int] = {}
    shots: dict[int, list[Ranked]] = defaultdict(list)
    for hit in hits:
        unit = hit.place.unit_id
        if unit in alike:
            leader[leads(unit)] = leads(first_alike.setdefault(alike[unit], unit))
        if hit.place.unit_kind is UnitKind.SHOT:
            shots[hit.place.asset_id].append(hit)
    for of_video in shots.values():
        of_video.sort(key=lambda hit: (hit.place.start_ms, hit.place.unit_id))
        for before, after in pairwise(of_video):
            if touch(before.place, after.place):
                leader[leads(after.place.unit_id)] = leads(before.place.unit_id)
    together: dict[int, list[Ranked]] = defaultdict(list)
    for hit in hits:
        together[leads(hit.place.unit_id)].append(hit)
    return [Entry(hit=best, behind=tuple(others)) for best, *others in together.values()]


def in_order(entries: Iterable[Entry], sort: Sort) -> list[Entry]:
    """Return good entries in the order that is asked for; without a date, they stand last.

    "Relevance, then date" has three bands, clear hits, likely ones and the nearest, each with the newest first. The
    bands end where the strictest and the middle position of the slider draw the line, wherever it stands now.
    """
    if sort is Sort.DATE:
        return sorted(entries, key=_newest_first)
    if sort is Sort.BOTH:
        return sorted(entries, key=lambda entry: (_band(entry.hit), *_newest_first(entry)))
    return list(entries)


def in_sections(
    entries: Sequence[Entry], keys: Mapping[int, Sequence[str]], group: Group
) -> tuple[list[Entry], list[Section]]:
    """Return the entries in groups, and the groups; `keys` names those of each unit, none being "".

    Who is with somebody else stands under both. Days come from the newest on; other groups begin with that of the
    best hit, and what has no group stands last.
    """
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        for key in keys.get(entry.hit.place.unit_id) or ("",):
            grouped.setdefault(key, []).append(entry)
    order = sorted(grouped, reverse=True) if group is Group.DAY else sorted(grouped, key=lambda key: key == "")
    listed: list[Entry] = []
    sections = []
    for key in order:
        sections.append(Section(key=key, start=len(listed), end=len(listed) + len(grouped[key])))
        listed += grouped[key]
    return listed, sections


def page_end(start: int, total: int, sections: Sequence[Section], *, page: int) -> int:
    """Return where the page from `start` on ends: after `page` entries, or with a section that ends soon after."""
    end = min(start + page, total)
    return min((section.end for section in sections if end <= section.end <= start + 2 * page), default=end)


def _newest_first(entry: Entry) -> tuple[bool, float, int, int, int]:
    place = entry.hit.place
    taken = place.taken_at.timestamp() if place.taken_at else 0.0
    return place.taken_at is None, -taken, -place.asset_id, place.start_ms, place.unit_id


def _band(hit: Ranked) -> int:
    return (hit.score < line(STRICTEST)) + (hit.score < line())
