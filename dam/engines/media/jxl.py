"""JPEG XL: the size is read from the header before anything is decoded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.engines.media.job import Job
from dam.engines.media.picture import Picture, check_pixels, reduced
from dam.engines.media.pixels import to_srgb
from dam.errors import DamagedMedia, MediaTooLarge

_MAX_FILE_BYTES = 1024 * 1024 * 1024
_CODESTREAM = b"\xff\x0a"
# ISO/IEC 18181-1, table of aspect ratios: width = height * numerator / denominator.
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIZE_BITS = (9, 13, 18, 30)


def open_jxl(job: Job) -> Picture:
    """Decode a JPEG XL file (its first frame). Raises DamagedMedia, MediaTooLarge."""
    import imagecodecs

    job.file.seek(0)
    data = job.file.read(_MAX_FILE_BYTES + 1)
    if len(data) > _MAX_FILE_BYTES:
        raise MediaTooLarge("The file is larger than 1 GB.")
    check_pixels(*jxl_size(data), job.max_pixels)
    try:
        pixels = np.asarray(imagecodecs.jpegxl_decode(data, index=0, numthreads=job.threads))
    except (imagecodecs.JpegxlError, ValueError, RuntimeError, IndexError) as error:
        raise DamagedMedia("The file is damaged: it can't be decoded as JPEG XL.") from error
    depth = pixels.dtype.itemsize * 8
    image = _as_image(pixels)
    width, height = image.size
    return Picture(
        image=to_srgb(reduced(image, job.long_side), None),
        width=width,
        height=height,
        bit_depth=depth,
        has_alpha=image.mode in ("LA", "RGBA"),
    )


def jxl_size(data: bytes) -> tuple[int, int]:
    """Return (width, height) from the codestream's SizeHeader (ISO/IEC 18181-1, A.3). Raises DamagedMedia."""
    start = 0 if data.startswith(_CODESTREAM) else _in_boxes(data)
    bits = _Bits(data[start + 2 : start + 34])
    small = bits.take(1)
    height = _side(bits, small)
    ratio = bits.take(3)
    if ratio:
        numerator, denominator = _RATIOS[ratio]
        return height * numerator // denominator, height
    return _side(bits, small), height


def _side(bits: "_Bits", small: int) -> int:
    return (bits.take(5) + 1) * 8 if small else bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _in_boxes(data: bytes) -> int:
    """Return where the codestream starts inside the container's boxes."""
    at = 0
    while at + 16 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        head = 16 if length == 1 else 8
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        start = at + head + (4 if kind == b"jxlp" else 0)
        if kind in (b"jxlc", b"jxlp") and data[start : start + 2] == _CODESTREAM:
            return start
        if length < head:
            break
        at += length
    raise DamagedMedia("The file is damaged: there is no JPEG XL picture in it.")


class _Bits:
    """Little-endian bits, lowest first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        return value


def _as_image(pixels: NDArray[Any]) -> Image.Image:
    if pixels.ndim == 4:
        pixels = pixels[0]
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = np.clip(np.nan_to_num(pixels.astype(np.float32)) * 255, 0, 255).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    return Image.fromarray(pixels)
