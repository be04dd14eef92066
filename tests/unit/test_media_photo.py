"""Photos: every mode upright in sRGB, sizes refused from the header, cut files partly kept."""

import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from dam.engines.media.jxl import jxl_size
from dam.errors import DamagedMedia, MediaTooLarge, UnsupportedMedia
from dam.types import MediaKind, Prepared, RenditionRole, UnitKind
from tests.media_files import BLUE, GREEN, GREY, RED, UPRIGHT, close, corners, looks_like, prepare_here, quadrants


def _thumb(prepared: Prepared) -> Image.Image:
    (unit,) = prepared.units
    (thumb,) = unit.renditions
    assert (unit.kind, thumb.role) == (UnitKind.PHOTO, RenditionRole.THUMB)
    with Image.open(thumb.path) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (thumb.width, thumb.height))
        image.load()
        return image


def _prepared(tmp_path: Path, data: bytes, **options: int) -> Prepared:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return prepare_here(path, tmp_path / "out", **options)


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "name", "options"),
    [
        ("JPEG", "jpeg", {"quality": 95}),
        ("PNG", "png", {}),
        ("WEBP", "webp", {"lossless": True}),
        ("GIF", "gif", {}),
        ("TIFF", "tiff", {}),
        ("BMP", "bmp", {}),
        ("AVIF", "avif", {"quality": 95}),
    ],
)
def test_formats_are_read_by_content(tmp_path: Path, form: str, name: str, options: dict[str, object]) -> None:
    prepared = _prepared(tmp_path, _saved(quadrants(), form, **options))
    assert (prepared.probe.kind, prepared.probe.format) == (MediaKind.PHOTO, name)
    assert (prepared.probe.width, prepared.probe.height) == (64, 48)
    assert looks_like(_thumb(prepared), UPRIGHT)
    assert prepared.partial_reason == ""


def test_heif_is_read(tmp_path: Path) -> None:
    import pillow_heif

    data = io.BytesIO()
    pillow_heif.from_pillow(quadrants()).save(data, quality=95)
    prepared = _prepared(tmp_path, data.getvalue())
    assert prepared.probe.format == "heif"
    assert looks_like(_thumb(prepared), UPRIGHT)


@pytest.mark.parametrize("size", [(64, 48), (48, 64), (33, 17), (512, 512)])
def test_jpeg_xl_is_read_and_its_size_known_beforehand(tmp_path: Path, size: tuple[int, int]) -> None:
    data = bytes(imagecodecs.jpegxl_encode(np.asarray(quadrants(*size)), lossless=True))
    assert jxl_size(data) == size
    prepared = _prepared(tmp_path, data)
    assert (prepared.probe.width, prepared.probe.height) == size
    assert looks_like(_thumb(prepared), UPRIGHT)


def test_jpeg_xl_that_is_too_large_is_refused_before_decoding(tmp_path: Path) -> None:
    data = bytes(imagecodecs.jpegxl_encode(np.asarray(quadrants()), lossless=True))
    with pytest.raises(MediaTooLarge, match="64 × 48"):
        _prepared(tmp_path, data, max_pixels=1000)


