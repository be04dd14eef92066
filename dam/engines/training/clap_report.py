"""Draws the lines of the starter model of sounds, and measures it on sounds that it never heard, made and recorded.

    python -m dam.engines.training.clap_report dam/engines/packs/starter/clap --recordings <folder>

Sounds come through the product's own adapter, as a library's do. The folder of recordings is that of
`clap_recordings`: every other file of a concept draws its line, the others measure it. Without recordings the
lines that stand beside the weights are measured as they are.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from dam.engines.sounds.lines import FILE, Line, read_lines
from dam.engines.sounds.starter import StarterSoundEmbedder
from dam.engines.sounds.tuning import STARTER
from dam.engines.training.clap_batches import WINDOW_S, names_of
from dam.engines.training.clap_lines import Heard, draw, hear_made, hear_recorded, odds, phrases
from dam.engines.training.clap_recordings import Recorded, read_recordings
from dam.engines.training.clap_voices import spoken
from dam.engines.training.sounds import RECIPES, make_sound
from dam.ports import ModelInfo, Samples

logger = logging.getLogger("clap_report")

# Far from every seed that training uses (training counts up from 1,000,003 × its own --seed).
LINES_SEED, HELD_OUT_SEED = 880_000_001, 990_000_001
_OF_EACH = 8
NONSENSE = (
    "zorblat", "quarterly tax report", "a red car at sunset", "wedding cake", "xyzzy plugh", "purple elephant soup",
    "the meaning of everything", "spreadsheet", "portrait photo", "mitochondria", "giraffe",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """Tags over `n` sounds: `precision` of those given, `recall` of those that are true and offered."""

    n: int
    precision: float
    recall: float
    right: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """A caption for each of `n` made sounds, all as candidates; `right` is the middle of the model's own verdicts on
    right sounds, `nonsense` the largest of those on phrases that mean nothing to it.
    """

    n: int
    recall_at_1: float
    recall_at_5: float
    right: float
    nonsense: float


def report(folder: Path, recordings: Path | None = None) -> None:
    """Measure the model in `folder`; with recordings, draw its lines first and write them beside it."""
    embedder = StarterSoundEmbedder(folder, name=STARTER)
    keys = tuple(phrases())
    recorded = [] if recordings is None else read_recordings(recordings, window_s=WINDOW_S)
    if recorded:
        drawing = hear_recorded(embedder, [one for one in recorded if one.drawing], keys)
        lines = draw(embedder, hear_made(embedder, held_out(LINES_SEED), keys), drawing)
        rows = {key: asdict(line) for key, line in lines.items()}
        (folder / FILE).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    lines = read_lines.__wrapped__(folder / FILE)
    logger.info("%s concepts: %s", len(lines), ", ".join(lines))
    sounds = held_out(HELD_OUT_SEED)
    made = hear_made(embedder, sounds, keys)
    logger.info("search, made: %s", asdict(_searching(embedder, made, [name for name, _ in sounds])))
    logger.info("tags, made: %s", asdict(_tagging(embedder, made, lines, keys)))
    if recorded:
        checking = [one for one in recorded if not one.drawing]
        heard = hear_recorded(embedder, checking, keys)
        logger.info("tags, recorded: %s", asdict(_tagging(embedder, heard, lines, keys)))
        _log_recorded(embedder, checking, heard, lines)


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


def main() -> None:
    """Read the command line and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of the model")
    parser.add_argument("--recordings", type=Path, help="folder of recordings by concept; draws the lines anew")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    report(options.folder, options.recordings)


def _mixed(sound: Samples, behind: Samples, gain_db: float) -> Samples:
    loud, soft = sound.astype(np.float64), behind.astype(np.float64)
    soft *= np.sqrt((loud**2).mean() / ((soft**2).mean() + 1e-9)) * 10 ** (gain_db / 20)
    mixed: Samples = np.clip(loud + soft, -32768, 32767).astype(np.int16)
    return mixed


def _tagging(embedder: StarterSoundEmbedder, heard: Heard, lines: dict[str, Line], keys: Sequence[str]) -> Tagging:
    places = [keys.index(key) for key in lines]
    truth, counts = heard.truth[:, places], heard.counts[:, places]
    tagged = (odds(embedder, heard, lines) >= 0) & counts
    right, given = int((tagged & truth).sum()), int(tagged.sum())
    return Tagging(
        n=len(truth),
        precision=right / max(1, given),
        recall=right / max(1, int((truth & counts).sum())),
        right=right,
        wrong=given - right,
    )


def _log_recorded(
    embedder: StarterSoundEmbedder, sounds: Sequence[Recorded], heard: Heard, lines: dict[str, Line]
) -> None:
    """Say what became of the recordings of each concept."""
    scores = odds(embedder, heard, lines)
    for key in sorted({one.key for one in sounds}):
        rows = [row for row, one in enumerate(sounds) if one.key == key]
        tags = Counter(tag for row in rows for tag, score in zip(lines, scores[row], strict=True) if score >= 0)
        logger.info("%s (%d): %s", key, len(rows), dict(tags.most_common()))


def _searching(embedder: StarterSoundEmbedder, heard: Heard, labels: list[str]) -> Searching:
    rng = np.random.default_rng(HELD_OUT_SEED)
    texts = [str(rng.choice(names_of(label))) for label in labels]
    scores = embedder.embed_texts(texts) @ heard.vectors.T
    truth = np.array(
        [[bool({entry.name for entry in RECIPES if text in entry.names} & {label}) for label in labels]
         for text in texts]
    )  # fmt: skip
    ranked = np.take_along_axis(truth, np.argsort(-scores, axis=1, kind="stable"), axis=1)
    nonsense = heard.vectors @ embedder.embed_texts(NONSENSE).T
    return Searching(
        n=len(labels),
        recall_at_1=float(ranked[:, 0].mean()),
        recall_at_5=float(ranked[:, :5].any(axis=1).mean()),
        right=_verdict(float(np.median(np.diag(scores))), embedder.info),
        nonsense=_verdict(float(nonsense.max()), embedder.info),
    )


def _verdict(cosine: float, info: ModelInfo) -> float:
    return 1 / (1 + math.exp(-(info.logit_scale * cosine + (info.logit_bias or 0.0))))


if __name__ == "__main__":
    main()
