"""From claimed runs to what an engine finds in their pictures, a few pictures in memory at a time.

The steps that look at large pictures (faces, writing, things, sentences) share it: they name the pictures and the
engine, and get back, per picture, what was found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.sources import LookFile, large_looks_of
from dam.engines.pictures import load_pictures
from dam.errors import EngineError
from dam.ports import Pixels
from dam.types import Stage, StageState
from indexer.tools import Tools, fail_apart

log = structlog.get_logger(__name__)

AT_ONCE = 4  # previews of 2048 px are 9 MB each in memory, and engines make several copies of what they look at
_AGAIN_S = 30.0  # until a rendition that was gone is looked for again; making it anew replaces the run before that
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[T]):
    """What was found in one picture: of a unit, at a time of its asset."""

    asset_id: int
    unit_id: int
    at_ms: int
    found: T


def see(
    runs: Sequence[StageRun],
    tools: Tools,
    *,
    step: Callable[[Sequence[StageRun], Tools], None],
    engine: Callable[[Sequence[Pixels]], Sequence[T]],
    looks: Sequence[LookFile] | None = None,
    at_once: int = AT_ONCE,
    load: Callable[[Sequence[Path]], list[Pixels | None]] = load_pictures,
) -> tuple[list[StageRun], list[Seen[T]]]:
    """Show the pictures of the runs' units to an engine; returns the runs to be recorded and what was seen in them.

    `looks` are the pictures (previews and keyframes where none are given), ordered as the results will be; `load`
    reads them. A run whose rendition is gone is left out and its asset prepared again. Where the engine fails, the
    runs are done one by one through `step`, and nothing is left to be recorded. ModelUnavailable passes.
    """
    wanted = large_looks_of([run.asset_id for run in runs]) if looks is None else looks
    seen: list[Seen[T]] = []
    broken: set[int] = set()
    try:
        for start in range(0, len(wanted), at_once):
            part = [look for look in wanted[start : start + at_once] if look.asset_id not in broken]
            pictures = load([tools.places.renditions / look.key for look in part])
            broken |= {look.asset_id for look, picture in zip(part, pictures, strict=True) if picture is None}
            good = [(look, picture) for look, picture in zip(part, pictures, strict=True) if picture is not None]
            if good:
                found = engine([picture for _, picture in good])
                seen += [_seen(look, each) for (look, _), each in zip(good, found, strict=True)]
    except EngineError as error:
        fail_apart(runs, error, tools, step)
        return [], []
    if broken:
        _prepare_again([run for run in runs if run.asset_id in broken])
    whole = [run for run in runs if run.asset_id not in broken]
    return whole, [each for each in seen if each.asset_id not in broken]


def _seen(look: LookFile, found: T) -> Seen[T]:
    return Seen(asset_id=look.asset_id, unit_id=look.unit_id, at_ms=look.at_ms, found=found)


def _prepare_again(runs: Sequence[StageRun]) -> None:
    """Have lost renditions (a cleaned cache) made again, which makes the runs due anew; once it failed, they fail."""
    assets = [run.asset_id for run in runs]
    prepared = dict(
        StageRun.objects.filter(asset_id__in=assets, stage=Stage.PREPARE).values_list("asset_id", "state")
    )
    log.warning("renditions missing, preparing again", assets=sorted(assets))
    for run in runs:
        if prepared.get(run.asset_id) == StageState.FAILED:
            reason = "Its pictures are gone, and they can't be made again from the original."
            jobs.fail(run, reason, max_attempts=1, final=True)
        else:
            jobs.postpone(run, "Its pictures are being made again.", seconds=_AGAIN_S)
    jobs.redo([asset for asset in assets if prepared.get(asset) == StageState.DONE], stage=Stage.PREPARE)
