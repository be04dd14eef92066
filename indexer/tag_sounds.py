"""The step from stored vectors of sound to tags of what is heard: one product, one transaction for many assets."""

from collections.abc import Sequence

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.vectors import vectors_of_assets
from dam.catalog.writers.tags import drop_runs, record_tags
from dam.errors import EngineError, ModelUnavailable
from dam.tagging.sounds import score_sounds, sound_tagger, sound_vocabulary_of
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def tag_sounds(runs: Sequence[StageRun], tools: Tools) -> None:
    """Tag the units of the runs' assets (all of one model, "<sound model>+<vocabulary>"); no sound is opened."""
    watch = Stopwatch()
    model, _, digest = runs[0].model.rpartition("+")
    vocabulary = sound_vocabulary_of(digest)
    if vocabulary is None:
        # Asked for with words that have changed since; what the present words make due comes by the plan.
        drop_runs(runs)
        return
    embedder = tools.engines.sounds(model)
    try:
        tagger = sound_tagger(embedder, vocabulary)
        units = vectors_of_assets([run.asset_id for run in runs], space=embedder.info.space)
        scores = score_sounds(tagger, vocabulary, units)
    except ModelUnavailable:
        raise
    except EngineError as error:  # the words fail for all alike
        for run in runs:
            jobs.fail(run, str(error), max_attempts=tools.limits.max_attempts)
        return
    record_tags(runs, scores, model=runs[0].model, took_ms=watch.ms)
    log.info("sounds tagged", assets=len(runs), vectors=len(units.unit_ids), tags=len(scores), ms=watch.ms)
