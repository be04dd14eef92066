"""A drawn world with known truth: scenes of things, colours, places and lights, rendered at any size.

It makes the training and evaluation pictures of the starter model and the illustrations of the demo library.
"""

from dam.scenes.generator import hard_negatives, random_scene
from dam.scenes.painter import render
from dam.scenes.scene import Query, Scene, SceneObject, satisfies
from dam.scenes.vocabulary import Colour, Light, Place, Thing

__all__ = [
    "Colour",
    "Light",
    "Place",
    "Query",
    "Scene",
    "SceneObject",
    "Thing",
    "hard_negatives",
    "random_scene",
    "render",
    "satisfies",
]
