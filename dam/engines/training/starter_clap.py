"""Trains the starter model of sounds: a small net over sounds that the project makes itself, from seeds to a pack.

    python -m dam.engines.training.starter_clap --out dam/engines/packs/starter/clap --seed 1

The loss is that of `starter_clip`: the sigmoid loss with a learnt bias (Zhai et al. 2023), which makes scores
absolute, and softmax losses in both directions (Radford et al. 2021), which make ranking sharp, over the full table
of what is true in a batch. During training alone a plain classifier of the recipes hangs on the sound's vector.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from dam.engines.sounds.small_net import DIMENSIONS, SmallClap
from dam.engines.sounds.small_words import WordList
from dam.engines.training.clap_batches import Batch, Mixer, SoundCache, known_words
from dam.engines.training.sounds import RECIPES

logger = logging.getLogger("starter_clap")

BATCH = 64
EMA_DECAY = 0.995
RANKING_WEIGHT = 3.0
GUIDE_WEIGHT = 20.0
GUIDE_SCALE = 12.0  # unit vectors have small parts; the classifier's logits need larger ones to move


def train(
    cache: SoundCache,
    *,
    out: Path,
    steps: int,
    seed: int,
    rate: float,
    save_every: int,
    start_from: Path | None = None,
) -> None:
    """Train for a number of batches, saving the averaged model every now and then."""
    torch.manual_seed(seed)
    words = known_words()
    # What goes on from an earlier result shall not see the same mixtures again.
    mixer = Mixer(cache, words, np.random.default_rng([seed, int(start_from is not None)]))
    model = SmallClap(len(words))
    if start_from is not None:
        state = load_file(start_from / "model.safetensors")
        model.load_state_dict(
            {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
        )
    average = copy.deepcopy(model).eval()
    guide = nn.Linear(DIMENSIONS, len(RECIPES))
    optimiser = torch.optim.AdamW([*model.parameters(), *guide.parameters()], lr=rate, weight_decay=0.02)
    began = time.monotonic()
    for step, batch in enumerate(mixer.batches(steps, size=BATCH), 1):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(step / 50, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.002)
        loss, hits = _loss(model, guide, batch)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        _follow(average, model, decay=min(EMA_DECAY, step / (step + 20)))
        if step % 20 == 0:
            pace = (time.monotonic() - began) / step
            logger.info("step %d loss %.2f, %.0f%% right, %.2f s each", step, loss.item(), hits * 100, pace)
        if step % save_every == 0 or step == steps:
            save(average, words, out)


def save(model: SmallClap, words: WordList, folder: Path) -> None:
    """Write config.json (the words) and fp16 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    weights = folder / "model.safetensors"
    save_file(state, weights, metadata={"format": "pt"})
    weights.chmod(0o644)
    text = json.dumps({"words": words.words, "dimensions": DIMENSIONS}, indent=0)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line, make or reuse the sounds, train, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pack's sound model")
    parser.add_argument("--cache", type=Path, default=Path("build/sounds"), help="spectra of the sounds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int, default=80, help="sounds of each recipe")
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--start-from", type=Path, help="folder of an earlier result to go on from")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    cache = SoundCache(options.cache, variants=options.variants, seed=options.seed)
    train(cache, out=options.out, steps=options.steps, seed=options.seed, rate=options.rate,
          save_every=options.save_every, start_from=options.start_from)  # fmt: skip


def _loss(model: SmallClap, guide: nn.Module, batch: Batch) -> tuple[Tensor, float]:
    """Return the loss of a batch, and the share of its answerable phrases whose best sound is a right one."""
    heard, read = model.hear(batch.pictures), model.read(batch.phrases)
    scores = model.logit_scale.exp() * heard @ read.T
    counts = batch.counts.float()
    sign = batch.truth.float() * 2 - 1
    absolute = -(functional.logsigmoid(sign * (scores + model.logit_bias)) * counts).sum() / len(heard)
    hidden = scores.masked_fill(~batch.counts, -30.0)
    ranking = _ranking(hidden.T, batch.truth.T) + _ranking(hidden, batch.truth)
    told = functional.binary_cross_entropy_with_logits(guide(heard * GUIDE_SCALE), batch.kinds)
    best = batch.truth.gather(0, scores.argmax(dim=0)[None])[0][batch.truth.any(dim=0)]
    return absolute + RANKING_WEIGHT * ranking + GUIDE_WEIGHT * told, float(best.float().mean())


def _ranking(scores: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy of each row's true columns (evenly shared among them); rows without any are left out."""
    rows = truth.any(dim=1)
    target = truth[rows].float()
    target = target / target.sum(dim=1, keepdim=True)
    return -(target * functional.log_softmax(scores[rows], dim=1)).sum(dim=1).mean()


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, *, decay: float) -> None:
    for mean, value in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


if __name__ == "__main__":
    main()
