"""The peer that everybody writes first: open, preprocess, encode, one batch after another."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_BATCH = 32


class OpenClipLoop:
    """open_clip's own transform and model over the weights in `folder`, in one process."""

    def __init__(self, folder: Path) -> None:
        import open_clip

        model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
        self._model: Any = model.eval()
        self._preprocess: Any = preprocess

    def seconds(self, photos: Sequence[Path]) -> float:
        """Return how long the vectors of these photos take."""
        import torch
        from PIL import Image

        began = time.perf_counter()
        with torch.inference_mode():
            for start in range(0, len(photos), _BATCH):
                tensors = []
                for path in photos[start : start + _BATCH]:
                    with Image.open(path) as picture:
                        tensors.append(self._preprocess(picture.convert("RGB")))
                features = self._model.encode_image(torch.stack(tensors))
                (features / features.norm(dim=-1, keepdim=True)).numpy()
        return time.perf_counter() - began
