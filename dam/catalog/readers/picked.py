"""What a selection names, as units and assets: which asset each unit is of, and which units show an asset."""

from collections import defaultdict
from collections.abc import Collection

from dam.catalog.ids import among
from dam.catalog.models import Asset, Unit
from dam.types import MediaKind, UnitKind

_SHOWS = {MediaKind.PHOTO: UnitKind.PHOTO, MediaKind.VIDEO: UnitKind.SHOT, MediaKind.AUDIO: UnitKind.CLIP}


def assets_of_units(unit_ids: Collection[int]) -> dict[int, int]:
    """Return the asset of each of these units; those that are gone are left out."""
    return dict(Unit.objects.filter(pk__in=among(unit_ids)).values_list("pk", "asset_id"))


def units_of_assets(asset_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the units that show each of these assets, in their time: a photo, the shots of a video, a recording (its
    lines where there is no unit of the whole).
    """
    found: dict[int, list[int]] = defaultdict(list)
    whole: dict[int, int] = {}
    rows = Unit.objects.filter(asset_id__in=among(asset_ids)).order_by("start_ms", "position", "pk")
    for pk, asset_id, kind, position, asset_kind in rows.values_list(
        "pk", "asset_id", "kind", "position", "asset__kind"
    ):
        if asset_kind and kind == _SHOWS[MediaKind(asset_kind)]:
            found[asset_id].append(pk)
            if asset_kind == MediaKind.AUDIO and position == 0:
                whole[asset_id] = pk
    return {asset_id: [whole[asset_id]] if asset_id in whole else units for asset_id, units in found.items()}


def assets_there(asset_ids: Collection[int]) -> set[int]:
    """Return those of these assets that are in the catalogue."""
    return set(Asset.objects.filter(pk__in=among(asset_ids)).values_list("pk", flat=True))
