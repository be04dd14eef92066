"""What the reader of the starter pack really reads: rendered signs of many kinds, and real photos."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from dam import wiring
from dam.engines.packs import load_pack
from dam.ports import Pixels, TextReader
from dam.types import FoundText
from tests.services import missing

PAPER, INK = (245, 240, 225), (25, 30, 45)


@pytest.fixture(scope="module")
def reader() -> TextReader:
    model = load_pack("starter").text
    assert model is not None
    return wiring._bound("starter", "text")  # type: ignore[no-any-return]  # the port's own type is checked there


def _read(reader: TextReader, pixels: Pixels) -> list[FoundText]:
    return reader.read_text([pixels])[0]


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _said(lines: list[FoundText]) -> str:
    return _letters(" ".join(line.text for line in lines))


def _sheet(width: int = 1200, height: int = 800, colour: tuple[int, int, int] = PAPER) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def _write(
    picture: Image.Image, text: str, at: tuple[int, int], size: int, colour: tuple[int, int, int] = INK
) -> None:
    ImageDraw.Draw(picture).text(at, text, font=ImageFont.load_default(size), fill=colour)


@pytest.mark.parametrize("size", [20, 32, 64, 120])
def test_lines_of_many_sizes_are_read(reader: TextReader, size: int) -> None:
    picture = _sheet()
    _write(picture, "Ferry to Lisbon", (60, 200), size)
    lines = _read(reader, np.asarray(picture))
    assert _said(lines) == "ferrytolisbon"
    (box,) = (line.box for line in lines)
    assert box.y * 800 <= 200 + size
    assert (box.y + box.height) * 800 >= 200 + size * 0.5
    assert abs(box.x * 1200 - 60) < size


def test_small_print_of_a_large_preview_is_read(reader: TextReader) -> None:
    picture = _sheet(2048, 1365)
    for number, text in enumerate(["Platform seven", "Harbour master", "Keep off the grass", "Bakery open daily"]):
        _write(picture, text, (200 + 700 * (number % 2), 200 + 600 * (number // 2)), 16)
    said = _said(_read(reader, np.asarray(picture)))
    for word in ("platformseven", "harbourmaster", "keepoffthegrass", "bakeryopendaily"):
        assert word in said


def test_white_on_dark_slanted_and_upside_down_writing_is_read(reader: TextReader) -> None:
    dark = _sheet(900, 500, (20, 24, 30))
    _write(dark, "Night Market", (80, 180), 60, (250, 250, 250))
    assert _said(_read(reader, np.asarray(dark))) == "nightmarket"
    sign = _sheet(900, 500)
    _write(sign, "Wedding Budget", (120, 200), 60)
    for turn in (12, -18, 180):
        turned = sign.rotate(turn, fillcolor=PAPER, resample=Image.Resampling.BICUBIC)
        assert _said(_read(reader, np.asarray(turned))) == "weddingbudget", turn


def test_lines_come_from_top_to_bottom_and_left_to_right(reader: TextReader) -> None:
    picture = _sheet()
    for text, at in (("third", (80, 420)), ("second", (700, 100)), ("first", (80, 110)), ("fourth", (700, 430))):
        _write(picture, text, at, 60)
    assert [line.text for line in _read(reader, np.asarray(picture))] == ["first", "second", "third", "fourth"]


def test_letters_with_accents_are_read(reader: TextReader) -> None:
    try:
        font = ImageFont.truetype("DejaVuSans.ttf", 70)  # Pillow's own font has no accents
    except OSError:
        missing("no font DejaVu Sans: install fonts-dejavu-core")
    picture = _sheet()
    ImageDraw.Draw(picture).text((80, 200), "Café Zürich, Łódź", font=font, fill=INK)
    assert " ".join(line.text for line in _read(reader, np.asarray(picture))) == "Café Zürich, Łódź"


def _photo(path: Path) -> Pixels:
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((2048, 2048))
        return np.asarray(upright)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trolleybus.jpg", ["tilehurst", "readin", "19361968", "butter"]),
        ("school_bus.jpg", ["schoolbus"]),
        ("palace.jpg", ["mongabaycom"]),
        ("bald_eagle.jpg", ["patrickgross"]),
        ("kodim03.png", ["bahamas"]),
        ("espresso.jpg", ["new"]),
        ("steam_locomotive.jpg", ["dr"]),
    ],
)
def test_what_stands_in_real_photos_is_read(
    reader: TextReader, real_media: Path, name: str, words: list[str]
) -> None:
    said = _said(_read(reader, _photo(real_media / "photos" / name)))
    for word in words:
        assert word in said


@pytest.mark.real
@pytest.mark.slow
def test_photos_without_writing_hold_hardly_any(reader: TextReader, real_media: Path) -> None:
    written = {
        "astronaut", "bald_eagle", "balloon", "bookcase", "canoe", "cellular_telephone", "coffee_mug", "daisy",
        "espresso", "grand_piano", "kodim03", "laptop", "palace", "school_bus", "scuba_diver", "snowmobile",
        "space_shuttle", "steam_locomotive", "trolleybus", "umbrella", "wine_bottle",
    }  # fmt: skip
    plain = [path for path in sorted((real_media / "photos").iterdir()) if path.stem not in written]
    assert len(plain) > 30
    wrong = {path.name: lines for path in plain if (lines := _read(reader, _photo(path)))}
    assert len(wrong) <= 1, wrong


@pytest.mark.real
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_photos_of_every_orientation_read_the_same(reader: TextReader, real_media: Path, turn: int) -> None:
    said = _said(_read(reader, _photo(real_media / "odd" / f"orientation_{turn}.jpg")))
    for word in ("top", "left", "right", "bottom"):
        assert word in said
