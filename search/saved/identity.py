"""What decides an answer, by name: the pack, the models whose rows are shown, the words, and how scores are read.

Two identities that are equal give equal answers over an equal library. It is cheap: a few small rows are read, no
model is touched.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from dam import wiring
from dam.catalog import current
from dam.engines.packs import Pack
from dam.engines.sounds import tuning as sound_tuning
from dam.types import RunCause, Stage
from search import calibrate, rank, trust

_VOCABULARY, _TUNING = "vocabulary", "tuning"
_TAGS = {Stage.TAG: "tags", Stage.SOUND_TAG: "tags of sounds"}
_NAMES = {
    Stage.FACES: "faces",
    Stage.TEXT: "writing",
    Stage.OBJECTS: "things",
    Stage.CAPTION: "sentences",
    Stage.SOUND: "sounds",
    Stage.LOOK: "looks",
    Stage.PLACE: "places",
}
# Every constant of these says how scores become certainties, in which order hits stand and where they end.
_TUNED: tuple[ModuleType, ...] = (calibrate, trust, rank, sound_tuning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The parts by name; `digest` is 16 hexadecimal digits that differ where any part differs."""

    parts: dict[str, str]

    @property
    def digest(self) -> str:
        """The parts as one short text."""
        return _digest(self.parts)


def identity(pack: Pack | None = None) -> Identity:
    """Return what decides an answer now; with `pack`, what would if its vectors were searched. Raises ConfigError."""
    chosen = pack or wiring.active_pack()
    parts = {"pack": chosen.name, "pictures": chosen.embedder.name, "speech": chosen.transcriber.name}
    words = []
    for stage, model in sorted(current.models_in_use().items()):
        if stage in _TAGS:
            # "<model of the vectors>+<digest of the words>"
            vectors, _, digest = model.rpartition("+")
            parts[_TAGS[stage]] = vectors or model
            words.append(digest)
        elif stage in _NAMES:
            parts[_NAMES[stage]] = model
    parts[_VOCABULARY] = "+".join(words)
    parts[_TUNING] = _digest({name: text for module in _TUNED for name, text in _constants(module)})
    return Identity(parts=parts)


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names of the parts that differ, in the order in which they are told."""
    return [name for name in {**now, **before} if before.get(name, "") != now.get(name, "")]


def cause_of(parts: list[str]) -> RunCause | None:
    """Return which kind of change it was, the weightiest first; None for none."""
    if not parts:
        return None
    if set(parts) <= {_TUNING}:
        return RunCause.TUNING
    if set(parts) <= {_TUNING, _VOCABULARY}:
        return RunCause.VOCABULARY
    return RunCause.MODELS


def _constants(module: ModuleType) -> Iterator[tuple[str, str]]:
    for name, value in sorted(vars(module).items()):
        if name.strip("_").isupper() and not name.startswith("__"):
            yield f"{module.__name__}.{name}", _told(value)


def _told(value: object) -> str:
    """Write a constant the same in every process: sets have no order of their own."""
    if isinstance(value, set | frozenset):
        return repr(sorted(map(_told, value)))
    if isinstance(value, Mapping):
        return repr([(_told(key), _told(each)) for key, each in value.items()])
    if isinstance(value, list | tuple):
        return repr([_told(each) for each in value])
    return repr(value)


def _digest(parts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(parts.items())).encode()).hexdigest()[:16]
