"""Where people appear, by file and time; and which files name somebody themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from dam.catalog.ids import chunks
from dam.catalog.models import AssetMetadata, Face
from dam.catalog.readers.people import name_key, shown_faces
from dam.catalog.readers.search import asset_paths
from dam.types import FaceSource, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AppearanceAt:
    """One appearance by its file: `path` is "" where the file is gone; times of the asset, 0 for a photo."""

    path: str
    unit_kind: UnitKind
    start_ms: int
    end_ms: int
    source: FaceSource
    likeness: float


def appearances_of(person_ids: Collection[int]) -> dict[int, list[AppearanceAt]]:
    """Return where these people appear, by person, each by file and time."""
    found: dict[int, list[AppearanceAt]] = defaultdict(list)
    fields = ("person_id", "unit__asset_id", "unit__kind", "start_ms", "end_ms", "source", "likeness")
    rows: list[tuple[Any, ...]] = []
    for some in chunks(sorted(person_ids)):
        theirs = Face.objects.filter(shown_faces(), person_id__in=some)
        rows += theirs.order_by("start_ms", "id").values_list(*fields)
    paths = asset_paths({row[1] for row in rows})
    for person_id, asset_id, kind, start_ms, end_ms, source, likeness in rows:
        found[person_id].append(
            AppearanceAt(
                path=paths.get(asset_id, ""),
                unit_kind=UnitKind(kind),
                start_ms=start_ms,
                end_ms=end_ms,
                source=FaceSource(source),
                likeness=likeness,
            )
        )
    return {pk: sorted(places, key=lambda place: place.path) for pk, places in found.items()}


def files_naming(name: str) -> list[str]:
    """Return the files that name somebody themselves, in a region, a keyword, a title or a description."""
    wanted = f" {name_key(name)} "
    naming = [
        row.asset_id
        for row in AssetMetadata.objects.only("asset_id", "regions", "keywords", "title", "description").iterator()
        if any(wanted in f" {name_key(text)} " for text in _said_in(row))
    ]
    found: list[str] = []
    for some in chunks(naming):
        found += asset_paths(some).values()
    return sorted(found)


def _said_in(row: AssetMetadata) -> Iterator[str]:
    yield from (str(region.get("name", "")) for region in row.regions)
    yield from (str(keyword) for keyword in row.keywords)
    yield from (row.title, row.description)
