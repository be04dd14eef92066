"""From decoded video frames to upright RGB arrays: rotation, pixel shape, and high dynamic range brought down."""

from functools import cache

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc, VideoReformatter
from numpy.typing import NDArray

from dam.engines.media.renditions import fit_long, fit_thumb
from dam.engines.media.shots import SMALL_HEIGHT, SMALL_WIDTH

Pixels = NDArray[np.uint8]

_HDR = {int(ColorTrc.SMPTE2084), int(ColorTrc.ARIB_STD_B67)}
# Rec. ITU-R BT.2087: linear BT.2020 to linear BT.709.
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
_REFERENCE_WHITE_NITS = 203.0  # Rec. ITU-R BT.2408


def is_hdr(transfer: int) -> bool:
    """Whether a transfer characteristic is PQ or HLG."""
    return transfer in _HDR


class FrameMaker:
    """Makes pictures of one video's frames; `width` and `height` are as displayed.

    `rotation_deg` is what the container's display matrix asks for, counter-clockwise as FFmpeg counts.
    """

    def __init__(self, *, width: int, height: int, rotation_deg: int, hdr: bool) -> None:
        self._turns = round(rotation_deg / 90) % 4
        self._hdr = hdr
        self._thumb_size = self._coded(fit_thumb(width, height))
        self._large_size = self._coded(fit_long(width, height))
        # One each: a reformatter keeps its scaler as long as the sizes stay.
        self._small, self._thumb, self._large = VideoReformatter(), VideoReformatter(), VideoReformatter()

    def small(self, frame: VideoFrame) -> Pixels:
        """Return (36, 64, 3), neither upright nor in proportion: only to be compared with others of its kind."""
        made = self._small.reformat(frame, SMALL_WIDTH, SMALL_HEIGHT, "rgb24", interpolation="FAST_BILINEAR")
        return np.asarray(made.to_ndarray(), dtype=np.uint8)

    def thumb(self, frame: VideoFrame) -> Pixels:
        """Return the frame upright, short side 448 px."""
        return self._make(self._thumb, frame, self._thumb_size)

    def large(self, frame: VideoFrame) -> Pixels:
        """Return the frame upright, long side at most 2048 px."""
        return self._make(self._large, frame, self._large_size)

    def _coded(self, size: tuple[int, int]) -> tuple[int, int]:
        return (size[1], size[0]) if self._turns % 2 else size

    def _make(self, reformatter: VideoReformatter, frame: VideoFrame, size: tuple[int, int]) -> Pixels:
        if self._hdr:
            frame = tone_map_frame(reformatter, frame, size)
        made = reformatter.reformat(frame, *size, "rgb24", interpolation="BILINEAR")
        pixels = np.asarray(made.to_ndarray(), dtype=np.uint8)
        return np.ascontiguousarray(np.rot90(pixels, self._turns))


def tone_map_frame(reformatter: VideoReformatter, frame: VideoFrame, size: tuple[int, int]) -> VideoFrame:
    """Return a PQ or HLG frame, scaled, as an ordinary RGB frame."""
    deep = reformatter.reformat(frame, *size, "rgb48le", interpolation="BILINEAR").to_ndarray()
    mapped = tone_map(np.asarray(deep, dtype=np.uint16), transfer=int(frame.color_trc))
    return VideoFrame.from_ndarray(mapped, format="rgb24")


def tone_map(deep: NDArray[np.uint16], *, transfer: int) -> Pixels:
    """Return (h, w, 3) sRGB of BT.2020 PQ or HLG values: linear light, BT.709 primaries, highlights rolled off.

    Simple on purpose: a poster must be neither grey nor burnt, not graded.
    """
    light = _linear_light(transfer)[deep >> 4]  # in units of reference white
    light = np.maximum(light @ _TO_709.T, 0)
    peak = light.max(axis=2, keepdims=True)
    # Reinhard's extended operator on the largest channel keeps hues; 1000 nits become white.
    white = 1000 / _REFERENCE_WHITE_NITS
    scale = (1 + peak / white**2) / (1 + peak)
    display = np.clip(light * scale * 1.35, 0, 1)  # reference white would else end at 57 % of light
    coded = np.where(display <= 0.0031308, 12.92 * display, 1.055 * display ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(coded * 255), dtype=np.uint8)


@cache
def _linear_light(transfer: int) -> NDArray[np.float32]:
    """Return 4096 code values as light, 1.0 = reference white (BT.2100, tables 4 and 5)."""
    code = np.linspace(0, 1, 4096)
    if transfer == int(ColorTrc.ARIB_STD_B67):
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        nits = 1000 * scene**1.2
    else:
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        root = code ** (1 / m2)
        nits = 10000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return (nits / _REFERENCE_WHITE_NITS).astype(np.float32)
