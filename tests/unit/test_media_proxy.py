"""Proxies: what a browser can't play becomes what it can, upright and of its own length."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from dam.engines.media.job import Job
from dam.engines.media.proxy import make_proxy
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.types import RenditionFile
from tests.media_files import (
    UPRIGHT,
    looks_like,
    moving,
    prepare_here,
    quadrants,
    textured,
    tone,
    write_sound,
    write_video,
)


def _proxy(path: Path, out_dir: Path) -> RenditionFile:
    out_dir.mkdir()
    with path.open("rb") as file:
        return make_proxy(Job(file=file, out_dir=out_dir, mtime_ns=0, max_pixels=50_000_000))


def test_a_proxy_plays_where_the_original_does_not(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "v.avi", moving(textured(1, 320, 192), 50), codec="mpeg4", sound=tone(2.0), audio_codec="mp2"
    )
    assert not prepare_here(path, tmp_path / "before").probe.browser_playable
    proxy = _proxy(path, tmp_path / "out")
    probe = prepare_here(proxy.path, tmp_path / "after").probe
    assert probe.browser_playable
    assert (probe.width, probe.height, probe.video_codec) == (320, 192, "h264")
    assert [track.codec for track in probe.audio_tracks] == ["aac"]
    assert probe.duration_ms == pytest.approx(2000, abs=120)
    data = proxy.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("turn", [90, 180])
def test_a_rotated_original_gives_an_upright_proxy(tmp_path: Path, turn: int) -> None:
    how = Image.Transpose.ROTATE_270 if turn == 90 else Image.Transpose.ROTATE_180
    frames = [np.asarray(quadrants(320, 192).transpose(how))] * 10
    path = write_video(tmp_path / "v.mov", frames, codec="mpeg4", rotation=turn)
    proxy = _proxy(path, tmp_path / "out")
    assert (proxy.width, proxy.height) == (320, 192)
    prepared = prepare_here(proxy.path, tmp_path / "after")
    with Image.open(prepared.renditions[0].path) as image:
        assert image.size == (320, 192)
        assert looks_like(image, UPRIGHT, tolerance=40)


def test_a_large_original_is_brought_to_1080_lines(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mkv", [textured(1, 2880, 1620)] * 2, codec="mpeg4")
    proxy = _proxy(path, tmp_path / "out")
    assert (proxy.width, proxy.height) == (1920, 1080)


def test_uneven_frame_times_survive(tmp_path: Path) -> None:
    times = [0, 40, 80, 500, 540, 1500]
    path = write_video(tmp_path / "v.mkv", moving(textured(1), 6), codec="mpeg4", times_ms=times)
    proxy = _proxy(path, tmp_path / "out")
    with av.open(str(proxy.path)) as container:
        assert [round(frame.time * 1000) for frame in container.decode(video=0)] == times


def test_sound_alone_becomes_sound_alone(tmp_path: Path) -> None:
    proxy = _proxy(write_sound(tmp_path / "s.aiff", tone(2.0), codec="pcm_s16be"), tmp_path / "out")
    assert (proxy.mime, proxy.width) == ("audio/mp4", 0)
    probe = prepare_here(proxy.path, tmp_path / "after").probe
    assert probe.browser_playable
    assert probe.duration_ms == pytest.approx(2000, abs=100)


def test_what_can_not_be_played_gives_a_reason(tmp_path: Path) -> None:
    photo = tmp_path / "p.jpg"
    quadrants().save(photo, "JPEG")
    with pytest.raises(UnsupportedMedia):
        _proxy(photo, tmp_path / "one")
    cut = write_video(tmp_path / "v.mp4", moving(textured(1), 30))
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    with pytest.raises(DamagedMedia):
        _proxy(cut, tmp_path / "two")
