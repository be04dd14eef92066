"""Colours: the conversions against published values, names by known colours."""

import numpy as np
import pytest

from dam.types.colours import (
    NAMES,
    as_hex,
    distance,
    known_name,
    name_colours,
    named_colours,
    names_under,
    parse_hex,
    to_lab,
)

# Sharma, Wu and Dalal (2005), table 1: pairs that other implementations got wrong, with their CIEDE2000.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "expected"), SHARMA)
def test_colour_distance_is_that_of_the_published_table(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    assert float(distance(one, other)) == pytest.approx(expected, abs=1e-4)
    assert float(distance(other, one)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((128, 128, 128), (53.59, 0, 0)),
    ],
)
def test_srgb_becomes_lab_as_published(rgb: tuple[int, ...], lab: tuple[float, ...]) -> None:
    assert to_lab(rgb) == pytest.approx(np.array(lab), abs=0.02)


def test_lab_goes_back_to_the_same_hex() -> None:
    for text in ("#1a2b3c", "#ff0000", "#808080", "#fedcba"):
        rgb = parse_hex(text)
        assert rgb is not None
        assert as_hex(to_lab(rgb)) == text


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("#000", "black"), ("#fff", "white"), ("#808080", "grey"), ("#ff0000", "red"), ("#00a000", "green"),
        ("#0000ff", "blue"), ("#ffff00", "yellow"), ("#ff8800", "orange"), ("#8b4513", "brown"),
        ("#800080", "purple"), ("#ff80c0", "pink"), ("#008080", "teal"), ("#000080", "navy"),
        ("#40e0d0", "turquoise"), ("#f5deb3", "beige"),
        ("#d4af37", "gold"), ("#808000", "olive"), ("#800000", "maroon"),
        ("#87ceeb", "sky blue"), ("#e6e6e6", "white"), ("#3c3c3c", "grey"), ("#b0c4de", "sky blue"),
        ("#228b22", "green"), ("#2e4a28", "dark green"), ("#ff00ff", "magenta"), ("#c8a2c8", "lavender"),
        ("#a52a2a", "red"), ("#708090", "slate"),
    ],
)  # fmt: skip
def test_known_colours_get_their_plain_name(colour: str, name: str) -> None:
    rgb = parse_hex(colour)
    assert rgb is not None
    assert name_colours([to_lab(rgb)]) == [name]


def test_every_name_names_its_own_swatch() -> None:
    swatches = [parse_hex(colour.hex) or () for colour in named_colours()]
    assert name_colours(to_lab(swatches)) == list(NAMES)
    assert len(set(NAMES)) == len(NAMES)


def test_basic_words_cover_the_finer_ones() -> None:
    assert {"navy", "sky blue", "blue"} <= names_under("blue")
    assert names_under("navy") == {"navy"}
    assert {colour.family for colour in named_colours()} <= set(NAMES)


def test_words_are_taken_as_people_write_them() -> None:
    assert known_name("Gray") == "grey"
    assert known_name(" Sky-Blue ") == "sky blue"
    assert known_name("nocolour") is None
    assert parse_hex("#zzz") is None
    assert parse_hex("abc") == (170, 187, 204)
