"""Judges a pack: libraries of several sizes, each written into the empty catalogue, asked, and rolled back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from dam.catalog import lexicon
from dam.catalog.models import Asset
from dam.errors import StoreError
from dam.ports import Embedder, Vectors
from dam.scenes import Scene
from search.judged.library import write_library
from search.judged.measure import Outcome, Tally, ask, scene_questions, tally, word_questions
from search.judged.scenes import HELD_OUT_SEED, draw, held_out_scenes, questions
from search.judged.words import load_words

SIZES = (60, 300, 2_000)
EACH = 200  # questions of a kind and size
_MOST_LIBRARIES = 4  # of one size: small ones are asked in several, so that none decides
_DRAWN_AT_ONCE = 256  # pictures in memory

SIMPLE, COMPOSED, SMALL, ABSENT = (
    "scenes: simple", "scenes: composed", "scenes: only a small thing beside", "no answer: held back from the scenes"
)  # fmt: skip
# Asked to know how far it goes, and not counted with the others: small things at the side of a picture, and lines
# said in other words, which no starter can know.
BEYOND = frozenset({SMALL, "said: in other words"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was counted in libraries of one size (pictures; the words are the same in all)."""

    pictures: int
    libraries: int
    tallies: tuple[Tally, ...]

    def lost(self) -> float:
        """Return the share of questions with an answer that lost it, those beyond aside."""
        return _share(self.tallies, must=True)

    def fooled(self) -> float:
        """Return the share of questions without an answer that were not told “nothing good”."""
        return _share(self.tallies, must=False)


def judge(
    embedder: Embedder,
    *,
    sizes: Sequence[int] = SIZES,
    each: int = EACH,
    seed: int = HELD_OUT_SEED,
    processes: int = 1,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[Judgement]:
    """Judge the search with this embedder. Raises StoreError for a catalogue that is not empty, EngineError."""
    if Asset.objects.exists():
        raise StoreError("A judged library is written into an empty catalogue only.")
    most = max(sizes)
    on_step(f"drawing {most:,} scenes")
    scenes = held_out_scenes(most, seed=seed)
    vectors = _vectors(embedder, scenes, seed=seed, processes=processes)
    found = []
    for size in sizes:
        on_step(f"asking libraries of {size:,} pictures")
        parts = [slice(at * size, (at + 1) * size) for at in range(min(_MOST_LIBRARIES, most // size))]
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        for number, part in enumerate(parts):
            wanted = -(-each // len(parts))
            for one in _judged(
                embedder, scenes[part], vectors[part], each=wanted, seed=seed + number, words=not number
            ):
                outcomes[one.question.kind].append(one)
        tallies = tuple(tally(kind, of_kind) for kind, of_kind in sorted(outcomes.items()))
        found.append(Judgement(pictures=size, libraries=len(parts), tallies=tallies))
    return found


def _vectors(embedder: Embedder, scenes: Sequence[Scene], *, seed: int, processes: int) -> Vectors:
    drawn = []
    for start in range(0, len(scenes), _DRAWN_AT_ONCE):
        pictures = draw(scenes[start : start + _DRAWN_AT_ONCE], seed=seed + start, processes=processes)
        drawn.append(embedder.embed_images(pictures))
    return np.concatenate(drawn)


def _judged(
    embedder: Embedder, scenes: Sequence[Scene], vectors: Vectors, *, each: int, seed: int, words: bool
) -> list[Outcome]:
    """Write one library, ask it, and take it back."""
    told = load_words()
    answerable, beside, absent = questions(scenes, each=each, seed=seed)
    with transaction.atomic():
        made = write_library(vectors, told, embedder)
        asked = scene_questions(made, [one for one in answerable if not one.composed], kind=SIMPLE, must=True)
        asked += scene_questions(made, [one for one in answerable if one.composed], kind=COMPOSED, must=True)
        asked += scene_questions(made, beside, kind=SMALL, must=True)
        asked += scene_questions(made, absent, kind=ABSENT, must=False)
        asked += word_questions(made, told.questions) if words else []
        embedder.embed_texts([one.text for one in asked])  # in batches: it remembers them
        outcomes = ask(asked, embedder=embedder)
        transaction.set_rollback(True)
    lexicon.forget()
    return outcomes


def _share(tallies: Sequence[Tally], *, must: bool) -> float:
    counted = [one for one in tallies if one.must is must and one.kind not in BEYOND]
    total = sum(one.count for one in counted)
    return sum(one.missed * one.count for one in counted) / total if total else 0.0
