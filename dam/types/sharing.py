"""What may be handed out: the forms of a download, and what a guest with a link may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DownloadForm(StrEnum):
    """What a download is made of."""

    ORIGINAL = "original"  # the file as it is, byte for byte
    RENDITION = "rendition"  # made anew at a chosen size: JPEG, or MP4 for what moves
    CLIP = "clip"  # a shot or a stretch, cut out of its recording

    @property
    def in_words(self) -> str:
        """What it is, for the pages."""
        return _IN_WORDS[self]


class ShareRight(StrEnum):
    """What a guest may do with what is shared."""

    VIEW = "view"
    DOWNLOAD = "download"


_IN_WORDS = {
    DownloadForm.ORIGINAL: "Originals",
    DownloadForm.RENDITION: "Smaller copies",
    DownloadForm.CLIP: "Clips cut to the shot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something to be handed out: a whole asset (both times 0), or the stretch `[start_ms, end_ms)` of one.

    `unit_id` is the shot or clip that it is, where it is one now.
    """

    asset_id: int
    start_ms: int = 0
    end_ms: int = 0
    unit_id: int | None = None
    note: str = ""

    @property
    def whole(self) -> bool:
        """Tell whether it is the whole asset."""
        return self.end_ms <= self.start_ms

    @property
    def key(self) -> str:
        """Return what names it in addresses, the same whatever else is in the collection."""
        return f"{self.asset_id}" if self.whole else f"{self.asset_id}-{self.start_ms}-{self.end_ms}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTerms:
    """What the guests of a link may do, and until when; `longest_side` bounds renditions in pixels (0: no bound).

    `keep_location`: what is made for them says where it was taken. `password` as it is typed; "" asks for none.
    """

    label: str = ""  # for whom, in its owner's words
    right: ShareRight = ShareRight.VIEW
    forms: frozenset[DownloadForm] = frozenset()
    longest_side: int = 0
    keep_location: bool = False
    password: str = ""
    expires_at: datetime | None = None
