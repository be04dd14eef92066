"""A shot's hover strip: frames of equal size side by side."""

import numpy as np
from PIL import Image

from dam.engines.media.keyframes import Candidate

STRIP_HEIGHT = 160
STRIP_FRAMES = 10
_MAX_FRAME_WIDTH = 480  # panoramas: ten frames stay within JPEG's and browsers' limits


def make_strip(candidates: list[Candidate]) -> tuple[Image.Image, int]:
    """Return the strip and its number of frames: at most ten, evenly spread over the shot."""
    count = min(STRIP_FRAMES, len(candidates))
    places = np.linspace(0, len(candidates) - 1, count).round().astype(int)
    height, width = candidates[0].pixels.shape[:2]
    size = (min(_MAX_FRAME_WIDTH, max(1, round(width * STRIP_HEIGHT / height))), STRIP_HEIGHT)
    strip = Image.new("RGB", (size[0] * count, size[1]))
    for column, place in enumerate(places):
        frame = Image.fromarray(candidates[place].pixels)
        strip.paste(frame.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0), (column * size[0], 0))
    return strip, count
