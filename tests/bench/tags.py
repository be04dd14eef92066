"""Tags a second: a large library tagged anew from stored vectors after a change of words, no picture decoded.

The library is made of random vectors that lie near a few concepts each, at the size of `standard`'s (768 numbers).
The text tower is not measured: it is asked once per word ever, and a stand-in answers here. On one thread.
"""

import hashlib
import time
from collections.abc import Callable, Sequence

import numpy as np

from dam.catalog import current, jobs
from dam.catalog.models import Asset, Embedding, StageRun, TagScore, Unit
from dam.catalog.readers.vectors import sample_vectors
from dam.catalog.writers.stages import align_stages
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.ports import ModelInfo, Pixels, Vectors
from dam.tagging.own import load_vocabulary, word_file
from dam.tagging.score import Backgrounds, backgrounds, likely
from dam.tagging.tuning import TagTuning, tuning
from dam.tagging.vocabulary import Vocabulary, tag_model
from dam.types import AssetState, MediaKind, Plan, Stage, StageState, UnitKind
from indexer.pipeline import MEASURE
from indexer.tools import Engines, Tools
from tests.bench.measure import OURS, Report, figures_of, interleaved
from tests.bench.task import Settings

CONCEPT_BY_CONCEPT = "numpy, a concept at a time"
PICTURE_BY_PICTURE = "numpy, a picture at a time"
DIMENSIONS = 768
_UNITS, _QUICK_UNITS = 100_000, 2_000
_SCORED = 4_000  # of them, for the scores alone: the plain ways take long
_CHUNK = 5_000
_ROWS = 512  # vectors scored at once, as the tagger does
_TRUE_CONCEPTS = 6  # of each picture: about as many tags as a photographer would give
_NOTES = {
    OURS: "one product for 512 pictures; each picture's own background, and chance among so many",
    CONCEPT_BY_CONCEPT: "a product for each concept, a z-score, a cut-off",
    PICTURE_BY_PICTURE: "a product for each picture, the same",
}


class _Words:
    """A text tower's stand-in: a direction for each text, the same every time."""

    info = ModelInfo(name="bench-768", space="picture:bench-768", dimensions=DIMENSIONS, logit_scale=100.0)

    def embed_images(self, images: Sequence[Pixels]) -> Vectors:
        """No picture is to be opened."""
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return (n, 768): what all texts share, and the direction of the last words."""
        rows = [np.random.default_rng(_seed(text.split(" of ")[-1])).standard_normal(DIMENSIONS) for text in texts]
        return _unit(np.stack(rows).astype(np.float32))


def measure(settings: Settings) -> Report:
    """Measure a library's tagging with its rows and states, and the scores alone beside plainer ways to them."""
    units = _QUICK_UNITS if settings.quick else _UNITS
    vocabulary = load_vocabulary()
    _fill(units, vocabulary)
    _tag_all(vocabulary)  # for the first time: what follows is made beside it
    seconds, busy, tags = [], [], []
    for number in range(settings.rounds):
        word_file().write_text(f"a word of round {number}\n", encoding="utf-8")
        began, worked = time.perf_counter(), time.process_time()
        model = _tag_all(load_vocabulary())
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
        tags.append(TagScore.objects.filter(model=model).count())
        if current.model_of(Stage.TAG) != model:
            raise RuntimeError("the tags of the new words are not shown")
    asked = f"{len(vocabulary.asked):,} concepts"
    what = f"tags: {units:,} units anew after a new word, {asked}"
    per_unit = f"{tags[-1] / units:.1f} tags a unit"
    waiting = "processor seconds of the same: without its waiting for the disk and for busy cores"
    whole = (
        *figures_of(
            what, "s", {OURS: seconds}, notes={OURS: "made due, scored, written, shown; from stored vectors"}
        ),
        *figures_of(f"{what}: a core's time", "s", {OURS: busy}, notes={OURS: waiting}),
        *figures_of(what, "units/s", {OURS: [units / each for each in seconds]}),
        *figures_of(
            what,
            "tags/s",
            {OURS: [count / each for count, each in zip(tags, seconds, strict=True)]},
            notes={OURS: per_unit},
        ),
    )
    return Report(figures=whole).joined(_scores(vocabulary, settings, asked=asked))


