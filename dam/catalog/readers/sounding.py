"""The units of an asset that sound, in their order of time."""

from dataclasses import dataclass

from django.db.models import Q

from dam.catalog.models import Unit
from dam.types import UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundingUnit:
    """A stretch of an asset that is searched as one: a shot, or a whole recording."""

    unit_id: int
    start_ms: int
    end_ms: int


def sounding_units(asset_id: int) -> list[SoundingUnit]:
    """Return the shots of a video and the whole of a recording; spoken clips lie inside them and come and go."""
    of_sound = Q(kind=UnitKind.SHOT) | Q(kind=UnitKind.CLIP, position=0)
    rows = Unit.objects.filter(of_sound, asset_id=asset_id).order_by("start_ms", "pk")
    return [
        SoundingUnit(unit_id=pk, start_ms=start_ms, end_ms=end_ms)
        for pk, start_ms, end_ms in rows.values_list("pk", "start_ms", "end_ms")
    ]
