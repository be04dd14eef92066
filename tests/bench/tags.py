"""Tagging anew after a change of words: stored vectors of a large library to tags, no picture decoded.

The library is made of random vectors that lie near a few concepts each, at the size of `standard`'s (768 numbers).
The text tower is not measured: it is asked once per word ever, and a stand-in answers here.
"""

import hashlib
import time
from collections.abc import Sequence

import numpy as np

from dam.catalog import jobs
from dam.catalog.models import Asset, Embedding, StageRun, TagScore, Unit
from dam.catalog.writers.stages import align_stages
from dam.config import config
from dam.engines.media.fake import FakeMediaReader
from dam.ports import ModelInfo, Pixels, Vectors
from dam.tagging.own import load_vocabulary
from dam.tagging.vocabulary import Vocabulary, tag_model
from dam.types import AssetState, MediaKind, Plan, Stage, StageState, UnitKind
from indexer.pipeline import MEASURE
from indexer.tools import Engines, Tools
from tests.bench.measure import OURS, Report, figures_of
from tests.bench.task import Settings

DIMENSIONS = 768
_UNITS = 100_000
_QUICK_UNITS = 2_000
_CHUNK = 5_000
_TRUE_CONCEPTS = 6  # of each picture: about as many tags as a photographer would give


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
    """Return units tagged per second, the rows' writing and the states of assets included."""
    units = _QUICK_UNITS if settings.quick else _UNITS
    vocabulary = load_vocabulary()
    _fill(units, vocabulary)
    model = tag_model(_Words.info.name, vocabulary)
    plan = Plan(models={Stage.EMBED: (_Words.info.name,), Stage.TAG: (model,)})
    rates, align_s = [], []
    for _ in range(settings.rounds):
        StageRun.objects.filter(stage=Stage.TAG).delete()
        began = time.perf_counter()
        align_stages(plan)
        align_s.append(time.perf_counter() - began)
        began = time.perf_counter()
        _tag_all(plan)
        rates.append(units / (time.perf_counter() - began))
    left = StageRun.objects.filter(stage=Stage.TAG).exclude(state=StageState.DONE).count()
    tags = TagScore.objects.filter(model=model).count()
    what = f"tags: {units:,} units anew by {len(vocabulary.asked):,} concepts"
    return Report(
        figures=(
            *figures_of(what, "units/s", {OURS: rates}, notes={OURS: f"{tags / units:.1f} tags a unit; {left} left"}),
            *figures_of("tags: noting that they are due", "s", {OURS: align_s}),
        )
    )


def _tag_all(plan: Plan) -> None:
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
        for stage, model in ((Stage.PREPARE, ""), (Stage.EMBED, _Words.info.name), (Stage.LOOK, "look")):
            StageRun.objects.bulk_create(
                StageRun(asset=asset, stage=stage, model=model, state=StageState.DONE) for asset in assets
            )


def _unit(rows: Vectors) -> Vectors:
    found: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
