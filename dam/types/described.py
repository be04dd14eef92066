"""What people say of assets in the field's own terms: the fields, where a value came from, where it is written to."""

from enum import StrEnum


class MetadataField(StrEnum):
    """A field that a user may edit; the values are `MediaMetadata`'s and `AssetMetadata`'s names.

    `KEYWORDS` is a list in the user's order; a path in a hierarchy is written "Animals|Dog" (lr:hierarchicalSubject).
    `RATING` is -1 (rejected) to 5, or none. The rest is text; "" says nothing.
    """

    TITLE = "title"  # dc:title
    DESCRIPTION = "description"  # dc:description
    KEYWORDS = "keywords"  # dc:subject, lr:hierarchicalSubject
    CREATOR = "creator"  # dc:creator
    COPYRIGHT = "copyright"  # dc:rights
    RATING = "rating"  # xmp:Rating
    LABEL = "label"  # xmp:Label
    LOCATION = "location"  # Iptc4xmpCore:Location
    CITY = "city"  # photoshop:City
    STATE = "state"  # photoshop:State
    COUNTRY = "country"  # photoshop:Country
    COUNTRY_CODE = "country_code"  # Iptc4xmpCore:CountryCode


class EditCause(StrEnum):
    """Who changed a field."""

    USER = "user"
    FILE = "file"  # another program, read back from the file or its sidecar
    IMPORT = "import"  # an archive of an earlier installation


class WriteMode(StrEnum):
    """Where edits are written to."""

    SIDECAR = "sidecar"  # an XMP file beside the original
    EMBED = "embed"  # the original itself
    NONE = "none"


class MergeRule(StrEnum):
    """Who is right where the user and another program changed the same field since they last agreed."""

    NEWEST = "newest"
    OURS = "ours"
    THEIRS = "theirs"
