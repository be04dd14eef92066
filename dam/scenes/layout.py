"""Where water and ground lie in a scene; painters and the generator agree on it here."""

from __future__ import annotations

from dam.scenes.scene import Scene
from dam.scenes.vocabulary import STANDS, Place, Stand

Band = tuple[float, float]

# Share of the stretch between horizon and lower edge that is water.
_WATER_SHARE: dict[Place, float] = {Place.BEACH: 0.42, Place.SEA: 1.0, Place.LAKE: 0.58, Place.CITY: 0.50}


def water_band(scene: Scene) -> Band | None:
    """Upper and lower y of the water, or None; a city has a waterfront only when something floats there."""
    if scene.place not in _WATER_SHARE:
        return None
    afloat = any(STANDS[item.thing] is Stand.WATER for item in scene.objects)
    if scene.place is Place.CITY and not afloat:
        return None
    return scene.horizon, scene.horizon + (1.0 - scene.horizon) * _WATER_SHARE[scene.place]


def ground_band(scene: Scene) -> Band | None:
    """Upper and lower y of the ground that things can stand on, or None on the open sea."""
    water = water_band(scene)
    top = scene.horizon if water is None else water[1]
    return None if top > 0.97 else (top, 1.0)


def nearness(scene: Scene, y: float) -> float:
    """How near a foot at height y is: 0 at the horizon, 1 at the lower edge."""
    return min(1.0, max(0.0, (y - scene.horizon) / max(1.0 - scene.horizon, 0.05)))