def test_jpeg_xl_that_is_cut_is_damaged(tmp_path: Path) -> None:
    data = bytes(imagecodecs.jpegxl_encode(np.asarray(quadrants(256, 256)), lossless=True))
    with pytest.raises(DamagedMedia):
        _prepared(tmp_path, data[: len(data) // 2])


_SAVED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP", "AVIF"])
def test_every_orientation_ends_upright(tmp_path: Path, orientation: int, form: str) -> None:
    turn = _SAVED_AS[orientation]
    image = quadrants() if turn is None else quadrants().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    prepared = _prepared(tmp_path, _saved(image, form, exif=exif.tobytes()))
    assert (prepared.probe.width, prepared.probe.height) == (64, 48)
    assert looks_like(_thumb(prepared), UPRIGHT, tolerance=40)


def test_an_orientation_that_does_not_exist_is_ignored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 9
    assert looks_like(
        _thumb(_prepared(tmp_path, _saved(quadrants(), "JPEG", quality=95, exif=exif.tobytes()))), UPRIGHT
    )


def test_sixteen_bit_grey_keeps_its_brightness(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    data = _saved(Image.fromarray(np.tile(ramp, (64, 1))), "PNG")
    prepared = _prepared(tmp_path, data)
    thumb = np.asarray(_thumb(prepared).convert("L"))
    assert prepared.probe.bit_depth == 16
    assert close([thumb[32, 10], thumb[32, 128], thumb[32, 245]], [10, 128, 245], 3)


def test_sixteen_bit_colour_keeps_its_brightness(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    path.write_bytes(_deep_png())
    prepared = prepare_here(path, tmp_path / "out")
    assert prepared.probe.bit_depth == 16
    assert close(corners(_thumb(prepared))[0], (200, 100, 50), 4)


def _deep_png() -> bytes:
    row = b"\0" + struct.pack(">3H", 200 * 257, 100 * 257, 50 * 257) * 8
    return _png(8, 8, depth=16, kind=2, data=zlib.compress(row * 8))


def _png(width: int, height: int, *, depth: int = 8, kind: int = 2, data: bytes = b"", more: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + more + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_float_tiff_is_scaled(tmp_path: Path) -> None:
    data = _saved(Image.fromarray(np.full((32, 32), 0.5, dtype=np.float32)), "TIFF")
    assert close(corners(_thumb(_prepared(tmp_path, data)))[0], (128, 128, 128), 3)


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_ink_without_a_profile_has_the_right_colours(tmp_path: Path, form: str) -> None:
    # Pillow writes CMYK JPEGs as Adobe does: inverted.
    prepared = _prepared(tmp_path, _saved(quadrants().convert("CMYK"), form))
    assert looks_like(_thumb(prepared), UPRIGHT, tolerance=30)


def test_a_wide_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    image = Image.new("LAB", (32, 32), (136, 128 + 80, 128 + 67))  # sRGB's red: L 53 of 100, a 80, b 67
    thumb = _thumb(_prepared(tmp_path, _saved(image, "TIFF")))
    assert close(corners(thumb)[0], (255, 0, 0), 30)


def test_a_profile_that_swaps_meaning_changes_the_pixels(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = quadrants()
    same = _thumb(_prepared(tmp_path, _saved(image, "PNG", icc_profile=profile)))
    assert looks_like(same, UPRIGHT, tolerance=4)


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
def test_a_broken_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    assert looks_like(_thumb(_prepared(tmp_path, _saved(quadrants(), "PNG", icc_profile=profile))), UPRIGHT)


def test_transparency_is_laid_over_grey(tmp_path: Path) -> None:
    image = quadrants().convert("RGBA")
    image.paste((255, 255, 255, 0), (0, 0, 32, 24))
    prepared = _prepared(tmp_path, _saved(image, "PNG"))
    assert prepared.probe.has_alpha
    assert looks_like(_thumb(prepared), [(128, 128, 128), GREEN, BLUE, GREY])


def test_a_transparent_palette_colour_is_laid_over_grey(tmp_path: Path) -> None:
    image = quadrants().quantize(4)
    prepared = _prepared(tmp_path, _saved(image, "PNG", transparency=image.getpixel((5, 5))))
    assert prepared.probe.has_alpha
    assert corners(_thumb(prepared))[0] == pytest.approx((128, 128, 128), abs=10)


def test_the_first_of_many_frames_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, GREEN, BLUE)]
    for form in ("GIF", "WEBP", "TIFF"):
        data = _saved(frames[0], form, save_all=True, append_images=frames[1:])
        folder = tmp_path / form
        folder.mkdir()
        assert close(corners(_thumb(_prepared(folder, data)))[0], RED, 30)


def test_sizes_of_renditions(tmp_path: Path) -> None:
    prepared = _prepared(tmp_path, _saved(quadrants(3000, 1500), "JPEG"))
    (preview,) = prepared.renditions
    assert (preview.role, preview.width, preview.height) == (RenditionRole.PREVIEW, 2048, 1024)
    assert _thumb(prepared).size == (896, 448)
    assert preview.colour.startswith("#")
    assert 0 < len(preview.placeholder) <= 400


def test_small_pictures_are_not_enlarged_and_long_ones_are_capped(tmp_path: Path) -> None:
    assert _thumb(_prepared(tmp_path, _saved(quadrants(100, 60), "PNG"))).size == (100, 60)
    folder = tmp_path / "long"
    folder.mkdir()
    assert _thumb(_prepared(folder, _saved(quadrants(6000, 600), "PNG"))).size == (2048, 205)


@pytest.mark.parametrize("side", [30_000, 12_000])
def test_a_picture_over_the_limit_is_refused_from_its_header(tmp_path: Path, side: int) -> None:
    row = zlib.compressobj()
    data = row.compress(bytes(1 << 20)) + row.flush()  # far too little for the size: never read
    with pytest.raises(MediaTooLarge, match="limit"):
        _prepared(tmp_path, _png(side, side, kind=0, data=data))


def test_a_text_that_unpacks_to_megabytes_is_dropped_and_the_picture_kept(tmp_path: Path) -> None:
    rows = zlib.compress((b"\0" + bytes(RED) * 8) * 8)
    bomb = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(60_000_000)))
    prepared = _prepared(tmp_path, _png(8, 8, data=rows, more=bomb))
    assert close(corners(_thumb(prepared))[0], RED)
    assert "text" in prepared.partial_reason


def test_a_cut_jpeg_is_partial(tmp_path: Path) -> None:
    data = _saved(Image.effect_noise((400, 400), 60).convert("RGB"), "JPEG", quality=90)
    prepared = _prepared(tmp_path, data[: int(len(data) * 0.7)])
    assert "only part" in prepared.partial_reason
    assert _thumb(prepared).size == (400, 400)


def test_a_jpeg_cut_before_its_picture_is_damaged(tmp_path: Path) -> None:
    plain = _saved(Image.effect_noise((400, 400), 60).convert("RGB"), "JPEG", quality=90)
    start = plain.index(b"\xff\xda") + 16
    with pytest.raises(DamagedMedia):
        _prepared(tmp_path, plain[:start])


def test_a_jpeg_cut_early_shows_the_thumbnail_of_its_exif(tmp_path: Path) -> None:
    small = _saved(quadrants(), "JPEG", quality=95)
    order = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<HI", 0, 14)
    pointers = struct.pack("<HHHIIHHII", 2, 513, 4, 1, 44, 514, 4, 1, len(small)) + bytes(4)
    exif = b"Exif\0\0" + order + pointers + small
    data = _saved(Image.effect_noise((400, 400), 60).convert("RGB"), "JPEG", quality=90, exif=exif)
    prepared = _prepared(tmp_path, data[: len(data) // 10])
    assert "small preview" in prepared.partial_reason
    assert looks_like(_thumb(prepared), UPRIGHT)
    assert (prepared.probe.width, prepared.probe.height) == (400, 400)


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 5000, b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"<html></html>", b"RIFF0000WEBPjunk"]
)
def test_what_is_no_picture_ends_with_a_reason(tmp_path: Path, data: bytes) -> None:
    with pytest.raises((UnsupportedMedia, DamagedMedia)) as caught:
        _prepared(tmp_path, data)
    assert str(caught.value).endswith(".")
