"""From a thing's name to its drawing: which function draws it, and the room it needs in its own units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dam.scenes import structures, vehicles
from dam.scenes.palette import PAINT, RGB
from dam.scenes.scene import SceneObject
from dam.scenes.sketch import Sketch
from dam.scenes.vocabulary import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """``extent`` is left, bottom, right, top in units; ``scale`` evens out how large things look beside others."""

    draw: Callable[[Sketch, RGB, int], None]
    extent: tuple[float, float, float, float]
    scale: float = 1.0


DRAWINGS: dict[Thing, Drawing] = {
    Thing.CAR: Drawing(draw=vehicles.draw_car, extent=(-0.55, -0.02, 0.55, 0.50)),
    Thing.BUS: Drawing(draw=vehicles.draw_bus, extent=(-0.55, -0.02, 0.55, 0.60), scale=1.1),
    Thing.BICYCLE: Drawing(draw=vehicles.draw_bicycle, extent=(-0.62, -0.03, 0.64, 0.76), scale=0.85),
    Thing.BALLOON: Drawing(draw=vehicles.draw_balloon, extent=(-0.46, -0.54, 0.46, 0.58), scale=0.85),
    Thing.AIRPLANE: Drawing(draw=vehicles.draw_airplane, extent=(-0.60, -0.28, 0.58, 0.31), scale=1.05),
    Thing.HOUSE: Drawing(draw=structures.draw_house, extent=(-0.57, -0.02, 0.57, 0.88), scale=0.95),
    Thing.LIGHTHOUSE: Drawing(draw=structures.draw_lighthouse, extent=(-0.34, -0.05, 0.34, 1.02), scale=1.05),
    Thing.WINDMILL: Drawing(draw=structures.draw_windmill, extent=(-0.48, -0.02, 0.52, 1.14), scale=0.9),
    Thing.TENT: Drawing(draw=structures.draw_tent, extent=(-0.64, -0.03, 0.64, 0.56), scale=0.9),
    Thing.UMBRELLA: Drawing(draw=structures.draw_umbrella, extent=(-0.56, -0.02, 0.56, 0.90), scale=0.85),
    Thing.BOAT: Drawing(draw=structures.draw_boat, extent=(-0.56, -0.06, 0.60, 0.76), scale=0.95),
    Thing.SAILBOAT: Drawing(draw=structures.draw_sailboat, extent=(-0.54, -0.06, 0.54, 1.18), scale=0.8),
    Thing.TREE: Drawing(draw=structures.draw_tree, extent=(-0.46, -0.03, 0.46, 1.14), scale=0.95),
    Thing.DOG: Drawing(draw=structures.draw_dog, extent=(-0.62, -0.02, 0.68, 0.94), scale=0.72),
}


def sketch_object(item: SceneObject, *, length_px: float) -> Sketch:
    """Draws one thing; its nominal length is ``length_px`` pixels times the drawing's own scale."""
    drawing = DRAWINGS[item.thing]
    sketch = Sketch(unit_px=length_px * drawing.scale, extent=drawing.extent, facing=item.facing)
    drawing.draw(sketch, PAINT[item.colour], item.variant)
    return sketch
