"""Pictures and words to vectors of one space: CLIP and SigLIP models through open_clip.

A model is a folder in open_clip's own form (`open_clip_config.json`, `open_clip_model.safetensors` and, for SigLIP,
its tokenizer), loaded with `local-dir:`: weights alone would silently get the wrong preprocessing (open_clip#1068),
and a tokenizer named instead of kept would ask a hub (open_clip#968).
"""

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from dam.engines.device import pick_device
from dam.engines.pixels import Preprocessing
from dam.engines.scalars import read_scale_and_bias
from dam.errors import EngineError, ModelUnavailable
from dam.ports import ModelInfo, Pixels, Vectors

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"

_PROBES = 64  # rows of the table of tokens that are compared with each other
REMEMBERED_TEXTS = 2048  # at 768 dimensions 6 MB: queries typed letter by letter and their repeats


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model ready to run; `dtype` is what it takes its pictures in."""

    model: Any
    tokenizer: Any
    preprocessing: Preprocessing
    device: str
    dtype: Any
    unlearnt: frozenset[int]


class OpenClipEmbedder:
    """The `Embedder` over one folder. Loads at the first vector, not before; may be shared by threads."""

    def __init__(self, folder: Path, *, name: str, device: str = "auto", batch: int = 32) -> None:
        self._folder = folder
        self._name = name
        self._device = device
        self._batch = batch
        self._loading = Lock()
        self._now: _Loaded | None = None
        self._texts: OrderedDict[str, Vectors] = OrderedDict()
        self._remembering = Lock()

    @cached_property
    def info(self) -> ModelInfo:
        """The model's name, space and size, read from its files without loading it. Raises ModelUnavailable."""
        model_cfg = self._config()["model_cfg"]
        scale, bias = read_scale_and_bias(self._folder / WEIGHTS, name=self._name, kind="a CLIP")
        return ModelInfo(
            name=self._name,
            space=f"picture:{self._name}",
            dimensions=int(model_cfg["embed_dim"]),
            logit_scale=scale,
            logit_bias=bias,
        )

    def warm(self) -> None:
        """Load the model now. Raises ModelUnavailable, EngineError."""
        self._loaded()

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """Return (n, dimensions) unit vectors of (height, width, 3) sRGB arrays of any size. Raises EngineError."""
        if not images:
            return np.zeros((0, self.info.dimensions), dtype=np.float32)
        loaded = self._loaded()
        parts = [images[start : start + self._batch] for start in range(0, len(images), self._batch)]
        # Pillow resizes outside Python's lock; more than four threads only wait for the encoder.
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            prepared = (np.stack(list(pool.map(loaded.preprocessing.apply, part))) for part in parts)
            rows = [self._run(lambda batch: _encode_images(loaded, batch), part) for part in prepared]
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimensions) unit vectors; texts seen lately come from memory. Raises EngineError."""
        known = {text: self._recall(text) for text in texts}
        missing = [text for text, vector in known.items() if vector is None]
        if missing:
            loaded = self._loaded()
            for start in range(0, len(missing), self._batch):
                part = missing[start : start + self._batch]
                rows = self._run(lambda batch: _encode_texts(loaded, batch), part)
                for text, row in zip(part, rows, strict=True):
                    known[text] = row
                    self._remember(text, row)
        found = [row for text in texts if (row := known[text]) is not None]
        return np.stack(found) if found else np.zeros((0, self.info.dimensions), dtype=np.float32)

    def unknown_words(self, words: Sequence[str]) -> list[str] | None:
        """Return the words of which the model has learnt nothing; None where its table of tokens can't tell.

        A model that was trained on few words has one and the same vector for all tokens that it never saw. Raises
        EngineError.
        """
        loaded = self._loaded()
        if not loaded.unlearnt:
            return None
        return [word for word in words if loaded.unlearnt.intersection(loaded.tokenizer.encode(word))]

    def _run(self, encode: Callable[[Any], Any], batch: Any) -> Vectors:
        """Encode, in halves where the accelerator's memory is too small, and check what comes out."""
        import torch

        try:
            with torch.inference_mode():
                features = encode(batch).float()
                lengths = features.norm(dim=-1, keepdim=True)
                vectors = (features / lengths).cpu().numpy()
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise EngineError(f"{self._name} does not fit into the accelerator's memory.") from error
            middle = len(batch) // 2
            return np.concatenate([self._run(encode, batch[:middle]), self._run(encode, batch[middle:])])
        except (RuntimeError, ValueError, TypeError) as error:
            raise EngineError(f"The model {self._name} failed: {error}") from error
        if not np.isfinite(vectors).all():
            raise EngineError(f"The model {self._name} gave a vector that is zero or not finite.")
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _recall(self, text: str) -> Vectors | None:
        with self._remembering:
            vector = self._texts.get(text)
            if vector is not None:
                self._texts.move_to_end(text)
            return vector

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._remembering:
            self._texts[text] = vector
            while len(self._texts) > REMEMBERED_TEXTS:
                self._texts.popitem(last=False)

    def _config(self) -> dict[str, Any]:
        try:
            config = json.loads((self._folder / CONFIG).read_text(encoding="utf-8"))
            if not isinstance(config["model_cfg"]["embed_dim"], int):
                raise TypeError("embed_dim is no number")
        except FileNotFoundError as error:
            raise ModelUnavailable(f"The model {self._name} is not on this machine: {self._folder}.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EngineError(f"The model {self._name} can't be read: {CONFIG}: {error}") from error
        return dict(config)

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._now is None:
                self._config()  # the clearest words for a folder that is not there
                self._now = _load(self._folder, name=self._name, device=pick_device(self._device))
            return self._now


def _load(folder: Path, *, name: str, device: str) -> _Loaded:
    if not (folder / WEIGHTS).is_file():
        raise ModelUnavailable(f"The weights of {name} are not on this machine.")
    import open_clip
    import torch

    precision, dtype = "fp32", torch.float32
    if device == "cuda":  # half the memory and several times the speed; vectors are kept as fp16 anyway
        bf16 = torch.cuda.is_bf16_supported()
        precision, dtype = ("bf16", torch.bfloat16) if bf16 else ("fp16", torch.float16)
    source = f"local-dir:{folder}"
    try:
        model = open_clip.create_model(source, precision=precision, device=device, require_pretrained=True)
        tokenizer = open_clip.get_tokenizer(source)
        preprocessing = Preprocessing.from_open_clip(model.visual.preprocess_cfg)
    except Exception as error:  # a cut or foreign file fails in any of four libraries
        raise EngineError(f"The model {name} can't be loaded: {error}") from error
    return _Loaded(model.eval(), tokenizer, preprocessing, device, dtype, _unlearnt(model, tokenizer))


def _unlearnt(model: Any, tokenizer: Any) -> frozenset[int]:
    """Return the tokens that share one vector, where more than half of all do; none for other models."""
    table = getattr(model, "token_embedding", None)
    if table is None or not hasattr(tokenizer, "encode"):
        return frozenset()
    rows = table.weight.detach()
    some = rows[:: max(1, len(rows) // _PROBES)]
    alike = (some.unsqueeze(1) == some.unsqueeze(0)).all(dim=-1).sum(dim=1)
    if int(alike.max()) * 2 <= len(some):
        return frozenset()
    shared = some[int(alike.argmax())]
    return frozenset((rows == shared).all(dim=1).nonzero().flatten().tolist())


def _encode_images(loaded: _Loaded, batch: Any) -> Any:
    """(n, h, w, 3) bytes to (n, dimensions)."""
    import torch

    pixels = torch.from_numpy(batch).to(loaded.device).permute(0, 3, 1, 2).float().div_(255.0)
    mean = torch.tensor(loaded.preprocessing.mean, device=loaded.device).view(1, 3, 1, 1)
    std = torch.tensor(loaded.preprocessing.std, device=loaded.device).view(1, 3, 1, 1)
    return loaded.model.encode_image(((pixels - mean) / std).to(loaded.dtype))


def _encode_texts(loaded: _Loaded, batch: Sequence[str]) -> Any:
    tokens = loaded.tokenizer(list(batch)).to(loaded.device)
    if not _ends_count(loaded.model):
        return loaded.model.encode_text(tokens)
    return _encode_to_the_end(loaded.model, tokens)


def _ends_count(model: Any) -> bool:
    """Tell whether a text's vector is that of its end token in a tower whose tokens see only those before them."""
    return getattr(model, "text_pool_type", "") == "argmax" and getattr(model, "attn_mask", None) is not None


def _encode_to_the_end(model: Any, tokens: Any) -> Any:
    """As open_clip's `CLIP.encode_text`, without the padding after the longest text: nothing that counts sees it.

    A query of ten words is seven times fewer tokens than the tower's 77. (n, tokens) to (n, dimensions).
    """
    import torch

    ends = tokens.argmax(dim=-1)
    length = int(ends.max()) + 1
    dtype = model.transformer.get_cast_dtype()
    rows = model.token_embedding(tokens[:, :length]).to(dtype) + model.positional_embedding[:length].to(dtype)
    rows = model.ln_final(model.transformer(rows, attn_mask=model.attn_mask[:length, :length]))
    pooled = rows[torch.arange(len(rows), device=rows.device), ends]
    projection = model.text_projection
    if projection is None:
        return pooled
    return projection(pooled) if isinstance(projection, torch.nn.Linear) else pooled @ projection
