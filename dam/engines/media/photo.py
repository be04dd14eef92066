"""From an open picture file to a prepared photo: probe, metadata, thumb and preview."""

import struct

from PIL import Image, ImageFile, UnidentifiedImageError

from dam.engines.media.exif import orientation
from dam.engines.media.job import Job
from dam.engines.media.jxl import open_jxl
from dam.engines.media.metadata import picture_metadata
from dam.engines.media.picture import Picture, check_pixels, reduced
from dam.engines.media.pixels import has_alpha, prepare_mode, to_srgb, turn_upright
from dam.engines.media.raw import open_raw
from dam.engines.media.regions import Frame
from dam.engines.media.renditions import THUMB_SHORT, fit_long, fit_thumb, shrink, write_picture
from dam.engines.media.salvage import salvaged
from dam.engines.media.sniff import Opener, Sniffed
from dam.errors import DamagedMedia, MediaTooLarge, UnsupportedMedia
from dam.types import MediaKind, MediaProbe, Prepared, PreparedUnit, RenditionRole, UnitKind

# What browsers show in an <img>; everything else gets its preview shown anyway.
_IN_BROWSERS = {"jpeg", "png", "gif", "webp", "avif", "bmp"}
_ENDS_EARLY = "The file is damaged or ends early: only part of the picture could be read."
_IPTC_RESOURCE, _IPTC_TIFF_TAG = 0x0404, 33723


def prepare_photo(job: Job, sniffed: Sniffed) -> Prepared:
    """Decode a picture once. Raises MediaError."""
    picture = open_photo(job, sniffed)
    probe = MediaProbe(
        kind=MediaKind.PHOTO,
        format=sniffed.name,
        mime=sniffed.mime,
        width=picture.width,
        height=picture.height,
        bit_depth=picture.bit_depth,
        has_alpha=picture.has_alpha,
        browser_playable=sniffed.name in _IN_BROWSERS,
        orientation=picture.orientation,
        metadata=picture_metadata(
            exif=picture.exif,
            xmp=picture.xmp,
            iptc=picture.iptc,
            mtime_ns=job.mtime_ns,
            frame=Frame(width=picture.width, height=picture.height, orientation=picture.orientation),
        ),
    )
    preview = shrink(picture.image, fit_long(*picture.image.size))
    thumb = shrink(preview, fit_thumb(*preview.size))
    unit = PreparedUnit(
        kind=UnitKind.PHOTO,
        start_ms=0,
        end_ms=0,
        renditions=(write_picture(thumb, RenditionRole.THUMB, job.path("thumb", ".jpg")),),
    )
    return Prepared(
        probe=probe,
        units=(unit,),
        renditions=(write_picture(preview, RenditionRole.PREVIEW, job.path("preview", ".jpg")),),
        partial_reason=picture.partial_reason,
    )


def open_photo(job: Job, sniffed: Sniffed) -> Picture:
    """Decode a picture, at least as large as the job wants it where the file has that. Raises MediaError."""
    if sniffed.opener is Opener.RAW:
        return open_raw(job)
    if sniffed.opener is Opener.JXL:
        return open_jxl(job)
    return open_with_pillow(job, sniffed)


def open_with_pillow(job: Job, sniffed: Sniffed) -> Picture:
    """Decode with Pillow as exactly the sniffed format; a second, lenient try for files that end early."""
    try:
        return _decode(job, sniffed, partial_reason="")
    except UnidentifiedImageError as error:
        raise UnsupportedMedia(
            f"The file begins like {sniffed.name.upper()} but can't be read as that: it is damaged or of a rare kind."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaTooLarge(
            f"The picture's header announces more than the limit of {job.max_pixels / 1e6:,.0f} megapixels."
        ) from error
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, struct.error, EOFError, TypeError) as error:
        return _decode_leniently(job, sniffed, error)


