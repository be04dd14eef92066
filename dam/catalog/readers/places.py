"""Where assets were taken: one asset's place, the units of a place by its name, all places with counts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from django.db.models import Count, Max

from dam.catalog import words
from dam.catalog.ids import among
from dam.catalog.models import AssetPlace, Unit
from dam.catalog.readers.browse import shown_assets
from dam.catalog.readers.own_places import OwnPlace, own_places

_CITIES_A_QUERY = 500  # SQLite's oldest limit of variables is 999
_PART = 0.8  # certainty where only some words of a name were typed: "York" of New York
# What people call countries beside GeoNames' names and the codes of ISO 3166.
COUNTRY_WORDS = {"usa": "US", "america": "US", "uk": "GB", "great britain": "GB", "britain": "GB", "holland": "NL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """The inhabited place nearest to an asset; `city` is "" far from any, `region` where it has no name."""

    city: str
    region: str
    country: str
    country_code: str
    distance_km: float
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CityCount:
    """A city with how many assets were taken there, and the one added last."""

    name: str
    count: int
    newest_asset_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionCount:
    """A region ("" where it has no name) with its cities, those with the most assets first."""

    name: str
    count: int
    cities: tuple[CityCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryCount:
    """A country with its regions, those with the most assets first."""

    name: str
    code: str
    count: int
    regions: tuple[RegionCount, ...]


_Counted = TypeVar("_Counted", CityCount, RegionCount, CountryCount)


def place_of(asset_id: int) -> PlaceView | None:
    """Return where an asset was taken, or None where it does not say or that is far from everywhere."""
    row = AssetPlace.objects.filter(pk=asset_id).first()
    if row is None:
        return None
    return PlaceView(
        city=row.city,
        region=row.region,
        country=row.country,
        country_code=row.country_code,
        distance_km=row.distance_km,
        model=row.model,
    )


def units_in_place(text: str) -> list[tuple[int, float]]:
    """Return (unit id, certainty) of the units taken in a place, the surest first; what somebody says of the place
    of an asset stands before its coordinate.

    `text` is a city, region, country or its code ("IT"), in any case, with or without accents; several, between
    commas, narrow each other ("Paris, Texas"). Some words of a longer name find it, too, with less certainty.
    """
    own = own_places()
    said = {pk: matches_place(text, code=place.code, names=place.names) for pk, place in own.items()}
    certain: dict[tuple[str, str, str], float] = {}
    rows = AssetPlace.objects.values_list("country_code", "region", "city", "country").distinct()
    for code, region, city, country in rows:
        certainty = matches_place(text, code=code, names=(city, region, country))
        if certainty > 0:
            certain[code, region, city] = certainty
    found: dict[int, float] = {}
    cities = sorted({city for _, _, city in certain})
    for start in range(0, len(cities), _CITIES_A_QUERY):
        units = Unit.objects.filter(asset__place__city__in=cities[start : start + _CITIES_A_QUERY]).values_list(
            "pk", "asset_id", "asset__place__country_code", "asset__place__region", "asset__place__city"
        )
        for pk, asset_id, code, region, city in units:
            if (code, region, city) in certain and asset_id not in own:
                found[pk] = certain[code, region, city]
    meant = Unit.objects.filter(asset_id__in=among([pk for pk, certainty in said.items() if certainty > 0]))
    for pk, asset_id in meant.values_list("pk", "asset_id"):
        found[pk] = said[asset_id]
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def matches_place(text: str, *, code: str, names: Collection[str]) -> float:
    """Return how surely a text (see `units_in_place`) means a place of these names, by its country's code, too."""
    asked = [folded for part in text.split(",") if (folded := _folded(part))]
    return min((_certainty(part, code=code, names=names) for part in asked), default=0.0)


def places() -> list[CountryCount]:
    """Return the places of all assets that are shown: countries, their regions, their cities, the fullest first."""
    own = own_places()
    rows: Iterable[tuple[str, str, str, str, int, int]] = (
        AssetPlace.objects.filter(asset__in=shown_assets())
        .exclude(pk__in=among(own))
        .values_list("country", "country_code", "region", "city")
        .annotate(count=Count("pk"), newest=Max("pk"))
        .order_by()
    )
    tree: dict[tuple[str, str], dict[str, list[CityCount]]] = {}
    for country, code, region, city, count, newest in _with_own(rows, own):
        found = CityCount(name=city, count=count, newest_asset_id=newest)
        tree.setdefault((country, code), {}).setdefault(region, []).append(found)
    countries = (
        CountryCount(
            name=country,
            code=code,
            count=sum(city.count for cities in regions.values() for city in cities),
            regions=_fullest(
                RegionCount(name=name, count=sum(city.count for city in cities), cities=_fullest(cities))
                for name, cities in regions.items()
            ),
        )
        for (country, code), regions in tree.items()
    )
    return list(_fullest(countries))


def _with_own(
    rows: Iterable[tuple[str, str, str, str, int, int]], own: Mapping[int, OwnPlace]
) -> list[tuple[str, str, str, str, int, int]]:
    """Add the places that are said in words, where they name a country, to those of coordinates."""
    counted = {row[:4]: (row[4], row[5]) for row in rows}
    shown = set(shown_assets().filter(pk__in=among(own)).values_list("pk", flat=True)) if own else set[int]()
    for pk in shown:
        place = own[pk]
        if place.country:
            key = (place.country, place.code, place.region, place.city)
            count, newest = counted.get(key, (0, 0))
            counted[key] = count + 1, max(newest, pk)
    return [(*key, count, newest) for key, (count, newest) in counted.items()]


def _certainty(asked: tuple[str, ...], *, code: str, names: Iterable[str]) -> float:
    joined = " ".join(asked)
    if joined == code.lower() or COUNTRY_WORDS.get(joined) == code:
        return 1.0
    best = 0.0
    for name in names:
        own = _folded(name)
        if own == asked:
            return 1.0
        if any(own[start : start + len(asked)] == asked for start in range(len(own))):
            best = _PART
    return best


@lru_cache(maxsize=4_096)  # a library's places are compared with each name that is typed
def _folded(text: str) -> tuple[str, ...]:
    return tuple(term.folded for term in words.terms(words.clean(text)))


def _fullest(rows: Iterable[_Counted]) -> tuple[_Counted, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.count, row.name)))
