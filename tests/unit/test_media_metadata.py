"""What files say of themselves: read field by field, broken ones left out."""

import io
import struct
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from dam.engines.media.exif import orientation, read_exif
from dam.engines.media.iptc import read_iptc
from dam.engines.media.metadata import merge, picture_metadata
from dam.engines.media.tags import read_tags
from dam.engines.media.times import parse_offset, parse_time
from dam.engines.media.wording import clean_keywords, clean_text
from dam.engines.media.xmp import MAX_XMP_BYTES, read_xmp
from dam.types import MediaMetadata
from tests.media_files import prepare_here, quadrants


def _exif(main: dict[int, object], camera: dict[int, object], place: dict[int, object]) -> Image.Exif:
    made = Image.Exif()
    made.update(main)
    made.get_ifd(IFD.Exif).update(camera)
    made.get_ifd(IFD.GPSInfo).update(place)
    read = Image.Exif()
    read.load(made.tobytes())
    return read


_CAMERA: dict[int, object] = {
    Base.DateTimeOriginal: "2024:07:08 09:10:11",
    Base.OffsetTimeOriginal: "+02:00",
    Base.SubsecTimeOriginal: "25",
    Base.ExposureTime: IFDRational(1, 250),
    Base.FNumber: IFDRational(28, 10),
    Base.ISOSpeedRatings: 400,
    Base.FocalLength: IFDRational(50, 1),
    Base.LensModel: "50 mm",
}
_PLACE: dict[int, object] = {
    GPS.GPSLatitudeRef: "S",
    GPS.GPSLatitude: (IFDRational(33), IFDRational(51), IFDRational(36)),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (IFDRational(151), IFDRational(12), IFDRational(0)),
    GPS.GPSAltitude: IFDRational(125, 10),
    GPS.GPSAltitudeRef: b"\0",
}


def test_exif_is_read_with_offset_and_source() -> None:
    found = read_exif(_exif({Base.Make: "Canon", Base.Model: "EOS", Base.Artist: "Ann"}, _CAMERA, _PLACE))
    assert found.taken_at == datetime(2024, 7, 8, 9, 10, 11, 250_000)  # noqa: DTZ001 — wall time
    assert (found.taken_offset_min, found.taken_source) == (120, "exif:DateTimeOriginal")
    assert (found.camera_make, found.camera_model, found.lens, found.creator) == ("Canon", "EOS", "50 mm", "Ann")
    assert (found.exposure_s, found.f_number, found.iso, found.focal_length_mm) == (0.004, 2.8, 400, 50.0)
    assert (found.latitude, found.longitude, found.altitude_m) == (-33.86, 151.2, 12.5)


@pytest.mark.parametrize(
    "place",
    [
        {GPS.GPSLatitude: (IFDRational(999), IFDRational(0), IFDRational(0))},
        {GPS.GPSLatitude: (IFDRational(0, 0), IFDRational(0), IFDRational(0))},
        {GPS.GPSLatitude: (IFDRational(1), IFDRational(2))},
        {GPS.GPSLongitude: (IFDRational(181), IFDRational(0), IFDRational(0))},
    ],
)
def test_an_impossible_place_is_dropped_and_the_rest_kept(place: dict[int, object]) -> None:
    found = read_exif(_exif({Base.Make: "Canon"}, _CAMERA, {**_PLACE, **place}))
    assert (found.latitude, found.longitude) == (None, None)
    assert (found.camera_make, found.iso) == ("Canon", 400)


@pytest.mark.parametrize(
    "time", ["0000:00:00 00:00:00", "2024:13:40 99:99:99", "    :  :     :  :  ", "x", "9999:01:01 00:00:00"]
)
def test_an_impossible_time_is_dropped(time: str) -> None:
    found = read_exif(_exif({}, {**_CAMERA, Base.DateTimeOriginal: time}, {}))
    assert (found.taken_at, found.taken_source) == (None, "")
    assert found.iso == 400


def test_an_exif_text_in_utf8_is_read_as_that() -> None:
    data = _exif({Base.Artist: "Bjork"}, {}, {}).tobytes().replace(b"Bjork", "Bjö".encode() + b"\0")
    read = Image.Exif()
    read.load(data)
    assert read_exif(read).creator == "Bjö"


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of what it skips; so do the children: not at all
@settings(max_examples=150)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_of_exif_break_the_reader(noise: bytes, at: int) -> None:
    data = bytearray(_exif({Base.Make: "Canon"}, _CAMERA, _PLACE).tobytes())
    data[at : at + len(noise)] = noise
    exif = Image.Exif()
    try:
        exif.load(bytes(data))
    except (ValueError, TypeError, SyntaxError, OSError, struct.error, KeyError, IndexError):
        return  # photo.py takes that for "no EXIF"
    assert isinstance(read_exif(exif), MediaMetadata)
    assert 1 <= orientation(exif) <= 8


_PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" xmp:CreateDate="2023-05-06T07:08:09.5-07:00"
 exif:GPSLatitude="43,28.0489N" exif:GPSLongitude="11,53,6W">
<dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li>
<rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>boat</rdf:li><rdf:li>Boat</rdf:li><rdf:li>sea &amp; sky</rdf:li></rdf:Bag></dc:subject>
<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_xmp_is_read() -> None:
    found = read_xmp(_PACKET.encode())
    assert (found.title, found.creator, found.rating) == ("Harbour", "Ann", 4)
    assert found.keywords == ("boat", "sea & sky")
    assert found.taken_at == datetime(2023, 5, 6, 7, 8, 9, 500_000)  # noqa: DTZ001 — wall time
    assert (found.taken_offset_min, found.taken_source) == (-420, "xmp:CreateDate")
    assert found.latitude == pytest.approx(43.46748, abs=1e-4)
    assert found.longitude == pytest.approx(-11.885)


