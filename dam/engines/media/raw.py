"""Camera raw files: the preview that the camera embedded, upright; half-size development where there is none."""

import io
import struct
from typing import TYPE_CHECKING

from PIL import Image

from dam.engines.media.exif import orientation
from dam.engines.media.job import Job
from dam.engines.media.picture import Picture, check_pixels
from dam.engines.media.pixels import to_srgb, turn_upright
from dam.engines.media.renditions import LONG_SIDE, THUMB_SHORT
from dam.errors import DamagedMedia, UnsupportedMedia

if TYPE_CHECKING:
    import rawpy

# LibRaw's `flip` (as dcraw's) to the EXIF orientation of the same turn.
_FLIPS = {3: 3, 5: 8, 6: 6}
_MAX_PREVIEW_BYTES = 100 * 1024 * 1024


def open_raw(job: Job) -> Picture:
    """Decode a raw file. Raises UnsupportedMedia, DamagedMedia, MediaTooLarge."""
    import rawpy

    job.file.seek(0)
    try:
        with rawpy.imread(job.file) as raw:
            sizes = raw.sizes
            check_pixels(sizes.raw_width, sizes.raw_height, job.max_pixels)
            turn = _FLIPS.get(sizes.flip, 1)
            preview, preview_exif = _embedded(raw, turn, job.max_pixels)
            image = preview if preview and _suffices(preview, sizes, job) else _developed(raw, job)
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        raise UnsupportedMedia("This camera's raw files are not known to the raw decoder.") from error
    except rawpy.LibRawError as error:
        raise DamagedMedia(f"The raw file is damaged: {_words(error)}.") from error
    width, height = (sizes.height, sizes.width) if turn >= 5 else (sizes.width, sizes.height)
    return Picture(
        image=image,
        width=width,
        height=height,
        bit_depth=16,
        orientation=turn,
        exif=_own_exif(job) or preview_exif or Image.Exif(),
    )


def _embedded(raw: "rawpy.RawPy", turn: int, max_pixels: int) -> tuple[Image.Image | None, Image.Exif | None]:
    """Return the camera's own preview, if there is one that is worth showing, and its EXIF."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except rawpy.LibRawError:  # there is none, or none that can be read
        return None, None
    if not isinstance(thumb.data, bytes):
        image = Image.fromarray(thumb.data)
        return (turn_upright(image, turn), None) if min(image.size) >= THUMB_SHORT else (None, None)
    if len(thumb.data) > _MAX_PREVIEW_BYTES:
        return None, None
    try:
        with Image.open(io.BytesIO(thumb.data), formats=["JPEG"]) as opened:
            exif = opened.getexif()
            if min(opened.size) < THUMB_SHORT:
                return None, exif
            check_pixels(*opened.size, max_pixels)
            opened.load()
            image = to_srgb(opened, opened.info.get("icc_profile"))
    except (OSError, ValueError, SyntaxError, struct.error):
        return None, None
    return turn_upright(image, _preview_turn(image, exif, turn)), exif


def _preview_turn(image: Image.Image, exif: Image.Exif, turn: int) -> int:
    """Cameras turn the preview, or mark it, or leave it as the sensor saw it."""
    marked = orientation(exif)
    already_turned = turn >= 5 and image.height > image.width
    return 1 if already_turned else (marked if marked != 1 else turn)


def _suffices(preview: Image.Image, sizes: "rawpy.ImageSizes", job: Job) -> bool:
    """Tell whether the camera's preview has as many pixels as are wanted; for a page any preview does."""
    if job.long_side == LONG_SIDE:
        return True
    whole = max(sizes.width, sizes.height)
    return max(preview.size) >= 0.95 * min(whole, job.long_side or whole)  # some previews lack a few rows


def _developed(raw: "rawpy.RawPy", job: Job) -> Image.Image:
    """Develop; at half size where that suffices: one pixel of each 2 × 2 of the sensor, in a quarter of the time."""
    whole = max(raw.sizes.width, raw.sizes.height)
    half = bool(job.long_side) and job.long_side <= max(LONG_SIDE, whole // 2)
    return Image.fromarray(raw.postprocess(half_size=half, use_camera_wb=True, output_bps=8))


def _own_exif(job: Job) -> Image.Exif | None:
    """Most raw files are TIFFs, whose directories hold the EXIF; None for the others."""
    job.file.seek(0)
    if job.file.read(4) not in (b"II*\0", b"MM\0*"):
        return None
    exif = Image.Exif()
    try:
        job.file.seek(0)
        exif.load_from_fp(job.file)
    except (OSError, ValueError, SyntaxError, TypeError, struct.error, KeyError):
        return None
    return exif


def _words(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) or "it can't be decoded"
