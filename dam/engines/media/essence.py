"""What of a file is picture and sound, as one digest that rewriting metadata leaves as it is; and what it says.

A picture is decoded whole, every frame of it. Of a recording the coded packets of all streams are taken, with what
their decoders need to begin and their times: the same packets decode to the same frames, at the speed of reading.
"""

import struct
from typing import Any

from av.error import FFmpegError
from blake3 import blake3
from PIL import Image, UnidentifiedImageError

from dam.engines.media.container import audio_stream, opened_container, video_stream
from dam.engines.media.job import Job
from dam.engines.media.metadata import picture_metadata, recording_metadata
from dam.engines.media.photo import exif_of, iptc_of, orientation_of, xmp_of
from dam.engines.media.picture import check_pixels
from dam.engines.media.probe import all_tags
from dam.engines.media.regions import Frame
from dam.engines.media.sniff import Opener, Sniffed, sniff
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.types import Essence

_MOST_FRAMES = 5000  # of an animation


def read_essence(job: Job) -> Essence:
    """Return the digest of a file's content, and what it says of itself. Raises MediaError."""
    sniffed = sniff(job.file)
    if sniffed.opener is Opener.CONTAINER:
        return _of_recording(job, sniffed)
    if sniffed.opener in (Opener.PILLOW, Opener.HEIF):
        return _of_picture(job, sniffed)
    raise UnsupportedMedia("Metadata is not written into files of this format.")


def _of_picture(job: Job, sniffed: Sniffed) -> Essence:
    if sniffed.opener is Opener.HEIF:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    job.file.seek(0)
    digest = blake3()
    try:
        with Image.open(job.file, formats=[sniffed.library_name]) as image:
            check_pixels(*image.size, job.max_pixels)
            exif = exif_of(image)
            turn = orientation_of(image, exif)
            frames = min(int(getattr(image, "n_frames", 1)), _MOST_FRAMES)
            for number in range(frames):
                image.seek(number)
                image.load()
                if number == 0:  # a TIFF is turned by loading it, and its size with it
                    exif, size = exif_of(image), image.size
                digest.update(f"{image.mode} {image.size} ".encode())
                digest.update(image.tobytes())
                job.beat(number / frames)
            image.seek(0)
            upright = sniffed.name in ("tiff", "heif")
            width, height = size if upright or turn < 5 else (size[1], size[0])
            metadata = picture_metadata(
                exif=exif,
                xmp=xmp_of(image),
                iptc=iptc_of(image),
                mtime_ns=job.mtime_ns,
                frame=Frame(width=width, height=height, orientation=turn),
            )
    except UnidentifiedImageError as error:
        raise UnsupportedMedia(f"The file can't be read as {sniffed.name.upper()}.") from error
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, struct.error, EOFError, TypeError) as error:
        raise DamagedMedia("The picture can't be decoded whole, so metadata is not written into it.") from error
    return Essence(digest=digest.hexdigest(), metadata=metadata)


def _of_recording(job: Job, sniffed: Sniffed) -> Essence:
    digest = blake3()
    with opened_container(job, sniffed) as container:
        for stream in container.streams:
            digest.update(f"{stream.type} {stream.index} {stream.time_base} {_codec(stream)} ".encode())
        try:
            for packet in container.demux():
                digest.update(f"{packet.stream.index} {packet.pts} {packet.dts} {packet.size} ".encode())
                if packet.size:
                    digest.update(bytes(packet))
                job.beat(0.0)
        except FFmpegError as error:
            raise DamagedMedia("The recording can't be read whole, so metadata is not written into it.") from error
        tags = all_tags(container, video_stream(container) or audio_stream(container))
    return Essence(digest=digest.hexdigest(), metadata=recording_metadata(tags, mtime_ns=job.mtime_ns))


def _codec(stream: Any) -> str:
    context = stream.codec_context
    if context is None:
        return ""
    extra = getattr(context, "extradata", None) or b""
    return f"{context.name} {blake3(extra).hexdigest()}"
