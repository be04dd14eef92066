"""One asset as it would be sent to an agency, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dam.types import MediaKind, Severity

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a picture was taken, in words; "" where that is not known."""

    location: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Whom and what an asset shows, and for whom a release is on file.

    `named` are the people whose names are known, `unreleased` those of them without a model release, `strangers` the
    faces that nobody has named, less the model releases that are attached to the asset itself. `writing` are the
    lines that were read in it (signs, labels, logos). `documents` are the names of the releases that hold for it.
    """

    named: tuple[str, ...] = ()
    unreleased: tuple[str, ...] = ()
    strangers: int = 0
    writing: tuple[str, ...] = ()
    property_released: bool = False
    documents: tuple[str, ...] = ()

    @property
    def needs_model(self) -> bool:
        """Tell whether somebody is to be recognised without a release."""
        return bool(self.unreleased or self.strangers)

    @property
    def needs_property(self) -> bool:
        """Tell whether there is writing in it that may be somebody's, without a release."""
        return bool(self.writing) and not self.property_released


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured: `sharpness` 0..1 (`dam.engines.look`), `noise` the standard deviation of 255 grey levels in
    the preview, `phashes` 64-bit hashes of the pictures that say something. None: not measured (yet).
    """

    sharpness: float | None = None
    noise: float | None = None
    phashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An asset with all that is said of it for one agency. `file_name` is the copy's, `own_name` the original's.

    `said_editorial` is what somebody chose, None where nobody did. `choices` are further columns by option.
    """

    asset_id: int
    kind: MediaKind
    own_name: str
    file_name: str
    size_bytes: int = 0
    width: int = 0
    height: int = 0
    taken_on: date | None = None
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    copyright: str = ""
    categories: tuple[str, ...] = ()
    said_editorial: bool | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    spot: Spot = field(default_factory=Spot)
    rights: Rights = field(default_factory=Rights)
    quality: Quality = field(default_factory=Quality)

    @property
    def editorial(self) -> bool:
        """Tell whether it is sent for editorial use only: as somebody chose, else wherever a release is missing."""
        if self.said_editorial is not None:
            return self.said_editorial
        return self.rights.needs_model or self.rights.needs_property


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another asset that looks the same: in the submission (`sent` "") or sent before, and when."""

    asset_id: int | None
    name: str
    sent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the checks of one item ask of the others: who has the same file name, and who looks the same."""

    same_name: tuple[str, ...] = ()  # the originals' names of the others
    alike: tuple[Alike, ...] = ()
    sent_before: str = ""  # when this very content went to this agency


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What one click would make of a field; never done unasked."""

    label: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that stands in the way, at a field; `limit` and `actual` as shown ("70 characters", "83")."""

    field: str  # "file", "file_name", "title", "description", "keywords", "category", "editorial" or an option's key
    severity: Severity
    message: str
    limit: str = ""
    actual: str = ""
    verified: bool = True
    fix: Fix | None = None
