"""What every sound model does alike: refuse what is no sound, and check the vectors that come out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dam.errors import EngineError
from dam.ports import Samples, Vectors


def checked(sounds: Sequence[Samples]) -> None:
    """Raise EngineError for anything but (n,) 16-bit samples with at least one in them."""
    for sound in sounds:
        if sound.dtype != np.int16 or sound.ndim != 1 or not sound.size:
            raise EngineError(f"A sound must be a row of 16-bit samples, not {sound.dtype} {sound.shape}.")


def unit_rows(features: Any, *, name: str) -> Vectors:
    """Return torch's (n, d) as float32 rows of length 1. Raises EngineError for one that is zero or not finite."""
    rows = features.float().cpu().numpy()
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(rows).all() or (lengths == 0).any():
        raise EngineError(f"The model {name} gave a vector that is zero or not finite.")
    return np.ascontiguousarray(rows / lengths, dtype=np.float32)


def no_rows(dimensions: int) -> Vectors:
    """Return no vectors of that size."""
    return np.zeros((0, dimensions), dtype=np.float32)
