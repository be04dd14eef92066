"""What a small model was taught to hear, and how sure each of its cosines is: from the file beside its weights."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dam.engines.sounds.tuning import STARTER
from dam.errors import EngineError
from dam.ports import ModelInfo

FILE = "lines.json"
_FOLDERS = {STARTER: Path(__file__).parent.parent / "packs" / "starter" / "clap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a concept is asked for, and its log-odds: `slope` × cosine + `offset` (Platt 1999), 0 where it begins."""

    phrases: tuple[str, ...]
    slope: float
    offset: float


def concept_lines(info: ModelInfo) -> dict[str, Line] | None:
    """Return the lines by the key of their concept, or None for a model that may be asked for anything.

    Raises EngineError for a file that can't be read.
    """
    folder = _FOLDERS.get(info.name)
    return None if folder is None else read_lines(folder / FILE)


@cache
def read_lines(path: Path) -> dict[str, Line]:
    """Read a file of lines. Raises EngineError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: Line(phrases=tuple(row["phrases"]), slope=float(row["slope"]), offset=float(row["offset"]))
            for key, row in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"What the model of sounds can hear can't be read: {path.name}: {error}") from error
