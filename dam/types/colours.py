"""Colours as people see and name them: sRGB to CIE L*a*b*, how far two colours lie apart, and plain names."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Lab = NDArray[np.float64]  # (…, 3): L* 0..100, a*, b*, under the white D65

# IEC 61966-2-1 (sRGB): linear RGB to CIE XYZ, and the white D65 that its rows sum to.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _TO_XYZ.sum(axis=1)
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedColour:
    """A plain colour word: `hex` is its swatch, `family` the basic word that covers it ("navy" is a blue)."""

    name: str
    hex: str
    family: str


# The eleven basic colour terms of English (Berlin and Kay, "Basic Color Terms", 1969), then words that people use for
# what lies between. Centres follow the means of the xkcd colour survey (Munroe 2010, CC0); each word's first is its
# swatch, further ones are what cameras see: photographs hold few pure colours, so "green" has to reach dull leaves.
_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("black", "black", ("#000000", "#141414")),
    ("white", "white", ("#ffffff", "#f2f2f2")),
    ("grey", "grey", ("#929591", "#c4c4c4", "#6b6b6b", "#484848", "#878a94")),
    ("red", "red", ("#e50000", "#b32428", "#c8443e")),
    ("green", "green", ("#15b01a", "#4f8f43", "#2f6b2f", "#6f9a5b", "#74a857")),
    ("yellow", "yellow", ("#ffff14", "#f5dc3a", "#e9d86a")),
    ("blue", "blue", ("#0343df", "#2f5fb3", "#4c78a8", "#1d3f8f")),
    ("brown", "brown", ("#653700", "#8b4d1a", "#7b5a3c", "#523a28", "#96683c", "#8a6a55")),
    ("purple", "purple", ("#7e1e9c", "#6a4385", "#8e5ba6")),
    ("pink", "pink", ("#ff81c0", "#f0a6b8", "#e36f97")),
    ("orange", "orange", ("#f97306", "#e08a3c", "#d9692b")),
    ("navy", "blue", ("#01153e", "#1c2b4f")),
    ("sky blue", "blue", ("#75bbfd", "#a3c4e0", "#7fa6cc", "#c3dbf0")),
    ("turquoise", "blue", ("#06c2ac", "#40d0d0", "#7fd6d2")),
    ("teal", "green", ("#029386", "#1f6b6d", "#4d8a8c")),
    ("slate", "grey", ("#516572", "#6f8292", "#36454f")),
    ("dark green", "green", ("#033500", "#22391f", "#38502c")),
    ("lime", "green", ("#89fe05", "#bfe83a")),
    ("mint", "green", ("#9ffeb0", "#b8e3c6")),
    ("olive", "green", ("#6e750e", "#5e5b2e", "#84804a")),
    ("khaki", "brown", ("#aaa662", "#a89f7c")),
    ("beige", "brown", ("#e6daa6", "#dccbb0", "#cbb898", "#e8dccb")),
    ("tan", "brown", ("#d1b26f", "#bf9a6b", "#c99f79")),
    ("cream", "yellow", ("#ffffc2", "#fbf3d5")),
    ("gold", "yellow", ("#dbb40c", "#c99a2e")),
    ("rust", "brown", ("#a83c09", "#9c4f2c")),
    ("maroon", "red", ("#650021", "#5a1a1c", "#7d2a33")),
    ("coral", "orange", ("#fc5a50", "#f08a70")),
    ("peach", "orange", ("#ffb07c", "#f2c6a5", "#e5b08d")),
    ("magenta", "pink", ("#c20078", "#d6249f")),
    ("violet", "purple", ("#9a0eea", "#5d35b0")),
    ("lavender", "purple", ("#c79fef", "#b7abd6")),
    ("mauve", "purple", ("#ae7181", "#a88a9e")),
    ("rose", "pink", ("#cf6275", "#b85a6b")),
)
NAMES = tuple(name for name, _, _ in _TABLE)


def named_colours() -> tuple[NamedColour, ...]:
    """Return every colour word, the basic ones first."""
    return tuple(NamedColour(name=name, hex=centres[0], family=family) for name, family, centres in _TABLE)


def known_name(text: str) -> str | None:
    """Return the colour word that a text means ("Gray" is "grey"), or None."""
    word = " ".join(text.lower().split()).replace("gray", "grey").replace("_", " ").replace("-", " ")
    return word if word in NAMES else None


def names_under(name: str) -> frozenset[str]:
    """Return the words that a colour word covers: "blue" is also what is navy or sky blue; "navy" only itself."""
    return frozenset(other for other, family, _ in _TABLE if name in (other, family))


def parse_hex(text: str) -> tuple[int, int, int] | None:
    """Return the (red, green, blue) of "#1a2b3c" or "#abc", 0..255 each, or None."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def as_hex(lab: ArrayLike) -> str:
    """Return one L*a*b* colour as `#rrggbb`; what sRGB can't show is clipped."""
    lightness, a, b = (float(value) for value in np.asarray(lab, dtype=np.float64))
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = _WHITE * np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    linear = np.clip(np.linalg.solve(_TO_XYZ, xyz), 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + bytes(np.rint(coded * 255).astype(np.uint8)).hex()


def to_lab(rgb: ArrayLike) -> Lab:
    """Return L*a*b* of sRGB values 0..255, shape (…, 3): IEC 61966-2-1, then CIE 15:2004 (white D65)."""
    xyz = _linear()[np.asarray(rgb, dtype=np.uint8)] @ (_TO_XYZ / _WHITE[:, np.newaxis]).T
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    ).astype(np.float64)


