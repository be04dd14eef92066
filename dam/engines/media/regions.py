"""From the region tables of an XMP packet to named regions of the picture as displayed.

Two tables are read. Metadata Working Group, "Guidelines for Handling Image Metadata" 2.0 (2010), Image Regions:
`mwg-rs:Regions` holds the size that the table was made for and a bag of regions, whose `stArea:x` and `y` are the
CENTRE, in shares of the picture. Microsoft, "People Tagging Overview": `MP:RegionInfo` holds a bag of rectangles
"x, y, width, height" from the upper left corner, also in shares. Both speak of the picture as stored, before its EXIF
orientation is applied. Nothing in them is believed: numbers are checked, names cleaned, and the count is bounded.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element

from dam.engines.media.wording import clean_text
from dam.types import Box, NamedRegion, RegionKind

MAX_REGIONS = 200  # a school's year on one photo; hostile packets of 1 MB could hold 10,000
MAX_NAME = 200  # as keywords

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
_AREA = "{http://ns.adobe.com/xmp/sType/Area#}"
_DIM = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
_MP = "{http://ns.microsoft.com/photo/1.2/}"
_MPRI = "{http://ns.microsoft.com/photo/1.2/t/RegionInfo#}"
_MPREG = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
TABLES = (_MWG + "Regions", _MP + "RegionInfo")

_KINDS = {"face": RegionKind.FACE, "pet": RegionKind.PET}
# Sizes are rounded and raw files' borders differ a little; a picture that was cropped after its regions were drawn
# differs more, and its regions lie anywhere.
_SAME_SHAPE = 0.03
_LARGEST = 1_000_000  # px; JPEG ends at 65,535
_DOUBLE = 0.3  # intersection over union from which one name twice is one region: programs draw heads or faces


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture's size as displayed, in pixels (0: unknown), and the EXIF orientation that led there."""

    width: int = 0
    height: int = 0
    orientation: int = 1

    @property
    def stored(self) -> tuple[int, int]:
        """Width and height before the orientation was applied."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


UPRIGHT = Frame()


def read_regions(root: Element, frame: Frame) -> tuple[NamedRegion, ...]:
    """Return the named regions of both tables, those of the Metadata Working Group first, each once."""
    found: list[NamedRegion] = []
    for table in TABLES:
        read = _working_group if table == TABLES[0] else _microsoft
        for info in root.iter(table):
            for region in islice(read(info, frame), MAX_REGIONS):
                if len(found) < MAX_REGIONS and not any(_is_same(region, other) for other in found):
                    found.append(region)
    return tuple(found)


def turned(box: Box, orientation: int) -> Box:
    """Return where a box of the stored picture lies once its EXIF orientation (1..8) has been applied."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if orientation >= 5:  # rows have become columns
        left, top, right, bottom = top, left, bottom, right
    if orientation in (2, 3, 6, 7):  # seen from the right
        left, right = 1 - right, 1 - left
    if orientation in (3, 4, 7, 8):  # seen from below
        top, bottom = 1 - bottom, 1 - top
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _working_group(info: Element, frame: Frame) -> Iterator[NamedRegion]:
    table = _Struct(info)
    size = table.inner(_MWG + "AppliedToDimensions")
    applied_to = (size.number(_DIM + "w"), size.number(_DIM + "h")) if size else (None, None)
    orientation = _orientation_for(applied_to, frame)
    if orientation is None:
        return
    for region in table.items(_MWG + "RegionList"):
        area = region.inner(_MWG + "Area")
        box = _area_box(area, frame) if area else None
        name = clean_text(region.text(_MWG + "Name"), limit=MAX_NAME)
        if box and name:
            kind = _KINDS.get(region.text(_MWG + "Type").strip().lower(), RegionKind.OTHER)
            yield NamedRegion(name=name, kind=kind, box=turned(box, orientation))


