"""The demo library's videos: shots with moving cameras and things, cut hard against each other."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dam.demo.photos import item
from dam.demo.shoots import LISBON, NIGHT_CITY, Shoot
from dam.scenes import Colour, Light, Place, Scene, Thing, render

WIDTH, HEIGHT = 1280, 720
FRAMES_PER_SECOND = 24
# Frames that move need less smoothing than a still picture does.
_SUPERSAMPLING = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One take: its first moment, how long it lasts, and what moves, each in picture widths per second.

    ``pan`` moves the camera, ``travel`` each thing in turn, ``lift`` each thing's height in picture heights.
    """

    scene: Scene
    seconds: float
    pan: float = 0.0
    travel: tuple[float, ...] = ()
    lift: tuple[float, ...] = ()

    def at(self, moment_s: float) -> Scene:
        """Return the scene at a moment of the shot."""
        drift = dict(enumerate(self.travel))
        rise = dict(enumerate(self.lift))
        objects = tuple(
            replace(thing, x=thing.x + drift.get(index, 0.0) * moment_s, y=thing.y + rise.get(index, 0.0) * moment_s)
            for index, thing in enumerate(self.scene.objects)
        )
        pan = self.scene.pan + self.pan * moment_s
        return replace(self.scene, objects=objects, pan=pan, time_s=self.scene.time_s + moment_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One video file, and the shots it is cut from."""

    shoot: Shoot
    name: str
    taken: str
    title: str
    shots: tuple[Shot, ...]


CLIPS: tuple[Clip, ...] = (
    Clip(
        shoot=LISBON, name="MVI_0460.mp4", taken="2024-06-14T21:10:00", title="Lisbon coast, a day",
        shots=(
            Shot(
                scene=Scene(place=Place.BEACH, light=Light.DAY, seed=311, horizon=0.48, sun_x=0.25, sun_y=0.3,
                            objects=(item(Thing.SAILBOAT, Colour.WHITE, 0.30, 0.60, 0.24),
                                     item(Thing.UMBRELLA, Colour.YELLOW, 0.76, 0.88, 0.34))),
                seconds=3.0, travel=(0.035, -0.012), pan=0.012,
            ),
            Shot(
                scene=Scene(place=Place.SEA, light=Light.DAY, seed=322, horizon=0.58, sun_x=0.75, sun_y=0.3,
                            objects=(item(Thing.LIGHTHOUSE, Colour.WHITE, 0.30, 0.72, 0.46),
                                     item(Thing.BOAT, Colour.GREEN, 0.66, 0.80, 0.26, facing=-1))),
                seconds=2.5, travel=(0.0, -0.045),
            ),
            Shot(
                scene=Scene(place=Place.BEACH, light=Light.SUNSET, seed=333, horizon=0.46, sun_x=0.68, sun_y=0.39,
                            objects=(item(Thing.CAR, Colour.RED, 0.30, 0.87, 0.42),)),
                seconds=3.5, travel=(0.065,), pan=0.05,
            ),
            Shot(
                scene=Scene(place=Place.SEA, light=Light.NIGHT, seed=344, horizon=0.52, sun_x=0.30, sun_y=0.4,
                            objects=(item(Thing.SAILBOAT, Colour.YELLOW, 0.58, 0.74, 0.30),)),
                seconds=2.5, travel=(0.02,),
            ),
        ),
    ),
    Clip(
        shoot=NIGHT_CITY, name="MVI_7065.mp4", taken="2024-09-22T21:40:00", title="City after dark, cuts",
        shots=(
            Shot(
                scene=Scene(place=Place.CITY, light=Light.NIGHT, seed=355, horizon=0.56, sun_x=0.84, sun_y=0.3,
                            road=True,
                            objects=(item(Thing.BUS, Colour.YELLOW, 0.26, 0.87, 0.46),)),
                seconds=3.0, travel=(0.11,), pan=0.05,
            ),
            Shot(
                scene=Scene(place=Place.CITY, light=Light.RAIN, seed=366, horizon=0.54, sun_x=0.4, sun_y=0.4,
                            road=True,
                            objects=(item(Thing.CAR, Colour.BLUE, 0.66, 0.87, 0.42, facing=-1, variant=1),)),
                seconds=2.5, travel=(-0.08,), pan=-0.03,
            ),
            Shot(
                scene=Scene(place=Place.FOREST, light=Light.FOG, seed=377, horizon=0.62, sun_x=0.5, sun_y=0.4,
                            objects=(item(Thing.DOG, Colour.BROWN, 0.34, 0.88, 0.34),)),
                seconds=2.5, travel=(0.05,), pan=0.03,
            ),
            Shot(
                scene=Scene(place=Place.DESERT, light=Light.DAY, seed=388, horizon=0.60, sun_x=0.7, sun_y=0.3,
                            objects=(item(Thing.BALLOON, Colour.PURPLE, 0.40, 0.40, 0.40),
                                     item(Thing.BALLOON, Colour.ORANGE, 0.72, 0.26, 0.16, variant=1))),
                seconds=2.5, travel=(0.015, 0.008), lift=(-0.02, -0.012),
            ),
        ),
    ),
)  # fmt: skip


def film(clip: Clip, target: Path, *, workers: int) -> None:
    """Render the shots and writes H.264 (yuv420p, faststart) in MP4.

    Raises:
        subprocess.CalledProcessError: ffmpeg failed.
        FileNotFoundError: ffmpeg is not installed.
    """
    taken = clip.shoot.moment(clip.taken).isoformat()
    place = f"{clip.shoot.latitude:+09.4f}{clip.shoot.longitude:+010.4f}/"
    command = [
        "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}",
        "-r", str(FRAMES_PER_SECOND), "-i", "-", "-c:v", "libx264", "-preset", "slow", "-crf", "23",
        "-pix_fmt", "yuv420p",
        "-g", "48", "-movflags", "+faststart", "-metadata", f"creation_time={taken}", "-metadata",
        f"title={clip.title}",
        "-metadata", f"location={place}", str(target),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        if encoder.stdin is not None:
            for frame in _frames(clip, workers):
                encoder.stdin.write(frame.tobytes())
            encoder.stdin.close()
    if encoder.returncode:
        raise subprocess.CalledProcessError(encoder.returncode, command)


def _frames(clip: Clip, workers: int) -> Iterator[NDArray[np.uint8]]:
    moments = [
        shot.at(number / FRAMES_PER_SECOND)
        for shot in clip.shots
        for number in range(round(shot.seconds * FRAMES_PER_SECOND))
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_frame, moments, chunksize=6)


def _frame(scene: Scene) -> NDArray[np.uint8]:
    return render(scene, width=WIDTH, height=HEIGHT, supersampling=_SUPERSAMPLING)
