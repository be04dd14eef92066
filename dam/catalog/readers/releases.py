"""Releases on file: which there are, and for whom, where and what they hold on a day."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from dam.catalog.ids import chunks
from dam.catalog.models import Release
from dam.types import ReleaseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseView:
    """A release with whom and what it is attached to; `people` by id. `key` "": its document is missing."""

    id: int
    kind: ReleaseKind
    name: str
    key: str
    mime: str
    file_name: str
    size_bytes: int
    signed_on: date | None
    expires_on: date | None
    note: str
    people: dict[int, str]
    places: tuple[str, ...]
    assets: tuple[int, ...]

    def holds_on(self, day: date) -> bool:
        """Tell whether it counts: it has a document, and has not expired."""
        return bool(self.key) and (self.expires_on is None or self.expires_on >= day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The names of the releases that hold on a day, by what they are attached to; places in small letters."""

    people: dict[int, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    models_of_asset: dict[int, list[str]] = field(default_factory=dict)
    properties_of_asset: dict[int, list[str]] = field(default_factory=dict)


def releases(*, person_id: int | None = None) -> list[ReleaseView]:
    """Return all releases, or one person's, by name."""
    rows = Release.objects.all() if person_id is None else Release.objects.filter(people=person_id)
    found = list(rows.prefetch_related("people"))
    assets: dict[int, list[int]] = defaultdict(list)
    links = Release.assets.through.objects.filter(release_id__in=[row.pk for row in found])
    for release_id, asset_id in links.order_by("pk").values_list("release_id", "asset_id"):
        assets[release_id].append(asset_id)
    return sorted((_view(row, assets[row.pk]) for row in found), key=lambda view: view.name.casefold())


def release_names() -> list[tuple[int, str]]:
    """Return (id, name) of all releases, by name."""
    return sorted(Release.objects.values_list("pk", "name"), key=lambda pair: pair[1].casefold())


def release(release_id: int) -> ReleaseView | None:
    """Return one release, or None."""
    row = Release.objects.filter(pk=release_id).prefetch_related("people").first()
    if row is None:
        return None
    return _view(row, list(row.assets.order_by("pk").values_list("pk", flat=True)))


def held_on(day: date, *, asset_ids: Collection[int]) -> Held:
    """Return the releases that hold on a day: of all people and places, and of these assets."""
    valid = Release.objects.exclude(key="").filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day))
    names = dict(valid.values_list("pk", "name"))
    kinds = dict(valid.values_list("pk", "kind"))
    people: dict[int, list[str]] = defaultdict(list)
    for release_id, person_id in Release.people.through.objects.values_list("release_id", "person_id"):
        if kinds.get(release_id) == ReleaseKind.MODEL:
            people[person_id].append(names[release_id])
    places: dict[str, list[str]] = defaultdict(list)
    for kind, name, theirs in valid.values_list("kind", "name", "places"):
        for place in theirs if kind == ReleaseKind.PROPERTY else ():
            places[str(place).casefold()].append(name)
    of_kind: dict[str, dict[int, list[str]]] = {kind: defaultdict(list) for kind in ReleaseKind}
    for some in chunks(asset_ids):
        links = Release.assets.through.objects.filter(asset_id__in=some)
        for release_id, asset_id in links.order_by("pk").values_list("release_id", "asset_id"):
            if release_id in names:
                of_kind[kinds[release_id]][asset_id].append(names[release_id])
    return Held(
        people=people,
        places=places,
        models_of_asset=of_kind[ReleaseKind.MODEL],
        properties_of_asset=of_kind[ReleaseKind.PROPERTY],
    )


def document_in_use(key: str, *, but: int) -> bool:
    """Tell whether another release has the same document."""
    return Release.objects.filter(key=key).exclude(pk=but).exists()


def _view(row: Release, assets: list[int]) -> ReleaseView:
    return ReleaseView(
        id=row.pk,
        kind=ReleaseKind(row.kind),
        name=row.name,
        key=row.key,
        mime=row.mime,
        file_name=row.file_name,
        size_bytes=row.size_bytes,
        signed_on=row.signed_on,
        expires_on=row.expires_on,
        note=row.note,
        people={person.pk: person.name for person in row.people.all()},
        places=tuple(str(place) for place in row.places),
        assets=tuple(assets),
    )
