"""Videos: probe, shots, keyframes, strips, upright, in bounded memory, whatever their clocks say."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from dam.engines.media.frames import tone_map
from dam.engines.media.keyframes import MAX_KEYFRAMES
from dam.engines.media.shots import ShotDetector, look_at
from dam.errors import DamagedMedia, MediaTooLarge, UnsupportedMedia
from dam.types import FrameRate, MediaKind, Prepared, RenditionFile, RenditionRole, UnitKind
from tests.media_files import (
    UPRIGHT,
    Frame,
    looks_like,
    moving,
    prepare_here,
    quadrants,
    textured,
    tone,
    write_sound,
    write_video,
)


def _of(prepared: Prepared, role: RenditionRole) -> list[RenditionFile]:
    return [item for unit in prepared.units for item in unit.renditions if item.role is role]


def _intervals(prepared: Prepared) -> list[tuple[int, int]]:
    return [(unit.start_ms, unit.end_ms) for unit in prepared.units]


def _three_scenes() -> list[Frame]:
    return [*moving(textured(1), 40), *moving(textured(2), 30), *moving(textured(3), 30)]


def test_shots_are_cut_where_scenes_change_and_cover_the_whole(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", _three_scenes(), sound=tone(4.0), tags={"title": "Three"})
    prepared = prepare_here(path, tmp_path / "out")
    assert _intervals(prepared) == [(0, 1600), (1600, 2800), (2800, prepared.probe.duration_ms)]
    assert {unit.kind for unit in prepared.units} == {UnitKind.SHOT}
    probe = prepared.probe
    assert (probe.kind, probe.width, probe.height, probe.video_codec) == (MediaKind.VIDEO, 320, 180, "h264")
    assert probe.frame_rate == FrameRate(numerator=25, denominator=1)
    assert probe.duration_ms == pytest.approx(4000, abs=60)
    assert probe.browser_playable
    assert probe.metadata.title == "Three"
    assert [track.codec for track in probe.audio_tracks] == ["aac"]
    assert {item.role for item in prepared.renditions} == {RenditionRole.PREVIEW, RenditionRole.WAVEFORM}
    assert prepared.partial_reason == ""


def test_every_shot_has_keyframes_inside_it_and_one_strip(tmp_path: Path) -> None:
    prepared = prepare_here(write_video(tmp_path / "v.mp4", _three_scenes()), tmp_path / "out")
    for unit in prepared.units:
        keyframes = [item for item in unit.renditions if item.role is RenditionRole.KEYFRAME]
        (strip,) = [item for item in unit.renditions if item.role is RenditionRole.STRIP]
        assert 1 <= len(keyframes) <= MAX_KEYFRAMES
        assert all(unit.start_ms <= item.at_ms < unit.end_ms for item in keyframes)
        assert strip.height == 160
        assert 1 <= strip.frames <= 10
        assert strip.width % strip.frames == 0


def test_a_long_static_shot_costs_one_keyframe(tmp_path: Path) -> None:
    frames = [textured(5)] * 200
    prepared = prepare_here(write_video(tmp_path / "v.mp4", frames), tmp_path / "out")
    assert len(prepared.units) == 1
    assert len(_of(prepared, RenditionRole.KEYFRAME)) == 1


def test_a_flash_is_no_cut() -> None:
    detector = ShotDetector()
    scene, flash = np.asarray(textured(1, 64, 36)), np.full((36, 64, 3), 250, dtype=np.uint8)
    frames = [scene] * 20 + [flash] + [scene] * 20
    assert [cut for number, frame in enumerate(frames) if (cut := detector.push(look_at(number * 40, frame)))] == []


def test_a_fade_through_black_cuts_in_the_black() -> None:
    detector = ShotDetector()
    one, two = textured(1, 64, 36).astype(np.float32), textured(2, 64, 36).astype(np.float32)
    levels = [*[1.0] * 10, *np.linspace(1, 0, 15), *[0.0] * 10]
    frames = [one * level for level in levels] + [two * level for level in levels[::-1]]
    looks = [look_at(number * 40, frame.astype(np.uint8)) for number, frame in enumerate(frames)]
    cuts = [cut for look in looks if (cut := detector.push(look)) is not None]
    assert len(cuts) == 1
    assert cuts[0] == pytest.approx(35 * 40, abs=240)


def test_a_cut_in_the_last_frames_is_found() -> None:
    detector = ShotDetector()
    frames = [textured(1, 64, 36)] * 20 + [textured(2, 64, 36)] * 3
    cuts = [cut for number, frame in enumerate(frames) if (cut := detector.push(look_at(number * 40, frame)))]
    assert cuts + detector.flush() == [800]


def test_detection_is_the_same_every_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", _three_scenes())
    one, two = (prepare_here(path, tmp_path / name) for name in ("one", "two"))
    assert _intervals(one) == _intervals(two)
    assert [item.at_ms for item in _of(one, RenditionRole.KEYFRAME)] == [
        item.at_ms for item in _of(two, RenditionRole.KEYFRAME)
    ]


_STORED = {0: None, 90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rotated_videos_end_upright(tmp_path: Path, turn: int) -> None:
    image = quadrants(320, 192)
    stored = image if turn == 0 else image.transpose(_STORED[turn])  # type: ignore[arg-type]  # 0 has none
    path = write_video(tmp_path / "v.mp4", [np.asarray(stored)] * 10, rotation=turn)
    prepared = prepare_here(path, tmp_path / "out")
    assert (prepared.probe.width, prepared.probe.height) == (320, 192)
    assert prepared.probe.rotation_deg == (360 - turn) % 360
    for item in [*_of(prepared, RenditionRole.KEYFRAME), *prepared.renditions]:
        with Image.open(item.path) as picture:
            assert picture.size == (320, 192)
            assert looks_like(picture, UPRIGHT, tolerance=40)


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    def anamorphic(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)

    path = write_video(tmp_path / "v.mp4", [np.asarray(quadrants(160, 160))] * 5, set_up=anamorphic)
    prepared = prepare_here(path, tmp_path / "out")
    assert (prepared.probe.width, prepared.probe.height) == (320, 160)
    assert _of(prepared, RenditionRole.KEYFRAME)[0].width == 320


def test_variable_frame_rates_keep_their_times(tmp_path: Path) -> None:
    times = [*range(0, 1000, 40), *range(1000, 3000, 250), *range(3000, 4000, 40)]
    frames = [*moving(textured(1), 29), *moving(textured(2), len(times) - 29)]
    path = write_video(tmp_path / "v.mkv", frames, times_ms=times)
    prepared = prepare_here(path, tmp_path / "out")
    assert prepared.probe.duration_ms == pytest.approx(4000, abs=300)
    assert any(start == pytest.approx(times[29], abs=1) for start, _ in _intervals(prepared))


def test_times_before_zero_are_clipped(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mkv", moving(textured(1), 20), times_ms=[40 * n - 200 for n in range(20)])
    prepared = prepare_here(path, tmp_path / "out")
    assert _intervals(prepared)[0][0] == 0
    assert all(item.at_ms >= 0 for item in _of(prepared, RenditionRole.KEYFRAME))


def test_a_transport_stream_starts_at_zero(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.ts", moving(textured(1), 50))
    prepared = prepare_here(path, tmp_path / "out")
    assert prepared.probe.format == "mpegts"
    assert _of(prepared, RenditionRole.KEYFRAME)[0].at_ms < 2000
    assert prepared.probe.duration_ms == pytest.approx(2000, abs=100)


@pytest.mark.parametrize(
    ("ending", "codec", "form", "playable"),
    [
        (".mkv", "libx264", "matroska", False),
        (".webm", "libvpx-vp9", "webm", True),
        (".avi", "mpeg4", "avi", False),
        (".mov", "mpeg4", "mov", False),
        (".flv", "libx264", "flv", False),
        (".wmv", "wmv2", "asf", False),
        (".mxf", "mpeg2video", "mxf", False),
        (".mpg", "mpeg2video", "mpeg", False),
        (".3gp", "libx264", "3gp", True),
    ],
)
def test_containers_are_read(tmp_path: Path, ending: str, codec: str, form: str, playable: bool) -> None:
    frames = moving(textured(1, 320, 192), 12)
    path = write_video(tmp_path / f"v{ending}", frames, codec=codec)
    prepared = prepare_here(path.rename(tmp_path / "v.unnamed"), tmp_path / "out")
    assert (prepared.probe.kind, prepared.probe.format) == (MediaKind.VIDEO, form)
    assert prepared.probe.browser_playable is playable
    assert len(prepared.units) == 1


@pytest.mark.parametrize("pix_fmt", ["yuv444p", "yuv422p10le"])
def test_pixel_formats_that_browsers_lack_need_a_proxy(tmp_path: Path, pix_fmt: str) -> None:
    path = write_video(tmp_path / "v.mp4", moving(textured(1), 5), pix_fmt=pix_fmt)
    prepared = prepare_here(path, tmp_path / "out")
    assert not prepared.probe.browser_playable
    assert prepared.probe.bit_depth == (10 if "10" in pix_fmt else 8)


def test_high_dynamic_range_is_brought_down_to_a_picture_that_is_neither_grey_nor_burnt() -> None:
    # PQ code values (10 bit, scaled to 16): 58 % is reference white of 203 nits, 75 % about 1000 nits.
    values = {"black": 0.0, "grey": 0.38, "white": 0.58, "peak": 0.75}
    row = np.array([[[value * 65535] * 3 for value in values.values()]], dtype=np.uint16)
    black, grey, white, peak = (int(pixel[0]) for pixel in tone_map(row, transfer=16)[0])
    assert black == 0
    assert 60 < grey < 160
    assert 190 < white < 250
    assert white < peak <= 255
    red = tone_map(np.array([[[40000, 9000, 9000]]], dtype=np.uint16), transfer=16)[0, 0]
    assert red[0] > 2 * max(red[1], red[2])


def test_pq_video_is_said_to_be_hdr(tmp_path: Path) -> None:
    def pq(stream: Any) -> None:
        stream.codec_context.color_trc = 16
        stream.codec_context.color_primaries = 9
        stream.codec_context.colorspace = 9

    path = write_video(tmp_path / "v.mp4", moving(textured(1), 5), codec="libx265", pix_fmt="yuv420p10le", set_up=pq)
    prepared = prepare_here(path, tmp_path / "out")
    assert (prepared.probe.hdr, prepared.probe.bit_depth, prepared.probe.browser_playable) == (True, 10, False)


@pytest.mark.parametrize(
    ("name", "fps", "codec", "timecode"),
    [
        ("v.mov", Fraction(25), "libx264", "01:02:03:04"),
        ("drop.mov", Fraction(30000, 1001), "libx264", "01:02:03;04"),
        ("capitals.mkv", Fraction(25), "libx264", "01:02:03:04"),
        ("drop.mxf", Fraction(30000, 1001), "mpeg2video", "23:59:59;28"),
    ],
)
def test_a_timecode_is_read(tmp_path: Path, name: str, fps: Fraction, codec: str, timecode: str) -> None:
    frames = moving(textured(1), 10)
    path = write_video(tmp_path / name, frames, fps=fps, codec=codec, tags={"timecode": timecode})
    probe = prepare_here(path, tmp_path / "out").probe
    assert probe.timecode == timecode
    assert probe.video_frames == (0 if name.endswith("mkv") else 10)  # Matroska doesn't say how many


def test_a_picture_that_begins_after_the_sound_is_known_to(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.ts", moving(textured(1), 25), sound=tone(1.0))
    with av.open(str(path)) as container:
        video: Any = container.streams.video[0]
        late = float(video.start_time * video.time_base) - (container.start_time or 0) / 1e6
    assert late > 0
    assert prepare_here(path, tmp_path / "out").probe.video_start_ms == round(late * 1000)


def test_an_ntsc_rate_stays_rational(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mov", moving(textured(1), 10), fps=Fraction(30000, 1001))
    assert prepare_here(path, tmp_path / "out").probe.frame_rate == FrameRate(numerator=30000, denominator=1001)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_cut_matroska_is_partial(tmp_path: Path, share: float) -> None:
    path = write_video(tmp_path / "v.mkv", moving(textured(1), 300), sound=tone(12.0))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    prepared = prepare_here(path, tmp_path / "out")
    assert "ends early" in prepared.partial_reason
    assert prepared.probe.duration_ms == pytest.approx(12_000 * share, rel=0.4)
    assert prepared.units[-1].end_ms == prepared.probe.duration_ms


def test_a_cut_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", moving(textured(1), 50))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DamagedMedia, match="moov"):
        prepare_here(path, tmp_path / "out")


def test_a_cut_mp4_with_its_index_in_front_is_partial(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", moving(textured(1), 250), options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    prepared = prepare_here(path, tmp_path / "out")
    assert "ends early" in prepared.partial_reason


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".avi", ".ts", ".webm"])
def test_no_flipped_bits_end_in_anything_but_an_answer_or_a_reason(tmp_path: Path, ending: str) -> None:
    codec = {".webm": "libvpx-vp9"}.get(ending, "libx264")
    whole = write_video(tmp_path / f"v{ending}", moving(textured(1, 160, 96), 20), codec=codec).read_bytes()
    random = np.random.default_rng(7)
    for number in range(6):
        data = bytearray(whole)
        for at in random.integers(64, len(data), 40):
            data[at] ^= int(random.integers(1, 256))
        path = tmp_path / f"bent{number}"
        path.write_bytes(data)
        with suppress(DamagedMedia, UnsupportedMedia, MediaTooLarge):  # anything else fails the test
            assert prepare_here(path, tmp_path / f"out{number}").probe.format


def test_a_video_over_the_pixel_limit_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", moving(textured(1), 3))
    with pytest.raises(MediaTooLarge):
        prepare_here(path, tmp_path / "out", max_pixels=10_000)


def test_a_playlist_named_mp4_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{write_sound(tmp_path / 'x.flac', tone(1), codec='flac')}'\n")
    with pytest.raises(UnsupportedMedia, match="playlist"):
        prepare_here(path, tmp_path / "out")
