"""Renders training scenes once, with all cores, into one array on disk, with their truth beside it."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.scenes import Colour, Light, Place, Query, Scene, Thing, hard_negatives, random_scene, render

logger = logging.getLogger(__name__)

# Cached pictures are squares of this side; crops of them are scaled to the encoder's size.
CACHE_PX = 84
GROUP = 4
MAX_OBJECTS = 3
_CHUNK = 50
# Shares of the main thing and of its companions in what a picture shows.
_SHARES = (0.7, 0.15, 0.15)
_THINGS, _COLOURS, _PLACES, _LIGHTS = tuple(Thing), tuple(Colour), tuple(Place), tuple(Light)
_ASPECTS = (1.5, 1.5, 1.5, 1.333, 1.778, 1.778, 1.0, 0.75, 0.667)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCache:
    """``pictures`` (n, CACHE_PX, CACHE_PX, 3) uint8 in groups of GROUP; ``truth`` (n, 2 + 2 * MAX_OBJECTS) int16.

    A row of truth is place, light, then thing and colour of each object, -1 where there is none.
    """

    pictures: NDArray[np.uint8]
    truth: NDArray[np.int16]

    def matches(self, rows: NDArray[np.int64], queries: list[Query]) -> NDArray[np.bool_]:
        """Truth table (rows, queries): the vectorised form of ``dam.scenes.satisfies``."""
        asked = np.array([_encoded(query) for query in queries], np.int16)[None]
        truth = self.truth[rows][:, None]
        place = (asked[..., 0] < 0) | (truth[..., 0] == asked[..., 0])
        light = (asked[..., 1] < 0) | (truth[..., 1] == asked[..., 1])
        thing, colour = asked[..., 2], asked[..., 3]
        found = (thing < 0) & (colour < 0)
        found = found | _forest_trees(truth[..., 0], thing, colour)
        for index in range(MAX_OBJECTS):
            one, tone = truth[..., 2 + 2 * index], truth[..., 3 + 2 * index]
            found = found | ((one >= 0) & ((thing < 0) | (one == thing)) & ((colour < 0) | (tone == colour)))
        return np.asarray(place & light & found, np.bool_)

    def facts(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], ...]:
        """Return shares of each place, light, thing and colour in a picture: four tables (rows, kinds).

        The main thing has most of the share, the others divide the rest.
        """
        truth, line = self.truth[rows].astype(np.int64), np.arange(len(rows))
        tables = tuple(
            np.zeros((len(rows), len(kinds)), np.float32) for kinds in (_PLACES, _LIGHTS, _THINGS, _COLOURS)
        )
        tables[0][line, truth[:, 0]] = 1
        tables[1][line, truth[:, 1]] = 1
        for index, share in enumerate(_SHARES):
            there = truth[:, 2 + 2 * index] >= 0
            for table, column in ((tables[2], 2 + 2 * index), (tables[3], 3 + 2 * index)):
                np.add.at(table, (line[there], truth[there, column]), share)
        return tuple(table / table.sum(axis=1, keepdims=True) for table in tables)

    def query(self, row: int, *, thing: bool, colour: bool, place: bool, light: bool) -> Query:
        """Return the chosen parts of the truth of one picture's main thing and setting."""
        where, when, what, tone = (int(part) for part in self.truth[row][:4])
        return Query(
            thing=_THINGS[what] if thing else None, colour=_COLOURS[tone] if colour else None,
            place=_PLACES[where] if place else None, light=_LIGHTS[when] if light else None,
        )  # fmt: skip


def load_or_render(folder: Path, *, groups: int, seed: int, workers: int) -> SceneCache:
    """Read the cache made with the same settings, or renders it; the pictures stay memory-mapped."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"groups": groups, "seed": seed, "px": CACHE_PX, "group": GROUP}
    note, pictures_file, truth_file = folder / "settings.json", folder / "pictures.npy", folder / "truth.npy"
    if not note.exists() or json.loads(note.read_text()) != settings:
        note.unlink(missing_ok=True)
        _render_all(pictures_file, truth_file, groups=groups, seed=seed, workers=workers)
        note.write_text(json.dumps(settings))
    return SceneCache(pictures=np.load(pictures_file, mmap_mode="r"), truth=np.load(truth_file))


def _render_all(pictures_file: Path, truth_file: Path, *, groups: int, seed: int, workers: int) -> None:
    shape = (groups * GROUP, CACHE_PX, CACHE_PX, 3)
    pictures = np.lib.format.open_memmap(pictures_file, mode="w+", dtype=np.uint8, shape=shape)
    truth = np.full((groups * GROUP, 2 + 2 * MAX_OBJECTS), -1, np.int16)
    jobs = [(first, min(_CHUNK, groups - first), seed) for first in range(0, groups, _CHUNK)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for (first, count, _), (chunk, labels) in zip(jobs, pool.map(_render_chunk, jobs), strict=True):
            rows = slice(first * GROUP, (first + count) * GROUP)
            pictures[rows], truth[rows] = chunk, labels
            logger.info("rendered %d of %d groups", first + count, groups)
    pictures.flush()
    np.save(truth_file, truth)


def _render_chunk(job: tuple[int, int, int]) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    first, count, seed = job
    scenes = [scene for group in range(first, first + count) for scene in _group(seed, group)]
    pictures = np.stack(
        list(starmap(_squashed, ((scene, seed + at) for at, scene in enumerate(scenes, first * GROUP))))
    )
    return pictures, np.array([_truth(scene) for scene in scenes], np.int16)


def _group(seed: int, group: int) -> list[Scene]:
    """Return a scene and its near misses, each group from its own generator, filled up with a fresh scene."""
    rng = np.random.default_rng((seed, group))
    scene = random_scene(rng)
    scenes = [scene, *hard_negatives(rng, scene)]
    return [*scenes, random_scene(rng)][:GROUP]


def _squashed(scene: Scene, seed: int) -> NDArray[np.uint8]:
    """Return the scene in one of many formats, squashed to the cache's square, as preprocessing does it."""
    aspect = float(np.random.default_rng(seed).choice(_ASPECTS))
    width, height = round(CACHE_PX * 1.15 * aspect**0.5), round(CACHE_PX * 1.15 / aspect**0.5)
    picture = Image.fromarray(render(scene, width=width, height=height))
    return np.asarray(picture.resize((CACHE_PX, CACHE_PX), Image.Resampling.BICUBIC), np.uint8)


def _truth(scene: Scene) -> list[int]:
    row = [_PLACES.index(scene.place), _LIGHTS.index(scene.light)]
    for item in scene.objects:
        row += [_THINGS.index(item.thing), _COLOURS.index(item.colour)]
    return row + [-1] * (2 + 2 * MAX_OBJECTS - len(row))


def _encoded(query: Query) -> tuple[int, int, int, int]:
    return (
        -1 if query.place is None else _PLACES.index(query.place),
        -1 if query.light is None else _LIGHTS.index(query.light),
        -1 if query.thing is None else _THINGS.index(query.thing),
        -1 if query.colour is None else _COLOURS.index(query.colour),
    )


def _forest_trees(place: NDArray[np.int16], thing: NDArray[np.int16], colour: NDArray[np.int16]) -> NDArray[np.bool_]:
    green = (colour < 0) | (colour == _COLOURS.index(Colour.GREEN))
    found: NDArray[np.bool_] = (place == _PLACES.index(Place.FOREST)) & (thing == _THINGS.index(Thing.TREE)) & green
    return found
