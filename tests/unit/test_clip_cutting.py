"""Clips: exactly the frames of their stretch, at their own times, with the sound that belongs to them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dam.engines.media.clips import cut_clip
from dam.engines.media.job import Job
from dam.errors import UnsupportedMedia
from dam.types import ClipWish, CutClip, CutHow, SoundCut
from tests.media_files import Frame, moving, prepare_here, quadrants, textured, tone, write_sound, write_video

RATES = {"23.976": Fraction(24000, 1001), "25": Fraction(25), "29.97": Fraction(30000, 1001)}
GROUP = {"g": "12", "sc_threshold": "0", "bf": "2"}


def cut(path: Path, out_dir: Path, **wish: Any) -> CutClip:
    out_dir.mkdir(exist_ok=True)
    with path.open("rb") as file:
        return cut_clip(Job(file=file, out_dir=out_dir, mtime_ns=0, max_pixels=50_000_000), ClipWish(**wish))


def numbered(count: int, width: int = 192, height: int = 112) -> list[Frame]:
    """Frames that each differ clearly from their neighbours."""
    return moving(textured(3, width, height), count, step=7)


def frames_of(path: Path) -> tuple[list[int], list[Frame], Any]:
    """Return the times in ms, the pixels (16 × 9 luma blocks and whole) and the stream's facts."""
    times: list[int] = []
    pixels: list[Any] = []
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        start = Fraction(container.start_time or 0, 1_000_000)
        decoded: Any = container.decode(stream)
        for frame in decoded:
            times.append(round(float(frame.pts * stream.time_base - start) * 1000))
            pixels.append(frame.to_ndarray(format="rgb24"))
        return times, pixels, dict(container.metadata)


def psnr(one: Frame, other: Frame) -> float:
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def with_groups(video: Any) -> None:
    video.options = GROUP


