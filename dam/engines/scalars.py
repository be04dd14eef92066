"""Single numbers out of a safetensors file, without torch: a web process wants a model's scale, not its weights.

The format is 8 bytes with the header's length, a JSON header with type, shape and offsets, and the bytes, all
little-endian: https://huggingface.co/docs/safetensors, "Format".
"""

import json
import math
from pathlib import Path

import numpy as np

from dam.errors import EngineError, ModelUnavailable

LONGEST_HEADER = 100_000_000  # the format's own limit, in bytes


def read_scale_and_bias(path: Path, *, name: str, kind: str) -> tuple[float, float | None]:
    """Return the scale and the bias (None: it has none) that turn a model's cosine into log-odds.

    `name` is the model's, `kind` what it should be. Raises ModelUnavailable where the file is not there, EngineError
    for one that can't be read or is of another kind of model.
    """
    try:
        scale, bias = read_scalar(path, "logit_scale"), read_scalar(path, "logit_bias")
    except FileNotFoundError as error:
        raise ModelUnavailable(f"The weights of {name} are not on this machine.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"The weights of {name} can't be read: {error}") from error
    if scale is None:
        raise EngineError(f"The weights of {name} are not those of {kind}: they have no logit_scale.")
    return math.exp(scale), bias


def read_scalar(path: Path, name: str) -> float | None:
    """Return the first value of tensor `name`, or None where the file has no such tensor.

    Raises OSError, and ValueError for what is no safetensors file or for a type without a value in 2 or 4 bytes.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= LONGEST_HEADER:
            raise ValueError(f"{path.name} is no safetensors file")
        header = json.loads(file.read(length))
        if not isinstance(header, dict) or name not in header:
            return None
        kind, (start, _) = header[name]["dtype"], header[name]["data_offsets"]
        file.seek(8 + length + start)
        raw = file.read(4 if kind == "F32" else 2)
    if kind == "BF16":  # the upper half of a float32
        return float(np.frombuffer(b"\0\0" + raw, dtype="<f4")[0])
    if kind not in ("F16", "F32"):
        raise ValueError(f"{name} in {path.name} is of type {kind}")
    return float(np.frombuffer(raw, dtype="<f2" if kind == "F16" else "<f4")[0])