@pytest.mark.parametrize(
    "packet",
    [
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]>' + _PACKET.replace("Harbour", "&c;").encode(),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + _PACKET.replace("Harbour", "&b;").encode(),
        _PACKET.encode().replace(b"Harbour", b"\xff\xfe"),
        _PACKET.encode() + b" " * MAX_XMP_BYTES,
        _PACKET.encode()[:-30],
        b"\0\0\0",
    ],
    ids=["entities", "outside file", "bad UTF-8", "too large", "cut", "no XML"],
)
def test_a_hostile_or_broken_packet_says_nothing(packet: bytes) -> None:
    assert read_xmp(packet) == MediaMetadata()


def _dataset(number: int, value: bytes) -> bytes:
    return b"\x1c\x02" + bytes([number]) + len(value).to_bytes(2, "big") + value


def test_iptc_is_read() -> None:
    data = b"\x1c\x01\x5a\0\3\x1b%G" + _dataset(5, "Straße".encode()) + _dataset(25, b"one") + _dataset(25, b"two")
    data += _dataset(80, b"Ann") + _dataset(116, b"(c)") + _dataset(120, "é".encode("latin-1"))
    data += _dataset(55, b"20240708") + _dataset(60, b"091011+0200")
    found = read_iptc(data)
    assert (found.title, found.keywords, found.creator) == ("Straße", ("one", "two"), "Ann")
    assert (found.copyright, found.description) == ("(c)", "é")
    assert (found.taken_at, found.taken_offset_min) == (datetime(2024, 7, 8, 9, 10, 11), 120)  # noqa: DTZ001
    assert read_iptc(data[:9]) == MediaMetadata()


def test_all_three_voices_of_one_jpeg_are_heard(tmp_path: Path) -> None:
    resource = _dataset(120, b"From IPTC") + _dataset(25, b"harbour")
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(resource)) + resource + b"\0"
    segment = b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop
    buffer = io.BytesIO()
    quadrants().save(
        buffer, "JPEG", exif=_exif({Base.Make: "Canon"}, _CAMERA, _PLACE).tobytes(), xmp=_PACKET.encode()
    )
    path = tmp_path / "voices"
    path.write_bytes(buffer.getvalue()[:2] + segment + buffer.getvalue()[2:])
    found = prepare_here(path, tmp_path / "out").probe.metadata
    assert (found.title, found.description, found.camera_make) == ("Harbour", "From IPTC", "Canon")
    assert found.keywords == ("boat", "sea & sky", "harbour")
    assert found.taken_source == "exif:DateTimeOriginal"


def test_without_any_date_the_file_time_is_said_to_be_that() -> None:
    found = picture_metadata(exif=Image.Exif(), xmp=b"", iptc=b"", mtime_ns=1_700_000_000_000_000_000)
    assert found.taken_source == "file:mtime"
    assert found.taken_at is not None
    assert found.taken_at.year == 2023


def test_a_modification_date_yields_to_what_editors_wrote() -> None:
    wall = datetime(2020, 1, 1)  # noqa: DTZ001 — wall time
    edited = MediaMetadata(taken_at=wall, taken_source="exif:DateTime")
    created = MediaMetadata(taken_at=wall.replace(year=2010), taken_source="iptc:DateCreated")
    assert merge([edited, created], mtime_ns=0).taken_source == "iptc:DateCreated"


def test_container_tags_are_read() -> None:
    found = read_tags(
        {
            "com.apple.quicktime.creationdate": "2024-05-06T07:08:09+0200",
            "creation_time": "2024-05-06T05:08:09.000000Z",
            "com.apple.quicktime.location.ISO6709": "+43.4674+011.8851+250.3/",
            "com.apple.quicktime.make": "Apple",
            "TITLE": "A walk\0",
            "artist": "Ann",
        }
    )
    assert (found.taken_source, found.taken_offset_min) == ("container:creationdate", 120)
    assert (found.latitude, found.longitude, found.altitude_m) == (43.4674, 11.8851, 250.3)
    assert (found.camera_make, found.title, found.creator) == ("Apple", "A walk", "Ann")


def test_a_container_clock_that_was_never_set_is_no_date() -> None:
    for never in ("1904-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z"):
        assert read_tags({"creation_time": never}).taken_at is None
    assert read_tags({"creation_time": "2024-05-06T05:08:09.000000Z"}).taken_offset_min == 0


def test_texts_lose_what_no_database_takes() -> None:
    assert clean_text(" a\0b\ud800\x1b[31m ") == "ab[31m"
    assert clean_text("x" * 10_000, limit=100) == "x" * 100
    assert clean_text(b"caf\xe9") == "café"
    assert clean_text(12) == ""
    assert clean_keywords(["Sea", "sea", "", " sea ", "sky"]) == ("Sea", "sky")


@pytest.mark.parametrize(
    ("text", "minutes"), [("+02:00", 120), ("-0730", -450), ("Z", 0), ("+25:00", None), ("2", None), ("", None)]
)
def test_offsets(text: str, minutes: int | None) -> None:
    assert parse_offset(text) == minutes


def test_dates_without_a_time_are_midnight() -> None:
    assert parse_time("2024-05-06") == (datetime(2024, 5, 6), None)  # noqa: DTZ001 — wall time
