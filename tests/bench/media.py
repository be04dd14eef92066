"""The media that is measured with: real files where they are, else the demo library; copies, never originals."""

import os
import shutil
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from dam.demo import MEDIA as DEMO
from dam.ports import Pixels
from tests.bench.drawn import with_faces
from tests.conftest import REAL_MEDIA

PHOTOS = frozenset({".jpg", ".jpeg", ".png"})  # what every contender opens
VIDEOS = frozenset({".mp4", ".mov", ".webm", ".mkv"})
SOUNDS = frozenset({".flac", ".wav", ".mp3", ".m4a", ".ogg", ".opus"})

_CAMERA = (4000, 3000)  # 12 megapixels: a telephone's or an older camera's picture
_PREVIEW = 2048  # px, long side: what is looked at of a photo
_WIDE = 1500  # px: room for the drawn faces
_HOUR_S = 3600  # long unchanged: nothing waits for the file to settle


def find(kinds: frozenset[str]) -> list[Path]:
    """Return the files of these suffixes, by name. Raises SystemExit with a sentence where there are none."""
    folders = [REAL_MEDIA / name for name in ("photos", "video", "audio")] if REAL_MEDIA.is_dir() else [DEMO]
    found = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in kinds and path.is_file()
    )
    if not found:
        raise SystemExit(f"There is nothing to measure with in {REAL_MEDIA} or {DEMO}: set AFTERIMAGE_REAL_MEDIA.")
    return found


def source() -> str:
    """Say where the media comes from."""
    return "real media" if REAL_MEDIA.is_dir() else "the demo library"


def preview(path: Path) -> Image.Image:
    """Return a photo as large as the stages that look at it get it."""
    with Image.open(path) as picture:
        made = picture.convert("RGB")
        made.thumbnail((_PREVIEW, _PREVIEW))
        return made


def pictures_of_people(count: int) -> tuple[list[Pixels], str]:
    """Return previews with faces, and what they are: real photos, else `count` of the demo with drawn faces."""
    folder = REAL_MEDIA / "faces"
    if folder.is_dir():
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTOS)
        return [np.asarray(preview(path)) for path in paths], "real photos"
    wide = (picture for path in sorted(DEMO.rglob("*.jpg")) if (picture := preview(path)).width > _WIDE)
    return [np.asarray(with_faces(picture)) for picture in islice(wide, count)], "drawn faces in pictures of the demo"


def copy_library(files: Sequence[Path], folder: Path, *, count: int = 0) -> list[Path]:
    """Copy files (repeated until there are `count`) into `folder`.

    A repeated file gets a few bytes after its end, which every decoder ignores: the same picture, another file.
    """
    folder.mkdir(parents=True)
    made = []
    for number, path in enumerate(islice(cycle(files), count or len(files))):
        target = folder / f"{number:04d}-{path.name}"
        shutil.copyfile(path, target)
        if number >= len(files):
            with target.open("ab") as file:
                file.write(number.to_bytes(8, "little"))
        _make_old(target)
        made.append(target)
    return made


def camera_library(files: Sequence[Path], folder: Path, *, count: int) -> list[Path]:
    """Write `count` pictures of a camera's size, enlarged from `files`."""
    folder.mkdir(parents=True)
    made = []
    for number, path in enumerate(islice(cycle(files), count)):
        target = folder / f"{number:04d}-{path.stem}.jpg"
        with Image.open(path) as picture:
            picture.convert("RGB").resize(_CAMERA, Image.Resampling.BICUBIC).save(target, quality=90)
        _make_old(target)
        made.append(target)
    return made


def megapixels(files: Sequence[Path]) -> float:
    """Return the mean size of pictures."""
    total = 0
    for path in files:
        with Image.open(path) as picture:
            total += picture.width * picture.height
    return total / len(files) / 1e6


def _make_old(path: Path) -> None:
    then = time.time() - _HOUR_S
    os.utime(path, (then, then))
