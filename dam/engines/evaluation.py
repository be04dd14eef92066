"""Measures an embedder on scenes it has never seen: phrases in, recall out, truth known by construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dam.scenes import Colour, Light, Place, Query, Scene, Thing, hard_negatives, random_scene, render, satisfies
from dam.scenes.captions import phrases

Picture = NDArray[np.uint8]
Vectors = NDArray[np.float32]

# Far from every seed that training uses (training counts up from its own --seed).
HELD_OUT_SEED = 770_001
# Long side of the evaluation pictures; several times what small encoders take, so that resizing is measured too.
LONG_SIDE_PX = 208
BATCH = 64
_ASPECTS = (1.5, 1.5, 1.333, 1.778, 1.0, 0.667)


class ScoredEmbedder(Protocol):
    """What can be evaluated; vectors are L2-normalised rows of one space."""

    def embed_images(self, images: list[Picture]) -> Vectors:
        """Embeds uint8 pictures (height, width, 3) to float32 (n, d)."""
        ...

    def embed_texts(self, texts: list[str]) -> Vectors:
        """Embeds phrases to float32 (n, d)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallReport:
    """Shares in 0..1 over ``n`` phrases.

    ``recall_at_1`` and ``recall_at_5``: a picture that truly satisfies the phrase is first, or among the first
    five, of all pictures. ``hard_negative_recall``: it is first among its own near misses, which differ in
    colour, light or thing alone.
    """

    recall_at_1: float
    recall_at_5: float
    hard_negative_recall: float
    n: int


def evaluate_recall(embedder: ScoredEmbedder, *, scenes: int = 500, seed: int = HELD_OUT_SEED) -> RecallReport:
    """Text to picture over held-out scenes: one phrase for each picture, all pictures as candidates.

    The pictures come in groups of a scene and its near misses; the first group is a red car at sunset with a blue
    car at sunset, a red car at night and a red boat at sunset.

    Args:
        embedder: what to measure.
        scenes: number of pictures and of phrases.
        seed: of the scenes and of the phrasings.

    Raises:
        ValueError: fewer than four scenes were asked for.
    """
    if scenes < 4:
        raise ValueError(f"cannot evaluate on {scenes} scenes: the smallest group has four")
    rng = np.random.default_rng(seed)
    groups = _groups(rng, scenes)
    pool = [scene for group in groups for scene in group]
    queries = [_query(rng, scene) for scene in pool]
    texts = [_phrase(rng, query) for query in queries]
    scores = _embed_texts(embedder, texts) @ _embed_scenes(embedder, rng, pool).T
    truth = np.array([[satisfies(scene, query) for scene in pool] for query in queries])
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(truth, order, axis=1)
    member = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    near = np.where(member[:, None] == member[None, :], scores, -np.inf)
    best_near = np.take_along_axis(truth, near.argmax(axis=1)[:, None], axis=1)
    return RecallReport(
        recall_at_1=float(ranked[:, 0].mean()),
        recall_at_5=float(ranked[:, :5].any(axis=1).mean()),
        hard_negative_recall=float(best_near.mean()),
        n=len(texts),
    )


def _groups(rng: np.random.Generator, scenes: int) -> list[list[Scene]]:
    groups = [[
        random_scene(rng, thing=Thing.CAR, colour=Colour.RED, place=Place.BEACH, light=Light.SUNSET, companions=0),
        random_scene(rng, thing=Thing.CAR, colour=Colour.BLUE, place=Place.BEACH, light=Light.SUNSET, companions=0),
        random_scene(rng, thing=Thing.CAR, colour=Colour.RED, place=Place.BEACH, light=Light.NIGHT, companions=0),
        random_scene(rng, thing=Thing.BOAT, colour=Colour.RED, place=Place.BEACH, light=Light.SUNSET, companions=0),
    ]]  # fmt: skip
    while (missing := scenes - sum(map(len, groups))) > 0:
        scene = random_scene(rng)
        groups.append([scene, *hard_negatives(rng, scene)][:missing])
    return groups


def _query(rng: np.random.Generator, scene: Scene) -> Query:
    main = scene.objects[0]
    place = scene.place if rng.random() < 0.5 else None
    return Query(thing=main.thing, colour=main.colour, place=place, light=scene.light)


def _phrase(rng: np.random.Generator, query: Query) -> str:
    options = phrases(query)
    return options[int(rng.integers(len(options)))]


def _embed_texts(embedder: ScoredEmbedder, texts: list[str]) -> Vectors:
    return np.concatenate([embedder.embed_texts(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])


def _embed_scenes(embedder: ScoredEmbedder, rng: np.random.Generator, pool: list[Scene]) -> Vectors:
    vectors = []
    for at in range(0, len(pool), BATCH):
        pictures = [_picture(rng, scene) for scene in pool[at : at + BATCH]]
        vectors.append(embedder.embed_images(pictures))
    return np.concatenate(vectors)


def _picture(rng: np.random.Generator, scene: Scene) -> Picture:
    aspect = _ASPECTS[int(rng.integers(len(_ASPECTS)))]
    width, height = (LONG_SIDE_PX, LONG_SIDE_PX / aspect) if aspect >= 1 else (LONG_SIDE_PX * aspect, LONG_SIDE_PX)
    return render(scene, width=round(width), height=round(height))
