"""From an upright sRGB picture to finished rendition files, each with its mean colour and tiny placeholder."""

import base64
import io
from pathlib import Path

from PIL import Image

from dam.types import RenditionFile, RenditionRole

THUMB_SHORT = 448  # twice the 224 px that most encoders look at; tiles are 220-440 px high
LONG_SIDE = 2048
_QUALITY = 85
_PLACEHOLDER_CHARS = 400


def fit_thumb(width: int, height: int) -> tuple[int, int]:
    """Return the thumb's size: short side 448, long side at most 2048, never larger than the original."""
    return _scaled(width, height, min(1.0, THUMB_SHORT / min(width, height), LONG_SIDE / max(width, height)))


def fit_long(width: int, height: int) -> tuple[int, int]:
    """Return the preview's size: long side at most 2048, never larger than the original."""
    return _scaled(width, height, min(1.0, LONG_SIDE / max(width, height)))


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return `image` at `size` with antialiasing; the same object where nothing changes."""
    if image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def write_picture(
    image: Image.Image, role: RenditionRole, path: Path, *, at_ms: int = 0, frames: int = 1
) -> RenditionFile:
    """Write an RGB picture as JPEG (quality 85, sRGB) and return its record."""
    with path.open("xb") as file:
        image.save(file, "JPEG", quality=_QUALITY)
    return RenditionFile(
        role=role,
        path=path,
        mime="image/jpeg",
        width=image.width,
        height=image.height,
        at_ms=at_ms,
        frames=frames,
        colour=mean_colour(image),
        placeholder="" if role is RenditionRole.STRIP else placeholder(image),
    )


def mean_colour(image: Image.Image) -> str:
    """Return the mean colour of an RGB picture as `#rrggbb`."""
    return "#" + bytes(image.resize((1, 1), Image.Resampling.BOX, reducing_gap=1.0).tobytes()).hex()


def placeholder(image: Image.Image) -> str:
    """Return a blurred miniature as base64 WebP of at most 400 characters, or '' where none is that small."""
    small = image.resize(_scaled(image.width, image.height, 32 / max(image.size)), Image.Resampling.BOX)
    for side in (32, 24, 16, 8):
        small = small.resize(_scaled(small.width, small.height, side / max(small.size)), Image.Resampling.BOX)
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=20, method=4)
        text = base64.b64encode(buffer.getvalue()).decode("ascii")
        if len(text) <= _PLACEHOLDER_CHARS:
            return text
    return ""
