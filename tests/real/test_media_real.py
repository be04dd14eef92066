"""All the real media through decoder children: upright, complete, or refused with a reason, in bounded memory."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dam.engines.media.reader import ChildMediaReader
from dam.errors import DamagedMedia, MediaError, MediaTooLarge, UnsupportedMedia
from dam.types import MediaKind, Prepared, RenditionRole
from tests.media_files import limits, source_of

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildMediaReader]:
    made = ChildMediaReader(limits(decoders=1, max_pixels=250_000_000, decoder_memory_bytes=1 << 30))
    yield made
    made.close()


def _prepare(reader: ChildMediaReader, path: Path, tmp_path: Path) -> Prepared:
    out_dir = tmp_path / path.name
    out_dir.mkdir()
    return reader.prepare(source_of(path), out_dir=out_dir)


def _thumb(prepared: Prepared) -> Image.Image:
    with Image.open(prepared.units[0].renditions[0].path) as image:
        image.load()
        return image


def test_all_orientations_show_the_same_way_up(reader: ChildMediaReader, real_media: Path, tmp_path: Path) -> None:
    thumbs = [
        np.asarray(_thumb(_prepare(reader, real_media / "odd" / f"orientation_{n}.jpg", tmp_path)).resize((45, 60)))
        for n in (1, 3, 6, 8)
    ]
    for thumb in thumbs[1:]:
        assert np.abs(thumb.astype(int) - thumbs[0].astype(int)).mean() < 8
        assert np.abs(thumb[::-1].astype(int) - thumbs[0].astype(int)).mean() > 25


@pytest.mark.parametrize(
    ("name", "form", "size"),
    [
        ("iphone.heic", "heif", (2566, 3313)),
        ("srgb.avif", "avif", (1617, 1080)),
        ("scan.tiff", "tiff", (635, 348)),
    ],
)
def test_odd_formats(
    reader: ChildMediaReader, real_media: Path, tmp_path: Path, name: str, form: str, size: tuple[int, int]
) -> None:
    prepared = _prepare(reader, real_media / "odd" / name, tmp_path)
    assert (prepared.probe.format, (prepared.probe.width, prepared.probe.height)) == (form, size)
    assert np.asarray(_thumb(prepared)).std() > 20
    assert prepared.partial_reason == ""


def test_cameras_places_and_words(reader: ChildMediaReader, real_media: Path, tmp_path: Path) -> None:
    phone = _prepare(reader, real_media / "odd" / "iphone.heic", tmp_path).probe.metadata
    assert (phone.camera_model, phone.iso, phone.taken_offset_min) == ("iPhone 11 Pro Max", 32, -300)
    arezzo = _prepare(reader, real_media / "odd" / "gps_arezzo.jpg", tmp_path).probe.metadata
    assert arezzo.latitude == pytest.approx(43.467, abs=0.01)
    assert arezzo.longitude == pytest.approx(11.885, abs=0.01)
    canon = _prepare(reader, real_media / "odd" / "canon_40d.jpg", tmp_path).probe.metadata
    assert (canon.camera_model, canon.f_number, canon.focal_length_mm) == ("Canon EOS 40D", 7.1, 135.0)
    words = _prepare(reader, real_media / "odd" / "xmp.jpg", tmp_path).probe.metadata
    assert words.title == "Blue Square Test File - .jpg"
    assert "Photoshop" in words.keywords


def test_every_broken_file_ends_in_an_asset_or_a_reason(
    reader: ChildMediaReader, real_media: Path, tmp_path: Path
) -> None:
    ends: dict[str, str] = {}
    for path in sorted((real_media / "broken").iterdir()):
        try:
            ends[path.name] = _prepare(reader, path, tmp_path).partial_reason or "whole"
        except (UnsupportedMedia, DamagedMedia, MediaTooLarge) as error:  # a crash fails the test
            ends[path.name] = str(error)
    assert all(reason == "whole" or reason.endswith(".") for reason in ends.values())
    assert "empty" in ends["empty.jpg"]
    assert "text file" in ends["text.jpg"]
    assert "megapixels" in ends["decompression_bomb.gif"]
    assert "moov" in ends["truncated.mp4"]
    assert "ends early" in ends["truncated.jpg"]
    assert ends["hopper_bad_exif.jpg"] == "whole"


def test_memory_stays_bounded_over_all_photos(reader: ChildMediaReader, real_media: Path, tmp_path: Path) -> None:
    peaks = []
    for path in sorted((real_media / "photos").iterdir())[:40]:
        prepared = _prepare(reader, path, tmp_path)
        assert prepared.probe.kind is MediaKind.PHOTO
        (child,) = reader._pool._idle
        status = Path(f"/proc/{child.pid}/status")
        if status.exists():
            (peak,) = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")]
            peaks.append(int(peak) // 1024)
    assert max(peaks, default=0) < 400  # MB
    assert not peaks or peaks[-1] - peaks[len(peaks) // 2] < 40


@pytest.mark.parametrize(
    ("name", "cuts_ms"),
    [
        ("scene_cuts.mp4", [1200, 3040, 5480, 7480, 9680]),
        ("bikes.mp4", [1200, 3040, 5480, 7480, 9680]),
        ("bigbuckbunny.mp4", []),
        ("car-detection.mp4", []),
        ("cockatoo.mp4", []),
    ],
)
def test_cuts_of_real_films(
    reader: ChildMediaReader, real_media: Path, tmp_path: Path, name: str, cuts_ms: list[int]
) -> None:
    prepared = _prepare(reader, real_media / "video" / name, tmp_path)
    assert [unit.start_ms for unit in prepared.units[1:]] == cuts_ms
    keyframes = [item for unit in prepared.units for item in unit.renditions if item.role is RenditionRole.KEYFRAME]
    assert len(keyframes) <= 6 * len(prepared.units)


def test_speech_becomes_samples_of_its_length(reader: ChildMediaReader, real_media: Path, tmp_path: Path) -> None:
    prepared = _prepare(reader, real_media / "audio" / "jfk.flac", tmp_path)
    assert prepared.pcm is not None
    assert prepared.pcm.stat().st_size == 11 * 16_000 * 2
    (waveform,) = prepared.renditions
    assert max(json.loads(waveform.path.read_text())["peaks"]) > 50


@pytest.mark.parametrize("kind", ["ffconcat", "m3u8", "sdp"])
def test_lists_named_mp4_reach_no_file_and_no_socket(
    reader: ChildMediaReader, real_media: Path, tmp_path: Path, kind: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        visits: list[object] = []
        thread = threading.Thread(target=_count_visits, args=(server, visits))
        thread.start()
        port = server.getsockname()[1]
        film = real_media / "video" / "bikes.mp4"
        text = {
            "ffconcat": f"ffconcat version 1.0\nfile '{film}'\nfile 'http://127.0.0.1:{port}/a.mp4'\n",
            "m3u8": f"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
            "sdp": f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video {port} RTP/AVP 96\r\n",
        }[kind]
        path = tmp_path / "list.mp4"
        path.write_text(text)
        with pytest.raises(MediaError):
            _prepare(reader, path, _made(tmp_path / "out"))
        thread.join()
    assert visits == []


def _count_visits(server: socket.socket, visits: list[object]) -> None:
    try:
        visits.append(server.accept())
    except TimeoutError:
        return


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
