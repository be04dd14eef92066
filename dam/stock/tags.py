"""What is written into a copy: title, description, keywords, place and rights as XMP and, in photos, as IPTC too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dam.stock.item import Item
from dam.types import MediaKind

# IPTC-IIM 4.2, in bytes. What is longer stands in XMP alone: ExifTool would cut it off.
_TITLE, _CAPTION, _KEYWORD, _PLACE, _COUNTRY, _COPYRIGHT = 64, 2000, 64, 32, 64, 128
_HOLD_IPTC = frozenset({"jpg", "jpeg", "tif", "tiff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTags:
    """Tags to write, tags to take away, and what IPTC could not hold (XMP has it whole)."""

    values: Mapping[str, Any]
    clear: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def tags_of(item: Item) -> CopyTags:
    """Return what a copy is to say; keywords in their order, a field that is empty is taken away."""
    spot = item.spot
    xmp: dict[str, Any] = {
        "XMP-dc:Title": item.title,
        "XMP-dc:Description": item.description,
        "XMP-dc:Subject": list(item.keywords),
        "XMP-dc:Rights": item.copyright,
        "XMP-photoshop:Headline": item.title,
        "XMP-photoshop:City": spot.city,
        "XMP-photoshop:State": spot.state,
        "XMP-photoshop:Country": spot.country,
        "XMP-iptcCore:Location": spot.location,
    }
    values = {tag: value for tag, value in xmp.items() if value}
    # The paths of the library's own hierarchy are nobody else's business.
    clear = [tag for tag, value in xmp.items() if not value] + ["XMP-lr:HierarchicalSubject"]
    if item.kind is not MediaKind.PHOTO or item.own_name.rpartition(".")[2].lower() not in _HOLD_IPTC:
        return CopyTags(values=values, clear=tuple(clear))
    iim: dict[str, tuple[Any, int]] = {
        "IPTC:ObjectName": (item.title, _TITLE),
        "IPTC:Caption-Abstract": (item.description, _CAPTION),
        "IPTC:Keywords": (list(item.keywords), _KEYWORD),
        "IPTC:City": (spot.city, _PLACE),
        "IPTC:Province-State": (spot.state, _PLACE),
        "IPTC:Country-PrimaryLocationName": (spot.country, _COUNTRY),
        "IPTC:Sub-location": (spot.location, _PLACE),
        "IPTC:CopyrightNotice": (item.copyright, _COPYRIGHT),
    }
    notes = []
    for tag, (value, most) in iim.items():
        fits = [word for word in value if _fits(word, most)] if isinstance(value, list) else value
        if isinstance(value, list):
            if len(fits) < len(value):
                notes.append(f"{len(value) - len(fits)} keywords are too long for IPTC; XMP has them")
        elif not _fits(value, most):
            notes.append(f"{tag.partition(':')[2]} is too long for IPTC ({most} bytes); XMP has it whole")
            fits = ""
        if fits:
            values[tag] = fits
        else:
            clear.append(tag)
    values["IPTC:CodedCharacterSet"] = "UTF8"
    return CopyTags(values=values, clear=tuple(clear), notes=tuple(notes))


def _fits(text: str, most: int) -> bool:
    return len(text.encode()) <= most
