"""Pictures to the lines of writing in them, by RapidOCR: PP-OCRv6 through ONNX Runtime, weights in its wheel.

The small models of PP-OCRv6 read Latin letters (English and 46 other languages), Chinese (simplified and
traditional) and Japanese in one pass (PaddleOCR's PP-OCRv6 document); not Cyrillic, Greek, Arabic, Korean or Indic.
Detector and recogniser are under the Apache licence 2.0, as RapidOCR is.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image

from dam.errors import EngineError, ModelUnavailable
from dam.ports import Pixels
from dam.types import Box, FoundText

# The detector sees a picture with its long side at this; lines are then cut from the full picture. Measured on
# rendered lines over a photo of 2048 px (8 lines a size, one core): of lines 12, 16 and 20 px high, 640 finds
# 0, 1 and 4; 960 finds 4, 6 and 8; 1280 finds 7, 8 and 8; 2048 all, at 2.3 times the time of 1280.
SEEN_AT = 1280

# Smaller pictures are enlarged to this: of photos of 500 px it reads the school bus, the make of the snowmobile, the
# letters on the wagon and the name of the space shuttle, too, for twice the time of their own size (0.3 s on a core).
ENLARGED_TO = 960

# Below this, what the recogniser says is mostly texture (feathers, planks, leaves) or not what is written, measured
# on 58 photos. A lone sign is as often a wheel or a handle as a letter.
SURE = 0.7
SURE_OF_ONE_SIGN = 0.95

_THREADS = 4  # more gave nothing for pictures of this size
_FILES = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
}


class RapidTextReader:
    """A `TextReader` by RapidOCR; loads at the first picture, asks no network and writes nothing."""

    def __init__(self, *, name: str, seen_at: int = SEEN_AT) -> None:
        self.name = name
        self._seen_at = seen_at
        self._engine: Any = None
        self._one_at_a_time = Lock()  # the engine keeps what it works on in itself

    def read_text(self, images: Sequence[Pixels]) -> list[list[FoundText]]:
        """Return the lines of each picture, top to bottom and left to right. Raises EngineError."""
        return [self._read(pixels) for pixels in images]

    def _read(self, pixels: Pixels) -> list[FoundText]:
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            raise EngineError(f"A picture must be (height, width, 3) bytes, not {pixels.shape} of {pixels.dtype}.")
        with self._one_at_a_time:
            engine = self._engine = self._engine or _load(self.name, self._seen_at)
            try:
                read = engine(_prepared(pixels))
            except Exception as error:  # ONNX Runtime, OpenCV and shapely each have errors of their own
                raise EngineError(f"The writing in a picture can't be read by {self.name}: {error}") from error
        if read.boxes is None or read.txts is None:
            return []
        height, width = read.img.shape[:2]
        lines = [
            FoundText(text=" ".join(text.split()), certainty=float(score), box=_box(corners, width, height))
            for corners, text, score in zip(read.boxes, read.txts, read.scores, strict=True)
        ]
        return in_reading_order([line for line in lines if _is_writing(line)])


def build(folder: Path, *, name: str, device: str, seen_at: int = SEEN_AT) -> RapidTextReader:  # noqa: ARG001
    """Return the reader as a pack's adapter; it runs on the processor, wherever other models run."""
    return RapidTextReader(name=name, seen_at=seen_at)


def in_reading_order(lines: Sequence[FoundText]) -> list[FoundText]:
    """Return lines by row, top to bottom, and in a row from left to right.

    Two lines share a row where the middle of one lies within the height of the other: slanted and uneven writing
    does not fall apart, whatever its size.
    """
    rows: list[list[FoundText]] = []
    for line in sorted(lines, key=lambda line: line.box.centre[1]):
        row = rows[-1] if rows else []
        middle = line.box.centre[1]
        if row and row[0].box.y <= middle <= row[0].box.y + row[0].box.height:
            row.append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box.x)]


def _prepared(pixels: Pixels) -> Pixels:
    """Return the picture in OpenCV's order (blue first), enlarged where it is small."""
    height, width = pixels.shape[:2]
    scale = ENLARGED_TO / max(height, width)
    if scale > 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.BICUBIC))
    return np.ascontiguousarray(pixels[:, :, ::-1])


def _is_writing(line: FoundText) -> bool:
    signs = sum(sign.isalnum() for sign in line.text)
    return signs > 0 and line.certainty >= (SURE if signs > 1 else SURE_OF_ONE_SIGN)


def _box(corners: Any, width: int, height: int) -> Box:
    """Return the upright rectangle around the four corners of a line, which may be slanted."""
    left, top = float(corners[:, 0].min()) / width, float(corners[:, 1].min()) / height
    right, bottom = float(corners[:, 0].max()) / width, float(corners[:, 1].max()) / height
    return Box(x=left, y=top, width=right - left, height=bottom - top).clipped()


def _load(name: str, seen_at: int) -> Any:
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    absent = [file for file in _FILES.values() if not (models / file).is_file()]
    if absent:
        raise ModelUnavailable(f"The weights of {name} are not in this copy of rapidocr: {', '.join(absent)}.")
    threads = min(_THREADS, os.cpu_count() or 1)
    params = {
        # Given by path, so that RapidOCR never thinks of fetching them.
        **{key: str(models / file) for key, file in _FILES.items()},
        "Global.log_level": "critical",
        "Global.text_score": 0.0,  # what is kept is decided here
        "Global.max_side_len": 4096,  # lines are cut from the picture as it is; previews are 2048 px
        "Det.limit_type": "max",
        "Det.limit_side_len": seen_at,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    try:
        return rapidocr.RapidOCR(params=params)
    except Exception as error:  # a damaged file fails in any of three libraries
        raise EngineError(f"The reader of writing {name} can't be loaded: {error}") from error