def _decode_leniently(job: Job, sniffed: Sniffed, first: Exception) -> Picture:
    reason = _ENDS_EARLY
    if "text" in str(first).lower():  # Pillow's guards against texts that unpack to gigabytes
        reason = "The picture is whole, but a text inside the file was too large and was left out."
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _decode(job, sniffed, partial_reason=reason)
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, struct.error, EOFError, TypeError) as error:
        raise DamagedMedia(f"The file is damaged: {_words(first)}.") from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _words(error: Exception) -> str:
    """Pillow's own words where they are words; its decoders' numbers mean nothing to a user."""
    text = str(error)
    return "its pixels can't be decoded" if not text or "decoder error" in text else text.rstrip(".")


def _decode(job: Job, sniffed: Sniffed, *, partial_reason: str) -> Picture:
    if sniffed.opener is Opener.HEIF:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    job.file.seek(0)
    with Image.open(job.file, formats=[sniffed.library_name]) as image:
        check_pixels(*image.size, job.max_pixels)
        depth, alpha, icc = _bit_depth(image), has_alpha(image), image.info.get("icc_profile")
        exif = exif_of(image)  # for PNG this decodes already: EXIF may stand behind the pixels
        # Pillow turns TIFFs itself while it loads them, and libheif turns HEIFs.
        stored_as = orientation_of(image, exif)
        turn = 1 if sniffed.name in ("tiff", "heif") else stored_as
        width, height = image.size
        image.draft("RGB" if image.mode == "RGB" else None, _draft_size(width, height, job.long_side))
        image.load()
        small = reduced(prepare_mode(image), job.long_side)
        if partial_reason == _ENDS_EARLY:
            small, partial_reason = salvaged(image, small, exif, partial_reason)
        upright = turn_upright(to_srgb(small, icc), turn)
        return Picture(
            image=upright,
            width=height if turn >= 5 else width,
            height=width if turn >= 5 else height,
            bit_depth=depth,
            has_alpha=alpha,
            orientation=stored_as,
            exif=exif,
            xmp=xmp_of(image),
            iptc=iptc_of(image),
            partial_reason=partial_reason,
        )


def _draft_size(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Return what a JPEG may be decoded at: the wanted size, and twice the thumb's (vectors stay the same)."""
    if not long_side:
        return width, height
    scale = max(long_side / max(width, height), 2 * THUMB_SHORT / min(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _bit_depth(image: Image.Image) -> int:
    known = image.info.get("bit_depth")  # pillow-heif says it
    if isinstance(known, int):
        return known
    if image.mode in ("I", "F"):
        return 32
    if image.mode.startswith("I;16") or any(";16" in str(tile[3]) for tile in getattr(image, "tile", ())):
        return 16
    return 1 if image.mode == "1" else 8


def exif_of(image: Image.Image) -> Image.Exif:
    """Return the EXIF of an open picture; an empty one where it is broken."""
    try:
        return image.getexif()
    except (ValueError, TypeError, SyntaxError, OSError, struct.error, KeyError, IndexError):
        return Image.Exif()


def orientation_of(image: Image.Image, exif: Image.Exif) -> int:
    """Return how the stored picture has to be turned, also where the library did it and says 1 (pillow-heif)."""
    known = image.info.get("original_orientation")
    return known if isinstance(known, int) and 1 <= known <= 8 else orientation(exif)


def xmp_of(image: Image.Image) -> bytes:
    """Return the XMP packet of an open picture."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return packet.encode("utf-8", "ignore") if isinstance(packet, str) else bytes(packet)


def iptc_of(image: Image.Image) -> bytes:
    """Return the IPTC datasets of an open picture."""
    resources = image.info.get("photoshop")
    found = resources.get(_IPTC_RESOURCE) if isinstance(resources, dict) else None
    if found is None and hasattr(image, "tag_v2"):
        found = image.tag_v2.get(_IPTC_TIFF_TAG)
    return found if isinstance(found, bytes) else b""
