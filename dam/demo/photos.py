"""The demo library's photos: what is on each, how it is framed, and what its metadata says."""

from __future__ import annotations

from dataclasses import dataclass, field

from dam.demo.shoots import DOLOMITES, LAPLAND, LISBON, NIGHT_CITY, SAHARA, SPRING, Shoot
from dam.scenes import Colour, Light, Place, Scene, SceneObject, Thing

LANDSCAPE = (1680, 1120)
WIDE = (1920, 1080)
PORTRAIT = (1280, 1600)
SQUARE = (1440, 1440)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One picture file; ``taken`` is local time, ``rating`` 0 means unrated, ``title`` empty means no XMP."""

    shoot: Shoot
    name: str
    scene: Scene
    size: tuple[int, int]
    taken: str
    exposure_s: float
    iso: int
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = field(default=())
    rating: int = 0


def item(
    thing: Thing, colour: Colour, x: float, y: float, size: float, *, facing: int = 1, variant: int = 0
) -> SceneObject:
    """Shorthand for a thing in a picture; the numbers are SceneObject's."""
    return SceneObject(thing=thing, colour=colour, x=x, y=y, size=size, facing=facing, variant=variant)


PHOTOS: tuple[Photo, ...] = (
    Photo(
        shoot=LISBON, name="DSC_0412.jpg", size=LANDSCAPE, taken="2024-06-14T20:52:10", exposure_s=1 / 250, iso=200,
        scene=Scene(place=Place.BEACH, light=Light.SUNSET, seed=7, horizon=0.46, sun_x=0.70, sun_y=0.385,
                    objects=(item(Thing.CAR, Colour.RED, 0.36, 0.86, 0.46),)),
        title="Red car at sunset", description="The red car at sunset on Guincho beach, last frame of the day.",
        keywords=("car", "red", "sunset", "beach", "Guincho"), rating=5,
    ),
    Photo(
        shoot=LISBON, name="DSC_0418.jpg", size=LANDSCAPE, taken="2024-06-14T20:58:41", exposure_s=1 / 200, iso=250,
        scene=Scene(place=Place.BEACH, light=Light.SUNSET, seed=19, horizon=0.50, sun_x=0.26, sun_y=0.44,
                    objects=(item(Thing.CAR, Colour.BLUE, 0.62, 0.88, 0.42, facing=-1, variant=1),)),
        title="Blue car, same light", keywords=("car", "blue", "sunset", "beach"), rating=4,
    ),
    Photo(
        shoot=LISBON, name="DSC_0431.jpg", size=WIDE, taken="2024-06-14T21:03:27", exposure_s=1 / 160, iso=320,
        scene=Scene(place=Place.SEA, light=Light.SUNSET, seed=31, horizon=0.50, sun_x=0.62, sun_y=0.43,
                    objects=(item(Thing.BOAT, Colour.RED, 0.34, 0.72, 0.34),)),
        title="Coming home", description="A red fishing boat off Cascais at sunset.",
        keywords=("boat", "red", "sunset", "sea"), rating=4,
    ),
    Photo(
        shoot=LISBON, name="DSC_0440.jpg", size=PORTRAIT, taken="2024-06-15T11:20:05", exposure_s=1 / 800, iso=100,
        scene=Scene(place=Place.BEACH, light=Light.DAY, seed=43, horizon=0.52, sun_x=0.25, sun_y=0.40,
                    objects=(item(Thing.LIGHTHOUSE, Colour.RED, 0.62, 0.80, 0.58),
                             item(Thing.SAILBOAT, Colour.WHITE, 0.20, 0.60, 0.13))),
        title="Lighthouse at noon", keywords=("lighthouse", "coast"), rating=3,
    ),
    Photo(
        shoot=LISBON, name="DSC_0447.jpg", size=LANDSCAPE, taken="2024-06-15T13:41:52", exposure_s=1 / 1000, iso=100,
        scene=Scene(place=Place.BEACH, light=Light.DAY, seed=58, horizon=0.42, sun_x=0.75, sun_y=0.30,
                    objects=(item(Thing.UMBRELLA, Colour.YELLOW, 0.33, 0.84, 0.44, variant=2),
                             item(Thing.UMBRELLA, Colour.BLUE, 0.72, 0.76, 0.24),
                             item(Thing.SAILBOAT, Colour.RED, 0.56, 0.52, 0.11))),
    ),
    Photo(
        shoot=LISBON, name="DSC_0452.jpg", size=WIDE, taken="2024-06-15T20:49:18", exposure_s=1 / 320, iso=160,
        scene=Scene(place=Place.SEA, light=Light.SUNSET, seed=64, horizon=0.58, sun_x=0.36, sun_y=0.50,
                    objects=(item(Thing.SAILBOAT, Colour.WHITE, 0.66, 0.76, 0.40, variant=0, facing=-1),
                             item(Thing.SAILBOAT, Colour.PURPLE, 0.16, 0.64, 0.12))),
        title="Evening regatta", keywords=("sailing", "sunset"), rating=5,
    ),
    Photo(
        shoot=DOLOMITES, name="DSCF3391.jpg", size=LANDSCAPE, taken="2023-10-07T10:14:33", exposure_s=1 / 500,
        iso=160,
        scene=Scene(place=Place.MOUNTAINS, light=Light.DAY, seed=77, horizon=0.60, sun_x=0.18, sun_y=0.30,
                    objects=(item(Thing.TENT, Colour.ORANGE, 0.66, 0.86, 0.32),)),
        title="Camp below the wall", keywords=("camping", "tent", "mountains"), rating=4,
    ),
    Photo(
        shoot=DOLOMITES, name="DSCF3404.jpg", size=WIDE, taken="2023-10-07T18:31:02", exposure_s=1 / 125, iso=400,
        scene=Scene(place=Place.MOUNTAINS, light=Light.SUNSET, seed=82, horizon=0.62, sun_x=0.78, sun_y=0.46,
                    objects=(item(Thing.HOUSE, Colour.WHITE, 0.27, 0.82, 0.30, variant=2),
                             item(Thing.TREE, Colour.ORANGE, 0.46, 0.84, 0.22, variant=3))),
        title="Hut in the last light", keywords=("house", "mountains", "sunset"),
    ),
    Photo(
        shoot=DOLOMITES, name="DSCF3417.jpg", size=LANDSCAPE, taken="2023-10-08T07:22:40", exposure_s=1 / 60, iso=800,
        scene=Scene(place=Place.LAKE, light=Light.FOG, seed=95, horizon=0.48, sun_x=0.5, sun_y=0.35,
                    objects=(item(Thing.BOAT, Colour.GREEN, 0.58, 0.66, 0.36, variant=1),)),
        title="Morning mist", description="A green rowing boat in the fog.", keywords=("lake", "fog", "boat"),
        rating=5,
    ),
    Photo(
        shoot=DOLOMITES, name="DSCF3425.jpg", size=PORTRAIT, taken="2023-10-08T12:05:11", exposure_s=1 / 250, iso=320,
        scene=Scene(place=Place.FOREST, light=Light.DAY, seed=101, horizon=0.62, sun_x=0.7, sun_y=0.3, road=True,
                    objects=(item(Thing.BICYCLE, Colour.RED, 0.48, 0.86, 0.46),)),
    ),
    Photo(
        shoot=LAPLAND, name="P2040118.jpg", size=LANDSCAPE, taken="2024-02-04T19:47:23", exposure_s=2.0, iso=1600,
        scene=Scene(place=Place.SNOW, light=Light.NIGHT, seed=117, horizon=0.56, sun_x=0.80, sun_y=0.34,
                    objects=(item(Thing.HOUSE, Colour.RED, 0.36, 0.80, 0.36, variant=1),)),
        title="Red cabin under the stars", keywords=("house", "night", "snow", "stars"), rating=5,
    ),
    Photo(
        shoot=LAPLAND, name="P2040131.jpg", size=SQUARE, taken="2024-02-05T11:33:48", exposure_s=1 / 1250, iso=200,
        scene=Scene(place=Place.SNOW, light=Light.DAY, seed=126, horizon=0.52, sun_x=0.25, sun_y=0.4,
                    objects=(item(Thing.DOG, Colour.BROWN, 0.56, 0.82, 0.44, facing=-1),)),
        title="Aslak waits", keywords=("dog", "snow"), rating=4,
    ),
    Photo(
        shoot=LAPLAND, name="P2040140.jpg", size=WIDE, taken="2024-02-05T15:10:09", exposure_s=1 / 200, iso=200,
        scene=Scene(place=Place.SNOW, light=Light.SUNSET, seed=133, horizon=0.54, sun_x=0.30, sun_y=0.46,
                    objects=(item(Thing.TENT, Colour.BLUE, 0.68, 0.82, 0.30, variant=1),)),
    ),
    Photo(
        shoot=SAHARA, name="R0001207.jpg", size=LANDSCAPE, taken="2024-03-19T13:02:57", exposure_s=1 / 1600, iso=100,
        scene=Scene(place=Place.DESERT, light=Light.DAY, seed=146, horizon=0.50, sun_x=0.7, sun_y=0.3, road=True,
                    objects=(item(Thing.BUS, Colour.YELLOW, 0.42, 0.82, 0.46),)),
        title="The noon bus", keywords=("bus", "desert", "road"), rating=3,
    ),
    Photo(
        shoot=SAHARA, name="R0001222.jpg", size=WIDE, taken="2024-03-19T18:38:20", exposure_s=1 / 320, iso=200,
        scene=Scene(place=Place.DESERT, light=Light.SUNSET, seed=151, horizon=0.60, sun_x=0.74, sun_y=0.50,
                    objects=(item(Thing.BALLOON, Colour.PURPLE, 0.34, 0.32, 0.40),
                             item(Thing.BALLOON, Colour.YELLOW, 0.60, 0.22, 0.16, variant=1))),
        title="Two balloons", keywords=("balloon", "desert", "sunset"), rating=5,
    ),
    Photo(
        shoot=SAHARA, name="R0001240.jpg", size=LANDSCAPE, taken="2024-03-19T22:15:31", exposure_s=8.0, iso=3200,
        scene=Scene(place=Place.DESERT, light=Light.NIGHT, seed=164, horizon=0.58, sun_x=0.16, sun_y=0.36,
                    objects=(item(Thing.TENT, Colour.ORANGE, 0.58, 0.82, 0.36, variant=1),)),
        title="Camp fire hour", keywords=("tent", "night", "desert", "stars"),
    ),
    Photo(
        shoot=NIGHT_CITY, name="IMG_7021.jpg", size=LANDSCAPE, taken="2024-09-20T22:04:18", exposure_s=1 / 30,
        iso=3200,
        scene=Scene(place=Place.CITY, light=Light.NIGHT, seed=3, horizon=0.56, sun_x=0.14, sun_y=0.4, road=True,
                    objects=(item(Thing.CAR, Colour.RED, 0.44, 0.86, 0.44, variant=2),)),
        title="Red car at night", keywords=("car", "red", "night", "city"), rating=4,
    ),
    Photo(
        shoot=NIGHT_CITY, name="IMG_7033.jpg", size=LANDSCAPE, taken="2024-09-20T22:31:55", exposure_s=1 / 40,
        iso=2500,
        scene=Scene(place=Place.CITY, light=Light.RAIN, seed=178, horizon=0.52, sun_x=0.6, sun_y=0.4, road=True,
                    objects=(item(Thing.BUS, Colour.GREEN, 0.55, 0.86, 0.46, facing=-1, variant=1),)),
        title="Line 36 in the rain", keywords=("bus", "rain", "city"),
    ),
    Photo(
        shoot=NIGHT_CITY, name="IMG_7040.jpg", size=WIDE, taken="2024-09-20T23:12:06", exposure_s=1.3, iso=800,
        scene=Scene(place=Place.CITY, light=Light.NIGHT, seed=185, horizon=0.54, sun_x=0.82, sun_y=0.32,
                    objects=(item(Thing.SAILBOAT, Colour.WHITE, 0.24, 0.70, 0.20),)),
        title="Night city from the river", description="Skyline at night, lights on the water.",
        keywords=("city", "night", "skyline", "river"), rating=5,
    ),
    Photo(
        shoot=NIGHT_CITY, name="IMG_7052.jpg", size=PORTRAIT, taken="2024-09-21T19:18:44", exposure_s=1 / 160,
        iso=200,
        scene=Scene(place=Place.CITY, light=Light.SUNSET, seed=192, horizon=0.58, sun_x=0.62, sun_y=0.46, road=True,
                    objects=(item(Thing.BICYCLE, Colour.WHITE, 0.46, 0.88, 0.46, facing=-1, variant=1),)),
    ),
    Photo(
        shoot=NIGHT_CITY, name="IMG_7060.jpg", size=LANDSCAPE, taken="2024-09-22T07:40:13", exposure_s=1 / 80,
        iso=640,
        scene=Scene(place=Place.CITY, light=Light.FOG, seed=203, horizon=0.56, sun_x=0.4, sun_y=0.4,
                    objects=(item(Thing.DOG, Colour.BLACK, 0.36, 0.86, 0.36),)),
        title="Early walk", keywords=("dog", "fog", "city"),
    ),
    Photo(
        shoot=SPRING, name="DSC_1180.jpg", size=LANDSCAPE, taken="2025-04-22T10:26:37", exposure_s=1 / 640, iso=100,
        scene=Scene(place=Place.FIELD, light=Light.DAY, seed=214, horizon=0.56, sun_x=0.2, sun_y=0.3,
                    objects=(item(Thing.WINDMILL, Colour.WHITE, 0.67, 0.80, 0.52),)),
        title="Windmill", keywords=("windmill", "field", "spring"), rating=4,
    ),
    Photo(
        shoot=SPRING, name="DSC_1187.jpg", size=SQUARE, taken="2025-04-22T11:02:19", exposure_s=1 / 500, iso=100,
        scene=Scene(place=Place.FIELD, light=Light.DAY, seed=223, horizon=0.58, sun_x=0.75, sun_y=0.3,
                    objects=(item(Thing.TREE, Colour.PINK, 0.48, 0.84, 0.60, variant=1),)),
        title="Cherry tree", keywords=("tree", "blossom", "spring"), rating=5,
    ),
    Photo(
        shoot=SPRING, name="DSC_1195.jpg", size=LANDSCAPE, taken="2025-04-22T15:48:50", exposure_s=1 / 125, iso=400,
        scene=Scene(place=Place.FIELD, light=Light.RAIN, seed=236, horizon=0.50, sun_x=0.4, sun_y=0.3,
                    objects=(item(Thing.HOUSE, Colour.BLUE, 0.40, 0.80, 0.38, variant=0),
                             item(Thing.TREE, Colour.GREEN, 0.70, 0.78, 0.28, variant=2))),
        title="April weather",
    ),
    Photo(
        shoot=SPRING, name="DSC_1203.jpg", size=WIDE, taken="2025-04-23T08:11:28", exposure_s=1 / 800, iso=100,
        scene=Scene(place=Place.LAKE, light=Light.DAY, seed=241, horizon=0.52, sun_x=0.3, sun_y=0.3,
                    objects=(item(Thing.BALLOON, Colour.RED, 0.66, 0.27, 0.34, variant=1),
                             item(Thing.BALLOON, Colour.GREEN, 0.22, 0.20, 0.15),
                             item(Thing.SAILBOAT, Colour.BLUE, 0.36, 0.68, 0.20))),
        title="Balloons over the lake", keywords=("balloon", "lake"), rating=4,
    ),
    Photo(
        shoot=SPRING, name="DSC_1216.jpg", size=LANDSCAPE, taken="2025-04-23T20:39:03", exposure_s=1 / 200, iso=320,
        scene=Scene(place=Place.FIELD, light=Light.SUNSET, seed=257, horizon=0.60, sun_x=0.66, sun_y=0.52,
                    objects=(item(Thing.DOG, Colour.ORANGE, 0.34, 0.86, 0.40),)),
        title="Evening round", keywords=("dog", "field", "sunset"), rating=3,
    ),
    Photo(
        shoot=SPRING, name="DSC_1224.jpg", size=WIDE, taken="2025-04-24T12:17:46", exposure_s=1 / 2000, iso=125,
        scene=Scene(place=Place.FIELD, light=Light.DAY, seed=268, horizon=0.74, sun_x=0.2, sun_y=0.3,
                    objects=(item(Thing.AIRPLANE, Colour.RED, 0.56, 0.32, 0.44),)),
        title="Low pass", keywords=("airplane",),
    ),
    Photo(
        shoot=SPRING, name="DSC_1231.jpg", size=LANDSCAPE, taken="2025-04-24T22:50:12", exposure_s=4.0, iso=1600,
        scene=Scene(place=Place.LAKE, light=Light.NIGHT, seed=275, horizon=0.50, sun_x=0.58, sun_y=0.50,
                    objects=(item(Thing.BOAT, Colour.YELLOW, 0.36, 0.68, 0.34),)),
        title="Moon over the lake", keywords=("boat", "night", "moon", "lake"), rating=4,
    ),
)  # fmt: skip
