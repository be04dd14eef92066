"""The nouns of a model pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """Files of a Hugging Face repository: those that match one of the patterns; `required` must be among them.

    The hub states size and checksum of each; `revision` is a branch, a tag or a commit.
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
    `name` goes on every row that it makes, so a change of weights is a change of name. `shipped` is a folder inside
    the project, with `shipped_files`, for weights that come with it; `source` is where others come from; neither:
    the weights come with a library. `about_mb` is the size of the download, for people.
    """

    port: str
    adapter: str
    name: str
    licence: str
    about_mb: int = 0
    shipped: Path | None = None
    shipped_files: tuple[str, ...] = ()
    source: HubSource | UrlSource | None = None
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A named set of models, one for each port."""

    name: str
    summary: str
    embedder: PackModel
    transcriber: PackModel

    @property
    def models(self) -> tuple[PackModel, ...]:
        """The models, in the order in which they are fetched: pictures are searched first."""
        return (self.embedder, self.transcriber)

    @property
    def about_mb(self) -> int:
        """How much has to be fetched, roughly."""
        return sum(model.about_mb for model in self.models)

    @property
    def needs_fetching(self) -> bool:
        """Whether any of its weights come from outside."""
        return any(model.source is not None for model in self.models)