def distance(one: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Return CIEDE2000 between L*a*b* colours (broadcast over all but the last axis); about 1 can just be seen.

    After Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30 (2005).
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    lightness_1, lightness_2 = first[..., 0], second[..., 0]
    chroma = (np.hypot(first[..., 1], first[..., 2]) + np.hypot(second[..., 1], second[..., 2])) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    a_1, a_2 = (1 + g) * first[..., 1], (1 + g) * second[..., 1]
    chroma_1, chroma_2 = np.hypot(a_1, first[..., 2]), np.hypot(a_2, second[..., 2])
    hue_1 = np.degrees(np.arctan2(first[..., 2], a_1)) % 360
    hue_2 = np.degrees(np.arctan2(second[..., 2], a_2)) % 360
    neutral = chroma_1 * chroma_2 == 0

    turn = hue_2 - hue_1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(neutral, 0.0, turn)
    delta_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(np.radians(turn / 2))
    total = hue_1 + hue_2
    mean_hue = np.where(
        np.abs(hue_1 - hue_2) <= 180, total / 2, np.where(total < 360, total / 2 + 180, total / 2 - 180)
    )
    mean_hue = np.where(neutral, total, mean_hue)
    mean_lightness, mean_chroma = (lightness_1 + lightness_2) / 2, (chroma_1 + chroma_2) / 2

    t = (
        1
        - 0.17 * np.cos(np.radians(mean_hue - 30))
        + 0.24 * np.cos(np.radians(2 * mean_hue))
        + 0.32 * np.cos(np.radians(3 * mean_hue + 6))
        - 0.20 * np.cos(np.radians(4 * mean_hue - 63))
    )
    off_middle = (mean_lightness - 50) ** 2
    s_l = 1 + 0.015 * off_middle / np.sqrt(20 + off_middle)
    s_c, s_h = 1 + 0.045 * mean_chroma, 1 + 0.015 * mean_chroma * t
    rotation = (
        -2
        * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(((mean_hue - 275) / 25) ** 2))))
    )
    in_l, in_c, in_h = (lightness_2 - lightness_1) / s_l, (chroma_2 - chroma_1) / s_c, delta_hue / s_h
    return np.asarray(np.sqrt(np.maximum(in_l**2 + in_c**2 + in_h**2 + rotation * in_c * in_h, 0)))


def name_colours(labs: ArrayLike) -> list[str]:
    """Return the plain word nearest (CIEDE2000) to each of the (n, 3) L*a*b* colours."""
    centres, owners = _centres()
    nearest = distance(np.asarray(labs, dtype=np.float64)[:, np.newaxis], centres[np.newaxis]).argmin(axis=1)
    return [owners[int(place)] for place in nearest]


@cache
def _centres() -> tuple[Lab, tuple[str, ...]]:
    pairs = [(parse_hex(centre) or (), name) for name, _, centres in _TABLE for centre in centres]
    return to_lab([rgb for rgb, _ in pairs]), tuple(name for _, name in pairs)


@cache
def _linear() -> NDArray[np.float64]:
    """Return the 256 code values of sRGB as light, 0..1."""
    code = np.arange(256) / 255
    return np.asarray(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4))
