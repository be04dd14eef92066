"""From the first bytes of a file to the one format that it may be opened as; the name's ending is never asked."""

import re
import struct
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from dam.errors import UnsupportedMedia

SNIFF_BYTES = 64 * 1024


class Opener(Enum):
    """Which library opens a format."""

    PILLOW = "pillow"
    HEIF = "heif"
    JXL = "jxl"
    RAW = "raw"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """A format: `name` as the probe shows it, `library_name` as Pillow or FFmpeg call it."""

    opener: Opener
    name: str
    mime: str
    library_name: str = ""


def _picture(name: str, mime: str, library_name: str) -> Sniffed:
    return Sniffed(opener=Opener.PILLOW, name=name, mime=mime, library_name=library_name)


def _container(name: str, mime: str, demuxer: str) -> Sniffed:
    return Sniffed(opener=Opener.CONTAINER, name=name, mime=mime, library_name=demuxer)


def _raw(name: str) -> Sniffed:
    return Sniffed(opener=Opener.RAW, name=name, mime=f"image/x-{name}")


_JXL = Sniffed(opener=Opener.JXL, name="jxl", mime="image/jxl")
_HEIF = Sniffed(opener=Opener.HEIF, name="heif", mime="image/heif", library_name="HEIF")
_AVIF = _picture("avif", "image/avif", "AVIF")
_TIFF = _picture("tiff", "image/tiff", "TIFF")
_MOV = _container("mov", "video/quicktime", "mov")
_MP3 = _container("mp3", "audio/mpeg", "mp3")
_AAC = _container("aac", "audio/aac", "aac")
_AC3 = _container("ac3", "audio/ac3", "ac3")
_TS = _container("mpegts", "video/mp2t", "mpegts")

