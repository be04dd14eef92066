"""A folder of weights to a model of transformers: local files, safetensors only, no code from outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dam.errors import EngineError, ModelUnavailable

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
PREPROCESSOR = "preprocessor_config.json"


def load_from(folder: Path, load: Callable[..., Any], *, name: str) -> Any:
    """Return what a `from_pretrained` makes of the folder.

    Raises ModelUnavailable where the weights are not here, EngineError where they can't be read.
    """
    if not (folder / CONFIG).is_file() or not (folder / WEIGHTS).is_file():
        raise ModelUnavailable(f"The weights of {name} are not on this machine.")
    try:
        return load(str(folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # a cut or foreign file fails in any of three libraries
        raise EngineError(f"The model {name} can't be loaded: {error}") from error


def load_weights(folder: Path, load: Callable[..., Any], *, name: str, device: str) -> Any:
    """Return a model of the folder, ready to answer; as `load_from`.

    Weights that lack a part of the model would leave it at random: that is an EngineError, too.
    """
    import torch
    from transformers.utils import logging

    quiet: Callable[[], None] = logging.disable_progress_bar  # it would end up in the worker's log
    quiet()

    def from_safetensors(path: str, **options: Any) -> Any:
        return load(path, use_safetensors=True, output_loading_info=True, dtype=torch.float32, **options)

    model, report = load_from(folder, from_safetensors, name=name)
    missing = sorted(report.get("missing_keys", ())) + sorted(map(str, report.get("mismatched_keys", ())))
    if missing:
        raise EngineError(
            f"The weights of {name} are not whole: {missing[0]} and {len(missing) - 1} more are missing."
        )
    return model.eval().to(device)
