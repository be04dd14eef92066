"""The step from coordinates to places: the inhabited place nearest to where an asset was taken."""

from collections.abc import Sequence

import structlog

from dam.catalog.models import StageRun
from dam.catalog.readers.sources import coordinates_of
from dam.catalog.writers.measure import record_places
from dam.engines.places import find_places
from indexer.tools import Stopwatch, Tools

log = structlog.get_logger(__name__)


def place(runs: Sequence[StageRun], tools: Tools) -> None:  # noqa: ARG001 - every step is called alike
    """Name the places of the runs' assets; far from any, an asset has none."""
    watch = Stopwatch()
    coordinates = coordinates_of([run.asset_id for run in runs])
    found = find_places(list(coordinates.values()))
    named = {asset: near for asset, near in zip(coordinates, found, strict=True) if near is not None}
    record_places(runs, named, took_ms=watch.ms)
    log.info("places named", assets=len(runs), named=len(named), ms=watch.ms)
