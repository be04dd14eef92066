"""The vectors of concepts: asked of a model once and kept on disk, so that tagging again needs no text tower."""

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import structlog

from dam.ports import Embedder, Vectors
from dam.tagging.tuning import TagTuning, prompts
from dam.tagging.vocabulary import Concept

log = structlog.get_logger(__name__)

_MOST_KEPT = 10_000  # vectors: 30 MB at 768 dimensions
_BATCH = 64  # prompts at once: a text tower's memory grows with them, its speed does not


def concept_vectors(
    concepts: Sequence[Concept], *, model: str, usual: TagTuning, embedder: Callable[[], Embedder], folder: Path
) -> tuple[list[int], Vectors]:
    """Return the places of the concepts that a model can know, and their vectors (n, d) of length 1.

    Vectors come from the model's file in `folder`; only what is not there is asked of `embedder`, which is not made
    otherwise. Raises EngineError.
    """
    asked = [(place, wording) for place, concept in enumerate(concepts) if (wording := prompts(concept, usual))]
    rows = phrase_vectors([wording for _, wording in asked], model=model, embedder=embedder, folder=folder)
    return [place for place, _ in asked], rows


def phrase_vectors(
    wordings: Sequence[tuple[str, ...]], *, model: str, embedder: Callable[[], Embedder], folder: Path
) -> Vectors:
    """Return (n, d): for each wording the mean of its phrases' vectors, at length 1; kept as above."""
    if not wordings:
        return np.zeros((0, 0), dtype=np.float32)
    path = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', model)}.npz"
    known = _read(path, model)
    missing = list(dict.fromkeys(wording for wording in wordings if _name(wording) not in known))
    if missing:
        known |= _ask(missing, embedder())
        wanted = {_name(wording) for wording in wordings}
        # What the present words no longer need stays for a while: a word taken out comes back.
        _write(path, model, known if len(known) < _MOST_KEPT else {key: known[key] for key in wanted})
        log.info("concepts embedded", model=model, concepts=len(missing))
    return np.stack([known[_name(wording)] for wording in wordings])


def _ask(wordings: Sequence[tuple[str, ...]], embedder: Embedder) -> dict[str, Vectors]:
    texts = [text for wording in wordings for text in wording]
    parts = [embedder.embed_texts(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
    rows = np.concatenate(parts)
    found: dict[str, Vectors] = {}
    at = 0
    for wording in wordings:
        mean = rows[at : at + len(wording)].mean(axis=0)
        found[_name(wording)] = (mean / max(float(np.linalg.norm(mean)), 1e-6)).astype(np.float32)
        at += len(wording)
    return found


def _name(wording: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(wording)).encode()).hexdigest()[:24]


def _read(path: Path, model: str) -> dict[str, Vectors]:
    """Return what was kept; nothing where the file is missing, another model's, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["model"]) != model:
                return {}
            rows = kept["vectors"].astype(np.float32)
            return dict(zip(kept["names"].tolist(), rows, strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, EOFError) as error:
        log.warning("kept vectors of concepts can't be read; they are made again", error=str(error))
        return {}
    except Exception as error:  # noqa: BLE001 - zipfile and zlib have errors of their own for a cut file
        log.warning("kept vectors of concepts are damaged; they are made again", error=str(error))
        return {}


def _write(path: Path, model: str, known: dict[str, Vectors]) -> None:
    """Keep them; written beside and moved, so that another process never reads half a file."""
    names = sorted(known)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(
                file, model=np.array(model), names=np.array(names), vectors=np.stack([known[name] for name in names])
            )
        Path(file.name).replace(path)
    except OSError as error:  # a full disk: they are asked again next time
        log.warning("vectors of concepts can't be kept", error=str(error))
