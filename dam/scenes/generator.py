"""Random scenes for training, evaluation and the hard negatives between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from dam.scenes.layout import ground_band, water_band
from dam.scenes.scene import Scene, SceneObject
from dam.scenes.vocabulary import COLOURS, STANDS, Colour, Light, Place, Stand, Thing, fits

Item = TypeVar("Item")

_ROAD_USERS = frozenset({Thing.CAR, Thing.BUS, Thing.BICYCLE, Thing.BALLOON, Thing.AIRPLANE})
_ROADS = frozenset({Place.CITY, Place.FIELD, Place.DESERT, Place.MOUNTAINS, Place.FOREST, Place.SNOW, Place.LAKE})


def random_scene(
    rng: np.random.Generator,
    *,
    thing: Thing | None = None,
    colour: Colour | None = None,
    place: Place | None = None,
    light: Light | None = None,
    companions: int | None = None,
) -> Scene:
    """Return a scene around one main thing, with the named parts fixed and the rest drawn by the generator.

    Args:
        rng: seeded generator; the same state gives the same scene.
        thing: the main thing; the largest in the picture, and the first of ``Scene.objects``.
        colour: its colour; where the thing never has it, one it has.
        place: the landscape; where the thing cannot be there, one where it can.
        light: time of day or weather.
        companions: how many smaller things stand beside it; 0 to 2 when left out.
    """
    thing = thing or _pick(rng, tuple(Thing))
    if place is None or not fits(thing, place):
        place = _pick(rng, tuple(spot for spot in Place if fits(thing, spot)))
    light = light or _pick(rng, tuple(Light))
    if colour not in COLOURS[thing]:
        colour = _pick(rng, COLOURS[thing])
    scene = Scene(
        place=place, light=light, objects=(), seed=int(rng.integers(1 << 31)),
        horizon=float(rng.uniform(0.36, 0.64)), sun_x=float(rng.uniform(0.1, 0.9)), pan=float(rng.uniform(0, 0.5)),
        time_s=float(rng.uniform(0, 9)), road=place in _ROADS and bool(rng.random() < 0.6) and thing in _ROAD_USERS,
    )  # fmt: skip
    scene = replace(scene, sun_y=scene.horizon * float(rng.uniform(0.45, 0.97)))
    afloat = STANDS[thing] is Stand.WATER
    main = _placed(rng, scene, thing, colour, scale=1.0, afloat=afloat)
    objects = [main]
    for _ in range(int(rng.choice(3, p=(0.5, 0.32, 0.18))) if companions is None else companions):
        beside = _companion(rng, scene, objects, afloat=afloat)
        objects += [beside] if beside is not None else []
    return replace(scene, objects=tuple(objects))


def hard_negatives(rng: np.random.Generator, scene: Scene) -> tuple[Scene, ...]:
    """Near misses of a scene: another colour, another light, another thing; each differs in that one point.

    Layout, landscape and companions stay; the main thing is the first of ``scene.objects``.
    """
    main, *rest = scene.objects
    colour = _pick(rng, tuple(tone for tone in COLOURS[main.thing] if tone is not main.colour))
    light = _pick(rng, tuple(other for other in Light if other is not scene.light))
    kin = tuple(
        thing for thing in Thing
        if STANDS[thing] is STANDS[main.thing] and thing is not main.thing and fits(thing, scene.place)
        and main.colour in COLOURS[thing]
    )  # fmt: skip
    recoloured = replace(scene, objects=(replace(main, colour=colour), *rest))
    relit = replace(scene, light=light)
    if not kin:
        return recoloured, relit
    return recoloured, relit, replace(scene, objects=(replace(main, thing=_pick(rng, kin)), *rest))


def _pick(rng: np.random.Generator, items: tuple[Item, ...]) -> Item:
    return items[int(rng.integers(len(items)))]


def _placed(
    rng: np.random.Generator, scene: Scene, thing: Thing, colour: Colour, *, scale: float, afloat: bool
) -> SceneObject:
    y, near = _height(rng, scene, thing, afloat=afloat)
    size = float(rng.uniform(0.30, 0.58)) * scale * (0.65 + 0.35 * near)
    return SceneObject(
        thing=thing, colour=colour, x=float(rng.uniform(0.22, 0.78)), y=y, size=size,
        facing=1 if rng.random() < 0.5 else -1, variant=int(rng.integers(6)),
    )  # fmt: skip


def _height(rng: np.random.Generator, scene: Scene, thing: Thing, *, afloat: bool) -> tuple[float, float]:
    """Where the thing's foot is, and how near that makes it."""
    stand = STANDS[thing]
    if stand is Stand.AIR:
        return float(rng.uniform(0.16, max(0.24, scene.horizon * 0.85))), 0.7
    probe = replace(scene, objects=(_FLOAT,)) if afloat else scene
    if stand is Stand.WATER or (thing is Thing.LIGHTHOUSE and scene.place is Place.SEA):
        band = water_band(probe) or (scene.horizon, 1.0)
        low, high = band[0] + 0.25 * (band[1] - band[0]), band[0] + 0.86 * (band[1] - band[0])
    else:
        top, bottom = ground_band(probe) or (0.9, 1.0)
        low, high = top + 0.28 * (bottom - top), top + 0.88 * (bottom - top)
    share = float(rng.random())
    return low + share * (high - low), 0.4 + 0.6 * share


def _companion(
    rng: np.random.Generator, scene: Scene, objects: list[SceneObject], *, afloat: bool
) -> SceneObject | None:
    options = tuple(
        thing for thing in Thing
        if fits(thing, scene.place) and (STANDS[thing] is not Stand.WATER or scene.place is not Place.CITY or afloat)
    )  # fmt: skip
    thing = _pick(rng, options)
    colour = _pick(rng, COLOURS[thing])
    for _ in range(6):
        item = _placed(rng, scene, thing, colour, scale=float(rng.uniform(0.45, 0.8)), afloat=afloat)
        item = replace(item, x=float(rng.uniform(0.08, 0.92)))
        if not any(_overlap(item, other) for other in objects):
            return item
    return None


def _overlap(item: SceneObject, other: SceneObject) -> bool:
    aside = abs(item.x - other.x) > 0.55 * (item.size + other.size)
    apart = abs(item.y - other.y) > 0.6 * item.size + 0.5 * other.size
    return not (aside or apart)


_FLOAT = SceneObject(thing=Thing.BOAT, colour=Colour.WHITE, x=0.5, y=0.5, size=0.1)
