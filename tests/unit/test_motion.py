"""How a shot's camera moves, by drawn clips: a window that moves over a scene, things that move in it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.media import motion
from dam.engines.media.motion import MotionMeter
from dam.types import Motion
from tests.media_files import Frame, prepare_here, write_video

SIZE = (320, 180)
Path2D = Callable[[float], tuple[float, float]]


def ground(seed: int = 1) -> Image.Image:
    """A wide scene with detail at several scales, four times the window."""
    rng = np.random.default_rng(seed)
    size = (4 * SIZE[0], 3 * SIZE[1])
    mixed = np.zeros((size[1], size[0], 3), dtype=np.float32)
    for cells, weight in ((9, 0.5), (30, 0.3), (90, 0.2)):
        coarse = rng.integers(0, 256, (cells * 9 // 16, cells, 3), dtype=np.uint8)
        mixed += weight * np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8))


GROUND = ground()


def window(x: float, y: float) -> Frame:
    """What the camera sees at (x, y) of the scene, to the part of a pixel."""
    box = (x, y, x + SIZE[0], y + SIZE[1])
    return np.asarray(GROUND.resize(SIZE, Image.Resampling.BILINEAR, box=box))


def clip(
    path: Callable[[float], tuple[float, float]], seconds: float = 3, fps: int = 25, noise: float = 2
) -> list[Frame]:
    rng = np.random.default_rng(4)
    frames = []
    for number in range(round(seconds * fps)):
        seen = window(*path(number / fps)).astype(np.float32) + rng.normal(0, noise, (SIZE[1], SIZE[0], 3))
        frames.append(seen.clip(0, 255).astype(np.uint8))
    return frames


def hand(time_s: float) -> tuple[float, float]:
    """A hand that holds a phone while walking: 1.5 % of the width, at 2.3 and 3.1 Hz."""
    return 400 + 4.5 * np.sin(time_s * 14.5), 180 + 3.0 * np.sin(time_s * 19.5 + 1)


MOVES: dict[str, tuple[Path2D, Motion]] = {
    "tripod": (lambda _s: (400, 180), Motion.STILL),
    "slow pan": (lambda s: (300 + 16 * s, 180), Motion.PAN),  # 5 % of the width a second
    "quick pan": (lambda s: (200 + 150 * s, 180), Motion.PAN),
    "tilt": (lambda s: (400, 20 + 25 * s), Motion.PAN),
    "diagonal": (lambda s: (300 + 40 * s, 100 + 20 * s), Motion.PAN),
    "hand": (hand, Motion.SHAKY),
    "drift": (lambda s: (400 + 2 * s, 180), Motion.STILL),  # 0.6 % a second
}


@pytest.mark.parametrize("name", MOVES)
def test_motion_of_the_camera_is_told(name: str, tmp_path: Path) -> None:
    path, expected = MOVES[name]
    (unit,) = prepare_here(write_video(tmp_path / "a.mp4", clip(path)), tmp_path / "out").units
    assert unit.motion is expected


@pytest.mark.parametrize("fps", [12, 24, 60])
def test_motion_does_not_depend_on_the_frame_rate(fps: int, tmp_path: Path) -> None:
    for name in ("tripod", "slow pan", "hand"):
        path, expected = MOVES[name]
        file = write_video(tmp_path / f"{name}.mp4", clip(path, fps=fps), fps=fps)
        (unit,) = prepare_here(file, tmp_path / name).units
        assert unit.motion is expected, name


def test_thing_that_moves_before_a_still_camera_is_no_pan(tmp_path: Path) -> None:
    frames = clip(MOVES["tripod"][0])
    for number, frame in enumerate(frames):
        left = 200 - abs(200 - 8 * number % 400)
        frame[20:160, left : left + 120] = 255 - frame[20:160, :120]
    (unit,) = prepare_here(write_video(tmp_path / "a.mp4", frames), tmp_path / "out").units
    assert unit.motion is Motion.MOVING


def test_each_shot_has_the_motion_of_its_own(tmp_path: Path) -> None:
    frames = clip(MOVES["tripod"][0]) + [255 - frame for frame in clip(MOVES["quick pan"][0])]
    units = prepare_here(write_video(tmp_path / "a.mp4", frames), tmp_path / "out").units
    assert [unit.motion for unit in units] == [Motion.STILL, Motion.PAN]


def test_shot_is_what_it_is_for_most_of_its_time(tmp_path: Path) -> None:
    def path(time_s: float) -> tuple[float, float]:
        return 300 + 60 * min(time_s, 1.2), 180

    (unit,) = prepare_here(write_video(tmp_path / "a.mp4", clip(path, seconds=5)), tmp_path / "out").units
    assert unit.motion is Motion.STILL


def test_black_and_plain_pictures_are_still(tmp_path: Path) -> None:
    black = [np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)] * 50
    (unit,) = prepare_here(write_video(tmp_path / "a.mp4", black), tmp_path / "out").units
    assert unit.motion is Motion.STILL


def test_a_black_frame_beside_a_bright_one_tells_no_shift() -> None:
    bright = np.zeros((36, 64), np.float32)
    bright[:, 32:] = 129
    assert motion._correlate(bright, np.zeros_like(bright)) == (0, 0)


def test_too_few_frames_give_no_motion(tmp_path: Path) -> None:
    frames = clip(MOVES["quick pan"][0], seconds=2, fps=4)
    (unit,) = prepare_here(write_video(tmp_path / "a.mp4", frames, fps=4), tmp_path / "out").units
    assert unit.motion is None
    assert MotionMeter().close(1000) is None


def test_a_long_shot_takes_no_more_memory_than_a_short_one() -> None:
    meter = MotionMeter()
    luma = np.random.default_rng(1).uniform(0, 255, (36, 64)).astype(np.float32)
    for number in range(3000):
        meter.take(number * 100, luma)
    assert len(meter._steps) < 60
    assert meter.close(300_000) is Motion.STILL
