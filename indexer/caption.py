"""The step from one picture of each unit to a sentence about it."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import structlog

from dam.catalog.models import StageRun
from dam.catalog.readers.sources import LookFile, looks_of
from dam.catalog.writers.seen import record_captions
from indexer.pictures import see
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def caption(runs: Sequence[StageRun], tools: Tools) -> None:
    """Describe each unit of the runs' assets (all of one model) by its middle picture, and record the sentences."""
    watch = Stopwatch()
    captioner = tools.engines.captions(runs[0].model)
    # Thumbs will do: captioners look at 224 to 384 px.
    looks = middle_of_each(looks_of([run.asset_id for run in runs]))
    whole, seen = see(runs, tools, step=caption, engine=captioner.describe, looks=looks)
    if not whole:
        return
    sentences = {picture.unit_id: picture.found for picture in seen}
    record_captions(whole, sentences, model=runs[0].model, took_ms=watch.ms)
    log.info("described", assets=len(whole), units=len(sentences), ms=watch.ms)


def middle_of_each(looks: Iterable[LookFile]) -> list[LookFile]:
    """Return one picture per unit, the middle one in time: the first and the last may still show a cut's blur."""
    found = []
    for _, group in groupby(looks, key=lambda look: look.unit_id):
        pictures = list(group)
        found.append(pictures[len(pictures) // 2])
    return found
