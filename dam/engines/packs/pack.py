"""The nouns of a model pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """Files of a Hugging Face repository: those that match one of the patterns; `required` must be among them.

    Both may name files in folders ("models/x/*.onnx"); here they lie side by side, by their names alone. The hub
    states size and checksum of each; `revision` is a branch, a tag or a commit.
    """

    repository: str
    patterns: tuple[str, ...]
    required: tuple[str, ...]
    revision: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """One file at an address, with the SHA-256 that it must have."""

    url: str
    sha256: str
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackModel:
    """What one port uses.

    `adapter` is the dotted path of a callable `(folder, *, name, device, **options)` that gives the port's adapter.
    `home` is the pack that names it first: packs that extend that one share its weights.
    `name` goes on every row that it makes, so a change of weights is a change of name. `shipped` is a folder inside
    the project, with `shipped_files`, for weights that come with it; `source` is where others come from; neither:
    the weights come with a library. `about_mb` is the size of the download, for people. The weights of an `optional`
    model are fetched only where they are asked for, and a pack is complete without them.
    """

    port: str
    home: str
    adapter: str
    name: str
    licence: str
    about_mb: int = 0
    optional: bool = False
    shipped: Path | None = None
    shipped_files: tuple[str, ...] = ()
    source: HubSource | UrlSource | None = None
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    @property
    def is_non_commercial(self) -> bool:
        """Whether its licence allows no commercial use: people must be told before they use it."""
        return "non-commercial" in self.licence.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A named set of models, one for each port; None where the pack has no model for an optional port."""

    name: str
    summary: str
    embedder: PackModel
    transcriber: PackModel
    faces: PackModel | None = None
    text: PackModel | None = None
    objects: PackModel | None = None
    captions: PackModel | None = None
    sounds: PackModel | None = None

    @property
    def models(self) -> tuple[PackModel, ...]:
        """The models, in the order in which they are fetched: pictures are searched first."""
        optional = (self.faces, self.text, self.objects, self.sounds, self.captions)
        return (self.embedder, self.transcriber, *(model for model in optional if model is not None))

    def model(self, port: str) -> PackModel | None:
        """Return the model of a port by the port's name in pack files."""
        return next((model for model in self.models if model.port == port), None)

    @property
    def about_mb(self) -> int:
        """How much has to be fetched, roughly; what is optional comes on top."""
        return sum(model.about_mb for model in self.models if not model.optional)

    @property
    def needs_fetching(self) -> bool:
        """Whether any of its weights come from outside."""
        return any(model.source is not None for model in self.models)
