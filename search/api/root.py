"""`GET /api/`: what answers, and how much there is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from dam import VERSION, wiring
from dam.catalog.readers import activity
from dam.catalog.readers.search import count_units
from search.api.errors import answers

router = Router()


class UnitCounts(Schema):
    """How many units of each kind there are."""

    photo: int
    shot: int
    clip: int


class About(Schema):
    """What answers here."""

    name: str = "Afterimage"
    version: str = Field(description="The program's version.")
    api_version: str = Field(default="1", description="The version of this API; it changes when something goes.")
    pack: str = Field(description="The model pack that answers.")
    building: str = Field(description="The pack that is being built beside it, or “”.")
    assets: int
    pending_assets: int = Field(description="So many of them are not finished yet.")
    units: UnitCounts
    openapi: str = Field(default="/api/openapi.json", description="Where this API is described.")


@router.get("", response=answers(About), summary="What answers here", tags=["about"])
def about(request: HttpRequest) -> Any:
    """Return the version, the model pack that answers, and how much is in the library."""
    now, counts = activity.ring(), count_units()
    building = wiring.building_pack()
    return About(
        version=VERSION,
        pack=wiring.active_pack().name,
        building=building.name if building else "",
        assets=now.total,
        pending_assets=now.pending,
        units=UnitCounts(**{kind.value: number for kind, number in counts.items()}),
    )
