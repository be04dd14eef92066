"""Models of the right shapes with random weights, small enough to make in a test and loaded by the real code."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

SIGLIP_WORDS = ["a", "the", "red", "blue", "green", "car", "boat", "dog", "house", "at", "sunset", "night", "in"]


def make_clip(folder: Path, *, resize_mode: str = "shortest", precision: str = "float16") -> Path:
    """A CLIP as `starter` has one: its own towers, open_clip's tokenizer."""
    import open_clip
    import torch

    torch.manual_seed(1)
    config = {
        "embed_dim": 32,
        "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32},
        "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    }
    model = open_clip.model.CLIP(**config)
    preprocess = {
        "size": [64, 64],
        "mean": [0.48, 0.46, 0.41],
        "std": [0.27, 0.26, 0.28],
        "interpolation": "bicubic",
        "resize_mode": resize_mode,
    }
    return _save(folder, model, config, preprocess, precision)


def make_siglip(folder: Path) -> Path:
    """The make of SigLIP 2: a timm tower with map pooling, bidirectional text pooled at its end, a bias, a tokenizer
    of transformers that lies beside the weights.
    """
    import open_clip
    import torch

    torch.manual_seed(2)
    config: dict[str, Any] = {
        "embed_dim": 64,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {
            "image_size": 160,
            "timm_model_name": "test_vit",
            "timm_model_pretrained": False,
            "timm_pool": "map",
            "timm_proj": "none",
        },
        "text_cfg": {
            "context_length": 16,
            "vocab_size": 64,
            "hf_tokenizer_name": "nobody/is-asked-for-this",
            "tokenizer_kwargs": {"clean": "canonicalize"},
            "width": 64,
            "heads": 2,
            "layers": 2,
            "no_causal_mask": True,
            "proj_bias": True,
            "pool_type": "last",
            "norm_kwargs": {"eps": 1e-6},
            "act_kwargs": {"approximate": "tanh"},
        },
    }
    model = open_clip.model.CustomTextCLIP(**{key: value for key, value in config.items() if key != "custom_text"})
    preprocess = {
        "size": [160, 160],
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "squash",
    }
    _save(folder, model, config, preprocess, "float32")
    _save_tokenizer(folder)
    return folder


def make_whisper(folder: Path) -> Path:
    """A checkpoint of openai-whisper: multilingual, two layers, at most 16 tokens at a time."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(3)
    dims = ModelDimensions(80, 1500, 16, 2, 1, 51865, 32, 16, 2, 2)
    model = Whisper(dims)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"dims": asdict(dims), "model_state_dict": model.state_dict()}, folder / "tiny.pt")
    return folder


def make_faster_whisper(folder: Path) -> Path:
    """The same for CTranslate2: a random Whisper with the real vocabulary."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    random = np.random.default_rng(4)
    tokens = _whisper_tokens()
    spec = WhisperSpec(1, 2, 1, 2)
    width = 16

    def weights(*shape: int) -> np.ndarray[Any, Any]:
        return random.normal(scale=0.05, size=shape).astype(np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, dtype=np.float32), np.zeros(width, dtype=np.float32)

    def linear(layer: Any, out: int, into: int) -> None:
        layer.weight, layer.bias = weights(out, into), np.zeros(out, dtype=np.float32)

    def attention(layer: Any, *, own: bool) -> None:
        norm(layer.layer_norm)
        parts = (3 * width,) if own else (width, 2 * width)
        for place, size in enumerate((*parts, width)):
            linear(layer.linear[place], size, width)

    def block(layer: Any) -> None:
        attention(layer.self_attention, own=True)
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)

    for conv, channels in ((spec.encoder.conv1, 80), (spec.encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, channels, 3), np.zeros(width, dtype=np.float32)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    spec.decoder.embeddings.weight = weights(len(tokens), width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for tower in (spec.encoder, spec.decoder):
        norm(tower.layer_norm)
        block(tower.layer[0])
    attention(spec.decoder.layer[0].attention, own=False)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, 50257]
    spec.config.lang_ids = list(range(50259, 50358))
    spec.config.alignment_heads = [(0, 0), (0, 1)]
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _save_whisper_tokenizer(folder, tokens)
    return folder


def _save(folder: Path, model: Any, config: dict[str, Any], preprocess: dict[str, Any], precision: str) -> Path:
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    kind = getattr(torch, precision)
    save_file(
        {name: tensor.to(kind) for name, tensor in model.state_dict().items()}, folder / "open_clip_model.safetensors"
    )
    text = json.dumps({"model_cfg": config, "preprocess_cfg": preprocess})
    (folder / "open_clip_config.json").write_text(text)
    return folder


def _save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3}
    vocabulary |= {word: len(vocabulary) + place for place, word in enumerate(SIGLIP_WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>", "unk_token": "<unk>"}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "padding_side": "right", **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


@cache
def _whisper_tokens() -> list[str]:
    """Whisper's vocabulary as CTranslate2 spells it: bytes as GPT-2's printable letters, then the special tokens."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode
    from whisper.tokenizer import get_encoding

    letters = bytes_to_unicode()  # type: ignore[no-untyped-call]  # transformers' helper has no types
    encoding = get_encoding("multilingual", num_languages=99)
    tokens = []
    for number in range(51865):
        raw = encoding.decode_single_token_bytes(number)
        special = number >= 50257
        tokens.append(raw.decode() if special else "".join(letters[byte] for byte in raw))
    return tokens


def _save_whisper_tokenizer(folder: Path, tokens: list[str]) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    plain = {token: number for number, token in enumerate(tokens[:50257])}
    tokenizer = Tokenizer(models.BPE(vocab=plain, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in tokens[50257:]])
    tokenizer.save(str(folder / "tokenizer.json"))
