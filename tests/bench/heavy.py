"""Photos per second with an encoder as heavy as `standard`'s; its weights need not be here, only time counts.

A picture's way through a vision transformer takes the same time whatever the weights are. ViT-B/32 at 256 px is the
tower of `standard` (ViT-B-32-SigLIP2-256) but for the pooling at its end, and it is rclip's, so rclip stands here.
"""

import json
from pathlib import Path

from dam.engines.clip import CONFIG, WEIGHTS, OpenClipEmbedder
from tests.bench import media
from tests.bench.measure import Report, interleaved
from tests.bench.photos import RCLIP, compare, report_of
from tests.bench.rclip import find_rclip
from tests.bench.task import Settings

ARCHITECTURE = "ViT-B-32-256"


def measure(settings: Settings) -> Report:
    """Measure as `photos` does, with random weights."""
    folder = make_random(settings.scratch / "weights")
    embedder = OpenClipEmbedder(folder, name="random-vit-b-32-256")
    files = media.find(media.PHOTOS)
    photos = media.copy_library(files, settings.scratch / "photos", count=8 if settings.quick else 48)
    runs = compare(embedder, folder, photos)
    rclip = find_rclip(settings.scratch / "rclip")
    if not rclip.reason:
        runs[RCLIP] = lambda: len(photos) / rclip.seconds(photos[0].parent)
    report = report_of("photos, ViT-B/32-256 (random weights)", interleaved(runs, settings.rounds))
    return report.joined(Report(remarks=(rclip.reason,))) if rclip.reason else report


def make_random(folder: Path) -> Path:
    """Write a model of the architecture with random weights, in open_clip's form."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = open_clip.create_model(ARCHITECTURE)
    folder.mkdir(parents=True)
    state = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, folder / WEIGHTS)
    config = {"model_cfg": open_clip.get_model_config(ARCHITECTURE), "preprocess_cfg": model.visual.preprocess_cfg}
    (folder / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    return folder
