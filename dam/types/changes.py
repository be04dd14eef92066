"""What is to become of a field of an asset's metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.types.described import MetadataField

# As `AssetMetadata` holds it: text, a list of keywords, or a rating (None: not rated).
MetadataValue = str | int | list[str] | None
MetadataValues = Mapping[MetadataField, MetadataValue]


@dataclass(frozen=True, slots=True)
class SetTo:
    """The field becomes this, whatever it was; None and "" clear it. Keywords are a sequence, in their order."""

    value: str | int | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeKeywords:
    """Some keywords come, go or are renamed; all others stay, in their order. Letter case is no difference.

    What is added stands at the end; what is renamed, (old, new), stays where it stood.
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    rename: tuple[tuple[str, str], ...] = ()


Change = SetTo | ChangeKeywords
Changes = Mapping[MetadataField, Change]
CLEAR = SetTo(None)
