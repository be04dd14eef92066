"""Makes the demo library's media, at development time: ``python -m dam.demo.render``.

Photos and video frames come from ``dam.scenes``; speech from ffmpeg's flite source. The result is committed, so users
need neither ffmpeg nor the minutes that this takes.
"""

from __future__ import annotations

import argparse
import logging
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from PIL import Image

from dam.demo import MEDIA
from dam.demo.clips import CLIPS, film
from dam.demo.metadata import exif_of, xmp_of
from dam.demo.photos import PHOTOS, Photo
from dam.demo.speech import TALKS, speak
from dam.scenes import render

logger = logging.getLogger("demo")

JPEG_QUALITY = 88


def develop(photo: Photo, folder: Path) -> Path:
    """Render one photo and writes it as JPEG with its EXIF and XMP; the file's time is when it was taken."""
    target = folder / photo.shoot.folder / photo.name
    target.parent.mkdir(parents=True, exist_ok=True)
    width, height = photo.size
    picture = Image.fromarray(render(photo.scene, width=width, height=height))
    extra: dict[str, Any] = {} if (xmp := xmp_of(photo)) is None else {"xmp": xmp}
    picture.save(target, quality=JPEG_QUALITY, optimize=True, progressive=True, exif=exif_of(photo), **extra)
    _set_time(target, photo.shoot.moment(photo.taken))
    return target


def main() -> None:
    """Render everything, or the kinds that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=MEDIA)
    parser.add_argument("--only", choices=("photos", "videos", "speech"))
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if options.only in (None, "photos"):
        with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
            for target in pool.map(develop, PHOTOS, [options.out] * len(PHOTOS)):
                logger.info("%s", target)
    if options.only in (None, "speech"):
        for talk in TALKS:
            target = options.out / talk.folder / talk.name
            target.parent.mkdir(parents=True, exist_ok=True)
            speak(talk, target)
            _set_time(target, datetime.fromisoformat(talk.taken))
            logger.info("%s", target)
    if options.only in (None, "videos"):
        for clip in CLIPS:
            target = options.out / clip.shoot.folder / clip.name
            target.parent.mkdir(parents=True, exist_ok=True)
            film(clip, target, workers=options.workers)
            _set_time(target, clip.shoot.moment(clip.taken))
            logger.info("%s", target)


def _set_time(target: Path, moment: datetime) -> None:
    os.utime(target, (moment.timestamp(), moment.timestamp()))


if __name__ == "__main__":
    main()
