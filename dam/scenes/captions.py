"""From a scene to the phrases people would type for it, each with the Query that says when it is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dam.scenes.scene import Query, Scene
from dam.scenes.vocabulary import Light, Place, Thing

NAMES: dict[Thing, tuple[str, ...]] = {
    Thing.CAR: ("car", "automobile"),
    Thing.BUS: ("bus", "coach"),
    Thing.BICYCLE: ("bicycle", "bike"),
    Thing.BOAT: ("boat", "fishing boat", "ship"),
    Thing.SAILBOAT: ("sailboat", "sailing boat", "yacht"),
    Thing.HOUSE: ("house", "cottage", "home"),
    Thing.LIGHTHOUSE: ("lighthouse",),
    Thing.WINDMILL: ("windmill",),
    Thing.TREE: ("tree",),
    Thing.BALLOON: ("hot air balloon", "balloon"),
    Thing.AIRPLANE: ("airplane", "plane", "aeroplane", "aircraft"),
    Thing.TENT: ("tent", "camping tent"),
    Thing.UMBRELLA: ("umbrella", "parasol", "beach umbrella"),
    Thing.DOG: ("dog",),
}
SETTINGS: dict[Place, tuple[str, ...]] = {
    Place.BEACH: ("on the beach", "at the beach", "by the seaside", "on the sand", "on the coast"),
    Place.SEA: ("at sea", "on the sea", "on the ocean", "over the open sea"),
    Place.LAKE: ("by the lake", "at the lake", "on the lake", "by a lake"),
    Place.MOUNTAINS: ("in the mountains", "in front of mountains", "below the peaks", "in the alps"),
    Place.CITY: ("in the city", "in town", "in front of skyscrapers", "with a skyline", "downtown"),
    Place.FOREST: ("in the forest", "in the woods", "among fir trees", "in a forest"),
    Place.DESERT: ("in the desert", "among the dunes", "in the sahara", "in a desert"),
    Place.FIELD: ("in a field", "in the meadow", "in the countryside", "on the grass"),
    Place.SNOW: ("in the snow", "in winter", "in a snowy landscape", "on snow"),
}
SPOTS: dict[Place, tuple[str, ...]] = {
    Place.BEACH: ("beach", "seaside", "sandy beach", "coast"),
    Place.SEA: ("sea", "ocean", "open sea"),
    Place.LAKE: ("lake", "lakeside"),
    Place.MOUNTAINS: ("mountains", "mountain landscape", "alps"),
    Place.CITY: ("city", "skyline", "skyscrapers", "town"),
    Place.FOREST: ("forest", "woods"),
    Place.DESERT: ("desert", "dunes"),
    Place.FIELD: ("field", "meadow", "countryside"),
    Place.SNOW: ("snow", "snowy landscape", "winter landscape"),
}
TIMES: dict[Light, tuple[str, ...]] = {
    Light.DAY: ("at noon", "by day", "in daylight", "on a sunny day", "in the sunshine", "during the day"),
    Light.SUNSET: ("at sunset", "at dusk", "in the evening light", "during sunset", "in the golden hour"),
    Light.NIGHT: ("at night", "in the dark", "in moonlight", "by night", "under the stars", "at midnight"),
    Light.FOG: ("in fog", "in the fog", "in the mist", "on a foggy day", "on a misty morning"),
    Light.RAIN: ("in the rain", "in rain", "on a rainy day", "in bad weather", "in a storm"),
}
MOMENTS: dict[Light, tuple[str, ...]] = {
    Light.DAY: ("daylight", "day", "sunny day", "sunshine", "noon"),
    Light.SUNSET: ("sunset", "dusk", "golden hour", "evening sun"),
    Light.NIGHT: ("night", "moonlight", "dark night", "starry night"),
    Light.FOG: ("fog", "mist", "foggy day"),
    Light.RAIN: ("rain", "rainy day", "storm"),
}
QUALITIES: dict[Light, str] = {
    Light.DAY: "sunny", Light.SUNSET: "sunset", Light.NIGHT: "night", Light.FOG: "foggy", Light.RAIN: "rainy",
}  # fmt: skip
OPENINGS: tuple[str, ...] = ("photo of", "picture of", "a photo of", "an illustration of", "image of", "a shot of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A phrase, and what it asks for."""

    text: str
    query: Query


def captions(scene: Scene) -> tuple[Caption, ...]:
    """Every phrasing of every query that the scene's main thing, place and light give rise to.

    The first is the plain full form, "a red car at sunset"; the main thing is the first of ``scene.objects``.
    Partial phrases ("sunset", "blue boat", "city at night") are among them.
    """
    main = scene.objects[0] if scene.objects else None
    things = (None,) if main is None else (main.thing, None)
    found = []
    for thing in things:
        for tone in (None,) if main is None else (main.colour, None):
            for place in (None, scene.place):
                for light in (scene.light, None):
                    query = Query(thing=thing, colour=tone, place=place, light=light)
                    found += [Caption(text=text, query=query) for text in phrases(query)]
    return tuple(found)


def phrases(query: Query) -> tuple[str, ...]:
    """Phrasings of a query, the plainest first; none where no one would ask so (a colour without a thing)."""
    if query.thing is not None:
        return tuple(_about_thing(query, query.thing))
    if query.colour is not None:
        return ()
    return tuple(_about_landscape(query))


def article(words: str) -> str:
    """Return the words with the indefinite article that fits them."""
    return f"{'an' if words[0] in 'aeio' or words.startswith('umb') else 'a'} {words}"


def _about_thing(query: Query, thing: Thing) -> Iterator[str]:
    for name in NAMES[thing]:
        noun = f"{query.colour} {name}" if query.colour is not None else name
        for ending in _endings(query):
            words = f"{noun} {ending}".strip()
            yield article(words)
            yield words
    noun = f"{query.colour} {NAMES[thing][0]}" if query.colour is not None else NAMES[thing][0]
    ending = next(_endings(query))
    for opening in OPENINGS:
        yield f"{opening} {article(f'{noun} {ending}'.strip())}"
    if query.light is not None and query.place is None:
        yield f"{noun} {MOMENTS[query.light][0]}"
        yield f"{MOMENTS[query.light][0]} {noun}"
    if query.place is not None and query.light is None:
        yield f"{noun} {SPOTS[query.place][0]}"
        yield f"{SPOTS[query.place][0]} {noun}"


def _endings(query: Query) -> Iterator[str]:
    """Place before time and time before place, the plainest pair first."""
    if query.place is None:
        yield from TIMES[query.light] if query.light is not None else ("",)
        return
    if query.light is None:
        yield from SETTINGS[query.place]
        return
    for setting in SETTINGS[query.place]:
        for time in TIMES[query.light]:
            yield f"{setting} {time}"
    yield f"{TIMES[query.light][0]} {SETTINGS[query.place][0]}"


def _about_landscape(query: Query) -> Iterator[str]:
    if query.place is None:
        yield from MOMENTS[query.light] if query.light is not None else ()
        return
    spots = SPOTS[query.place]
    if query.light is None:
        yield from spots
        yield from (f"{opening} the {spots[0]}" for opening in OPENINGS[:3])
        return
    for spot in spots:
        yield f"{QUALITIES[query.light]} {spot}"
        yield from (f"{spot} {time}" for time in TIMES[query.light])
    yield f"{spots[0]} {MOMENTS[query.light][0]}"
