"""Batches for training: pictures with random framing and exposure, phrases, and the truth between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dam.engines.training.phrasing import Phraser
from dam.engines.training.scene_cache import GROUP, SceneCache

# At 72 px a bicycle a fifth of the picture long still has two wheels, for half the work of 96 px.
IMAGE_PX = 72
# OpenAI's CLIP statistics: so that a loader with default preprocessing is not wrong either.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
GROUPS_PER_BATCH = 12
PHRASES_PER_PICTURE = 1.5
NONSENSE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Pictures (n, 3, IMAGE_PX, IMAGE_PX), token rows (m, CONTEXT), truth (n, m) bool, facts as shares (n, kinds)."""

    pictures: Tensor
    phrases: Tensor
    truth: Tensor
    facts: tuple[Tensor, ...]


def batches(cache: SceneCache, phraser: Phraser, rng: np.random.Generator, steps: int) -> Iterator[Batch]:
    """Yield batches: half of whole groups, so that near misses meet, and half of single pictures."""
    groups = len(cache.pictures) // GROUP
    order: list[int] = []
    for _ in range(steps):
        if len(order) < GROUPS_PER_BATCH:
            order = list(rng.permutation(groups))
        chosen = np.array([order.pop() for _ in range(GROUPS_PER_BATCH)])
        singles = rng.permutation(groups * GROUP)[: GROUPS_PER_BATCH * GROUP]
        rows = np.concatenate([(chosen[:, None] * GROUP + np.arange(GROUP)).ravel(), singles])
        rng.shuffle(rows)
        asked = np.concatenate([rows, rng.choice(rows, round(len(rows) * (PHRASES_PER_PICTURE - 1)), replace=False)])
        queries = [phraser.query(cache, int(row)) for row in asked]
        tokens = [phraser.phrase(query) for query in queries]
        truth = cache.matches(rows, queries)
        nonsense = [phraser.nonsense() for _ in range(round(NONSENSE_SHARE * len(rows)))]
        truth = np.concatenate([truth, np.zeros((len(rows), len(nonsense)), np.bool_)], axis=1)
        yield Batch(
            pictures=_augmented(torch.from_numpy(np.array(cache.pictures[rows]))),
            phrases=torch.from_numpy(np.stack(tokens + nonsense)),
            truth=torch.from_numpy(truth),
            facts=tuple(torch.from_numpy(table) for table in cache.facts(rows)),
        )


def _augmented(pictures: Tensor) -> Tensor:
    """Random framing, mirror, exposure, contrast, blur and grain; normalised (n, 3, IMAGE_PX, IMAGE_PX)."""
    n = len(pictures)
    images = pictures.permute(0, 3, 1, 2).float() / 255
    scale = 1.0 - 0.22 * torch.rand(n, 2)
    shift = (2 * torch.rand(n, 2) - 1) * (1 - scale)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = scale[:, 0] * mirror, scale[:, 1]
    theta[:, 0, 2], theta[:, 1, 2] = shift[:, 0], shift[:, 1]
    grid = functional.affine_grid(theta, [n, 3, IMAGE_PX, IMAGE_PX], align_corners=False)
    images = functional.grid_sample(images, grid, align_corners=False, padding_mode="reflection")
    contrast, exposure = 0.85 + 0.3 * torch.rand(n, 1, 1, 1), 0.12 * (torch.rand(n, 1, 1, 1) - 0.5)
    tint = 0.05 * (torch.rand(n, 3, 1, 1) - 0.5)
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (images - middle) * contrast + middle + exposure + tint
    images[: n // 4] = functional.avg_pool2d(images[: n // 4], 3, 1, 1, count_include_pad=False)
    images += 0.02 * torch.rand(n, 1, 1, 1) * torch.randn_like(images)
    mean, std = torch.tensor(MEAN)[:, None, None], torch.tensor(STD)[:, None, None]
    return ((images.clamp(0, 1) - mean) / std).contiguous(memory_format=torch.channels_last)
