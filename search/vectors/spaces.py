"""The vector spaces that one search may ask, each opened and its model fetched only when it is asked."""

from functools import cached_property

from dam import wiring
from dam.catalog import current
from dam.errors import EngineError
from dam.ports import Embedder, FaceModelInfo, SoundEmbedder
from dam.types import Stage
from search.vectors.follow import Follower
from search.vectors.index import SpaceIndex


class Spaces:
    """What is searched by its vectors: pictures, spoken lines, sounds, faces."""

    def __init__(self, source: Follower, *, embedder: Embedder | None = None) -> None:
        self._source = source
        self._given = embedder

    @cached_property
    def pack(self) -> str:
        """The name of the pack that answers; the embedder's own, where one was given."""
        return self._given.info.name if self._given else wiring.active_pack().name

    @cached_property
    def embedder(self) -> Embedder:
        """The model of pictures and words. Raises ModelUnavailable."""
        return self._given or wiring.embedder(self.pack)

    @cached_property
    def picture(self) -> SpaceIndex:
        """The vectors of pictures. Raises EngineError, database errors."""
        info = self.embedder.info
        return self._source.space(info.space, info.dimensions)

    @cached_property
    def speech(self) -> SpaceIndex:
        """The vectors of spoken lines, by the same model's text tower. Raises EngineError, database errors."""
        info = self.embedder.info
        return self._source.space(f"speech:{info.name}", info.dimensions)

    @cached_property
    def hearing(self) -> SoundEmbedder | None:
        """The model whose sounds are shown; None where there is none, or its weights are gone."""
        name = current.model_of(Stage.SOUND)
        if not name:
            return None
        try:
            model = wiring.sound_embedder(name)
            _ = model.info  # read from its files, so that a broken model is found here
        except EngineError:
            return None
        return model

    @cached_property
    def sound(self) -> SpaceIndex | None:
        """The vectors of sounds; None without a model. Raises database errors."""
        if self.hearing is None:
            return None
        info = self.hearing.info
        return self._source.space(info.space, info.dimensions)

    @property
    def opened(self) -> list[SpaceIndex]:
        """The spaces that are in memory, whatever their models."""
        return self._source.opened

    def faces(self, model: str) -> tuple[FaceModelInfo, SpaceIndex]:
        """Return the vectors of faces by a model. Raises ModelUnavailable, database errors."""
        info = wiring.face_engine(model).info
        return info, self._source.space(info.space, info.dimensions)
