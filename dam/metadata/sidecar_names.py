"""Which XMP file belongs to which media file: both customs are known, none is guessed at.

darktable, digiKam and others name it after the whole file (`photo.jpg.xmp`), Adobe's programs after its stem
(`photo.xmp`). The first belongs to one file for certain. The second belongs, among files of one stem, to the raw
file; where there is none, to the only picture; else to the only video or recording: of a raw and a JPEG side by side,
Lightroom means the raw file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SUFFIX = b".xmp"
_SUFFIXES = (b".xmp", b".XMP")
RAW = frozenset(
    b"3fr ari arw bay cr2 cr3 crw cs1 dcr dng erf fff iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 "
    b"srf srw x3f".split()
)
_RECORDINGS = frozenset(
    b"mp4 mov m4v avi mkv webm mts m2ts mxf mpg mpeg wmv flv 3gp ogv ts mp3 wav flac aac m4a ogg opus aif aiff wma "
    b"amr caf mka".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarNames:
    """The names under which a media file's sidecar may lie, the surest first, and the one for a new sidecar."""

    read: tuple[bytes, ...]
    new: bytes


def sidecar_names(name: bytes, siblings: Iterable[bytes] = ()) -> SidecarNames:
    """Return the names of the sidecar of `name`; `siblings` are the media files beside it (of any stem)."""
    whole = tuple(name + suffix for suffix in _SUFFIXES)
    stem, extension = _split(name)
    if not extension or not _has_stem(name, siblings):
        return SidecarNames(read=whole, new=whole[0])
    by_stem = tuple(stem + suffix for suffix in _SUFFIXES)
    # What Adobe's programs can't write into, they give a sidecar by the stem, and look for no other.
    adobe = extension in RAW or extension in _RECORDINGS
    return SidecarNames(read=whole + by_stem, new=by_stem[0] if adobe else whole[0])


def _has_stem(name: bytes, siblings: Iterable[bytes]) -> bool:
    stem, extension = _split(name)
    others = [_split(other)[1] for other in siblings if other != name and _split(other)[0].lower() == stem.lower()]
    own = _rank(extension)
    return all(_rank(other) > own for other in others)


def _rank(extension: bytes) -> int:
    return 0 if extension in RAW else 2 if extension in _RECORDINGS else 1


def _split(name: bytes) -> tuple[bytes, bytes]:
    stem, dot, extension = name.rpartition(b".")
    return (stem, extension.lower()) if dot and stem else (name, b"")


def stem_of(name: bytes) -> bytes:
    """Return a name without its extension."""
    return _split(name)[0]
