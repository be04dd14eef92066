"""The nouns of the drawn world: a Scene made of SceneObjects, and the Query it can be held against."""

from __future__ import annotations

from dataclasses import dataclass

from dam.scenes.vocabulary import Colour, Light, Place, Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneObject:
    """One thing in a scene.

    ``x`` is its centre as a fraction of the picture's width; ``y`` its foot (for things in the air its
    middle) as a fraction of the height, from the top. ``size`` is its nominal length as a fraction of the
    square root of the picture's area, so that it keeps its weight in any format. ``variant`` picks among
    builds of the same thing, ``facing`` is 1 for right and -1 for left.
    """

    thing: Thing
    colour: Colour
    x: float
    y: float
    size: float
    facing: int = 1
    variant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A picture before it is drawn.

    ``horizon``, ``sun_x`` and ``sun_y`` are fractions of the picture; ``pan`` moves the camera sideways in
    picture widths (near layers more than far ones); ``time_s`` moves waves, clouds and rain; ``seed`` fixes every
    ridge, cloud and star. ``road`` lays a road under the things on the ground.
    """

    place: Place
    light: Light
    objects: tuple[SceneObject, ...]
    seed: int = 0
    horizon: float = 0.5
    sun_x: float = 0.6
    sun_y: float = 0.36
    pan: float = 0.0
    time_s: float = 0.0
    road: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a caption asks for; None leaves a part open. A colour always belongs to the thing."""

    thing: Thing | None = None
    colour: Colour | None = None
    place: Place | None = None
    light: Light | None = None


def satisfies(scene: Scene, query: Query) -> bool:
    """Whether everything the query asks for is in the scene: the ground truth of evaluation and training.

    Colour and thing must meet in one object, so a blue car beside a red boat is no red car. A forest has
    green trees whether or not one stands among its objects.
    """
    if query.place is not None and scene.place is not query.place:
        return False
    if query.light is not None and scene.light is not query.light:
        return False
    if query.thing is None and query.colour is None:
        return True
    return _forest_tree(scene, query) or any(
        query.thing in (None, item.thing) and query.colour in (None, item.colour) for item in scene.objects
    )


def _forest_tree(scene: Scene, query: Query) -> bool:
    return scene.place is Place.FOREST and query.thing is Thing.TREE and query.colour in (None, Colour.GREEN)
