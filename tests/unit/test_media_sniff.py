"""Formats are told from the first bytes; what is not media is named in words."""

import pytest

from dam.engines.media.sniff import Opener, sniff_bytes
from dam.errors import UnsupportedMedia


def _box(brand: bytes, *more: bytes) -> bytes:
    body = brand + b"\0\0\0\0" + b"".join(more)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + bytes(64)


@pytest.mark.parametrize(
    ("head", "name", "opener"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(60), "jpeg", Opener.PILLOW),
        (_box(b"heic"), "heif", Opener.HEIF),
        (_box(b"mif1", b"heic"), "heif", Opener.HEIF),
        (_box(b"mif1", b"avif"), "avif", Opener.PILLOW),
        (_box(b"avif"), "avif", Opener.PILLOW),
        (_box(b"crx "), "cr3", Opener.RAW),
        (_box(b"isom"), "mp4", Opener.CONTAINER),
        (_box(b"qt  "), "mov", Opener.CONTAINER),
        (_box(b"M4A "), "m4a", Opener.CONTAINER),
        (_box(b"3gp5"), "3gp", Opener.CONTAINER),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(64), "cr2", Opener.RAW),
        (b"FUJIFILMCCD-RAW 0201", "raf", Opener.RAW),
        (b"IIU\0" + bytes(60), "rw2", Opener.RAW),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav", Opener.CONTAINER),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav", Opener.CONTAINER),
        (b"RIFF\0\0\0\0AVI LIST", "avi", Opener.CONTAINER),
        (b"FORM\0\0\0\0AIFFCOMM", "aiff", Opener.CONTAINER),
        (b"ID3\4\0\0\0\0\0\4abcd" + b"fLaC" + bytes(40), "flac", Opener.CONTAINER),
        (b"ID3\4\0\0\0\0\0\0" + bytes(40), "mp3", Opener.CONTAINER),
        (b"\x47" + bytes(187) + (b"\x47" + bytes(187)) * 4, "mpegts", Opener.CONTAINER),
        (b"\xff\x0a" + bytes(20), "jxl", Opener.JXL),
        (b"8BPS\0\1" + bytes(20), "psd", Opener.PILLOW),
    ],
)
def test_formats_by_content(head: bytes, name: str, opener: Opener) -> None:
    found = sniff_bytes(head)
    assert (found.name, found.opener) == (name, opener)


def test_mp3_without_a_tag_is_known_by_three_frames() -> None:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s, 44.1 kHz: 417 bytes
    assert sniff_bytes(frame * 3).name == "mp3"
    with pytest.raises(UnsupportedMedia):
        sniff_bytes(frame + bytes(1000))


def test_a_digital_negative_is_told_from_a_scan() -> None:
    def tiff(tag: int, kind: int, count: int, value: int) -> bytes:
        entry = b"".join(
            part.to_bytes(size, "little") for part, size in ((tag, 2), (kind, 2), (count, 4), (value, 4))
        )
        return b"II*\0\x08\0\0\0\1\0" + entry + bytes(80)

    assert sniff_bytes(tiff(50706, 1, 4, 0x00000401)).name == "dng"
    assert sniff_bytes(tiff(256, 3, 1, 100)).name == "tiff"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"  <html lang='en'>", "web page"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
        (b"\xc5\xd0\xd3\xc6\x20\0\0\0", "PostScript"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\3\4\x14\0", "ZIP"),
        (b"\x7fELF\2\1\1\0", "program"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/x.ts\n", "playlist"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "playlist"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b"\0\0\1\0\1\0", "Icon"),
        (b"hello, world\n", "text file"),
        (b"\xff" * 5000, "nothing but the byte 0xff"),
        (b"\1\2\3\xfe\xfd" * 50, "not a picture"),
        (b"BM of a letter to my friend", "text file"),
    ],
)
def test_what_is_not_media_is_named_in_words(head: bytes, words: str) -> None:
    with pytest.raises(UnsupportedMedia, match=words):
        sniff_bytes(head)