def _scores(vocabulary: Vocabulary, settings: Settings, *, asked: str) -> Report:
    """Return how many stored vectors a second are scored, by us and by the plain ways."""
    usual = tuning(_Words.info)
    concepts = _Words().embed_texts([concept.name for concept in vocabulary.asked])
    vectors = sample_vectors(_Words.info.space, most=_QUICK_UNITS if settings.quick else _SCORED)
    behind = backgrounds(vectors[:_QUICK_UNITS], concepts, usual)

    def ours() -> None:
        for start in range(0, len(vectors), _ROWS):
            likely(vectors[start : start + _ROWS], concepts, behind, usual, _Words.info)

    values = interleaved(
        {
            OURS: lambda: len(vectors) / _timed(ours),
            CONCEPT_BY_CONCEPT: lambda: len(vectors) / _timed(lambda: by_concept(vectors, concepts, behind, usual)),
            PICTURE_BY_PICTURE: lambda: len(vectors) / _timed(lambda: by_picture(vectors, concepts, behind, usual)),
        },
        settings.rounds,
    )
    what = f"tags: scores of {len(vectors):,} stored vectors, {asked}"
    return Report(figures=figures_of(what, "units/s", values, notes=_NOTES))


def by_concept(vectors: Vectors, concepts: Vectors, behind: Backgrounds, usual: TagTuning) -> set[tuple[int, int]]:
    """Return the (row, concept) pairs that stand out of the concept's background, concept by concept."""
    found: set[tuple[int, int]] = set()
    for place, concept in enumerate(concepts):
        z = (vectors @ concept - behind.centre[place]) / behind.spread[place]
        found.update((row, place) for row in np.flatnonzero(z >= usual.good_z).tolist())
    return found


def by_picture(vectors: Vectors, concepts: Vectors, behind: Backgrounds, usual: TagTuning) -> set[tuple[int, int]]:
    """Return the same, picture by picture."""
    found: set[tuple[int, int]] = set()
    for row, vector in enumerate(vectors):
        z = (concepts @ vector - behind.centre) / behind.spread
        found.update((row, place) for place in np.flatnonzero(z >= usual.good_z).tolist())
    return found


def _tag_all(vocabulary: Vocabulary) -> str:
    """Tag what the vocabulary makes due, as the worker does, until its tags are the ones shown; returns the model."""
    model = tag_model(_Words.info.name, vocabulary)
    plan = Plan(models={Stage.EMBED: (_Words.info.name,), Stage.TAG: (model,)})
    current.choose({Stage.TAG: model})
    align_stages(plan)
    settings = config()
    words = _Words()
    tools = Tools(
        reader=FakeMediaReader(),
        engines=Engines(embedder=lambda _model: words, transcriber=lambda _model: None),  # type: ignore[arg-type,return-value]
        plan=plan,
        places=settings.places,
        limits=settings.limits,
        owner=jobs.worker_name(),
    )
    (task,) = (task for task in MEASURE if task.stage is Stage.TAG)
    while runs := jobs.claim(task.stage, owner=tools.owner, limit=task.batch, lease_s=tools.limits.lease_s):
        task.step(runs, tools)
    current.swap_complete()
    return model


def _fill(units: int, vocabulary: Vocabulary) -> None:
    texts = _Words().embed_texts([concept.name for concept in vocabulary.asked])
    random = np.random.default_rng(1)
    for start in range(0, units, _CHUNK):
        count = min(_CHUNK, units - start)
        assets = Asset.objects.bulk_create(
            Asset(fingerprint=f"bench-{start + number}", size_bytes=1, kind=MediaKind.PHOTO, state=AssetState.READY)
            for number in range(count)
        )
        rows = Unit.objects.bulk_create(Unit(asset=asset, kind=UnitKind.PHOTO, position=0) for asset in assets)
        shown = texts[random.integers(len(texts), size=(count, _TRUE_CONCEPTS))].sum(axis=1)
        noise = random.standard_normal((count, DIMENSIONS)).astype(np.float32) / np.sqrt(DIMENSIONS)
        vectors = _unit(shown * 0.35 + noise * 1.5).astype("<f2")
        Embedding.objects.bulk_create(
            Embedding(unit=unit, space=_Words.info.space, model=_Words.info.name, vector=vector.tobytes())
            for unit, vector in zip(rows, vectors, strict=True)
        )
        for stage, model in ((Stage.PREPARE, ""), (Stage.EMBED, _Words.info.name)):
            StageRun.objects.bulk_create(
                StageRun(asset=asset, stage=stage, model=model, state=StageState.DONE) for asset in assets
            )


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _unit(rows: Vectors) -> Vectors:
    found: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
