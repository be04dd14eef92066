"""The step from renditions to look: colours, light, sharpness and hash of every photo and shot."""

from collections.abc import Sequence

import structlog

from dam.catalog.models import StageRun
from dam.catalog.readers.sources import clearest_looks_of
from dam.catalog.writers.measure import record_looks
from dam.engines.look import load_looks, measure_look
from dam.ports import Pixels
from dam.types import PictureLook
from indexer.pictures import see
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def look(runs: Sequence[StageRun], tools: Tools) -> None:
    """Measure one picture per unit of the runs' assets, and record what it looks like."""
    watch = Stopwatch()
    looks = clearest_looks_of([run.asset_id for run in runs])
    whole, seen = see(runs, tools, step=look, engine=_measure, looks=looks, load=load_looks)
    record_looks(whole, {each.unit_id: each.found for each in seen}, took_ms=watch.ms)
    log.info("looks measured", assets=len(whole), pictures=len(seen), ms=watch.ms)


def _measure(pictures: Sequence[Pixels]) -> list[PictureLook]:
    return [measure_look(picture) for picture in pictures]
