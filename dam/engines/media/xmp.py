"""From an XMP packet (RDF in XML) to metadata; entities and outside references are refused, size is bounded."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dam.engines.media.regions import TABLES, UPRIGHT, Frame, read_regions
from dam.engines.media.times import parse_time
from dam.engines.media.wording import PATH, clean_code, clean_keywords, clean_text, without_leaves
from dam.types import MediaMetadata

MAX_XMP_BYTES = 1024 * 1024  # real packets are 2-50 KB; Photoshop histories reach some hundred

MAX_LABEL = 64
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_LR = "{http://ns.adobe.com/lightroom/1.0/}"
_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_AUX = "{http://ns.adobe.com/exif/1.0/aux/}"
_TIMES = (
    (_EXIF + "DateTimeOriginal", "xmp:DateTimeOriginal"),
    (_PHOTOSHOP + "DateCreated", "xmp:DateCreated"),
    (_XMP + "CreateDate", "xmp:CreateDate"),
)


def read_xmp(packet: bytes, frame: Frame = UPRIGHT) -> MediaMetadata:
    """Return what a packet says; nothing at all where it is too large, not XML, or plays tricks.

    `frame` is the picture's size and orientation, by which its regions are turned.
    """
    root = _parsed(packet)
    if root is None:
        return MediaMetadata()
    regions = read_regions(root, frame)
    for parent in list(root.iter()):  # what is said of a region is not said of the picture
        for table in [child for child in parent if child.tag in TABLES]:
            parent.remove(table)
    found = _properties(root)
    taken_at, offset, source = None, None, ""
    for name, label in _TIMES:
        time = parse_time(_first(found, name))
        if time and not source:
            (taken_at, offset), source = time, label
    return MediaMetadata(
        taken_at=taken_at,
        taken_offset_min=offset,
        taken_source=source,
        camera_make=_first(found, _TIFF + "Make"),
        camera_model=_first(found, _TIFF + "Model"),
        lens=_first(found, _AUX + "Lens"),
        latitude=_coordinate(_first(found, _EXIF + "GPSLatitude"), "NS", 90),
        longitude=_coordinate(_first(found, _EXIF + "GPSLongitude"), "EW", 180),
        title=_first(found, _DC + "title") or _first(found, _PHOTOSHOP + "Headline"),
        description=_first(found, _DC + "description"),
        keywords=_keywords(found),
        rating=_rating(_first(found, _XMP + "Rating")),
        creator=", ".join(found.get(_DC + "creator", [])[:10]),
        copyright=_first(found, _DC + "rights"),
        label=clean_text(_first(found, _XMP + "Label"), limit=MAX_LABEL),
        location=_first(found, _CORE + "Location"),
        city=_first(found, _PHOTOSHOP + "City"),
        state=_first(found, _PHOTOSHOP + "State"),
        country=_first(found, _PHOTOSHOP + "Country"),
        country_code=clean_code(_first(found, _CORE + "CountryCode")),
        regions=regions,
    )


def is_xmp(packet: bytes) -> bool:
    """Tell whether a packet can be read: XML of a size that is taken, with an RDF inside."""
    root = _parsed(packet)
    return root is not None and next(root.iter(_RDF + "RDF"), None) is not None


def _parsed(packet: bytes) -> Element | None:
    if not packet or len(packet) > MAX_XMP_BYTES:
        return None
    try:
        root: Element = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root


def _properties(root: Element) -> dict[str, list[str]]:
    """Return property → its texts: a plain value, or the items of a bag, sequence or set of languages."""
    found: dict[str, list[str]] = {}
    for description in root.iter(_RDF + "Description"):
        for name, value in description.attrib.items():
            found.setdefault(name, []).append(clean_text(value))
        for child in description:
            items = [*child.iter(_RDF + "li")]
            items.sort(key=lambda item: item.get("{http://www.w3.org/XML/1998/namespace}lang") != "x-default")
            texts = [clean_text(item.text) for item in items] or [clean_text(child.text)]
            found.setdefault(child.tag, []).extend(text for text in texts if text)
    return found


def _keywords(found: dict[str, list[str]]) -> tuple[str, ...]:
    """Flat keywords in their order; those that are the last part of a path as that path, other paths after them."""
    paths = [_tidy_path(path) for path in found.get(_LR + "hierarchicalSubject", [])]
    return clean_keywords(without_leaves([*found.get(_DC + "subject", []), *paths]))


def _tidy_path(path: str) -> str:
    return PATH.join(part for part in (part.strip() for part in path.split(PATH)) if part)


def _first(found: dict[str, list[str]], name: str) -> str:
    return next(iter(found.get(name, [])), "")


def _rating(text: str) -> int | None:
    try:
        value = round(float(text))
    except (ValueError, OverflowError):
        return None
    return value if -1 <= value <= 5 else None


def _coordinate(text: str, signs: str, most: float) -> float | None:
    """`43,28.0489N` or `43,28,2N` (XMP specification part 2, GPSCoordinate)."""
    if text[-1:] not in tuple(signs):
        return None
    try:
        value = sum(float(part) / 60.0**power for power, part in enumerate(text[:-1].split(",")[:3]))
    except ValueError:
        return None
    if not 0 <= value <= most:  # also false for NaN
        return None
    return round(-value if text[-1] == signs[1] else value, 7)
