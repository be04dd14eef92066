"""Trains the starter model: a small CLIP over the drawn world, from seeds to a pack that open_clip loads.

    python -m dam.engines.training.starter_clip --out dam/engines/packs/starter/clip --seed 1

The loss is the sum of the sigmoid loss with a learnt bias (Zhai et al. 2023, "Sigmoid Loss for Language Image
Pre-Training"), which makes scores absolute, and of softmax losses in both directions (Radford et al. 2021, "Learning
Transferable Visual Models From Natural Language Supervision"), which make ranking sharp. All of them use the full
truth table of a batch (every picture against every phrase), since the scenes know what they hold. During training
alone, plain classifiers of place, light, thing and colour hang on the picture's vector: they show the image side
what to look for before the text side can.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.model import CLIP
from open_clip.tokenizer import SimpleTokenizer
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from dam.engines.evaluation import RecallReport, evaluate_recall
from dam.engines.training.batches import IMAGE_PX, MEAN, STD, Batch, batches
from dam.engines.training.phrasing import Phraser
from dam.engines.training.scene_cache import GROUP, SceneCache, load_or_render

logger = logging.getLogger("starter_clip")

CONTEXT = 24
MODEL_CFG: dict[str, Any] = {
    "embed_dim": 192,
    "init_logit_scale": math.log(16.0),
    "init_logit_bias": -5.0,
    "vision_cfg": {
        "timm_model_name": "resnet10t",
        "timm_model_pretrained": False,
        "timm_pool": "avgmax",
        "timm_proj": "linear",
        "image_size": IMAGE_PX,
    },
    # 49,408 token vectors of 80 are two fifths of the file; wider ones would break its 20 MB.
    "text_cfg": {"context_length": CONTEXT, "vocab_size": 49408, "width": 80, "heads": 4, "layers": 3},
}
PREPROCESS_CFG: dict[str, Any] = {
    "size": [IMAGE_PX, IMAGE_PX],
    "mode": "RGB",
    "mean": list(MEAN),
    "std": list(STD),
    "interpolation": "bicubic",
    # Squashing keeps what stands at the edges of a wide picture; training pictures are squashed the same way.
    "resize_mode": "squash",
    "fill_color": 0,
}
EMA_DECAY = 0.995
RANKING_WEIGHT = 4.0
GUIDE_WEIGHT = 6.0
# Unit vectors have parts of about 0.07; the classifiers' logits need larger ones to move.
GUIDE_SCALE = 14.0


class OpenClipEmbedder:
    """Embeds uint8 pictures and phrases with an open_clip model, its tokenizer and its preprocessing."""

    def __init__(self, model: nn.Module, preprocess: Any, tokenizer: Any) -> None:
        self.model, self.preprocess, self.tokenizer = model.eval(), preprocess, tokenizer

    @torch.inference_mode()
    def embed_images(self, images: list[np.ndarray]) -> np.ndarray:
        """Pictures (height, width, 3) to (n, d) float32, L2-normalised."""
        from PIL import Image

        batch = torch.stack([self.preprocess(Image.fromarray(image)) for image in images])
        return _numpy(self.model.encode_image(batch, normalize=True))  # type: ignore[operator]

    @torch.inference_mode()
    def embed_texts(self, texts: list[str]) -> np.ndarray:
        """Phrases to (n, d) float32, L2-normalised."""
        return _numpy(self.model.encode_text(self.tokenizer(texts), normalize=True))  # type: ignore[operator]


def load_embedder(folder: Path) -> OpenClipEmbedder:
    """Load a saved pack the way the product does."""
    model, preprocess = open_clip.create_model_from_pretrained(f"local-dir:{folder}")
    return OpenClipEmbedder(model, preprocess, open_clip.get_tokenizer(f"local-dir:{folder}"))


def train(
    cache: SceneCache,
    *,
    out: Path,
    steps: int,
    seed: int,
    rate: float,
    report_every: int,
    start_from: Path | None = None,
) -> RecallReport:
    """Trains for a number of batches, saving the averaged model at every report; returns the last report."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = SimpleTokenizer(context_length=CONTEXT)
    phraser = Phraser(
        tokenizer.encode, context=CONTEXT, start=tokenizer.sot_token_id, end=tokenizer.eot_token_id, rng=rng
    )
    model = _compact_model(len(phraser.known)).to(memory_format=torch.channels_last)
    if start_from is not None:
        _take_over(model, start_from, phraser)
    average = copy.deepcopy(model).eval()
    kinds = [table.shape[1] for table in cache.facts(np.arange(1))]
    guide = nn.ModuleList(nn.Linear(MODEL_CFG["embed_dim"], count) for count in kinds)
    groups = [*_parameter_groups(model), {"params": list(guide.parameters()), "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
    began = time.monotonic()
    for step, batch in enumerate(batches(cache, phraser, rng, steps), 1):
        for group in optimiser.param_groups:
            group["lr"] = rate * _warm_cosine(step, steps)
        loss, hits = _loss(model, guide, batch)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        _follow(average, model, decay=min(EMA_DECAY, step / (step + 20)))
        if step % 25 == 0:
            pace = (time.monotonic() - began) / step
            logger.info(
                "step %d loss %.2f, %.0f%% right in the batch, %.2f s each", step, loss.item(), hits * 100, pace
            )
        if step % report_every == 0 or step == steps:
            save(average, out, phraser)
            report = evaluate_recall(load_embedder(out), scenes=500 if step == steps else 200, seed=5)
            logger.info("step %d after %.0f s: %s", step, time.monotonic() - began, report)
    return report


def save(model: CLIP, folder: Path, phraser: Phraser) -> None:
    """Write open_clip_config.json and fp16 weights; words never seen get the vector of the unknown word."""
    state = {name: value.detach().clone() for name, value in model.state_dict().items()}
    compact = state["token_embedding.weight"]
    table = compact[phraser.unknown].repeat(MODEL_CFG["text_cfg"]["vocab_size"], 1)
    table[phraser.known] = compact
    state["token_embedding.weight"] = table
    half = {
        name: (value.half() if value.is_floating_point() else value).contiguous() for name, value in state.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "open_clip_model.safetensors"
    save_file(half, weights, metadata={"format": "pt"})
    weights.chmod(0o644)
    config = {"model_cfg": MODEL_CFG, "preprocess_cfg": PREPROCESS_CFG}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line, renders or reuses the scenes, trains, saves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pack's clip model")
    parser.add_argument("--cache", type=Path, default=Path("build/scenes"), help="rendered scenes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--groups", type=int, default=6500, help=f"scenes with near misses, {GROUP} pictures each")
    parser.add_argument("--start-from", type=Path, help="folder of an earlier result to go on from")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--report-every", type=int, default=250)
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--threads", type=int, default=2, help="threads that train; one wins on a busy machine")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    cache = load_or_render(options.cache, groups=options.groups, seed=options.seed, workers=options.workers)
    train(cache, out=options.out, steps=options.steps, seed=options.seed, rate=options.rate,
          report_every=options.report_every, start_from=options.start_from)  # fmt: skip


def _compact_model(words: int) -> CLIP:
    """Return the model with vectors for the drawn world's words alone; saving spreads them over the whole table."""
    config = copy.deepcopy(MODEL_CFG)
    config["text_cfg"]["vocab_size"] = words
    return CLIP(**config)


def _take_over(model: CLIP, folder: Path, phraser: Phraser) -> None:
    """Start from a saved pack; its word table is cut down to the compact one."""
    state = load_file(folder / "open_clip_model.safetensors")
    state["token_embedding.weight"] = state["token_embedding.weight"][phraser.known]
    model.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    )


def _loss(model: CLIP, guide: nn.ModuleList, batch: Batch) -> tuple[Tensor, float]:
    """Return the loss of a batch, and the share of its answerable phrases whose best picture is a right one."""
    with torch.autocast("cpu", torch.bfloat16):
        seen = model.encode_image(batch.pictures)
    seen = functional.normalize(seen.float(), dim=-1)
    read = functional.normalize(model.encode_text(batch.phrases), dim=-1)
    scores = model.logit_scale.exp() * seen @ read.T
    sign = batch.truth.float() * 2 - 1
    absolute = -functional.logsigmoid(sign * (scores + model.logit_bias)).sum() / len(seen)
    ranking = _ranking(scores.T, batch.truth.T) + _ranking(scores, batch.truth)
    told = sum(
        functional.cross_entropy(head(seen * GUIDE_SCALE), shares)
        for head, shares in zip(guide, batch.facts, strict=True)
    )
    best = batch.truth.gather(0, scores.argmax(dim=0)[None])[0][batch.truth.any(dim=0)]
    hits = float(best.float().mean())
    return absolute + RANKING_WEIGHT * ranking + GUIDE_WEIGHT * told, hits


def _ranking(scores: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy of each row's true columns (evenly shared among them); rows without any are left out."""
    rows = truth.any(dim=1)
    target = truth[rows].float()
    target = target / target.sum(dim=1, keepdim=True)
    return -(target * functional.log_softmax(scores[rows], dim=1)).sum(dim=1).mean()


def _parameter_groups(model: CLIP) -> list[dict[str, Any]]:
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    plain = [value for name, value in named if value.ndim < 2 or "embedding" in name]
    matrices = [value for name, value in named if not (value.ndim < 2 or "embedding" in name)]
    return [{"params": matrices, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}]


def _warm_cosine(step: int, steps: int) -> float:
    return min(step / 100, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.002)


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, *, decay: float) -> None:
    for mean, value in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _numpy(vectors: Tensor) -> np.ndarray:
    return np.asarray(vectors.float().cpu().numpy(), np.float32)


if __name__ == "__main__":
    main()
