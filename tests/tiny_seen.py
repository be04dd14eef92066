"""Detectors and captioners of the right shapes with random weights, small enough to make in a test."""

from pathlib import Path
from typing import Any

LABELS = {0: "Person", 1: "Car", 2: "Traffic Light", 3: "Dog"}
WORDS = ["a", "red", "blue", "car", "on", "the", "road", "dog", "boat", "sky", "##s", "house", "of", "two", "man"]


def dfine_config(size: str, *, labels: dict[int, str] | None = None) -> Any:
    """D-FINE as its authors converted it for transformers ("nano", "small", "medium"), or a "tiny" of our own."""
    library = _transformers()
    small = {
        "hidden_sizes": [128, 256, 512, 1024],
        "stem_channels": [3, 16, 16],
        "stage_in_channels": [16, 64, 256, 512],
        "stage_mid_channels": [16, 32, 64, 128],
        "stage_out_channels": [64, 256, 512, 1024],
        "stage_num_blocks": [1, 1, 2, 1],
        "stage_numb_of_layers": [3, 3, 3, 3],
    }
    tiny = {
        "hidden_sizes": [8, 16, 16, 16],
        "stem_channels": [3, 4, 4],
        "stage_in_channels": [4, 8, 16, 16],
        "stage_mid_channels": [4, 4, 4, 4],
        "stage_out_channels": [8, 16, 16, 16],
        "stage_num_blocks": [1, 1, 1, 1],
        "stage_numb_of_layers": [1, 1, 1, 1],
    }
    rest: dict[str, dict[str, Any]] = {
        "small": {
            "decoder_layers": 3,
            "hidden_expansion": 0.5,
            "depth_mult": 0.34,
            "decoder_n_points": [3, 6, 3],
            "encoder_in_channels": [256, 512, 1024],
        },
        "tiny": {
            "d_model": 32,
            "encoder_hidden_dim": 32,
            "encoder_ffn_dim": 32,
            "decoder_ffn_dim": 32,
            "decoder_layers": 2,  # one alone has no twin for its tied weights
            "decoder_attention_heads": 2,
            "encoder_attention_heads": 2,
            "hidden_expansion": 0.5,
            "depth_mult": 0.34,
            "decoder_n_points": [3, 6, 3],
            "decoder_in_channels": [32, 32, 32],
            "encoder_in_channels": [16, 16, 16],
            "num_queries": 20,
        },
    }
    backbone = library.HGNetV2Config(
        **(small if size == "small" else tiny),
        stage_downsample=[False, True, True, True],
        stage_light_block=[False, False, True, True],
        stage_kernel_size=[3, 3, 5, 5],
        use_learnable_affine_block=True,
        out_indices=[2, 3, 4],
    )
    names = labels or LABELS
    return library.DFineConfig(
        backbone_config=backbone, id2label=names, label2id={v: k for k, v in names.items()}, **rest[size]
    )


def rtdetr_config() -> Any:
    """A small RT-DETR v2."""
    library = _transformers()
    backbone = library.RTDetrResNetConfig(
        depths=[1, 1, 1, 1],
        layer_type="basic",
        hidden_sizes=[8, 16, 16, 16],
        embedding_size=8,
        out_features=["stage2", "stage3", "stage4"],
    )
    return library.RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[16, 16, 16],
        d_model=32,
        encoder_hidden_dim=32,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        decoder_layers=2,
        decoder_attention_heads=2,
        encoder_attention_heads=2,
        hidden_expansion=0.5,
        decoder_in_channels=[32, 32, 32],
        num_queries=20,
        id2label=LABELS,
        label2id={v: k for k, v in LABELS.items()},
    )


def make_detector(folder: Path, config: Any, *, side: int = 96) -> Path:
    """Save a detector with random weights and its processor; every box is of some certainty."""
    import torch

    library = _transformers()
    torch.manual_seed(5)
    model = library.AutoModelForObjectDetection.from_config(config)
    with torch.no_grad():  # the heads start at a certainty near zero, as for training
        for name, parameter in model.named_parameters():
            if "class_embed" in name or "enc_score_head" in name:
                torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    library.RTDetrImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


def make_blip(folder: Path) -> Path:
    """Save a BLIP with random weights, a vocabulary of a few words, and its processor."""
    import torch

    library = _transformers()
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = library.BlipConfig(
        text_config={
            "vocab_size": len(vocabulary) + 2,  # [DEC] and [ENC], which its tokenizer has no words for
            "hidden_size": 32,
            "encoder_hidden_size": 32,
            "intermediate_size": 32,
            "projection_dim": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "max_position_embeddings": 64,
            "bos_token_id": len(vocabulary),
            "eos_token_id": 2,
            "pad_token_id": 0,
            "sep_token_id": 3,
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 32,
            "projection_dim": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 64,
            "patch_size": 16,
        },
    )
    torch.manual_seed(6)
    model = library.BlipForConditionalGeneration(config)
    with torch.no_grad():
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.4)
        signs = model.text_decoder.cls.predictions.bias
        signs[: len(vocabulary) - len(WORDS)] = signs[len(vocabulary) :] = -1000.0  # words, not signs
    model.save_pretrained(folder)
    # In the files that its authors' repository has: a processor's own came later.
    library.BlipImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    library.BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def _transformers() -> Any:
    """The library without its types, which leave out what its configurations take as keywords."""
    import transformers

    return transformers
