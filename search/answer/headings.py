"""What stands above the groups of a page: the keys of each hit's groups, and the words for each key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dam.catalog.readers.grouping import named_people_in, places_by_asset
from dam.types import UnitKind
from search.answer.asked import Group
from search.rank import Ranked

_PHOTOS = "photos"
_WITHOUT = {Group.DAY: "Undated", Group.PERSON: "Nobody recognised"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The name of a group, or its day; `href` leads to the person or the video, "" where there is no such page."""

    title: str
    day: datetime | None = None
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """`keys` are those of the groups that each unit is in; `by_key` what is written above each."""

    keys: Mapping[int, Sequence[str]]
    by_key: Mapping[str, Heading]


def headings(hits: Iterable[Ranked], group: Group) -> Headings:
    """Return the groups that hits are in; a handful of queries."""
    by = {Group.DAY: _days, Group.PERSON: _people, Group.VIDEO: _videos, Group.FOLDER: _folders}
    found = by[group](list(hits)) if group in by else {}
    return Headings(
        keys={unit: [key for key, _ in pairs] for unit, pairs in found.items()},
        by_key={
            "": Heading(title=_WITHOUT.get(group, "")),
            **dict(pair for pairs in found.values() for pair in pairs),
        },
    )


_Groups = Mapping[int, Sequence[tuple[str, Heading]]]


def _days(hits: Sequence[Ranked]) -> _Groups:
    return {
        hit.place.unit_id: [
            (taken.date().isoformat(), Heading(title="", day=taken.replace(hour=0, minute=0, second=0)))
        ]
        for hit in hits
        if (taken := hit.place.taken_at) is not None
    }


def _people(hits: Sequence[Ranked]) -> _Groups:
    return {
        unit: [(str(pk), Heading(title=name, href=reverse("search:person", args=[pk]))) for pk, name in people]
        for unit, people in named_people_in([hit.place.unit_id for hit in hits]).items()
    }


def _videos(hits: Sequence[Ranked]) -> _Groups:
    timed = {hit.place.unit_id: hit.place.asset_id for hit in hits if hit.place.unit_kind is not UnitKind.PHOTO}
    names = places_by_asset(set(timed.values()))
    photos = [(_PHOTOS, Heading(title="Photos"))]
    found: dict[int, Sequence[tuple[str, Heading]]] = {}
    for hit in hits:
        asset_id = hit.place.asset_id
        place = names.get(asset_id)
        title = place.name if place else f"asset {asset_id}"
        link = reverse("search:asset", args=[asset_id])
        own = [(str(asset_id), Heading(title=title, href=link))]
        found[hit.place.unit_id] = photos if hit.place.unit_kind is UnitKind.PHOTO else own
    return found


def _folders(hits: Sequence[Ranked]) -> _Groups:
    places = places_by_asset({hit.place.asset_id for hit in hits})
    found = {}
    for hit in hits:
        place = places.get(hit.place.asset_id)
        if place is not None:
            folder = place.path.rpartition("/")[0]
            title = f"{place.library} / {folder}" if folder else place.library
            found[hit.place.unit_id] = [(f"{place.library}/{folder}", Heading(title=title))]
    return found
