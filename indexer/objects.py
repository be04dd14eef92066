"""The step from previews and keyframes to the things in them, with their boxes."""

from collections.abc import Sequence

import structlog

from dam.catalog.models import StageRun
from dam.catalog.writers.seen import ThingAt, record_objects
from indexer.pictures import see
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def find_objects(runs: Sequence[StageRun], tools: Tools) -> None:
    """Find the things in the runs' assets (all of one model) and record them, per moment of a shot."""
    watch = Stopwatch()
    detector = tools.engines.objects(runs[0].model)
    whole, seen = see(runs, tools, step=find_objects, engine=detector.find_objects)
    if not whole:
        return
    things = [
        ThingAt(unit_id=picture.unit_id, at_ms=picture.at_ms, thing=thing)
        for picture in seen
        for thing in picture.found
    ]
    record_objects(whole, things, model=runs[0].model, took_ms=watch.ms)
    log.info("things found", assets=len(whole), pictures=len(seen), things=len(things), ms=watch.ms)
