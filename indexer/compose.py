"""The pipeline with its ports bound, and the plan of what is to be done: for the worker and `manage.py index`."""

from collections.abc import Callable, Iterable

import structlog

from dam import wiring
from dam.catalog import current, jobs, preferences
from dam.catalog import pack as choices
from dam.catalog.writers.seen import make_findable
from dam.catalog.writers.stages import align_stages
from dam.catalog.writers.tags import forget_outdated
from dam.catalog.writers.units import prune_tombstones
from dam.config import config
from dam.engines.look import look_model
from dam.engines.packs import Pack
from dam.engines.places import place_model
from dam.ports import Transcriber
from dam.tagging.own import load_vocabulary
from dam.tagging.sounds import sound_tag_model
from dam.tagging.vocabulary import tag_model
from dam.types import SWAPPED, Plan, Stage
from indexer.pipeline import Pipeline
from indexer.tools import Engines, Tools

log = structlog.get_logger(__name__)

# Which port of a pack a stage uses, and which switch turns it off.
_PORTS = {
    Stage.FACES: "faces",
    Stage.TEXT: "text",
    Stage.OBJECTS: "objects",
    Stage.CAPTION: "captions",
    Stage.SOUND: "sounds",
}
# Stages that need no trained model: their editions.
_MEASURES: dict[Stage, Callable[[], str]] = {Stage.LOOK: look_model, Stage.PLACE: place_model}
_SWITCHES = {Stage.FACES: preferences.FACES, Stage.CAPTION: preferences.CAPTIONS}

_aligned: set[tuple[object, ...]] = set()  # what this process last saw


def make_plan() -> Plan:
    """Return what is to be done now: by the pack in use, and by the one being built beside it. Raises ConfigError."""
    active, building = wiring.active_pack(), wiring.building_pack()
    packs = [building or active, active]
    embedders = _unique(pack.embedder.name for pack in packs)
    models = {
        Stage.EMBED: embedders,
        Stage.TRANSCRIBE: (_pack_that_hears().transcriber.name,),
        **{stage: models for stage in SWAPPED if (models := _models_of(stage, packs))},
    }
    return Plan(models=models)


def make_pipeline() -> Pipeline:
    """Return a pipeline for the plan as it is now. Raises ConfigError."""
    hears = _pack_that_hears()

    def transcriber(model: str) -> Transcriber:  # noqa: ARG001 - the plan names only that pack's
        return wiring.transcriber(hears.name)

    settings = config()
    return Pipeline(
        Tools(
            reader=wiring.media_reader(),
            engines=Engines(embedder=wiring.embedder_of, transcriber=transcriber),
            plan=make_plan(),
            places=settings.places,
            limits=settings.limits,
            owner=jobs.worker_name(),
            has_gpu=wiring.has_gpu(),
        )
    )


def follow_pack() -> None:
    """Make due what a change of models asks for, and let models answer whose rows are complete.

    Cheap when nothing has changed: a few small rows are read. Call it before looking for due work.
    """
    plan, building = make_plan(), wiring.building_pack()
    seen = (building.name if building else "", *sorted(plan.models.items()))
    if seen not in _aligned:
        current.choose({stage: models[0] for stage, models in plan.models.items()})
        changed = align_stages(plan)
        prune_tombstones()
        _aligned.clear()
        _aligned.add(seen)
        log.info("models in use", pack=wiring.active_pack().name, building=seen[0], made_due=changed)
    if building is not None and _waits():
        return
    for stage in current.swap_complete(make_findable):
        log.info("a new model's results are shown from now on", stage=stage.value)
        if stage in {Stage.TAG, Stage.SOUND_TAG}:
            forget_outdated(current.model_of(stage))
    if building is None:
        return
    stages = [Stage.EMBED, Stage.EMBED_SPEECH]
    if jobs.any_left(stages, model=building.embedder.name) or jobs.any_left([Stage.PREPARE]):
        return
    if choices.finish_building(building.name):
        log.info("the new pack answers from now on", pack=building.name)
        follow_pack()  # by the new plan, what was due of the old pack's models is withdrawn


def _waits() -> bool:
    """Tell whether a pack is made ready only to stand beside the one in use."""
    choice = choices.active()
    return choice is not None and choice.waits


def _pack_that_hears() -> Pack:
    """Return the pack that writes down speech: a file has one transcript, so a pack that waits writes none."""
    building = wiring.building_pack()
    return wiring.active_pack() if building is None or _waits() else building


def _models_of(stage: Stage, packs: list[Pack]) -> tuple[str, ...]:
    """Return the models of one stage, the newest first; () where no pack has one or its switch is off."""
    switch = _SWITCHES.get(stage)
    if switch is not None and not preferences.is_on(switch):
        return ()
    if stage in _MEASURES:
        return (_MEASURES[stage](),)
    if stage in _PORTS:
        found = (pack.model(_PORTS[stage]) for pack in packs)
        return _unique(model.name for model in found if model is not None)
    if stage is Stage.SOUND_TAG:
        return _unique(sound_tag_model(model) for model in _models_of(Stage.SOUND, packs))
    if stage is Stage.TAG:
        return _unique(tag_model(pack.embedder.name, load_vocabulary()) for pack in packs)
    return ()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
