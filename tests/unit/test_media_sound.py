"""Sound: 16 kHz samples in step with the picture, a waveform, tags and cover art; subtitles beside and inside."""

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dam.engines.media.subtitles import MAX_SIDECAR_BYTES, parse_sidecar, read_capped
from dam.errors import MediaTooLarge, UnsupportedMedia
from dam.types import MediaKind, Prepared, RenditionRole
from tests.media_files import RED, close, corners, moving, prepare_here, textured, tone, write_sound, write_video


def _samples(prepared: Prepared) -> NDArray[np.int16]:
    assert prepared.pcm is not None
    return np.fromfile(prepared.pcm, dtype="<i2")


def _pitch(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


@pytest.mark.parametrize(
    ("ending", "codec", "rate", "form", "playable"),
    [
        (".flac", "flac", 44_100, "flac", True),
        (".wav", "pcm_s16le", 44_100, "wav", True),
        (".mp3", "libmp3lame", 44_100, "mp3", True),
        (".m4a", "aac", 44_100, "m4a", True),
        (".aac", "aac", 44_100, "aac", True),
        (".ogg", "libopus", 48_000, "ogg", True),
        (".aiff", "pcm_s16be", 44_100, "aiff", False),
        (".caf", "pcm_s16le", 44_100, "caf", False),
        (".ac3", "ac3", 44_100, "ac3", False),
        (".wma", "wmav2", 44_100, "asf", False),
        (".mka", "flac", 44_100, "matroska", False),
    ],
)
def test_sound_files_become_sixteen_kilohertz(
    tmp_path: Path, ending: str, codec: str, rate: int, form: str, playable: bool
) -> None:
    path = write_sound(tmp_path / f"s{ending}", tone(2.0), codec=codec, rate=rate)
    prepared = prepare_here(path.rename(tmp_path / "s.unnamed"), tmp_path / "out")
    samples = _samples(prepared)
    assert (prepared.probe.kind, prepared.probe.format) == (MediaKind.AUDIO, form)
    assert prepared.probe.browser_playable is playable
    assert prepared.units == ()
    assert len(samples) == pytest.approx(32_000, abs=2400)
    assert _pitch(samples[8000:24_000]) == pytest.approx(440, abs=3)


def test_the_waveform_follows_the_loudness(tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros(44_100, np.int16), tone(1.0)])
    prepared = prepare_here(write_sound(tmp_path / "s.wav", sound, codec="pcm_s16le"), tmp_path / "out")
    (waveform,) = prepared.renditions
    assert waveform.role is RenditionRole.WAVEFORM
    data = json.loads(waveform.path.read_text())
    assert data["per_second"] == 50
    assert len(data["peaks"]) == pytest.approx(100, abs=2)
    assert max(data["peaks"][:45]) == 0
    assert min(data["peaks"][55:95]) == pytest.approx(125, abs=4)  # 16000 of 32768


def test_a_long_waveform_is_bounded(tmp_path: Path) -> None:
    sound = np.zeros(8000 * 500, np.int16)
    data = b"RIFF" + (36 + sound.nbytes).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    data += b"\1\0\1\0" + (8000).to_bytes(4, "little") + (16_000).to_bytes(4, "little") + b"\2\0\x10\0"
    data += b"data" + sound.nbytes.to_bytes(4, "little") + sound.tobytes()
    path = tmp_path / "long.wav"
    path.write_bytes(data)
    waveform = json.loads(prepare_here(path, tmp_path / "out").renditions[0].path.read_text())
    assert len(waveform["peaks"]) <= 20_000
    assert len(waveform["peaks"]) / waveform["per_second"] == pytest.approx(500, abs=1)


def test_sound_that_starts_later_than_the_picture_stays_in_step(tmp_path: Path) -> None:
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=44_100, layout="mono")
        frames = av.AudioFrame.from_ndarray(tone(1.0)[np.newaxis], format="s16", layout="mono")
        frames.rate, frames.pts, frames.time_base = 44_100, 0, Fraction(1, 44_100)
        picture: Any = container.add_stream("libx264", rate=25)
        picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
        for number, pixels in enumerate(moving(textured(1), 75)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for packet in stream.encode(frames):
            packet.pts = packet.dts = packet.pts + 44_100  # a second late
            container.mux(packet)
    samples = _samples(prepare_here(path, tmp_path / "out"))
    assert np.abs(samples[:15_500]).max() == 0
    assert np.abs(samples[16_500:]).max() > 10_000


def test_a_broadcast_wave_says_when_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    with av.open(str(path), "w", options={"write_bext": "1"}) as container:
        container.metadata["time_reference"] = str(10 * 3600 * 48_000)
        stream: Any = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(0.5, 48_000)[np.newaxis, :], format="s16", layout="mono")
        frame.rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert prepare_here(path, tmp_path / "out").probe.time_reference == 10 * 3600 * 48_000
    plain = write_sound(tmp_path / "plain.wav", tone(0.5), codec="pcm_s16le")
    assert prepare_here(plain, tmp_path / "out2").probe.time_reference is None


