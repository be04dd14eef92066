"""From the fields of an asset to the tags of XMP and IPTC, and back to compare what was written; no files.

XMP: Adobe's specification part 2 (dc, xmp, photoshop), IPTC Photo Metadata Standard (Iptc4xmpCore), Lightroom's
hierarchicalSubject. IPTC's older form: IIM 4.2, whose fields have few bytes; what does not fit is left out of it and
said, never cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dam.catalog.keywords import SEPARATOR, key, leaf
from dam.catalog.merge import FIELDS, Values, same

_TEXTS = {
    "title": "XMP-dc:Title",
    "description": "XMP-dc:Description",
    "copyright": "XMP-dc:Rights",
    "label": "XMP-xmp:Label",
    "location": "XMP-iptcCore:Location",
    "city": "XMP-photoshop:City",
    "state": "XMP-photoshop:State",
    "country": "XMP-photoshop:Country",
    "country_code": "XMP-iptcCore:CountryCode",
}
_LANGUAGES = {"XMP-dc:Title", "XMP-dc:Description", "XMP-dc:Rights"}  # by language; ours is the default's
_SUBJECT, _HIERARCHY = "XMP-dc:Subject", "XMP-lr:HierarchicalSubject"
_CREATOR, _RATING = "XMP-dc:Creator", "XMP-xmp:Rating"
# IIM's names and most bytes (IIM 4.2, chapter 6).
_IPTC = {
    "title": ("IPTC:ObjectName", 64),
    "description": ("IPTC:Caption-Abstract", 2000),
    "creator": ("IPTC:By-line", 32),
    "copyright": ("IPTC:CopyrightNotice", 128),
    "location": ("IPTC:Sub-location", 32),
    "city": ("IPTC:City", 32),
    "state": ("IPTC:Province-State", 32),
    "country": ("IPTC:Country-PrimaryLocationName", 64),
    "country_code": ("IPTC:Country-PrimaryLocationCode", 3),
}
_IPTC_KEYWORDS, _KEYWORD_BYTES = "IPTC:Keywords", 64


@dataclass(slots=True, kw_only=True)
class TagChanges:
    """What is to be written: tags with their new values, tags to take away, and what could not be said."""

    values: dict[str, object] = field(default_factory=dict)
    clear: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.values or self.clear)

    def put(self, tag: str, value: object) -> None:
        """Set a tag, or take it away where there is nothing to say."""
        if value in (None, "", []):
            self.clear.append(tag)
        else:
            self.values[f"{tag}-x-default" if tag in _LANGUAGES else tag] = value

    def touched(self) -> set[str]:
        """Return the tags, as a tool reads them, that may differ afterwards."""
        return {name.removesuffix("-x-default") for name in [*self.values, *self.clear]}


def xmp_changes(wanted: Values, there: Values) -> TagChanges:
    """Return what makes the XMP of a file or sidecar that says `there` say `wanted`; the rest is not touched."""
    made = TagChanges()
    for name in FIELDS:
        value = wanted.get(name)
        if same(value, there.get(name)):
            continue
        if name == "keywords":
            made.put(_SUBJECT, flat(value or []))
            made.put(_HIERARCHY, paths(value or []))
        elif name == "creator":
            made.put(_CREATOR, [value] if value else [])
        elif name == "rating":
            made.put(_RATING, value)
        else:
            made.put(_TEXTS[name], value)
    return made


def iptc_changes(wanted: Values) -> TagChanges:
    """Return what makes the older IPTC of a picture say the same; what is too long is left out, with a note."""
    made = TagChanges()
    for name, (tag, most) in _IPTC.items():
        text = str(wanted.get(name) or "")
        if len(text.encode()) > most:
            made.notes.append(f"{name.replace('_', ' ')} is longer than the {most} bytes of IPTC's older form")
            text = ""
        made.put(tag, text)
    words = flat(wanted.get("keywords") or [])
    fitting = [word for word in words if len(word.encode()) <= _KEYWORD_BYTES]
    if len(fitting) < len(words):
        made.notes.append(f"{len(words) - len(fitting)} keywords are longer than its {_KEYWORD_BYTES} bytes")
    made.put(_IPTC_KEYWORDS, fitting)
    return made


def flat(words: Sequence[str]) -> list[str]:
    """Return keywords as dc:subject has them: the last part of each path, each once."""
    return list({leaf(word).casefold(): leaf(word) for word in reversed(words) if leaf(word)}.values())[::-1]


def paths(words: Sequence[str]) -> list[str]:
    """Return those keywords that are paths."""
    return list({key(word): word for word in words if SEPARATOR in word}.values())


def unmet(changes: TagChanges, tags: Mapping[str, object]) -> list[str]:
    """Return the tags that do not read back as they were to be written."""
    wrong = [name for name in changes.clear if tags.get(name) not in (None, "", [])]
    for name, value in changes.values.items():
        if not is_same_value(value, tags.get(name.removesuffix("-x-default"))):
            wrong.append(name)
    return wrong


def is_same_value(wanted: object, found: object) -> bool:
    """Compare a value with what a tool reads back: numbers and truth values may come as text, and the reverse."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return wanted.keys() == found.keys() and all(is_same_value(wanted[name], found[name]) for name in wanted)
    if isinstance(wanted, list | tuple):
        others = list(found) if isinstance(found, list | tuple) else [found]
        return len(wanted) == len(others) and all(map(is_same_value, wanted, others))
    return _plain(wanted) == _plain(found)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text.lower() if text.lower() in {"true", "false"} else text


# What may differ after a write although nobody changed it: facts about the file, addresses in it, and marks of tools.
_VOLATILE_GROUPS = {"ExifTool", "System", "Composite"}
_VOLATILE = {
    "SourceFile", "XMP-x:XMPToolkit", "XMP-xmp:MetadataDate", "Photoshop:IPTCDigest", "File:CurrentIPTCDigest",
    "IPTC:CodedCharacterSet", "IPTC:ApplicationRecordVersion", "IPTC:EnvelopeRecordVersion", "RIFF:WebP_Flags",
    "File:ExifByteOrder", "File:FileType", "QuickTime:MediaDataSize", "QuickTime:MediaData", "QuickTime:Wide",
    "QuickTime:Free", "QuickTime:Skip",
}  # fmt: skip
_ADDRESSES = ("Offset", "Offsets", "Start", "DirectoryLength")


def altered(before: Mapping[str, Any], after: Mapping[str, Any], *, touched: set[str]) -> list[str]:
    """Return the tags that were there before and are not as they were, though they were not to be touched."""
    return [
        name
        for name, value in before.items()
        if name not in touched and not _is_volatile(name) and not is_same_value(value, after.get(name))
    ]


def _is_volatile(name: str) -> bool:
    group, _, tag = name.partition(":")
    return group in _VOLATILE_GROUPS or name in _VOLATILE or tag.endswith(_ADDRESSES)
