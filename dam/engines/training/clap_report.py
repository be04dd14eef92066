"""Measures the starter model of sounds on sounds that it never heard, and draws the line of each of its concepts.

    python -m dam.engines.training.clap_report dam/engines/packs/starter/clap

Sounds come through the product's own adapter, as a library's do.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dam.engines.sounds.lines import FILE
from dam.engines.sounds.starter import StarterSoundEmbedder
from dam.engines.sounds.tuning import STARTER
from dam.engines.training.clap_batches import WINDOW_S, names_of
from dam.engines.training.clap_voices import spoken
from dam.engines.training.sounds import GROUPS, RECIPES, make_sound
from dam.ports import Samples, Vectors

logger = logging.getLogger("clap_report")

# Far from every seed that training uses (training counts up from 1,000,003 × its own --seed).
LINES_SEED, HELD_OUT_SEED = 880_000_001, 990_000_001
_OF_EACH = 8
NONSENSE = (
    "zorblat", "quarterly tax report", "a red car at sunset", "wedding cake", "xyzzy plugh", "purple elephant soup",
    "the meaning of everything", "spreadsheet", "portrait photo", "mitochondria",
)  # fmt: skip

# Groups that are concepts of the vocabulary, too.
_CONCEPTS_OF_GROUPS = {
    "music": "sound/music",
    "animal": "sound/animals",
    "water": "sound/nature/water",
    "insect": "sound/animals/insects",
    "bells": "sound/things/bells",
}
# A line lies half-way between where wrong sounds end (all but one in two hundred) and where half of the right ones
# lie; a concept whose right ones mostly stay below it is not offered at all.
_WRONG_QUANTILE, _HALF_WAY, _LEAST_RECALL = 0.995, 0.5, 0.6
_SURE = math.log(9)  # certainty 0.9, at the middle of the right ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares in 0..1: `recall_at_1` and `recall_at_5` of a caption over all held-out sounds, `tag_precision` and
    `tag_recall` of tags over them; `concepts` offered, of so many made; `nonsense` is the largest of the model's own
    verdicts on phrases that mean nothing to it, `right` the middle of those on right ones.
    """

    n: int
    recall_at_1: float
    recall_at_5: float
    concepts: int
    concepts_made: int
    tag_precision: float
    tag_recall: float
    nonsense: float
    right: float


def report(folder: Path) -> Figures:
    """Draw the lines of the model in `folder`, write them beside it, and measure it on other sounds."""
    embedder = StarterSoundEmbedder(folder, name=STARTER)
    phrases = _phrases()
    lines = _draw(embedder, phrases)
    (folder / FILE).write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    heard, labels = _embedded(embedder, HELD_OUT_SEED)
    first, fifth, right = _recall(embedder, heard, labels)
    odds = _odds(embedder, heard, lines)
    true = np.array([[key in _concepts_of(label) for key in lines] for label in labels])
    tagged = odds >= 0
    info = embedder.info
    nonsense = heard @ embedder.embed_texts(NONSENSE).T
    figures = Figures(
        n=len(labels),
        recall_at_1=first,
        recall_at_5=fifth,
        concepts=len(lines),
        concepts_made=len(phrases),
        tag_precision=float((tagged & true).sum() / max(1, tagged.sum())),
        tag_recall=float((tagged & true).sum() / max(1, true.sum())),
        nonsense=_verdict(float(nonsense.max()), info.logit_scale, info.logit_bias or 0.0),
        right=_verdict(right, info.logit_scale, info.logit_bias or 0.0),
    )
    logger.info("%s", json.dumps(asdict(figures)))
    logger.info("not offered: %s", ", ".join(sorted(set(phrases) - set(lines))) or "none")
    return figures


def held_out(seed: int) -> list[tuple[str, Samples]]:
    """Return new sounds of every recipe, half of them with another one behind."""
    found = []
    for number, entry in enumerate(RECIPES):
        for turn in range(_OF_EACH):
            rng = np.random.default_rng([seed, number, turn])
            voiced = replace(entry, maker=spoken) if entry.name == "speech" and turn % 2 else entry
            sound = make_sound(voiced, rng, seconds=WINDOW_S)
            if turn % 2 and entry.name != "room tone":
                behind = make_sound(RECIPES[int(rng.integers(len(RECIPES)))], rng, seconds=WINDOW_S)
                sound = _mixed(sound, behind, rng.uniform(-30, -14))
            found.append((entry.name, sound))
    return found


