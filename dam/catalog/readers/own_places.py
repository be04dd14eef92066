"""Where people (or files) say that assets were taken: their word stands before the place nearest to a coordinate."""

from collections.abc import Collection
from dataclasses import dataclass

from dam.catalog.ids import among
from dam.catalog.models import AssetMetadata, AssetPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """The place of an asset of which something is said; what is not said is its coordinate's, in the same country."""

    code: str
    region: str
    city: str
    country: str
    location: str

    @property
    def names(self) -> tuple[str, ...]:
        """What it is found by, without the country's code."""
        return tuple(name for name in (self.location, self.city, self.region, self.country) if name)


def own_places(asset_ids: Collection[int] | None = None) -> dict[int, OwnPlace]:
    """Return the places that are said in words, by asset; of these assets, or of all."""
    rows = AssetMetadata.objects.exclude(city="", state="", country="", location="")
    if asset_ids is not None:
        rows = rows.filter(pk__in=among(asset_ids))
    said = {
        pk: OwnPlace(code=code[:2] if len(code) == 2 else "", region=state, city=city, country=country, location=spot)
        for pk, code, state, city, country, spot in rows.values_list(
            "pk", "country_code", "state", "city", "country", "location"
        )
    }
    near = AssetPlace.objects.filter(pk__in=among(said)).values_list(
        "pk", "country_code", "region", "city", "country"
    )
    for pk, code, region, city, country in near:
        own = said[pk]
        if (own.country and own.country.casefold() != country.casefold()) or (own.code and own.code != code):
            continue  # the coordinate is of another country: it is wrong, or the word is; the word was typed
        region_now = own.region or region
        said[pk] = OwnPlace(
            code=own.code or code,
            region=region_now,
            city=own.city or (city if region_now == region else ""),
            country=own.country or country,
            location=own.location,
        )
    return said
