"""Loudness after EBU R 128: known values, ffmpeg's own meter, shots, gaps, silence."""

import re
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dam.engines.media.loudness import LoudnessMeter
from tests.media_files import moving, prepare_here, textured, tone, write_sound, write_video

RATE = 48_000


def sine(seconds: float, *, dbfs: float, hertz: float = 997.0) -> NDArray[np.float32]:
    time = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def metered(*channels: NDArray[np.float32], layout: str, start_s: float = 0.0) -> LoudnessMeter:
    meter = LoudnessMeter()
    feed(meter, *channels, layout=layout, start_s=start_s)
    return meter


def feed(meter: LoudnessMeter, *channels: NDArray[np.float32], layout: str, start_s: float = 0.0) -> None:
    together = np.stack(channels)
    for start in range(0, together.shape[1], 1024):
        part = np.ascontiguousarray(together[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate = RATE
        meter.take(start_s + start / RATE, frame)


def test_sine_of_997_hertz_is_as_loud_as_the_standard_says() -> None:
    # BS.1770-5: 0 dBFS at 997 Hz in one front channel is -3.01 LKFS; EBU Tech 3341, case 1: stereo, -23 dBFS.
    mono = metered(sine(5, dbfs=-20), layout="mono")
    stereo = metered(sine(5, dbfs=-23), sine(5, dbfs=-23), layout="stereo")
    assert mono.whole() == pytest.approx(-23.01, abs=0.1)
    assert stereo.whole() == pytest.approx(-23.0, abs=0.1)


def test_quiet_stretches_are_gated_as_in_the_published_cases() -> None:
    # EBU Tech 3341, case 3: -36, -23, -36 dBFS for 10, 60, 10 s is -23.0 LUFS.
    part = np.concatenate([sine(10, dbfs=-36), sine(60, dbfs=-23), sine(10, dbfs=-36)])
    assert metered(part, part, layout="stereo").whole() == pytest.approx(-23.0, abs=0.1)
    # Case 5: -26, -20, -26 dBFS for 20, 20.1, 20 s is -23.0 LUFS.
    part = np.concatenate([sine(20, dbfs=-26), sine(20.1, dbfs=-20), sine(20, dbfs=-26)])
    assert metered(part, part, layout="stereo").whole() == pytest.approx(-23.0, abs=0.1)


def test_surround_channels_weigh_more() -> None:
    # Case 6: 5.0, -28 dBFS in left and right, -24 in the centre, -30 in the surrounds.
    front, centre, back = (sine(20, dbfs=level) for level in (-28, -24, -30))
    assert metered(front, front, centre, back, back, layout="5.0").whole() == pytest.approx(-23.0, abs=0.1)


def test_each_stretch_has_its_own_loudness() -> None:
    meter = metered(np.concatenate([sine(4, dbfs=-40), sine(4, dbfs=-20)]), layout="mono")
    assert meter.between(0, 4000) == pytest.approx(-43.0, abs=0.3)
    assert meter.between(4000, 8000) == pytest.approx(-23.0, abs=0.1)
    assert meter.between(5000, 5050) == pytest.approx(-23.0, abs=0.1)


def test_silence_and_what_is_not_there_have_no_loudness() -> None:
    meter = metered(np.zeros(RATE * 2, dtype=np.float32), layout="mono")
    assert meter.whole() is None
    assert LoudnessMeter().whole() is None
    assert metered(sine(2, dbfs=-20), layout="mono").between(10_000, 20_000) is None


def test_stretches_stay_in_place_after_a_gap_and_a_change_of_layout() -> None:
    meter = metered(sine(2, dbfs=-20), layout="mono")
    feed(meter, sine(2, dbfs=-30), sine(2, dbfs=-30), layout="stereo", start_s=10.0)
    assert meter.between(0, 2000) == pytest.approx(-23.0, abs=0.3)
    assert meter.between(3000, 9900) is None
    assert meter.between(10_200, 12_000) == pytest.approx(-30.0, abs=0.3)


def test_sound_file_and_each_shot_of_a_video_say_how_loud_they_are(tmp_path: Path) -> None:
    prepared = prepare_here(write_sound(tmp_path / "a.wav", tone(3), codec="pcm_s16le"), tmp_path / "one")
    assert prepared.loudness_lufs == pytest.approx(-9.9, abs=0.3)  # 440 Hz at -6.2 dBFS, mono
    quiet = (tone(3).astype(np.int32) // 32).astype(np.int16)
    frames = moving(textured(1), 75) + moving(textured(2), 75)
    video = write_video(tmp_path / "b.mp4", frames, sound=np.concatenate([quiet, tone(3)]))
    units = prepare_here(video, tmp_path / "two").units
    assert len(units) == 2
    assert units[0].loudness_lufs == pytest.approx(-40.0, abs=1.5)
    assert units[1].loudness_lufs == pytest.approx(-9.9, abs=1.0)


def test_video_without_sound_has_no_loudness(tmp_path: Path) -> None:
    prepared = prepare_here(write_video(tmp_path / "a.mp4", moving(textured(1), 30)), tmp_path / "out")
    assert prepared.loudness_lufs is None
    assert [unit.loudness_lufs for unit in prepared.units] == [None]


def test_agrees_with_the_meter_of_ffmpeg(tmp_path: Path) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("no ffmpeg on the PATH")
    rng = np.random.default_rng(5)
    loud = np.repeat(rng.uniform(0.01, 1.0, 60), 44_100 // 4)
    sound = (rng.normal(0, 4000, loud.size) * loud).clip(-32_000, 32_000).astype(np.int16)
    path = write_sound(tmp_path / "noise.wav", sound, codec="pcm_s16le")
    ran = subprocess.run(
        [ffmpeg, "-nostats", "-i", str(path), "-af", "ebur128", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = float(re.findall(r"I:\s*(-?[\d.]+) LUFS", ran.stderr)[-1])
    assert prepare_here(path, tmp_path / "out").loudness_lufs == pytest.approx(expected, abs=0.1)
