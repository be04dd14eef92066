"""The step from pictures and spoken lines to vectors: batches through the encoder, one transaction per batch."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import structlog

from dam.catalog import jobs
from dam.catalog.models import StageRun
from dam.catalog.readers.sources import LookFile, looks_of, spoken_lines_of, units_with_vectors
from dam.catalog.writers.units import Look, record_embeddings
from dam.engines.pictures import load_pictures
from dam.errors import EngineError
from dam.ports import Embedder, Vectors
from dam.types import Stage
from indexer.tools import Stopwatch, Tools, fail_apart

log = structlog.get_logger(__name__)


def embed(runs: Sequence[StageRun], tools: Tools) -> None:
    """Embed every picture of the runs' units (all of one model) and record the vectors."""
    watch = Stopwatch()
    embedder = tools.engines.embedder(runs[0].model)
    looks = looks_of([run.asset_id for run in runs])
    try:
        vectors, unreadable = _embed_pictures(looks, embedder, tools)
    except EngineError as error:
        fail_apart(runs, error, tools, embed)
        return
    # A rendition that is gone (a cleaned cache) is made again from the original, and embedded after that.
    broken = {looks[number].asset_id for number in unreadable}
    if broken:
        log.warning("renditions missing, preparing again", assets=sorted(broken))
        jobs.redo(sorted(broken), stage=Stage.PREPARE)
    kept = [number for number, look in enumerate(looks) if look.asset_id not in broken]
    done = [run for run in runs if run.asset_id not in broken]
    rows = [Look(unit_id=looks[number].unit_id, at_ms=looks[number].at_ms) for number in kept]
    record_embeddings(done, rows, vectors[kept], info=embedder.info, took_ms=watch.ms, plan=tools.plan)
    log.info("embedded", assets=len(done), pictures=len(rows), ms=watch.ms)


def embed_speech(runs: Sequence[StageRun], tools: Tools) -> None:
    """Embed the spoken lines of the runs' assets (all of one model) by their text; those that have a vector keep it.

    Whoever changes a line's words takes its vectors away (`dam.catalog.writers.transcripts`).
    """
    watch = Stopwatch()
    embedder = tools.engines.embedder(runs[0].model)
    info = replace(embedder.info, space=speech_space(embedder.info.name))
    assets = [run.asset_id for run in runs]
    standing = units_with_vectors(assets, space=info.space)
    lines = [line for line in spoken_lines_of(assets) if line.unit_id not in standing]
    try:
        batch = tools.limits.embed_batch
        parts = [
            embedder.embed_texts([line.text for line in lines[start : start + batch]])
            for start in range(0, len(lines), batch)
        ]
    except EngineError as error:
        fail_apart(runs, error, tools, embed_speech)
        return
    vectors = np.concatenate(parts) if parts else _empty(info.dimensions)
    rows = [Look(unit_id=line.unit_id, at_ms=line.start_ms) for line in lines]
    record_embeddings(runs, rows, vectors, info=info, took_ms=watch.ms, keep=standing)


def speech_space(model: str) -> str:
    """Return the name of the space that holds the text vectors of spoken lines."""
    return f"speech:{model}"


def _embed_pictures(looks: Sequence[LookFile], embedder: Embedder, tools: Tools) -> tuple[Vectors, list[int]]:
    """Return one vector per look (zeros where the picture can't be read) and the numbers of the unreadable ones."""
    batch = tools.limits.embed_batch
    vectors = _empty(embedder.info.dimensions, rows=len(looks))
    unreadable: list[int] = []
    for start in range(0, len(looks), batch):
        part = looks[start : start + batch]
        pictures = load_pictures([tools.places.renditions / look.key for look in part])
        good = [number for number, picture in enumerate(pictures) if picture is not None]
        unreadable += [start + number for number in range(len(part)) if pictures[number] is None]
        if good:
            vectors[[start + number for number in good]] = embedder.embed_images(
                [picture for picture in pictures if picture is not None]
            )
    return vectors, unreadable


def _empty(dimensions: int, *, rows: int = 0) -> Vectors:
    return np.zeros((rows, dimensions), dtype=np.float32)


def by_model(runs: Sequence[StageRun]) -> list[list[StageRun]]:
    """Split claimed runs into batches of one model each."""
    groups: dict[str, list[StageRun]] = defaultdict(list)
    for run in runs:
        groups[run.model].append(run)
    return list(groups.values())