def _mixed(sound: Samples, behind: Samples, gain_db: float) -> Samples:
    loud, soft = sound.astype(np.float64), behind.astype(np.float64)
    soft *= np.sqrt((loud**2).mean() / ((soft**2).mean() + 1e-9)) * 10 ** (gain_db / 20)
    mixed: Samples = np.clip(loud + soft, -32768, 32767).astype(np.int16)
    return mixed


def _phrases() -> dict[str, list[str]]:
    """Return what each concept is called, by its key."""
    found: dict[str, list[str]] = {entry.concept: list(entry.names) for entry in RECIPES}
    for group, key in _CONCEPTS_OF_GROUPS.items():
        found.setdefault(key, []).extend(GROUPS[group])
    return found


def _concepts_of(name: str) -> set[str]:
    entry = next(one for one in RECIPES if one.name == name)
    groups = {_CONCEPTS_OF_GROUPS[group] for group in entry.groups if group in _CONCEPTS_OF_GROUPS}
    # Rain on a roof is rain.
    above = {other.concept for other in RECIPES if entry.concept.startswith(f"{other.concept}/")}
    return {entry.concept} | groups | above


def _embedded(embedder: StarterSoundEmbedder, seed: int) -> tuple[Vectors, list[str]]:
    sounds = held_out(seed)
    return embedder.embed_sounds([sound for _, sound in sounds]), [name for name, _ in sounds]


def _draw(embedder: StarterSoundEmbedder, phrases: dict[str, list[str]]) -> dict[str, dict[str, object]]:
    heard, labels = _embedded(embedder, LINES_SEED)
    lines: dict[str, dict[str, object]] = {}
    for key, names in phrases.items():
        cosines = heard @ _mean(embedder, names)
        true = np.array([key in _concepts_of(label) for label in labels])
        middle = float(np.median(cosines[true]))
        wrong = float(np.quantile(cosines[~true], _WRONG_QUANTILE))
        line = wrong + _HALF_WAY * (middle - wrong)
        if middle - wrong < 0.05 or (cosines[true] >= line).mean() < _LEAST_RECALL:
            continue
        slope = _SURE / (middle - line)
        lines[key] = {"phrases": names, "slope": round(slope, 3), "offset": round(-slope * line, 3)}
    return lines


def _odds(embedder: StarterSoundEmbedder, heard: Vectors, lines: dict[str, dict[str, object]]) -> NDArray[np.float32]:
    columns = []
    for row in lines.values():
        names, slope, offset = row["phrases"], row["slope"], row["offset"]
        assert isinstance(names, list)  # noqa: S101 - as written above
        columns.append(heard @ _mean(embedder, names) * float(str(slope)) + float(str(offset)))
    return np.stack(columns, axis=1)


def _mean(embedder: StarterSoundEmbedder, names: list[str]) -> NDArray[np.float32]:
    mean = embedder.embed_texts(names).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _recall(embedder: StarterSoundEmbedder, heard: Vectors, labels: list[str]) -> tuple[float, float, float]:
    """One phrase for each sound, all sounds as candidates; right is any sound that the phrase is true of."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    texts = [str(rng.choice(names_of(label))) for label in labels]
    scores = embedder.embed_texts(texts) @ heard.T
    truth = np.array(
        [[bool({entry.name for entry in RECIPES if text in entry.names} & {label}) for label in labels]
         for text in texts]
    )  # fmt: skip
    ranked = np.take_along_axis(truth, np.argsort(-scores, axis=1, kind="stable"), axis=1)
    right = float(np.median([scores[row, row] for row in range(len(labels))]))
    return float(ranked[:, 0].mean()), float(ranked[:, :5].any(axis=1).mean()), right


def _verdict(cosine: float, scale: float, bias: float) -> float:
    return 1 / (1 + math.exp(-(scale * cosine + bias)))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    report(Path(sys.argv[1]))
