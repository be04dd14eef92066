"""The pipeline with its ports bound: for the worker, `manage.py index`, and nobody else."""

import structlog

from dam import wiring
from dam.catalog import jobs
from dam.catalog import pack as choices
from dam.catalog.writers.stages import align_stages
from dam.catalog.writers.units import prune_tombstones
from dam.config import config
from dam.ports import Embedder, Transcriber
from dam.types import Stage
from indexer.pipeline import Pipeline
from indexer.tools import Tools

log = structlog.get_logger(__name__)

_aligned: set[tuple[str, str]] = set()  # what this process last saw: (pack, pack being built)


def make_pipeline() -> Pipeline:
    """Return a pipeline for the pack in use, and for the one being built beside it. Raises ConfigError."""
    active, building = wiring.active_pack(), wiring.building_pack()
    newest = building or active
    packs = {newest.embedder.name: newest.name, active.embedder.name: active.name}
    hearing = {newest.transcriber.name: newest.name}

    def embedder(model: str) -> Embedder:
        return wiring.embedder(packs[model])

    def transcriber(model: str) -> Transcriber:
        return wiring.transcriber(hearing[model])

    settings = config()
    return Pipeline(
        Tools(
            reader=wiring.media_reader(),
            embedder=embedder,
            transcriber=transcriber,
            picture_models=tuple(packs),
            speech_model=newest.transcriber.name,
            places=settings.places,
            limits=settings.limits,
            owner=jobs.worker_name(),
        )
    )


def follow_pack() -> None:
    """Make due what a change of pack asks for, and let a pack answer whose vectors are complete.

    Cheap when nothing has changed: one small row is read. Call it before looking for due work.
    """
    active, building = wiring.active_pack(), wiring.building_pack()
    seen = (active.name, building.name if building else "")
    if seen not in _aligned:
        newest = building or active
        models = {active.embedder.name, newest.embedder.name}
        changed = align_stages(picture_models=models, speech_model=newest.transcriber.name)
        prune_tombstones()
        _aligned.clear()
        _aligned.add(seen)
        log.info("models in use", pack=active.name, building=seen[1], made_due=changed)
    if building is None:
        return
    stages = [Stage.EMBED, Stage.EMBED_SPEECH]
    if jobs.any_left(stages, model=building.embedder.name) or jobs.any_left([Stage.PREPARE]):
        return
    if choices.finish_building(building.name):
        log.info("the new pack answers from now on", pack=building.name)
