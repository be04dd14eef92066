"""From the words of a query to its vector, remembered: each page of an endless scroll asks the same again."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from dam.ports import Embedder, Vectors

_REMEMBERED = 256

_lock = threading.Lock()
_vectors: dict[tuple[object, ...], Vectors] = {}


def query_vector(text: str, embedder: Embedder, prompts: tuple[str, ...]) -> Vectors:
    """Return (1, dimensions): the text in every prompt, averaged, at length 1. Raises EngineError."""
    return text_vector(text, embedder.info.space, embedder.embed_texts, prompts)


def text_vector(
    text: str, space: str, embed: Callable[[Sequence[str]], Vectors], prompts: tuple[str, ...]
) -> Vectors:
    """Return the same by any model's words to vectors; `space` names it. Raises EngineError."""
    return remembered((space, text, *prompts), lambda: _mean(embed([prompt.format(text) for prompt in prompts])))


def remembered(key: tuple[object, ...], make: Callable[[], Vectors]) -> Vectors:
    """Return what `make` gave for a key, of this process's last ones; it is not to be changed."""
    with _lock:
        found = _vectors.get(key)
    if found is None:
        found = make()
        found.flags.writeable = False
    with _lock:
        _vectors.pop(key, None)
        _vectors[key] = found  # the latest stands last
        if len(_vectors) > _REMEMBERED:
            del _vectors[next(iter(_vectors))]
    return found


def _mean(vectors: Vectors) -> Vectors:
    mean: Vectors = vectors.mean(axis=0, keepdims=True)
    length = np.linalg.norm(mean)
    return (mean / length).astype(np.float32, copy=False)
