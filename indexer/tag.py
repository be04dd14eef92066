"""The step from stored vectors to tags: one query, one product, one transaction for thousands of assets."""

from collections.abc import Sequence

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.vectors import vectors_of_assets
from dam.catalog.writers.tags import drop_runs, record_tags
from dam.errors import EngineError, ModelUnavailable
from dam.tagging.own import vocabulary_of
from dam.tagging.tagger import backgrounds_of, tagger_for
from dam.tagging.teach import score_taught
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def tag(runs: Sequence[StageRun], tools: Tools) -> None:
    """Tag the units of the runs' assets (all of one model, "<embedder>+<vocabulary>"); no picture is opened."""
    watch = Stopwatch()
    model, _, digest = runs[0].model.rpartition("+")
    vocabulary = vocabulary_of(digest)
    if vocabulary is None:
        # Asked for with words that have changed since; what the present words make due comes by the plan.
        drop_runs(runs)
        return
    embedder = tools.engines.embedder(model)
    folder = tools.places.data / "tag-vectors"
    try:
        tagger = tagger_for(model, vocabulary, embedder=lambda: embedder, info=embedder.info, folder=folder)
    except ModelUnavailable:
        raise
    except EngineError as error:  # the words fail for all alike
        for run in runs:
            jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
        return
    behind = backgrounds_of(tagger, folder=folder, digest=digest)
    units = vectors_of_assets([run.asset_id for run in runs], space=embedder.info.space)
    scores = tagger.tags(units, behind)
    # Before the runs are finished: who dies in between does both again, and what was taught is on every new picture.
    score_taught(set(units.unit_ids.tolist()), model=model)
    record_tags(runs, scores, model=runs[0].model, took_ms=watch.ms)
    log.info("tagged", assets=len(runs), vectors=len(units.unit_ids), tags=len(scores), ms=watch.ms)
