"""Sounds that the project makes itself, from a seed: what they are is known, so a model can learn from them."""

from dam.engines.training.sounds.book import GROUPS, RECIPES, Recipe, recipe
from dam.engines.training.sounds.mixing import make_sound

__all__ = ["GROUPS", "RECIPES", "Recipe", "make_sound", "recipe"]
