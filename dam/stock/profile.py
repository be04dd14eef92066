"""What a stock agency asks of what it is sent, as its profile file says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import Formatter

from dam.types import MediaKind


class Standing(StrEnum):
    """Where the facts of a profile come from."""

    OFFICIAL = "official"  # read on the agency's own page
    UNVERIFIED = "unverified"  # from other programs, or from people who upload


class ValueKind(StrEnum):
    """What an option may hold."""

    TEXT = "text"
    AMOUNT = "amount"  # money: digits, a point, at most two digits
    YES_NO = "yes-no"


class Told(StrEnum):
    """How an agency is told that something is for editorial use only."""

    COLUMN = "column"
    PORTAL = "portal"  # by hand, after the upload


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """What files may be sent: endings by kind, sizes in MB (10⁶ bytes, `least_open_mb` 2²⁰ of the open picture)."""

    formats: Mapping[MediaKind, tuple[str, ...]]
    name_longest: int | None = None
    least_megapixels: float | None = None
    least_open_mb: float | None = None
    most_mb: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What a title or a description must be; lengths in characters. `people` False: without people's names."""

    sent: bool = True
    required: bool = False
    shortest: int | None = None
    longest: int | None = None
    without: tuple[str, ...] = ()
    people: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordRules:
    """How many keywords, and how long; the `first` ones weigh most (0: all alike)."""

    least: int = 0
    most: int | None = None
    first: int = 0
    longest_each: int | None = None
    longest_all: int | None = None
    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One of the agency's categories; `key` is what is written into its CSV."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRules:
    """How many categories one asset has; `needed`: one is looked for even where the agency could do without."""

    least: int = 0
    most: int = 0
    needed: bool = False
    choices: tuple[Category, ...] = ()

    def name_of(self, key: str) -> str:
        """Return the name of a category, or its key where there is none of it."""
        return next((choice.name for choice in self.choices if choice.key == key), key)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialRules:
    """How editorial use is told, and a caption's form ("": none) of {city}, {country}, {state}, {date} and {text}."""

    how: Told = Told.PORTAL
    caption: str = ""
    caption_in: str = "title"
    state: str = ""
    date: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A further column: said once for a submission and, with `each`, of single assets, too."""

    key: str
    name: str
    kind: ValueKind = ValueKind.TEXT
    required: bool = False
    each: bool = False
    kinds: tuple[MediaKind, ...] = (MediaKind.PHOTO, MediaKind.VIDEO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its header as the agency writes it, and which value stands in it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """One CSV, byte for byte. With `split` more rows or bytes than allowed make several files, else it is refused."""

    columns: tuple[Column, ...]
    kinds: tuple[MediaKind, ...] = (MediaKind.PHOTO, MediaKind.VIDEO)
    separator: str = ","
    quote_all: bool = False
    bom: bool = False
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    date: str = "%Y-%m-%d"
    most_rows: int | None = None
    most_bytes: int | None = None
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An agency. `unverified` names parts that are so although the profile is official ("csv", "title.longest")."""

    key: str
    name: str
    status: Standing
    source: str
    read: date
    kinds: tuple[MediaKind, ...]
    file: FileRules
    title: TextRules
    description: TextRules
    keywords: KeywordRules
    category: CategoryRules
    editorial: EditorialRules
    edition: str = ""
    versions: int | None = None  # significant versions of one motif
    notes: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    csv: tuple[CsvForm, ...] = ()
    own: bool = field(default=False)  # the user's file

    def is_verified(self, part: str) -> bool:
        """Tell whether a part ("title.longest"), and what holds it, was read on the agency's own page."""
        if self.status is Standing.UNVERIFIED:
            return False
        names = part.split(".")
        return not any(".".join(names[:count]) in self.unverified for count in range(1, len(names) + 1))

    def csv_for(self, kind: MediaKind) -> CsvForm | None:
        """Return the CSV in which a kind is told, or None where the files say it themselves."""
        return next((form for form in self.csv if kind in form.kinds), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The values that some CSV of it holds."""
        return tuple(dict.fromkeys(column.value for form in self.csv for column in form.columns))


VALUES = (
    "file_name", "title", "description", "keywords", "categories", "releases", "editorial", "copyright", "country",
    "taken_on",
)  # fmt: skip
CAPTION_PARTS = frozenset({"city", "country", "state", "date", "text"})


def parts_of(form: str) -> frozenset[str]:
    """Return the names in braces of a caption's form. Raises ValueError for braces that don't close."""
    return frozenset(name for _, name, _, _ in Formatter().parse(form) if name is not None)
