"""Coordinates to the places that people would name."""

import math

import pytest

from dam.engines.places import find_places, place_model

FAMOUS = {
    "Eiffel Tower": ((48.8584, 2.2945), "Paris", "FR"),
    "Palace of Versailles": ((48.8049, 2.1204), "Versailles", "FR"),
    "Sagrada Família": ((41.4036, 2.1744), "Barcelona", "ES"),
    "Times Square": ((40.7580, -73.9855), "New York City", "US"),
    "Brandenburg Gate": ((52.5163, 13.3777), "Berlin", "DE"),
    "Tokyo Tower": ((35.6586, 139.7454), "Tokyo", "JP"),
    "Big Ben": ((51.5007, -0.1246), "London", "GB"),
    "Sydney Opera House": ((-33.8568, 151.2153), "Sydney", "AU"),
    "Saint Peter's": ((41.9022, 12.4539), "Vatican City", "VA"),
    "Colosseum": ((41.8902, 12.4922), "Rome", "IT"),
    "Badalona": ((41.45, 2.247), "Badalona", "ES"),
    "Taj Mahal": ((27.1751, 78.0421), "Agra", "IN"),
    "Grand Canyon": ((36.0544, -112.1401), "Grand Canyon", "US"),
    "Neuschwanstein": ((47.5576, 10.7498), "Hohenschwangau", "DE"),
    "Arezzo": ((43.4674, 11.8853), "Arezzo", "IT"),
}


@pytest.mark.parametrize("name", FAMOUS)
def test_famous_sights_lie_in_the_city_that_people_name(name: str) -> None:
    coordinate, city, country = FAMOUS[name]
    (place,) = find_places([coordinate])
    assert place is not None
    assert (place.city, place.country_code) == (city, country)


def test_regions_and_countries_have_their_names() -> None:
    arezzo, texas, fiji = find_places([(43.4674, 11.8853), (30.2672, -97.7431), (-18.1416, 178.4419)])
    assert arezzo is not None
    assert texas is not None
    assert fiji is not None
    assert (arezzo.city, arezzo.region, arezzo.country) == ("Arezzo", "Tuscany", "Italy")
    assert (texas.city, texas.region, texas.country) == ("Austin", "Texas", "United States")
    assert (fiji.city, fiji.country) == ("Suva", "Fiji")


def test_both_sides_of_the_date_line_are_one_place() -> None:
    west, east = find_places([(-16.78, 179.999), (-16.78, -179.999)])
    assert west is not None
    assert east is not None
    assert (west.city, west.country_code) == (east.city, east.country_code)
    assert west.country_code == "FJ"
    assert west.distance_km == pytest.approx(east.distance_km, abs=0.5)


def test_open_sea_poles_and_null_island_are_no_place() -> None:
    assert find_places([(-48.9, -123.4), (90, 0), (-90, 12), (0, 0), (0, -140)]) == [None] * 5


def test_far_from_any_place_only_the_country_is_named() -> None:
    (off_galicia,) = find_places([(43.0, -10.4)])
    assert off_galicia is not None
    assert (off_galicia.city, off_galicia.country) == ("", "Spain")
    assert 50 < off_galicia.distance_km < 150


def test_what_is_no_coordinate_gives_no_place_and_harms_no_other() -> None:
    found = find_places([(math.nan, 3.0), (91.0, 0.0), (43.4674, 11.8853), (10.0, 181.0), (math.inf, 0.0)])
    assert [place is not None for place in found] == [False, False, True, False, False]
    assert find_places([]) == []


def test_many_coordinates_are_answered_as_one_by_one() -> None:
    coordinates = [coordinate for coordinate, _, _ in FAMOUS.values()]
    assert find_places(coordinates) == [find_places([coordinate])[0] for coordinate in coordinates]


def test_the_edition_is_named_after_the_data() -> None:
    assert place_model().startswith("geonames-3")