@pytest.fixture(scope="module", params=[*RATES, "vfr"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """72 frames with a keyframe every 12 and B-frames, with sound."""
    path = tmp_path_factory.mktemp("source") / "v.mp4"
    steps = np.random.default_rng(5).integers(17, 90, 72)
    times = [int(time) for time in np.cumsum(steps) - steps[0]] if request.param == "vfr" else None
    fps = RATES.get(request.param, Fraction(25))
    return write_video(path, numbered(72), fps=fps, times_ms=times, sound=tone(3.2), set_up=with_groups)


@pytest.mark.parametrize(("first", "last"), [(24, 36), (12, 60), (0, 72)])
def test_stretch_between_keyframes_is_copied_frame_for_frame(
    source: Path, tmp_path: Path, first: int, last: int
) -> None:
    times, pixels, _ = frames_of(source)
    end_ms = times[last] if last < len(times) else times[-1] + 40

    clip = cut(source, tmp_path / "out", start_ms=times[first], end_ms=end_ms)

    assert clip.how is CutHow.COPIED
    assert clip.frames == last - first
    got_times, got, _ = frames_of(clip.path)
    assert len(got) == last - first
    assert all(np.array_equal(one, other) for one, other in zip(got, pixels[first:last], strict=True))
    assert got_times == pytest.approx([time - times[first] for time in times[first:last]], abs=1)


@pytest.mark.parametrize(("first", "last"), [(5, 31), (24, 40), (70, 72)])
def test_other_stretch_is_encoded_with_exactly_its_frames(
    source: Path, tmp_path: Path, first: int, last: int
) -> None:
    times, pixels, _ = frames_of(source)
    end_ms = times[last] if last < len(times) else times[-1] + 40

    clip = cut(source, tmp_path / "out", start_ms=times[first], end_ms=end_ms)

    got_times, got, _ = frames_of(clip.path)
    assert clip.how is CutHow.ENCODED
    assert clip.frames == len(got) == last - first
    for one, other, before in zip(got, pixels[first:last], pixels[max(0, first - 1) :], strict=False):
        assert psnr(one, other) > 36
        assert psnr(one, other) > psnr(one, before) + 6 or first == 0  # no neighbour
    assert got_times == pytest.approx([time - times[first] for time in times[first:last]], abs=1)


def test_sound_of_a_clip_is_that_of_its_pictures(tmp_path: Path) -> None:
    silent, loud = np.zeros(44_100, np.int16), tone(1.0)
    path = write_video(
        tmp_path / "v.mov", numbered(75), fps=25, sound=np.concatenate([silent, loud, silent]), set_up=with_groups
    )

    copied = cut(path, tmp_path / "copied", start_ms=960, end_ms=1920)
    encoded = cut(path, tmp_path / "encoded", start_ms=920, end_ms=2080)

    assert (copied.how, encoded.how) == (CutHow.COPIED, CutHow.ENCODED)
    assert _begin_of_sound(copied.path) == pytest.approx(0.04, abs=0.03)
    assert _begin_of_sound(encoded.path) == pytest.approx(0.08, abs=0.005)


def test_source_time_code_is_written_into_the_clip(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mov", numbered(50), fps=25, set_up=with_groups)

    for start_ms in (480, 520):
        clip = cut(path, tmp_path / str(start_ms), start_ms=start_ms, end_ms=960, timecode="01:00:00:12")
        with av.open(str(clip.path)) as container:
            codes = [each.metadata.get("timecode") for each in container.streams]
        assert "01:00:00:12" in codes


def test_turned_recording_gives_a_turned_clip(tmp_path: Path) -> None:
    frames = [np.asarray(quadrants(192, 112))] * 30
    path = write_video(tmp_path / "v.mov", frames, rotation=90, set_up=with_groups)

    for start_ms, how in ((480, CutHow.COPIED), (440, CutHow.ENCODED)):
        clip = cut(path, tmp_path / str(start_ms), start_ms=start_ms, end_ms=960)
        probe = prepare_here(clip.path, tmp_path / f"read-{start_ms}").probe
        assert clip.how is how
        assert (probe.width, probe.height) == (112, 192)


def test_colours_are_said_to_be_what_they_were(tmp_path: Path) -> None:
    def as_film(video: Any) -> None:
        with_groups(video)
        context = video.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 16, 9, 1

    path = write_video(tmp_path / "v.mp4", numbered(30), pix_fmt="yuv420p10le", set_up=as_film)
    clip = cut(path, tmp_path / "out", start_ms=200, end_ms=600)

    with av.open(str(clip.path)) as container:
        frame = next(container.decode(video=0))
    assert clip.how is CutHow.ENCODED
    assert frame.format.name == "yuv420p10le"
    assert (int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace)) == (9, 16, 9)


def test_smaller_copy_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", numbered(30), sound=tone(1.2))
    clip = cut(path, tmp_path / "out", longest_side=96)

    assert (clip.width, clip.height, clip.frames, clip.how) == (96, 56, 30, CutHow.ENCODED)
    assert len(frames_of(clip.path)[1]) == 30


def test_clip_says_where_it_was_taken_only_when_asked(tmp_path: Path) -> None:
    tags = {"location": "+38.7+009.1/", "title": "Boats"}
    path = write_video(tmp_path / "v.mp4", numbered(24), tags=tags, set_up=with_groups)

    plain, whole = cut(path, tmp_path / "plain"), cut(path, tmp_path / "whole", keep_location=True)

    assert "location" not in frames_of(plain.path)[2]
    assert frames_of(plain.path)[2]["title"] == "Boats"
    assert frames_of(whole.path)[2]["location"].startswith("+38.7")


@pytest.mark.parametrize(("name", "codec"), [("s.wav", "pcm_s16le"), ("s.flac", "flac")])
def test_sound_alone_is_cut_at_the_sample(tmp_path: Path, name: str, codec: str) -> None:
    noise = np.random.default_rng(2).integers(-20_000, 20_000, 3 * 44_100).astype(np.int16)
    path = write_sound(tmp_path / name, noise, codec=codec)

    clip = cut(path, tmp_path / "out", start_ms=1234, end_ms=2340)

    begin, end = round(1.234 * 44_100), round(2.34 * 44_100)
    assert np.array_equal(_samples(clip.path), noise[begin:end])


def test_lossy_sound_is_copied_when_that_is_wished(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.mp3", tone(3.0), codec="libmp3lame")

    copied = cut(path, tmp_path / "copied", start_ms=1000, end_ms=2000, sound=SoundCut.COPY)
    exact = cut(path, tmp_path / "exact", start_ms=1000, end_ms=2000)

    assert (copied.how, copied.path.suffix, exact.path.suffix) == (CutHow.COPIED, ".mp3", ".wav")
    assert 940 <= copied.duration_ms <= 1000
    assert exact.duration_ms == 1000


def test_picture_has_no_clips(tmp_path: Path) -> None:
    quadrants().save(tmp_path / "p.jpg")
    with pytest.raises(UnsupportedMedia):
        cut(tmp_path / "p.jpg", tmp_path / "out")


def _samples(path: Path) -> NDArray[np.int16]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)]).astype(np.int16)


def _begin_of_sound(path: Path) -> float:
    """Return the second at which something is heard, on the clock of the pictures."""
    with av.open(str(path)) as container:
        decoded: Any = container.decode(audio=0)
        for frame in decoded:
            heard = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
            if heard.size:
                return float(frame.time + heard[0] / frame.sample_rate)
    raise AssertionError("silence")
