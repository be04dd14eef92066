from dataclasses import replace

import numpy as np
import pytest

from dam.scenes import (
    Colour,
    Light,
    Place,
    Query,
    Scene,
    SceneObject,
    Thing,
    hard_negatives,
    random_scene,
    render,
    satisfies,
)
from dam.scenes.captions import captions, phrases
from dam.scenes.vocabulary import COLOURS, fits

RED_CAR = SceneObject(thing=Thing.CAR, colour=Colour.RED, x=0.4, y=0.86, size=0.4)
BLUE_BOAT = SceneObject(thing=Thing.BOAT, colour=Colour.BLUE, x=0.7, y=0.6, size=0.2)
BEACH_AT_SUNSET = Scene(place=Place.BEACH, light=Light.SUNSET, objects=(RED_CAR, BLUE_BOAT), seed=3)


def test_same_scene_gives_same_pixels() -> None:
    first, second = (render(BEACH_AT_SUNSET, width=96, height=64) for _ in range(2))
    assert np.array_equal(first, second)


def test_same_generator_state_gives_same_scene() -> None:
    assert random_scene(np.random.default_rng(8)) == random_scene(np.random.default_rng(8))


@pytest.mark.parametrize(("width", "height"), [(64, 64), (112, 75), (75, 112), (17, 160)])
def test_picture_has_the_size_that_was_asked_for(width: int, height: int) -> None:
    picture = render(BEACH_AT_SUNSET, width=width, height=height)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


def test_tiny_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        render(BEACH_AT_SUNSET, width=8, height=64)


def test_sizes_show_the_same_picture() -> None:
    large = render(BEACH_AT_SUNSET, width=192, height=128).astype(np.float32)
    small = render(BEACH_AT_SUNSET, width=96, height=64).astype(np.float32)
    averaged = large.reshape(64, 2, 96, 2, 3).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() < 8


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("light", list(Light))
def test_every_place_in_every_light_can_be_drawn(place: Place, light: Light) -> None:
    scene = random_scene(np.random.default_rng(5), place=place, light=light, thing=Thing.BALLOON)
    assert (scene.place, scene.light) == (place, light)
    assert render(scene, width=48, height=32).std() > 1


@pytest.mark.parametrize("thing", list(Thing))
def test_every_thing_changes_the_picture(thing: Thing) -> None:
    scene = random_scene(np.random.default_rng(2), thing=thing, light=Light.DAY, companions=0)
    empty = replace(scene, objects=())
    difference = render(scene, width=64, height=64).astype(int) - render(empty, width=64, height=64)
    assert (np.abs(difference).max(axis=2) > 20).mean() > 0.01


def test_night_is_darker_than_day() -> None:
    day, night = (
        render(replace(BEACH_AT_SUNSET, light=light), width=64, height=48).mean()
        for light in (Light.DAY, Light.NIGHT)
    )
    assert night < day / 2


def test_colour_and_thing_must_meet_in_one_object() -> None:
    assert satisfies(BEACH_AT_SUNSET, Query(thing=Thing.CAR, colour=Colour.RED))
    assert satisfies(BEACH_AT_SUNSET, Query(thing=Thing.BOAT, light=Light.SUNSET))
    assert not satisfies(BEACH_AT_SUNSET, Query(thing=Thing.CAR, colour=Colour.BLUE))
    assert not satisfies(BEACH_AT_SUNSET, Query(thing=Thing.CAR, light=Light.NIGHT))
    assert not satisfies(BEACH_AT_SUNSET, Query(place=Place.CITY))


def test_a_forest_has_green_trees() -> None:
    forest = Scene(place=Place.FOREST, light=Light.DAY, objects=())
    assert satisfies(forest, Query(thing=Thing.TREE))
    assert satisfies(forest, Query(thing=Thing.TREE, colour=Colour.GREEN))
    assert not satisfies(forest, Query(thing=Thing.TREE, colour=Colour.PINK))


def test_every_caption_is_true_of_its_scene() -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        scene = random_scene(rng)
        found = captions(scene)
        main = scene.objects[0]
        assert found[0].text.endswith(f"{main.colour} {phrases(Query(thing=main.thing))[1]} {_time(scene)}")
        assert all(satisfies(scene, caption.query) for caption in found)


def test_captions_hold_full_and_partial_phrases() -> None:
    texts = {caption.text for caption in captions(BEACH_AT_SUNSET)}
    assert {"a red car at sunset", "red car at sunset", "photo of a red car at sunset", "sunset", "red car"} <= texts


def test_near_misses_differ_in_one_point_and_miss() -> None:
    rng = np.random.default_rng(11)
    for _ in range(40):
        scene = random_scene(rng, companions=0)
        main = scene.objects[0]
        query = Query(thing=main.thing, colour=main.colour, light=scene.light)
        misses = hard_negatives(rng, scene)
        assert len(misses) >= 2
        assert satisfies(scene, query)
        if scene.place is not Place.FOREST:
            assert not any(satisfies(miss, query) for miss in misses)


def test_things_stand_only_where_they_can() -> None:
    rng = np.random.default_rng(12)
    for _ in range(200):
        scene = random_scene(rng)
        for item in scene.objects:
            assert fits(item.thing, scene.place)
            assert item.colour in COLOURS[item.thing]


def _time(scene: Scene) -> str:
    return phrases(Query(thing=Thing.CAR, light=scene.light))[0].removeprefix("a car ")
