import io
import random
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dam.errors import HandOffError
from dam.handoff import zips
from dam.handoff.names import UniqueNames, safe_name
from dam.handoff.zips import Missing, ZipEntry, file_pieces, stream_zip, zip_length


def entry(name: str, data: bytes, *, known: bool = True, folder: str = "") -> ZipEntry:
    return ZipEntry(
        name=name,
        folder=folder,
        pieces=file_pieces(lambda: io.BytesIO(data)),
        size_bytes=len(data) if known else None,
        modified=datetime(2024, 5, 12, 18, 30, 2, tzinfo=UTC),
    )


def local_files(data: bytes) -> list[tuple[str, bytes, int]]:
    """Read an archive from its front, as APPNOTE 4.3.7 says, sharing no code with what wrote it."""
    found, at = [], 0
    directory = _directory(data)
    while data[at : at + 4] == b"PK\3\4":
        flags, method = struct.unpack_from("<HH", data, at + 6)
        name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
        name = data[at + 30 : at + 30 + name_length]
        assert method == 0
        assert flags & 8
        begin = at + 30 + name_length + extra_length
        size, crc = directory[at]
        body = data[begin : begin + size]
        descriptor = begin + size
        assert data[descriptor : descriptor + 4] == b"PK\7\10"
        assert struct.unpack_from("<L", data, descriptor + 4)[0] == crc
        wide = extra_length >= 20
        assert struct.unpack_from("<QQ" if wide else "<LL", data, descriptor + 8) == (size, size)
        found.append((name.decode("utf-8" if flags & 0x800 else "ascii"), body, extra_length))
        at = descriptor + (24 if wide else 16)
    return found


def _directory(data: bytes) -> dict[int, tuple[int, int]]:
    end = data.rindex(b"PK\5\6")
    count, _, at = struct.unpack_from("<HLL", data, end + 10)
    found = {}
    for _ in range(count):
        assert data[at : at + 4] == b"PK\1\2"
        crc, size = struct.unpack_from("<L4xL", data, at + 16)
        name_length, extra_length, comment_length = struct.unpack_from("<HHH", data, at + 28)
        (offset,) = struct.unpack_from("<L", data, at + 42)
        found[offset] = (size, crc)
        at += 46 + name_length + extra_length + comment_length
    return found


def test_archive_holds_every_file_and_its_length_was_known() -> None:
    noise = random.Random(1).randbytes(700_000)
    entries = [entry("a.jpg", noise), entry("Zürich.txt", b""), entry("b.txt", b"bee", folder="Früh")]

    data = b"".join(stream_zip(entries, length=zip_length(entries)))

    assert len(data) == zip_length(entries)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.jpg", "Zürich.txt", "Früh/b.txt"]
        assert archive.read("a.jpg") == noise
        assert archive.getinfo("a.jpg").date_time == (2024, 5, 12, 18, 30, 2)
        assert archive.getinfo("a.jpg").compress_type == zipfile.ZIP_STORED
    assert [(name, body) for name, body, _ in local_files(data)] == [
        ("a.jpg", noise),
        ("Zürich.txt", b""),
        ("Früh/b.txt", b"bee"),
    ]


def test_archive_beyond_the_old_limits_has_wide_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zips, "_SMALL", 1000)
    entries = [entry("small", b"x" * 10), entry("large", b"y" * 2000), entry("late", b"z")]

    data = b"".join(stream_zip(entries))

    assert len(data) == zip_length(entries)
    assert b"PK\6\6" in data  # the ZIP64 end of the directory
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.read("late") == b"z"


def test_size_that_is_not_known_needs_no_promise() -> None:
    entries = [entry("a", b"12345", known=False)]

    assert zip_length(entries) is None
    [(name, body, extra)] = local_files(b"".join(stream_zip(entries)))
    assert (name, body) == ("a", b"12345")
    assert extra == 20  # ready for more than 4 GiB


def test_one_piece_at_a_time_is_held() -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield b"\0" * 100_000

    stream = stream_zip([ZipEntry(name="video.mov", pieces=endless)])
    largest = max(len(next(stream)) for _ in range(50))
    stream.close()  # type: ignore[attr-defined]

    assert largest < 101_000
    assert given <= 51