def _orientation_for(applied_to: tuple[float | None, float | None], frame: Frame) -> int | None:
    """Return the turn from the table's picture to the displayed one; None where they can't be the same picture.

    By the guidelines a table is for the picture as stored. Some programs draw and measure on the displayed one: a
    size that fits that one alone says so.
    """
    width, height = applied_to
    if width is None or height is None or not frame.width or not frame.height:
        return frame.orientation
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        return frame.orientation
    if _like(width, height, *frame.stored):
        return frame.orientation
    return 1 if _like(width, height, frame.width, frame.height) else None


def _like(width: float, height: float, other_width: float, other_height: float) -> bool:
    return abs(math.log(width / height) - math.log(other_width / other_height)) <= _SAME_SHAPE


def _area_box(area: "_Struct", frame: Frame) -> Box | None:
    """Rectangles, and circles by their diameter (in shares of the shorter side); points have no extent."""
    if area.text(_AREA + "unit").strip().lower() not in ("normalized", ""):
        return None
    x, y = area.number(_AREA + "x"), area.number(_AREA + "y")
    width, height = area.number(_AREA + "w"), area.number(_AREA + "h")
    diameter = area.number(_AREA + "d")
    if diameter is not None and width is None and height is None and frame.width and frame.height:
        shorter = min(frame.stored)
        width, height = (diameter * shorter / side for side in frame.stored)
    if x is None or y is None or width is None or height is None:
        return None
    return _checked(x - width / 2, y - height / 2, width, height)


def _microsoft(info: Element, frame: Frame) -> Iterator[NamedRegion]:
    for region in _Struct(info).items(_MPRI + "Regions"):
        name = clean_text(region.text(_MPREG + "PersonDisplayName"), limit=MAX_NAME)
        parts = [_number(part) for part in region.text(_MPREG + "Rectangle")[:200].split(",")]
        numbers = [part for part in parts if part is not None]
        if not name or len(parts) != 4 or len(numbers) != 4:
            continue
        box = _checked(*numbers)
        if box:
            yield NamedRegion(name=name, kind=RegionKind.FACE, box=turned(box, frame.orientation))


def _checked(x: float, y: float, width: float, height: float) -> Box | None:
    """Return the part in the picture of a box that lies there for the most part."""
    if not (0 < width <= 1.5 and 0 < height <= 1.5):
        return None
    if not (0 <= x + width / 2 <= 1 and 0 <= y + height / 2 <= 1):
        return None
    box = Box(x=x, y=y, width=width, height=height).clipped()
    return box if box.area > 0 else None


def _is_same(region: NamedRegion, other: NamedRegion) -> bool:
    return region.name.casefold() == other.name.casefold() and region.box.overlap(other.box) >= _DOUBLE


def _number(text: str) -> float | None:
    try:
        value = float(text[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class _Struct:
    """The fields of an RDF resource: as attributes, as child elements, or either inside an rdf:Description."""

    def __init__(self, element: Element) -> None:
        self._texts: dict[str, str] = dict(element.attrib)
        self._children: dict[str, Element] = {}
        for child in element:
            if child.tag == _RDF + "Description":
                self._texts.update(child.attrib)
                self._children.update({inner.tag: inner for inner in child})
            else:
                self._children[child.tag] = child

    def text(self, name: str) -> str:
        """Return a field's text, the first of a list's; "" where there is none."""
        child = self._children.get(name)
        if child is None:
            return self._texts.get(name, "")
        item = next(child.iter(_RDF + "li"), child)
        return item.text or ""

    def number(self, name: str) -> float | None:
        """Return a field as a finite number."""
        return _number(self.text(name))

    def inner(self, name: str) -> "_Struct | None":
        """Return a field that is itself a resource."""
        child = self._children.get(name)
        return None if child is None else _Struct(child)

    def items(self, name: str) -> "Iterator[_Struct]":
        """Yield the resources of a bag or sequence."""
        child = self._children.get(name)
        for group in () if child is None else child:
            if group.tag in (_RDF + "Bag", _RDF + "Seq"):
                yield from (_Struct(item) for item in group if item.tag == _RDF + "li")