def test_a_cut_wave_is_partial(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s.wav", tone(10.0), codec="pcm_s16le")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    prepared = prepare_here(path, tmp_path / "out")
    assert prepared.probe.duration_ms == pytest.approx(5000, abs=100)


def test_tags_and_cover_art_of_a_sound_file(tmp_path: Path) -> None:
    path = write_sound(
        tmp_path / "s.flac", tone(1.0), codec="flac", tags={"title": "A song", "artist": "Ann", "date": "2020-05-06"}
    )
    cover = io.BytesIO()
    Image.new("RGB", (300, 300), RED).save(cover, "PNG")
    path.write_bytes(_with_flac_picture(path.read_bytes(), cover.getvalue()))
    prepared = prepare_here(path, tmp_path / "out")
    assert prepared.probe.kind is MediaKind.AUDIO
    metadata = prepared.probe.metadata
    assert (metadata.title, metadata.creator, metadata.taken_source) == ("A song", "Ann", "container:date")
    (preview,) = [item for item in prepared.renditions if item.role is RenditionRole.PREVIEW]
    with Image.open(preview.path) as image:
        assert close(corners(image)[0], RED)


def _with_flac_picture(flac: bytes, png: bytes) -> bytes:
    """Put a PICTURE block behind STREAMINFO (FLAC format, METADATA_BLOCK_PICTURE)."""
    fields = (3).to_bytes(4, "big") + (9).to_bytes(4, "big") + b"image/png" + bytes(4)
    fields += b"".join(number.to_bytes(4, "big") for number in (300, 300, 24, 0, len(png))) + png
    return flac[:42] + b"\6" + len(fields).to_bytes(3, "big") + fields + flac[42:]


_SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> there\n\n2\n00:00:03,000 --> 00:00:04,000\nGrüße\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_sidecars_in_old_and_new_encodings(encoding: str) -> None:
    one, two = parse_sidecar(_SRT.encode(encoding), ".srt")
    assert (one.start_ms, one.end_ms, one.text) == (1000, 2500, "Hello there")
    assert two.text == "Grüße"


def test_web_subtitles_and_ass_are_read() -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hi &amp; bye\n"
    assert parse_sidecar(vtt.encode(), ".vtt")[0].text == "Hi & bye"
    ass = (
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\b1}Bold\\Nline\n"
    )
    assert parse_sidecar(ass.encode(), ".ass")[0].text == "Bold\nline"


@pytest.mark.parametrize("data", [b"", b"just words", b"\x89PNG\r\n\x1a\n", b"<html></html>", bytes(range(256)) * 20])
def test_what_holds_no_subtitles_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        parse_sidecar(data, ".srt")


def test_a_huge_sidecar_is_refused() -> None:
    with pytest.raises(MediaTooLarge):
        read_capped(io.BytesIO(bytes(MAX_SIDECAR_BYTES + 1)))


@pytest.mark.parametrize(
    ("ending", "codec"), [(".mp4", "mov_text"), (".mkv", "subrip"), (".mkv", "webvtt"), (".mkv", "ass")]
)
def test_embedded_subtitles_are_read(tmp_path: Path, ending: str, codec: str) -> None:
    plain = write_video(tmp_path / "plain.mp4", moving(textured(1), 75))
    path = tmp_path / f"v{ending}"
    with av.open(str(plain)) as source, av.open(str(path), "w") as container:
        picture = container.add_stream_from_template(source.streams.video[0])
        lines = _add_subtitles(container, codec)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = picture
                container.mux(packet)
        for packet in lines:
            container.mux(packet)
    prepared = prepare_here(path, tmp_path / "out")
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in prepared.subtitles] == [
        (500, 1500, "Hello, there"),
        (2000, 2500, "again"),
    ]


def _add_subtitles(container: Any, codec: str) -> list[Any]:
    from av.subtitles.subtitle import SubtitleSet

    stream = container.add_stream(codec)
    context = stream.codec_context
    header = b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n[Events]\n"
    context.subtitle_header = header
    packets = []
    for start, end, text in ((500, 1500, b"Hello, there"), (2000, 2500, b"again")):
        event = SubtitleSet.create(text=b"0,0,Default,,0,0,0,," + text, start=0, end=end - start, pts=start * 1000)
        packet = context.encode_subtitle(event)
        packet.stream = stream
        packet.pts = packet.dts = start
        packet.duration = end - start
        packet.time_base = Fraction(1, 1000)
        packets.append(packet)
    return packets
