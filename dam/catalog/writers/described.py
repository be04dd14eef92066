"""What is written about an asset, as one text to be found by: title, keywords, camera, file names, place."""

from collections.abc import Collection

from dam.catalog.ids import among
from dam.catalog.keywords import shown
from dam.catalog.models import AssetMetadata, AssetPlace, MediaFile, Unit

_SAID = [
    "title", "description", "keywords", "creator", "location", "city", "state", "country",
    "camera_make", "camera_model",
]  # fmt: skip
_MOST_NAMES = 10  # of copies of one file; more say nothing new


def described_texts(asset_ids: Collection[int]) -> dict[int, str]:
    """Return the text of each asset by the id of its first unit, which carries it in the index of words."""
    wanted = among(asset_ids)
    metadata = {row.pk: row for row in AssetMetadata.objects.filter(pk__in=wanted).only(*_SAID)}
    places = {row.pk: row for row in AssetPlace.objects.filter(pk__in=wanted)}
    names: dict[int, list[str]] = {}
    for asset_id, path in (
        MediaFile.objects.filter(asset_id__in=wanted).order_by("id").values_list("asset_id", "path")
    ):
        names.setdefault(asset_id or 0, []).append(path.rpartition(".")[0].replace("/", " "))
    first: dict[int, int] = {}
    units = Unit.objects.filter(asset_id__in=wanted).order_by("asset_id", "position", "id")
    for asset_id, unit_id in units.values_list("asset_id", "pk"):
        first.setdefault(asset_id, unit_id)
    return {
        unit_id: _text(metadata.get(asset_id), places.get(asset_id), names.get(asset_id, [])[:_MOST_NAMES])
        for asset_id, unit_id in first.items()
    }


def _text(metadata: AssetMetadata | None, place: AssetPlace | None, names: list[str]) -> str:
    parts = [*names]
    if place is not None:
        parts = [place.city, place.region, place.country, *parts]
    if metadata is not None:
        parts = [
            metadata.title, metadata.description, " ".join(map(shown, metadata.keywords)), metadata.creator,
            metadata.location, metadata.city, metadata.state, metadata.country,
            metadata.camera_make, metadata.camera_model, *parts,
        ]  # fmt: skip
    return "\n".join(part for part in parts if part)
