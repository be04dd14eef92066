"""Camera raw files: the embedded preview upright, half-size development without one, EXIF from the file itself."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from dam.errors import DamagedMedia, MediaTooLarge, UnsupportedMedia
from tests.media_files import UPRIGHT, close, corners, looks_like, prepare_here, quadrants

_WIDTH, _HEIGHT = 128, 96
_PREVIEW_SIZE = (640, 480)
_FORMATS = {1: "B", 3: "H", 4: "I", 5: "II", 10: "ii"}
_IDENTITY = [(1, 1), (0, 1), (0, 1), (0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]

Entry = tuple[int, int, list[int] | list[tuple[int, int]] | bytes]


def _directory(entries: list[Entry], at: int) -> bytes:
    """A TIFF directory whose long values follow it."""
    values_at = at + 2 + 12 * len(entries) + 4
    out, values = struct.pack("<H", len(entries)), b""
    for tag, kind, items in sorted(entries, key=lambda entry: entry[0]):
        if isinstance(items, bytes):
            packed = items
        else:
            packed = b"".join(
                struct.pack("<" + _FORMATS[kind], *(item if isinstance(item, tuple) else (item,))) for item in items
            )
        out += struct.pack("<HHI", tag, kind, len(items))
        out += packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", values_at + len(values))
        values += packed + b"\0" * (len(packed) % 2) if len(packed) > 4 else b""
    return out + bytes(4) + values


def _negative(preview: bytes, orientation: int) -> bytes:
    """A DNG of 16-bit grey sensor values, with a JPEG preview in a sub-directory if one is given."""
    pixels = struct.pack("<H", 24_000) * (_WIDTH * _HEIGHT)

    def build(pixels_at: int, sub_at: int, preview_at: int) -> tuple[bytes, bytes]:
        main: list[Entry] = [
            (254, 4, [0]), (256, 4, [_WIDTH]), (257, 4, [_HEIGHT]), (258, 3, [16]), (259, 3, [1]),
            (262, 3, [32803]), (271, 2, b"Acme\0"), (272, 2, b"One\0"), (273, 4, [pixels_at]),
            (274, 3, [orientation]), (277, 3, [1]), (278, 4, [_HEIGHT]), (279, 4, [len(pixels)]),
            (33421, 3, [2, 2]), (33422, 1, [0, 1, 1, 2]), (50706, 1, [1, 4, 0, 0]), (50708, 2, b"Acme One\0"),
            (50717, 4, [65535]), (50721, 10, _IDENTITY), (50728, 5, [(1, 1)] * 3), (50778, 3, [21]),
        ]  # fmt: skip
        sub: list[Entry] = [
            (254, 4, [1]), (256, 4, [_PREVIEW_SIZE[0]]), (257, 4, [_PREVIEW_SIZE[1]]), (258, 3, [8, 8, 8]),
            (259, 3, [7]), (262, 3, [6]), (273, 4, [preview_at]), (277, 3, [3]), (278, 4, [_PREVIEW_SIZE[1]]),
            (279, 4, [len(preview)]),
        ]  # fmt: skip
        if preview:
            main.append((330, 4, [sub_at]))
        return _directory(main, 8), _directory(sub, sub_at) if preview else b""

    sub_at = 8 + len(build(0, 0, 0)[0])
    pixels_at = sub_at + len(build(0, sub_at, 0)[1])
    main, sub = build(pixels_at, sub_at, pixels_at + len(pixels))
    return b"II*\0" + struct.pack("<I", 8) + main + sub + pixels + preview


def _preview(orientation: int) -> bytes:
    """What the sensor saw: turned the other way round."""
    turns = {1: None, 3: Image.Transpose.ROTATE_180}
    turn = turns[orientation]
    image = quadrants(*_PREVIEW_SIZE)
    buffer = io.BytesIO()
    (image.transpose(turn) if turn is not None else image).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", [1, 3])
def test_the_embedded_preview_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "negative"
    path.write_bytes(_negative(_preview(orientation), orientation))
    prepared = prepare_here(path, tmp_path / "out")
    assert (prepared.probe.format, prepared.probe.width, prepared.probe.height) == ("dng", _WIDTH, _HEIGHT)
    assert prepared.probe.metadata.camera_make == "Acme"
    with Image.open(prepared.renditions[0].path) as image:
        assert image.size == _PREVIEW_SIZE
        assert looks_like(image, UPRIGHT)


def test_without_a_preview_the_negative_is_developed_at_half_size(tmp_path: Path) -> None:
    path = tmp_path / "negative"
    path.write_bytes(_negative(b"", 6))
    prepared = prepare_here(path, tmp_path / "out")
    assert (prepared.probe.width, prepared.probe.height) == (_HEIGHT, _WIDTH)
    assert prepared.probe.metadata.camera_model == "One"
    with Image.open(prepared.renditions[0].path) as image:
        assert image.size == (_HEIGHT // 2, _WIDTH // 2)
        assert close(corners(image)[0], corners(image)[3], 3)


def test_a_negative_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "negative"
    path.write_bytes(_negative(b"", 1))
    with pytest.raises(MediaTooLarge):
        prepare_here(path, tmp_path / "out", max_pixels=1000)


def test_a_cut_negative_ends_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "negative"
    path.write_bytes(_negative(b"", 1)[:300])
    with pytest.raises((DamagedMedia, UnsupportedMedia)):
        prepare_here(path, tmp_path / "out")
