"""Where the library was taken: countries, their regions, their cities, each with a picture and a search."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dam.catalog.readers.browse import Picture, tiles_of_assets
from dam.catalog.readers.places import CityCount, CountryCount, places

_PICTURED = 120  # cities that show a picture: a screen or ten; the others are words
_PICTURED_A_REGION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place by its name, with the search for it and how many assets it has; `picture` of the newest."""

    name: str
    href: str
    count: int
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region (`link` None where it has no name) with its cities: those with a picture, and the rest."""

    link: Link | None
    pictured: tuple[Link, ...]
    named: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country with its regions."""

    link: Link
    regions: tuple[Region, ...]


@require_safe
def all_places(request: HttpRequest) -> HttpResponse:
    """Show every place of the library, the fullest first."""
    countries = places()
    shown = list(_pictured(countries))
    pictures = {tile.asset_id: tile.picture for tile in tiles_of_assets([city.newest_asset_id for city in shown])}
    with_picture = {id(city) for city in shown}
    return render(
        request,
        "places/places.html",
        {
            "countries": [_country(country, with_picture, pictures) for country in countries],
            "total": sum(country.count for country in countries),
        },
    )


def search_for(*names: str) -> str:
    """Return the address of the search for a place, named from the smallest to the largest: city, region, country."""
    text = ", ".join(name.replace('"', "") for name in names if name)
    query = urlencode({"q": f'place:"{text}"'})
    return f"{reverse('search:home')}?{query}"


def _pictured(countries: list[CountryCount]) -> Iterator[CityCount]:
    left = _PICTURED
    for country in countries:
        for region in country.regions:
            some = region.cities[: min(left, _PICTURED_A_REGION)]
            left -= len(some)
            yield from some


def _country(country: CountryCount, shown: set[int], pictures: dict[int, Picture | None]) -> Country:
    regions = []
    for region in country.regions:
        links = {
            id(city): Link(
                name=city.name or f"Elsewhere in {region.name or country.name}",
                href=search_for(city.name, region.name, country.name),
                count=city.count,
                picture=pictures.get(city.newest_asset_id),
            )
            for city in region.cities
        }
        regions.append(
            Region(
                link=Link(name=region.name, href=search_for(region.name, country.name), count=region.count)
                if region.name
                else None,
                pictured=tuple(link for key, link in links.items() if key in shown),
                named=tuple(link for key, link in links.items() if key not in shown),
            )
        )
    link = Link(name=country.name, href=search_for(country.name), count=country.count)
    return Country(link=link, regions=tuple(regions))
