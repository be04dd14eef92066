"""What the address of a library page asks for: a kind, a folder, the month where it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from dam.catalog.models import Asset
from dam.catalog.readers.browse import shown_assets
from dam.types import MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is asked for: the address's parameters, checked."""

    kind: MediaKind | None
    library_id: int | None
    folder: str
    month: str

    @property
    def where(self) -> dict[str, str]:
        """The parameters that name the list, for links."""
        return {
            "in": "library",
            "kind": self.kind.value if self.kind else "",
            "library": str(self.library_id or ""),
            "folder": self.folder,
        }

    @property
    def query(self) -> str:
        """The same as a query string, for links inside the library."""
        return urlencode({name: value for name, value in self.where.items() if value and name != "in"})

    def assets(self) -> QuerySet[Asset]:
        """Return what the list holds."""
        return shown_assets(kind=self.kind, library_id=self.library_id, folder=self.folder)


def read_view(parameters: Mapping[str, str]) -> View:
    """Return the view that an address names; what it can't mean is left out."""
    kind, library = parameters.get("kind", ""), parameters.get("library", "")
    return View(
        kind=MediaKind(kind) if kind in set(MediaKind) else None,
        library_id=int(library) if library.isascii() and library.isdigit() and len(library) < 10 else None,
        folder=parameters.get("folder", "").strip("/")[:4096].replace("\x00", ""),
        month=parameters.get("month", ""),
    )
