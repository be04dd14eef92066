"""What assets can be narrowed by: what their files say, each value with the assets that its filter would keep."""

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from dam.catalog.ids import among
from dam.catalog.models import AssetMetadata, AssetPlace, MediaFile
from dam.catalog.readers.facets import Marks
from dam.catalog.readers.own_places import own_places
from dam.catalog.readers.places import matches_place
from dam.types import FileState

_PLACES = 48  # each is looked for among all places of the assets


def cameras(assets: Collection[int]) -> Marks:
    """Return which assets were taken by which camera, by its model."""
    rows = _metadata(assets, "camera_make", "camera_model")
    names = {" ".join(model.split()) for _, _, model in rows} - {""}
    return {
        name: {
            pk
            for pk, make, model in rows
            if all(word in model.lower() or word in make.lower() for word in name.lower().split())
        }
        for name in names
    }


def lenses(assets: Collection[int]) -> Marks:
    """Return which assets were taken through which lens."""
    rows = _metadata(assets, "lens")
    names = {" ".join(lens.split()) for _, lens in rows} - {""}
    return {name: found for name in names if (found := {pk for pk, lens in rows if name.lower() in lens.lower()})}


def stars(assets: Collection[int]) -> Marks:
    """Return which assets have so many stars or more, by the number."""
    rows = [(pk, rating) for pk, rating in _metadata(assets, "rating") if rating is not None]
    return {
        str(least): {pk for pk, rating in rows if rating >= least}
        for least in range(1, 6)
        if any(rating == least for _, rating in rows)
    }


def labels(assets: Collection[int]) -> Marks:
    """Return which assets have which label."""
    found: Marks = defaultdict(set)
    spelled: dict[str, str] = {}
    for pk, label in _metadata(assets, "label"):
        if label:
            found[spelled.setdefault(label.casefold(), label)].add(pk)
    return dict(found)


def creators(assets: Collection[int]) -> Marks:
    """Return which assets are by whom."""
    rows = [(pk, creator.lower()) for pk, creator in _metadata(assets, "creator") if creator]
    names = {" ".join(creator.split()) for _, creator in _metadata(assets, "creator")} - {""}
    return {name: {pk for pk, who in rows if all(word in who for word in name.lower().split())} for name in names}


def places(assets: Collection[int]) -> Marks:
    """Return which assets were taken in which country, and in which city ("Lisbon, Portugal")."""
    at: dict[tuple[str, ...], set[int]] = defaultdict(set)
    said = own_places(assets)
    rows = AssetPlace.objects.filter(pk__in=among(assets)).values_list(
        "pk", "country_code", "city", "region", "country"
    )
    for pk, code, city, region, country in rows:
        if pk not in said:
            at[code, city, region, country].add(pk)
    for pk, place in said.items():
        at[place.code, place.city, place.region, place.country, place.location].add(pk)
    own: Counter[str] = Counter()
    for (_, city, _, country, *_), found in at.items():
        if country:
            own[country] += len(found)
        if city:
            own[f"{city}, {country}" if country else city] += len(found)
    names = [name for name, _ in own.most_common(_PLACES)]
    return {
        name: set[int]().union(
            *(found for (code, *parts), found in at.items() if matches_place(name, code=code, names=parts) > 0)
        )
        for name in names
    }


def folders(assets: Collection[int]) -> Marks:
    """Return which assets lie in which folder or below it, by its path, and in which library, by its name."""
    files = MediaFile.objects.filter(asset_id__in=among(assets), state=FileState.PRESENT)
    found = files.values_list("asset_id", "folder", "library__name", "library__root")
    rows = [(int(pk or 0), folder, name, root) for pk, folder, name, root in found]
    paths = {path for path in {row[1] for row in rows} if path}
    paths |= {parent for path in paths for parent in _parents(path)}
    names = {name for _, _, name, _ in rows}
    lying: Marks = {}
    for asked in {*paths, *names}:
        low = asked.lower().strip("/")
        lying[asked] = {
            pk
            for pk, folder, name, root in rows
            if f"/{low}/" in f"/{folder.lower()}/" or name.lower() == low or root.lower() == f"/{low}"
        }
    return lying


def _metadata(assets: Collection[int], *fields: str) -> list[tuple[Any, ...]]:
    return list(AssetMetadata.objects.filter(pk__in=among(assets)).values_list("pk", *fields))


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
