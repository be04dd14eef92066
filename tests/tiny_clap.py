"""A CLAP of the right shape with random weights, small enough to make in a test and loaded by the real code."""

import json
from pathlib import Path
from typing import Any

WORDS = ["a", "the", "sound", "of", "this", "is", "rain", "dog", "barking", "music", "speech", "wind", "on", "roof"]


def make_clap(folder: Path, *, safe: bool = True, enable_fusion: bool = False) -> Path:
    """An HTSAT of one layer a stage and a RoBERTa of one layer, with their extractor and a tokenizer of few words."""
    import torch
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    torch.manual_seed(5)
    config = ClapConfig(
        audio_config={
            "patch_embeds_hidden_size": 16,
            "depths": [1, 1],
            "num_attention_heads": [2, 2],
            "hidden_size": 32,
            "num_mel_bins": 64,
            "spec_size": 256,
            "window_size": 8,
            "projection_dim": 24,
            "num_hidden_layers": 2,
            "enable_fusion": enable_fusion,
        },
        text_config={
            "vocab_size": 64,
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 96,
            "pad_token_id": 1,
            "projection_dim": 24,
        },
        projection_dim=24,
    )
    model: Any = ClapModel(config)
    model.eval()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    if not safe:
        (folder / "model.safetensors").unlink()
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    ClapFeatureExtractor().save_pretrained(folder)
    _save_tokenizer(folder)
    return folder


def _save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    vocabulary |= {word: len(vocabulary) + place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
    config |= {"pad_token": "<pad>", "eos_token": "</s>", "bos_token": "<s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