# (offset, bytes, format): the first that matches.
_MAGIC: tuple[tuple[int, bytes, Sniffed], ...] = (
    (0, b"\xff\xd8\xff", _picture("jpeg", "image/jpeg", "JPEG")),
    (0, b"\x89PNG\r\n\x1a\n", _picture("png", "image/png", "PNG")),
    (0, b"GIF87a", _picture("gif", "image/gif", "GIF")),
    (0, b"GIF89a", _picture("gif", "image/gif", "GIF")),
    (0, b"8BPS\0\1", _picture("psd", "image/vnd.adobe.photoshop", "PSD")),
    (0, b"\xff\x0a", _JXL),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", _JXL),
    (0, b"FUJIFILMCCD-RAW", _raw("raf")),
    (0, b"IIRO", _raw("orf")),
    (0, b"IIRS", _raw("orf")),
    (0, b"MMOR", _raw("orf")),
    (0, b"IIU\0", _raw("rw2")),
    (0, b"FOVb", _raw("x3f")),
    (0, b"\0MRM", _raw("mrw")),
    (0, b"\x1a\x45\xdf\xa3", _container("matroska", "video/x-matroska", "matroska")),
    (0, b"FLV\x01", _container("flv", "video/x-flv", "flv")),
    (0, bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), _container("asf", "video/x-ms-wmv", "asf")),
    (0, bytes.fromhex("060e2b34020501010d0102"), _container("mxf", "application/mxf", "mxf")),
    (0, b"OggS", _container("ogg", "audio/ogg", "ogg")),
    (0, b"fLaC", _container("flac", "audio/flac", "flac")),
    (0, b"caff\0\1", _container("caf", "audio/x-caf", "caf")),
    (0, b"#!AMR", _container("amr", "audio/amr", "amr")),
    (0, b"\0\0\1\xba", _container("mpeg", "video/mpeg", "mpeg")),
    (0, b"\0\0\1\xb3", _container("mpegvideo", "video/mpeg", "mpegvideo")),
    (0, b"ID3", _MP3),
    (0, b"\x0b\x77", _AC3),
)
_RIFF = {
    b"WEBP": _picture("webp", "image/webp", "WEBP"),
    b"WAVE": _container("wav", "audio/wav", "wav"),
    b"AVI ": _container("avi", "video/x-msvideo", "avi"),
    b"AIFF": _container("aiff", "audio/aiff", "aiff"),
    b"AIFC": _container("aiff", "audio/aiff", "aiff"),
}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
# What is often met under a picture's or a film's name, and what to say of it.
_KNOWN_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.I), "This is a web page, not a picture or recording."),
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!doctype svg.*?>\s*)?<svg", re.I | re.S),
     "SVG drawings are not read."),
    (re.compile(rb"\s*<\?xml", re.I), "This is an XML document, not a picture or recording."),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "EPS and PostScript files are programs and are not opened."),
    (re.compile(rb"%PDF-"), "This is a PDF document, not a picture or recording."),
    (re.compile(rb"#EXTM3U|ffconcat version|v=0\r?\n|\[playlist\]", re.I),
     "This is a playlist that points at other files; only the files themselves are read."),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "This is a ZIP archive; unpack it first."),
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ"), "This is an archive; unpack it first."),
    (re.compile(rb"\x7fELF|MZ|\xcf\xfa\xed\xfe|#!"), "This is a program, not a picture or recording."),
    (re.compile(rb"\0\0[\1\2]\0"), "Icon and cursor files are not read."),
    (re.compile(rb"\x01\xda[\0\1][\1\2]"), "SGI pictures are not read."),
    (re.compile(rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  "), "JPEG 2000 pictures are not read."),
)  # fmt: skip


def sniff(file: BinaryIO) -> Sniffed:
    """Return the format of an open file, read from its start. Raises UnsupportedMedia in plain words."""
    file.seek(0)
    head = file.read(SNIFF_BYTES)
    file.seek(0)
    return sniff_bytes(head)


def sniff_bytes(head: bytes) -> Sniffed:
    """Return the format that the first (up to 64 K) bytes of a file show. Raises UnsupportedMedia."""
    if not head:
        raise UnsupportedMedia("The file is empty.")
    found = _by_boxes(head) or _by_tiff(head) or _by_magic(head) or _by_bmp(head) or _by_sync(head)
    if found:
        return found
    raise UnsupportedMedia(_what_else(head))


def _by_magic(head: bytes) -> Sniffed | None:
    for offset, magic, found in _MAGIC:
        if head.startswith(magic, offset):
            return _after_id3(head) if magic == b"ID3" else found
    if head[:4] in (b"RIFF", b"RF64", b"FORM", b"BW64"):
        return _RIFF.get(head[8:12])
    return None


def _after_id3(head: bytes) -> Sniffed:
    """Return MP3, before which an ID3 tag stands, or what it now and then stands before."""
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    body = head[10 + size :]
    if body.startswith(b"fLaC"):
        return _container("flac", "audio/flac", "flac")
    return _AAC if _is_adts(body) else _MP3


def _by_boxes(head: bytes) -> Sniffed | None:
    """ISO base media: HEIF, AVIF, CR3, MP4 and kin, told apart by their brands."""
    kind = head[4:8]
    if kind in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return _MOV if head[:4] == b"\0\0\0\1" or struct.unpack(">I", head[:4])[0] >= 8 else None
    if kind != b"ftyp":
        return None
    size = min(struct.unpack(">I", head[:4])[0], 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if brands[0] in _AVIF_BRANDS or (brands[0] in (b"mif1", b"msf1") and _AVIF_BRANDS & set(brands)):
        return _AVIF
    if brands[0] in _HEIF_BRANDS:
        return _HEIF
    if brands[0] == b"crx ":
        return _raw("cr3")
    return _mp4(brands[0])


def _mp4(brand: bytes) -> Sniffed:
    if brand.startswith((b"M4A", b"M4B", b"M4P")):
        return _container("m4a", "audio/mp4", "mov")
    if brand.startswith((b"3gp", b"3g2")):
        return _container("3gp", "video/3gpp", "mov")
    return _MOV if brand == b"qt  " else _container("mp4", "video/mp4", "mov")


_MAKE, _SUB_IFDS, _COMPRESSION, _DNG_VERSION = 271, 330, 259, 50706
# TIFF compressions that only cameras write: Nikon, Sony, Pentax, Samsung.
_RAW_COMPRESSIONS = {34713, 32767, 65535, 32770}
_RAW_MAKES = {b"nikon": "nef", b"sony": "arw", b"pentax": "pef", b"samsung": "srw", b"hasselblad": "3fr"}


def _by_tiff(head: bytes) -> Sniffed | None:
    """TIFF, or a camera's raw file in TIFF's clothes."""
    if head[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return None
    if head[8:10] == b"CR" and head[:2] == b"II":
        return _raw("cr2")
    tags = _first_ifd(head)
    if _DNG_VERSION in tags:
        return _raw("dng")
    make = tags.get(_MAKE, b"")
    make = make.lower() if isinstance(make, bytes) else b""
    for name, ending in _RAW_MAKES.items():
        if make.startswith(name) and (_SUB_IFDS in tags or tags.get(_COMPRESSION) in _RAW_COMPRESSIONS):
            return _raw(ending)
    return _TIFF


def _first_ifd(head: bytes) -> dict[int, bytes | int]:
    """Return tag → text or first short of the first directory; {} where it is out of reach."""
    order = "<" if head[:2] == b"II" else ">"
    tags: dict[int, bytes | int] = {}
    try:
        (at,) = struct.unpack_from(order + "I", head, 4)
        (count,) = struct.unpack_from(order + "H", head, at)
        for entry in range(at + 2, at + 2 + 12 * min(count, 200), 12):
            tag, kind, length, value = struct.unpack_from(order + "HHII", head, entry)
            if kind == 2 and length > 4:
                tags[tag] = head[value : value + min(length, 64)]
            else:
                tags[tag] = struct.unpack_from(order + "H", head, entry + 8)[0]
    except struct.error:
        return tags
    return tags


def _by_bmp(head: bytes) -> Sniffed | None:
    """BM is only two letters: the header's own size must be one that exists."""
    if (
        head[:2] == b"BM"
        and len(head) >= 26
        and struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 64, 108, 124)
    ):
        return _picture("bmp", "image/bmp", "BMP")
    return None


def _by_sync(head: bytes) -> Sniffed | None:
    """Streams without a header, known by a sync pattern that repeats."""
    if _is_adts(head):
        return _AAC
    if _is_mp3(head):
        return _MP3
    for packet, lead in ((188, 0), (192, 4), (204, 0)):
        if len(head) > packet * 4 and all(head[lead + packet * n] == 0x47 for n in range(4)):
            return _TS
    return None


def _is_adts(head: bytes) -> bool:
    at = 0
    for _ in range(3):
        if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
            return False
        at += ((head[at + 3] & 3) << 11) | (head[at + 4] << 3) | (head[at + 5] >> 5)
    return True


_MP3_KBPS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG 1 layer III
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG 2 and 2.5 layer III
)
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _is_mp3(head: bytes) -> bool:
    """Three frame headers of layer III, each where the one before says (ISO 11172-3, 2.4.1.3)."""
    at = 0
    for _ in range(3):
        if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE6 != 0xE2:
            return False
        version, bits, rate = head[at + 1] >> 3 & 3, head[at + 2] >> 4, head[at + 2] >> 2 & 3
        if version == 1 or bits in (0, 15) or rate == 3:
            return False
        kbps = _MP3_KBPS[version != 3][bits]
        at += (144 if version == 3 else 72) * kbps * 1000 // _MP3_RATES[version][rate] + (head[at + 2] >> 1 & 1)
    return True


def _what_else(head: bytes) -> str:
    for pattern, sentence in _KNOWN_OTHERS:
        if pattern.match(head):
            return sentence
    if len(set(head[:4096])) == 1:
        return f"The file holds nothing but the byte 0x{head[0]:02x}."
    try:
        head[:4096].decode("utf-8")
    except UnicodeDecodeError:
        return "This is not a picture, video or sound format that is read."
    if b"\0" in head[:4096]:
        return "This is not a picture, video or sound format that is read."
    return "This is a text file, not a picture or recording."
