"""Scenes with known truth, and what is asked of them: things that are there, and things that were held back."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from dam.ports import Pixels
from dam.scenes import Colour, Light, Place, Query, Scene, Thing, random_scene, render, satisfies
from dam.scenes.captions import phrases
from dam.scenes.vocabulary import COLOURS, fits

# Far from every seed that training counts up from, and from that of `models evaluate`.
HELD_OUT_SEED = 883_001
_LONG_SIDE_PX = 208  # as in `dam.engines.evaluation`: several times what small encoders take
_ASPECTS = (1.5, 1.5, 1.333, 1.778, 1.0, 0.667)
_THINGS_HELD_BACK = 2
# Which parts a query names: thing, colour, place, light. Simple ones have one or two, composed ones three or four.
_FORMS = (
    (True, False, False, False), (False, False, True, False), (False, False, False, True),
    (True, True, False, False), (True, False, False, True), (True, False, True, False), (False, False, True, True),
    (True, True, False, True), (True, True, True, False), (True, True, True, True),
)  # fmt: skip
_SIMPLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of scenes; `right` (n,) marks those that satisfy it, `main` those whose main thing does."""

    text: str
    composed: bool
    right: tuple[bool, ...]
    main: bool


def held_out_scenes(count: int, *, seed: int) -> list[Scene]:
    """Return scenes without two things, one place and one light that are drawn by the seed."""
    rng = np.random.default_rng(seed)
    things = {tuple(Thing)[place] for place in rng.choice(len(Thing), _THINGS_HELD_BACK, replace=False)}
    place = tuple(Place)[int(rng.integers(len(Place)))]
    light = tuple(Light)[int(rng.integers(len(Light)))]
    found: list[Scene] = []
    while len(found) < count:
        scene = random_scene(rng)
        there = {item.thing for item in scene.objects}
        if scene.place is not place and scene.light is not light and not there & things:
            found.append(scene)
    return found


def draw(scenes: Sequence[Scene], *, seed: int, processes: int = 1) -> list[Pixels]:
    """Return the pictures of scenes, in several formats; `processes` > 1 draws in as many children."""
    rng = np.random.default_rng(seed)
    aspects = [_ASPECTS[int(rng.integers(len(_ASPECTS)))] for _ in scenes]
    if processes <= 1:
        return [_picture(scene, aspect) for scene, aspect in zip(scenes, aspects, strict=True)]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_picture, scenes, aspects, chunksize=16))


def questions(scenes: Sequence[Scene], *, each: int, seed: int) -> tuple[list[Asked], list[Asked], list[Asked]]:
    """Return what these scenes answer, what only a small thing at their side answers, and what none of them answers.

    About `each` of every kind, spread evenly over the forms of a query as far as there are any.
    """
    rng = np.random.default_rng(seed)
    pools: tuple[dict[int, list[Query]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    whole, mains = _combinations(scenes), _combinations([_main_alone(scene) for scene in scenes])
    for number, form in enumerate(_FORMS):
        for query in _queries(form):
            kind = 0 if query in mains else 1 if query in whole else 2
            pools[kind][number].append(query)
    answerable, beside, absent = (_spread(rng, pool, each) for pool in pools)
    return (
        [_asked(rng, query, scenes, main=True) for query in answerable],
        [_asked(rng, query, scenes, main=False) for query in beside],
        [_asked(rng, query, scenes, main=False) for query in absent],
    )


def _main_alone(scene: Scene) -> Scene:
    return replace(scene, objects=scene.objects[:1])


def _combinations(scenes: Sequence[Scene]) -> set[Query]:
    """Return every query that one of the scenes satisfies."""
    found: set[Query] = set()
    for scene in scenes:
        things = {(item.thing, item.colour) for item in scene.objects}
        if scene.place is Place.FOREST:  # has trees of its own, see `satisfies`
            things.add((Thing.TREE, Colour.GREEN))
        parts = {(None, None), *things, *((thing, None) for thing, _ in things)}
        for (thing, colour), place, light in product(parts, (None, scene.place), (None, scene.light)):
            found.add(Query(thing=thing, colour=colour, place=place, light=light))
    return found


def _queries(form: tuple[bool, bool, bool, bool]) -> list[Query]:
    with_thing, with_colour, with_place, with_light = form
    return [
        Query(thing=thing, colour=colour, place=place, light=light)
        for thing in (tuple(Thing) if with_thing else (None,))
        for colour in (COLOURS[thing] if with_colour and thing else (None,))
        for place in (tuple(Place) if with_place else (None,))
        for light in (tuple(Light) if with_light else (None,))
        if thing is None or place is None or fits(thing, place)
    ]


def _spread(rng: np.random.Generator, pool: dict[int, list[Query]], each: int) -> list[Query]:
    found: list[Query] = []
    for left, number in zip(
        range(len(pool), 0, -1), sorted(pool, key=lambda one: (len(pool[one]), one)), strict=True
    ):
        wanted = (each - len(found)) // left  # what small pools lack, the large ones give
        found += [pool[number][place] for place in rng.permutation(len(pool[number]))[:wanted]]
    return found


def _asked(rng: np.random.Generator, query: Query, scenes: Sequence[Scene], *, main: bool) -> Asked:
    options = phrases(query)
    parts = sum(part is not None for part in (query.thing, query.colour, query.place, query.light))
    return Asked(
        text=options[int(rng.integers(len(options)))],
        composed=parts > _SIMPLE,
        right=tuple(satisfies(scene, query) for scene in scenes),
        main=main,
    )


def _picture(scene: Scene, aspect: float) -> Pixels:
    width, height = (
        (_LONG_SIDE_PX, _LONG_SIDE_PX / aspect) if aspect >= 1 else (_LONG_SIDE_PX * aspect, _LONG_SIDE_PX)
    )
    picture: Pixels = render(scene, width=round(width), height=round(height))
    return picture