def test_closing_early_closes_the_file_and_takes_no_further_one() -> None:
    closed, taken = [], []

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    def entries() -> Iterator[ZipEntry]:
        for number in range(3):
            taken.append(number)
            yield ZipEntry(name=str(number), pieces=pieces)

    stream = stream_zip(entries())
    next(stream)
    next(stream)
    stream.close()  # type: ignore[attr-defined]

    assert closed == [True]
    assert taken == [0]


def test_file_that_vanished_is_reported_and_the_rest_is_whole() -> None:
    def gone() -> Iterator[bytes]:
        raise FileNotFoundError(2, "No such file or directory")
        yield b""

    entries = [entry("a.jpg", b"aaa"), ZipEntry(name="b.jpg", pieces=gone, size_bytes=3), entry("c.jpg", b"ccc")]

    data = b"".join(stream_zip(entries, missing=[Missing(name="d.mov", reason="The drive is not connected.")]))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.jpg", "c.jpg", "MISSING.txt"]
        text = archive.read("MISSING.txt").decode("utf-8-sig")
    assert "d.mov" in text
    assert "The drive is not connected." in text
    assert "b.jpg" in text
    assert "No such file" in text


def test_file_that_breaks_off_is_named_in_an_archive_that_stays_readable() -> None:
    def half() -> Iterator[bytes]:
        yield b"half"
        raise OSError(5, "Input/output error")

    data = b"".join(stream_zip([ZipEntry(name="a.mov", pieces=half), entry("b.jpg", b"bbb")]))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.mov", "b.jpg", "MISSING.txt"]
        assert b"a.mov" in archive.read("MISSING.txt")


def test_promised_length_is_never_filled_up_with_something_else() -> None:
    short = ZipEntry(name="a.mov", pieces=file_pieces(lambda: io.BytesIO(b"12")), size_bytes=5)

    with pytest.raises(HandOffError, match=r"a\.mov"):
        b"".join(stream_zip([short], length=zip_length([short])))


def test_file_that_grew_is_taken_as_long_as_it_was() -> None:
    grown = ZipEntry(name="a.log", pieces=file_pieces(lambda: io.BytesIO(b"12345")), size_bytes=3)

    [(_, body, _)] = local_files(b"".join(stream_zip([grown])))

    assert body == b"123"


def test_length_counts_what_is_known_to_be_missing() -> None:
    entries, missing = [entry("a", b"1")], [Missing(name="Gänse.jpg", reason="Gone.")]

    data = b"".join(stream_zip(entries, missing=missing, length=zip_length(entries, missing=missing)))

    assert len(data) == zip_length(entries, missing=missing)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("IMG_0001.JPG", "IMG_0001.JPG"),
        ("con.txt", "_con.txt"),
        ("COM1", "_COM1"),
        ("console.txt", "console.txt"),
        ("a/b\\c:d.jpg", "a_b_c_d.jpg"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("-rf.jpg", "-rf.jpg"),
        ("line\nbreak\x1b[31m.jpg", "line_break_[31m.jpg"),
        ("evil\u202egpj.exe", "evil_gpj.exe"),
        ("bad\udcff\udcfe.jpg", "bad__.jpg"),
        ("dots...", "dots"),
        (" . ", "unnamed"),
        ("", "unnamed"),
        (unicodedata.normalize("NFD", "Köln.jpg"), "Köln.jpg"),
    ],
)
def test_names_are_safe_everywhere(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_long_name_keeps_its_ending() -> None:
    name = safe_name("ü" * 250 + ".jpeg")

    assert name.endswith("ü.jpeg")
    assert len(name.encode()) <= 200


def test_twins_of_case_and_composition_get_numbers() -> None:
    names = UniqueNames()
    taken = [names.take(name) for name in ("Köln.jpg", unicodedata.normalize("NFD", "Köln.jpg"), "KÖLN.JPG", "a")]

    assert taken == ["Köln.jpg", "Köln (2).jpg", "KÖLN (3).JPG", "a"]


def test_pieces_may_be_any_iterator() -> None:
    data = b"".join(stream_zip([ZipEntry(name="list.txt", pieces=lambda: iter([b"a", b"b"]), size_bytes=2)]))

    assert [(name, body) for name, body, _ in local_files(data)] == [("list.txt", b"ab")]
