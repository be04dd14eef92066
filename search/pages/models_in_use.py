"""Which models answer now, in words for the Activity page: one line for each thing that is looked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dam import wiring
from dam.catalog import current, preferences
from dam.catalog.readers.model_progress import Progress, progress_by_model, share_built
from dam.config import config
from dam.engines import weights
from dam.engines.packs import Pack, PackModel, load_packs
from dam.errors import ModelUnavailable
from dam.types import Stage

# What each stage looks for, in the order in which people ask about it; stages that measure have no trained model.
_HEADINGS = {
    Stage.EMBED: "Pictures",
    Stage.TRANSCRIBE: "Speech",
    Stage.FACES: "Faces",
    Stage.OBJECTS: "Things",
    Stage.TEXT: "Writing",
    Stage.SOUND: "Sounds",
    Stage.TAG: "Tags",
    Stage.SOUND_TAG: "Tags of sounds",
    Stage.CAPTION: "Sentences",
}
_PORTS = {
    Stage.EMBED: "embedder",
    Stage.TRANSCRIBE: "transcriber",
    Stage.FACES: "faces",
    Stage.OBJECTS: "objects",
    Stage.TEXT: "text",
    Stage.SOUND: "sounds",
    Stage.CAPTION: "captions",
}
_SWITCHES = {Stage.FACES: preferences.FACES, Stage.CAPTION: preferences.CAPTIONS}
# A new pack's words of speech replace the old ones file by file; vectors of lines belong to those of pictures.
_ALSO = {Stage.EMBED: (Stage.EMBED, Stage.EMBED_SPEECH)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who answers for one stage.

    `state` says how it stands with `model`; `building` is the model being made ready beside it, "" for none, and
    `percent` how far that one is. `licences` are those that allow no commercial use; `problem` is what keeps new
    files from being looked at, with what to do.
    """

    stage: Stage
    heading: str
    model: str
    state: str
    building: str = ""
    percent: int = 0
    licences: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsSwitch:
    """The switch for sentences: `on`, and the `model` that writes them."""

    on: bool
    model: str


def answers() -> list[Answer]:
    """Return a line for each stage that a model serves, or has served. Raises ConfigError."""
    active, building = wiring.active_pack(), wiring.building_pack()
    progress = progress_by_model()
    known = {model.name: model for pack in _packs(active, building) for model in pack.models}
    return [
        _answer(stage, shown, next_one, newest=building or active, progress=progress, known=known)
        for stage, shown, next_one in _models(active, building)
    ]


def captions_switch() -> CaptionsSwitch | None:
    """Return how the switch for sentences stands; None where the pack has no model for them. Raises ConfigError."""
    model = (wiring.building_pack() or wiring.active_pack()).captions
    return CaptionsSwitch(on=preferences.is_on(preferences.CAPTIONS), model=model.name) if model else None


def _packs(active: Pack, building: Pack | None) -> Iterable[Pack]:
    return [*load_packs().values(), active, *([building] if building else [])]


def _models(active: Pack, building: Pack | None) -> Iterator[tuple[Stage, str, str]]:
    """Yield each stage with the model that is shown ("" for none yet) and the one being built ("" for none)."""
    shown, beside = current.models_in_use(), current.being_built()
    newest = building or active
    for stage in _HEADINGS:
        if stage in (Stage.EMBED, Stage.TRANSCRIBE):
            now, then = active.model(_PORTS[stage]), newest.model(_PORTS[stage])
            if now is not None and then is not None:
                yield stage, now.name, then.name if then.name != now.name else ""
            continue
        wanted = newest.model(_PORTS[stage]) if stage in _PORTS else None
        if stage in shown or wanted is not None:
            yield stage, shown.get(stage, ""), beside.get(stage, "")


def _answer(
    stage: Stage,
    shown: str,
    beside: str,
    *,
    newest: Pack,
    progress: Mapping[tuple[Stage, str], Progress],
    known: Mapping[str, PackModel],
) -> Answer:
    wanted = newest.model(_PORTS[stage]) if stage in _PORTS else None
    off = stage in _SWITCHES and not preferences.is_on(_SWITCHES[stage])
    name, next_name = shown or (wanted.name if wanted else ""), beside
    if stage in (Stage.TAG, Stage.SOUND_TAG):
        name, next_name = _vectors_of(shown), _vectors_of(beside)
        if beside and next_name == name:
            next_name = "the same with new words"
    share = share_built(progress, stages=_ALSO.get(stage, (stage,)), shown=shown, building=beside) if beside else 0.0
    return Answer(
        stage=stage,
        heading=_HEADINGS[stage],
        model=name,
        state=_state(stage, wanted, off=off),
        building=next_name,
        percent=int(100 * share),  # rounded down: 100 only when it is whole
        licences=tuple(_restricted(known, name, next_name)),
        problem="" if off or wanted is None else _missing(newest, wanted),
    )


def _state(stage: Stage, wanted: PackModel | None, *, off: bool) -> str:
    if off:
        return "off"
    if stage in _PORTS and wanted is None:
        return "shown for files that it has seen; the pack in use has no model for new ones"
    return "in use"


def _vectors_of(model: str) -> str:
    """Return the model of the vectors that tags are made from: "<model>+<vocabulary>" names both."""
    return model.rpartition("+")[0]


def _restricted(known: Mapping[str, PackModel], *names: str) -> Iterator[str]:
    for name in names:
        model = known.get(name)
        if model is not None and model.is_non_commercial:
            yield model.licence


def _missing(pack: Pack, model: PackModel) -> str:
    try:
        weights.require(pack, model, models=config().places.models)
    except ModelUnavailable as error:
        return str(error)
    return ""
