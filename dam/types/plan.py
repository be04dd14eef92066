"""Which stages an asset needs, by which models: decided here, and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dam.types.media import MediaKind, Stage

# Stages whose rows are shown or searched by one model at a time: a new model's are made beside them, then swapped.
# (Those of EMBED follow the pack, whose text tower has to answer.)
SWAPPED = (
    Stage.LOOK,
    Stage.PLACE,
    Stage.FACES,
    Stage.TEXT,
    Stage.OBJECTS,
    Stage.CAPTION,
    Stage.SOUND,
    Stage.TAG,
    Stage.SOUND_TAG,
)
# What has to be done before: its vectors are what the stage works on.
UPSTREAM = {Stage.TAG: Stage.EMBED, Stage.SOUND_TAG: Stage.SOUND}
_OF_PICTURES = (Stage.EMBED, Stage.LOOK, Stage.FACES, Stage.TEXT, Stage.OBJECTS, Stage.CAPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What of an asset decides on its stages."""

    kind: MediaKind
    pictured: bool = False
    audible: bool = False
    placed: bool = False
    browser_playable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The models that are in use, by stage: the one that answers, and the one being built beside it.

    A stage without a model is not run; "" names a stage's own code (PROXY needs no entry).
    """

    models: Mapping[Stage, tuple[str, ...]] = field(default_factory=dict)

    def of(self, stage: Stage) -> tuple[str, ...]:
        """Return the models of a stage, () where it is not run."""
        return self.models.get(stage, ())

    def first_stages(self, traits: Traits) -> Iterable[tuple[Stage, str]]:
        """Yield what is due once an asset is prepared; the stages of vectors follow when those are there."""
        if traits.pictured:
            for stage in _OF_PICTURES:
                yield from ((stage, model) for model in self.of(stage))
        if traits.kind is not MediaKind.PHOTO:
            # Silent ones, too: a subtitle may lie beside them, or come later.
            yield from ((Stage.TRANSCRIBE, model) for model in self.of(Stage.TRANSCRIBE)[:1])
        if traits.audible:
            yield from ((Stage.SOUND, model) for model in self.of(Stage.SOUND))
        if traits.placed:
            yield from ((Stage.PLACE, model) for model in self.of(Stage.PLACE))
        if traits.kind is MediaKind.VIDEO and not traits.browser_playable:
            yield Stage.PROXY, ""

    def stages_after(self, stage: Stage, model: str) -> Iterable[tuple[Stage, str]]:
        """Yield what is due once a stage has made its vectors: the tags of that very model.

        A tagging model is named after the model of the vectors: "<model>+<vocabulary>".
        """
        for later, earlier in UPSTREAM.items():
            if earlier is stage:
                yield from ((later, name) for name in self.of(later) if name.rpartition("+")[0] == model)
