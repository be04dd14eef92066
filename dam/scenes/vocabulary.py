"""The words of the drawn world: what can stand in a scene, in which colour, where and in which light."""

from __future__ import annotations

from enum import StrEnum


class Thing(StrEnum):
    """What a scene can hold."""

    CAR = "car"
    BUS = "bus"
    BICYCLE = "bicycle"
    BOAT = "boat"
    SAILBOAT = "sailboat"
    HOUSE = "house"
    LIGHTHOUSE = "lighthouse"
    WINDMILL = "windmill"
    TREE = "tree"
    BALLOON = "balloon"
    AIRPLANE = "airplane"
    TENT = "tent"
    UMBRELLA = "umbrella"
    DOG = "dog"


class Colour(StrEnum):
    """The colour of a thing's body; wheels, windows and trunks keep their own."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    WHITE = "white"
    BLACK = "black"
    BROWN = "brown"


class Place(StrEnum):
    """The landscape behind and under the things."""

    BEACH = "beach"
    SEA = "sea"
    LAKE = "lake"
    MOUNTAINS = "mountains"
    CITY = "city"
    FOREST = "forest"
    DESERT = "desert"
    FIELD = "field"
    SNOW = "snow"


class Light(StrEnum):
    """Time of day and weather, which together decide the light."""

    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    FOG = "fog"
    RAIN = "rain"


class Stand(StrEnum):
    """What carries a thing: the ground, the water or the air."""

    GROUND = "ground"
    WATER = "water"
    AIR = "air"


STANDS: dict[Thing, Stand] = {
    **dict.fromkeys(Thing, Stand.GROUND),
    Thing.BOAT: Stand.WATER,
    Thing.SAILBOAT: Stand.WATER,
    Thing.BALLOON: Stand.AIR,
    Thing.AIRPLANE: Stand.AIR,
}

# The open sea has no ground, so only a lighthouse on its rock stands there.
SEA_THINGS: frozenset[Thing] = frozenset(
    {Thing.BOAT, Thing.SAILBOAT, Thing.LIGHTHOUSE, Thing.BALLOON, Thing.AIRPLANE}
)
WATER_PLACES: frozenset[Place] = frozenset({Place.BEACH, Place.SEA, Place.LAKE, Place.CITY})

_PAINTED = tuple(colour for colour in Colour if colour is not Colour.BROWN)
COLOURS: dict[Thing, tuple[Colour, ...]] = {
    **dict.fromkeys(Thing, _PAINTED),
    Thing.DOG: (Colour.BROWN, Colour.BLACK, Colour.WHITE, Colour.ORANGE),
    Thing.TREE: (Colour.GREEN, Colour.YELLOW, Colour.ORANGE, Colour.RED, Colour.PINK),
    Thing.HOUSE: (*_PAINTED, Colour.BROWN),
    Thing.BOAT: (*_PAINTED, Colour.BROWN),
}


def fits(thing: Thing, place: Place) -> bool:
    """Whether a thing can be in a place: boats need water, a house in the city would drown in houses."""
    if place is Place.SEA:
        return thing in SEA_THINGS
    if STANDS[thing] is Stand.WATER:
        return place in WATER_PLACES
    if thing is Thing.TREE:
        return place is not Place.FOREST
    return not (thing in (Thing.HOUSE, Thing.WINDMILL, Thing.LIGHTHOUSE, Thing.TENT) and place is Place.CITY)
