"""Media files made for a test, and the way to read them: in this process (our own files) or through children."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dam.config import Limits
from dam.engines.media.job import Job
from dam.engines.media.prepare import prepare
from dam.types import Prepared, SourceFile

Frame = NDArray[np.uint8]
RED, GREEN, BLUE, GREY = (210, 30, 30), (30, 170, 40), (30, 40, 200), (128, 128, 128)


def limits(**changes: Any) -> Limits:
    values: dict[str, Any] = {"decoders": 2, "decoder_memory_bytes": 2 << 30, "max_pixels": 50_000_000}
    return Limits(**(values | changes))


def source_of(path: Path, root: Path | None = None) -> SourceFile:
    status = path.lstat()
    return SourceFile(path=path, root=root or path.parent, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)


def prepare_here(path: Path, out_dir: Path, *, max_pixels: int = 50_000_000, **more: Any) -> Prepared:
    """Decode a file of the test's own making without a child."""
    out_dir.mkdir(exist_ok=True)
    with path.open("rb") as file:
        return prepare(Job(file=file, out_dir=out_dir, mtime_ns=10**18, max_pixels=max_pixels, **more))


def quadrants(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green above blue, grey: every turn and flip of it looks different."""
    image = Image.new("RGB", (width, height), GREY)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours amid the four quadrants: upper left, upper right, lower left, lower right."""
    rgb = image.convert("RGB")
    xs, ys = (rgb.width // 4, rgb.width * 3 // 4), (rgb.height // 4, rgb.height * 3 // 4)
    return [rgb.getpixel((x, y)) for y in ys for x in xs]  # type: ignore[misc]  # RGB pixels are triples


def close(one: Iterable[float], other: Iterable[float], tolerance: float = 24) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def looks_like(image: Image.Image, expected: list[tuple[int, int, int]], tolerance: float = 24) -> bool:
    return all(close(a, b, tolerance) for a, b in zip(corners(image), expected, strict=True))


UPRIGHT = [RED, GREEN, BLUE, GREY]


def textured(seed: int, width: int = 320, height: int = 180) -> Frame:
    """A scene with detail of its own: coarse coloured noise."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    tint = np.random.default_rng(seed + 1000).integers(60, 196, 3)
    mixed = (coarse * 0.5 + tint * 0.5).astype(np.uint8)
    return np.asarray(Image.fromarray(mixed).resize((width, height), Image.Resampling.BICUBIC))


def moving(scene: Frame, count: int, step: int = 2) -> list[Frame]:
    return [np.roll(scene, step * number, axis=1) for number in range(count)]


def tone(seconds: float, rate: int = 44_100, hertz: float = 440.0) -> NDArray[np.int16]:
    time = np.arange(int(seconds * rate)) / rate
    return (np.sin(2 * np.pi * hertz * time) * 16_000).astype(np.int16)


def write_video(
    path: Path,
    frames: Iterable[Frame],
    *,
    fps: int | Fraction = 25,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_ms: list[int] | None = None,
    sound: NDArray[np.int16] | None = None,
    audio_codec: str = "aac",
    rotation: int = 0,
    tags: dict[str, str] | None = None,
    set_up: Callable[[Any], None] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames (and 44.1 kHz mono sound) into a container that the name's ending says."""
    with av.open(str(path), "w", options=options or {}) as container:
        container.metadata.update(tags or {})
        video: Any = None
        audio: Any = container.add_stream(audio_codec, rate=44_100, layout="mono") if sound is not None else None
        for number, frame in enumerate(frames):
            if video is None:
                video = container.add_stream(codec, rate=fps)
                video.width, video.height, video.pix_fmt = frame.shape[1], frame.shape[0], pix_fmt
                if rotation:
                    video.set_display_rotation(rotation)
                if set_up:
                    set_up(video)
                video.codec_context.time_base = Fraction(1, 1000) if times_ms else 1 / Fraction(fps)
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts = times_ms[number] if times_ms else number
            picture.time_base = video.codec_context.time_base
            container.mux(video.encode(picture))
        if video is not None:
            container.mux(video.encode(None))
        if sound is not None:
            _encode_sound(container, audio, sound)
    return path


def write_sound(
    path: Path, sound: NDArray[np.int16], *, codec: str, rate: int = 44_100, tags: dict[str, str] | None = None
) -> Path:
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        stream: Any = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 128_000
        _encode_sound(container, stream, sound)
    return path


def _encode_sound(container: Any, stream: Any, sound: NDArray[np.int16]) -> None:
    rate = stream.rate
    resampler = av.AudioResampler(
        format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 1024
    )
    for start in range(0, len(sound), 1024):
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis, start : start + 1024], format="s16", layout="mono")
        frame.rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
    for part in resampler.resample(None):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))
