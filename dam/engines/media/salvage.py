"""What to show of a picture whose file ends early: what was decoded, else the thumbnail that its EXIF carries."""

import io
import struct

import numpy as np
from PIL import Image
from PIL.ExifTags import IFD

from dam.errors import DamagedMedia

ONLY_THUMBNAIL = "The file ends early: only the small preview inside it could be read."
_PARTLY = 0.4  # less of the picture than this says less about it than its thumbnail does
_NOTHING = 0.05
_OFFSET, _LENGTH = 513, 514  # JPEGInterchangeFormat and …Length in the thumbnail's directory


def salvaged(image: Image.Image, decoded: Image.Image, exif: Image.Exif, reason: str) -> tuple[Image.Image, str]:
    """Return the picture to go on with (not yet turned upright) and the reason to give. Raises DamagedMedia."""
    share = _decoded_share(decoded)
    if share >= _PARTLY:
        return decoded, reason
    thumbnail = _thumbnail(image, exif)
    if thumbnail is not None:
        return thumbnail, ONLY_THUMBNAIL
    if share < _NOTHING:
        raise DamagedMedia("The file ends before its picture begins.")
    return decoded, reason


def _decoded_share(image: Image.Image) -> float:
    """Return the share of rows before the even grey or black that decoders leave where nothing was read."""
    small = np.asarray(image.convert("L").resize((32, min(200, image.height)), Image.Resampling.BOX), dtype=np.int16)
    busy = np.flatnonzero(np.abs(small - small[-1, -1]).max(axis=1) > 2)
    return float((busy[-1] + 1) / len(small)) if busy.size else 0.0


def _thumbnail(image: Image.Image, exif: Image.Exif) -> Image.Image | None:
    try:
        where = exif.get_ifd(IFD.IFD1)
        data = bytes(image.info["exif"])[6:]
        start = int(where[_OFFSET])
        with Image.open(io.BytesIO(data[start : start + int(where[_LENGTH])]), formats=["JPEG"]) as thumbnail:
            thumbnail.load()
            return thumbnail.convert("RGB")
    except (KeyError, ValueError, TypeError, OSError, SyntaxError, struct.error, IndexError):
        return None
