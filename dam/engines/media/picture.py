"""A decoded picture, as every picture decoder gives it, and the size that none may exceed."""

from dataclasses import dataclass, field

from PIL import Image

from dam.engines.media.renditions import LONG_SIDE
from dam.errors import DamagedMedia, MediaTooLarge


@dataclass(slots=True, kw_only=True)
class Picture:
    """A decoded picture: `image` upright, RGB, at most about twice the preview; sizes are the original's.

    `orientation` is the EXIF orientation that led from the stored picture to the upright one.
    """

    image: Image.Image
    width: int
    height: int
    bit_depth: int = 8
    has_alpha: bool = False
    orientation: int = 1
    exif: Image.Exif = field(default_factory=Image.Exif)
    xmp: bytes = b""
    iptc: bytes = b""
    partial_reason: str = ""


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse, from the header alone, what is too large to decode. Raises MediaTooLarge, DamagedMedia."""
    if width < 1 or height < 1:
        raise DamagedMedia("The picture has no size.")
    if width * height > max_pixels:
        raise MediaTooLarge(
            f"The picture is {width} × {height} ({width * height / 1e6:,.0f} megapixels); "
            f"the limit is {max_pixels / 1e6:,.0f} megapixels."
        )


def reduced(image: Image.Image, long_side: int = LONG_SIDE) -> Image.Image:
    """Bring large pictures near the size that is wanted (0: all of it) before the costly colour conversion."""
    factor = max(image.size) // (2 * long_side) if long_side else 1
    return image.reduce(factor) if factor >= 2 else image
