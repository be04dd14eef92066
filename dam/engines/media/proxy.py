"""From a recording that browsers can't play to one that they can: H.264 and AAC in MP4, at most 1080 lines."""

from dam.engines.media.job import Job
from dam.errors import UnsupportedMedia
from dam.types import RenditionFile


def make_proxy(job: Job) -> RenditionFile:
    """Encode a proxy. Raises MediaError."""
    raise UnsupportedMedia("soon")
