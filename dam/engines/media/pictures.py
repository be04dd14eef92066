"""A photo as a JPEG to be handed out: sRGB, upright, no larger than wanted, saying no more of itself than it may."""

import struct
from contextlib import suppress

from PIL import Image
from PIL.ExifTags import IFD, Base

from dam.engines.media.job import Job
from dam.engines.media.photo import open_photo
from dam.engines.media.renditions import shrink
from dam.engines.media.sniff import Opener, sniff
from dam.engines.media.wire import from_wire
from dam.errors import UnsupportedMedia
from dam.types import MadePicture, PictureWish

# Camera, exposure, time and authorship; not the maker's own notes, which hold serial numbers and sometimes places.
_MAIN = {Base.Make, Base.Model, Base.Software, Base.DateTime, Base.Artist, Base.Copyright, Base.ImageDescription}
_CAMERA = {
    Base.ExposureTime, Base.FNumber, Base.ExposureProgram, Base.ISOSpeedRatings, Base.DateTimeOriginal,
    Base.DateTimeDigitized, Base.OffsetTime, Base.OffsetTimeOriginal, Base.ExposureBiasValue, Base.MeteringMode,
    Base.Flash, Base.FocalLength, Base.FocalLengthIn35mmFilm, Base.LensMake, Base.LensModel, Base.SubsecTimeOriginal,
    Base.WhiteBalance,
}  # fmt: skip
_BROKEN = (ValueError, TypeError, KeyError, IndexError, SyntaxError, OSError, struct.error, AttributeError)


def make_picture(job: Job) -> MadePicture:
    """Make the picture that the job's options wish for. Raises UnsupportedMedia, DamagedMedia, MediaTooLarge."""
    wish = from_wire(PictureWish, dict(job.options))
    sniffed = sniff(job.file)
    if sniffed.opener is Opener.CONTAINER:
        raise UnsupportedMedia("A recording is no photo.")
    job.long_side = wish.longest_side
    picture = open_photo(job, sniffed)
    image = shrink(picture.image, _fitted(picture.image.size, wish.longest_side))
    path = job.path("picture", ".jpg")
    exif = _exif(picture.exif, wish)
    with path.open("xb") as file:
        image.convert("RGB").save(
            file, "JPEG", quality=wish.quality, exif=exif, optimize=True, subsampling=0 if wish.quality > 92 else 2
        )
    return MadePicture(path=path, mime="image/jpeg", width=image.width, height=image.height)


def _fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    scale = min(1.0, longest_side / max(size)) if longest_side else 1.0
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _exif(source: Image.Exif, wish: PictureWish) -> bytes:
    """Return what may be kept of a picture's EXIF; nothing of one that can't be written again."""
    with suppress(*_BROKEN):
        made = Image.Exif()
        if wish.keep_metadata:
            made.update({tag: value for tag, value in source.items() if tag in _MAIN})
            camera = source.get_ifd(IFD.Exif)
            made.get_ifd(IFD.Exif).update({tag: value for tag, value in camera.items() if tag in _CAMERA})
        if wish.keep_location:
            made.get_ifd(IFD.GPSInfo).update(source.get_ifd(IFD.GPSInfo))
        return made.tobytes()
    return b""
