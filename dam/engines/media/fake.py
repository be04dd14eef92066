"""A `MediaReader` that decodes nothing: fixed answers of the right shape, for tests of what comes after it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from dam.engines.media.originals import opened_original
from dam.engines.media.renditions import write_picture
from dam.errors import DamagedMedia, UnsupportedMedia
from dam.ports import SPEECH_RATE_HZ
from dam.types import (
    AudioTrack,
    ClipWish,
    CutClip,
    CutHow,
    Essence,
    FrameRate,
    MadePicture,
    MediaKind,
    MediaMetadata,
    MediaProbe,
    PictureWish,
    Prepared,
    PreparedUnit,
    RenditionFile,
    RenditionRole,
    SourceFile,
    SubtitleCue,
    UnitKind,
)

_KINDS = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".heic"), MediaKind.PHOTO),
    **dict.fromkeys((".mp4", ".mov", ".mkv", ".webm", ".avi"), MediaKind.VIDEO),
    **dict.fromkeys((".wav", ".flac", ".mp3", ".m4a", ".ogg"), MediaKind.AUDIO),
}
_SECONDS = 4
_SHOT_MS = 2000


class FakeMediaReader:
    """Tells the kind from the name's ending and the colour from a hash of the content.

    A photo gives one unit, a video two shots of 2 s, video and audio 4 s of silence. A file that starts with
    `DAMAGED` raises DamagedMedia; an unknown ending raises UnsupportedMedia.
    """

    def __init__(self) -> None:
        self.prepared: list[Path] = []

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        """Make solid-colour renditions. Raises UnsupportedMedia, DamagedMedia, MediaVanished."""
        data, kind = self._read(source)
        for earlier in out_dir.glob("*.jpg"):
            earlier.unlink()
        self.prepared.append(source.path)
        colour = tuple(hashlib.blake2b(data, digest_size=3).digest())
        makers = {MediaKind.PHOTO: _photo, MediaKind.VIDEO: _video, MediaKind.AUDIO: _audio}
        return makers[kind](out_dir, Image.new("RGB", (640, 448), colour))

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        """Write four seconds of silence; None for a photo."""
        _, kind = self._read(source)
        return None if kind is MediaKind.PHOTO else _silence(out_dir)

    def read_subtitles(self, source: SourceFile) -> tuple[SubtitleCue, ...]:
        """Return one cue per line of the file, a second each."""
        with opened_original(source) as fd, open(fd, "rb", closefd=False) as file:
            lines = file.read().decode("utf-8", "replace").split("\n")
        cues = (
            SubtitleCue(start_ms=at * 1000, end_ms=at * 1000 + 1000, text=line)
            for at, line in enumerate(lines)
            if line.strip()
        )
        found = tuple(cues)
        if not found:
            raise UnsupportedMedia("No subtitles can be read from this file.")
        return found

    def read_essence(self, source: SourceFile) -> Essence:
        """Return the digest of the whole file, which says nothing of itself. Raises as `prepare`."""
        data, _ = self._read(source)
        return Essence(digest=hashlib.blake2b(data).hexdigest(), metadata=MediaMetadata())

    def make_proxy(
        self, source: SourceFile, *, out_dir: Path, on_progress: Callable[[float], None] | None = None
    ) -> RenditionFile:
        """Write a file that is named like a proxy."""
        _, kind = self._read(source)
        if kind is MediaKind.PHOTO:
            raise UnsupportedMedia("There is neither a picture nor a sound track in this file that can be read.")
        path = out_dir / "proxy.mp4"
        path.write_bytes(b"\0\0\0\x18ftypisom")
        if on_progress:
            on_progress(1.0)
        return RenditionFile(role=RenditionRole.PROXY, path=path, mime="video/mp4", width=640, height=448)

    def cut_clip(
        self,
        source: SourceFile,
        wish: ClipWish,
        *,
        out_dir: Path,
        on_progress: Callable[[float], None] | None = None,
    ) -> CutClip:
        """Write a file that says which stretch it would be."""
        _, kind = self._read(source)
        if kind is MediaKind.PHOTO:
            raise UnsupportedMedia("A picture has no clips.")
        path = out_dir / f"clip-{wish.start_ms}-{wish.end_ms}.mp4"
        path.write_bytes(f"clip of {source.path.name} {wish.start_ms}-{wish.end_ms}".encode())
        if on_progress:
            on_progress(1.0)
        length_ms = wish.end_ms - wish.start_ms if wish.end_ms > wish.start_ms else _SECONDS * 1000
        frames = length_ms // 40 if kind is MediaKind.VIDEO else 0
        return CutClip(path=path, mime="video/mp4", how=CutHow.COPIED, duration_ms=length_ms, frames=frames)

    def make_picture(self, source: SourceFile, wish: PictureWish, *, out_dir: Path) -> MadePicture:
        """Write a grey picture of the size that is wished for."""
        _, kind = self._read(source)
        if kind is not MediaKind.PHOTO:
            raise UnsupportedMedia("This is no photo.")
        width = min(640, wish.longest_side or 640)
        path = out_dir / f"picture-{width}.jpg"
        image = Image.new("RGB", (width, max(1, width * 448 // 640)), (128, 128, 128))
        image.save(path, "JPEG", quality=wish.quality)
        return MadePicture(path=path, mime="image/jpeg", width=image.width, height=image.height)

    def close(self) -> None:
        """Nothing to end."""

    def _read(self, source: SourceFile) -> tuple[bytes, MediaKind]:
        kind = _KINDS.get(source.path.suffix.lower())
        with opened_original(source) as fd, open(fd, "rb", closefd=False) as file:
            data = file.read()
        if kind is None or not data:
            raise UnsupportedMedia("This is not a picture, video or sound format that is read.")
        if data.startswith(b"DAMAGED"):
            raise DamagedMedia("The file is damaged.")
        return data, kind


def _photo(out_dir: Path, image: Image.Image) -> Prepared:
    thumb = write_picture(image, RenditionRole.THUMB, out_dir / "thumb.jpg")
    preview = write_picture(image, RenditionRole.PREVIEW, out_dir / "preview.jpg")
    unit = PreparedUnit(kind=UnitKind.PHOTO, start_ms=0, end_ms=0, renditions=(thumb,))
    probe = MediaProbe(kind=MediaKind.PHOTO, format="jpeg", mime="image/jpeg", width=image.width, height=image.height)
    return Prepared(probe=probe, units=(unit,), renditions=(preview,))


def _video(out_dir: Path, image: Image.Image) -> Prepared:
    units = []
    for start_ms in range(0, _SECONDS * 1000, _SHOT_MS):
        name = out_dir / f"keyframe-{start_ms}.jpg"
        keyframe = write_picture(image, RenditionRole.KEYFRAME, name, at_ms=start_ms + _SHOT_MS // 2)
        small = image.resize((229, 160))
        strip = write_picture(small, RenditionRole.STRIP, out_dir / f"strip-{start_ms}.jpg", at_ms=start_ms)
        units.append(
            PreparedUnit(
                kind=UnitKind.SHOT, start_ms=start_ms, end_ms=start_ms + _SHOT_MS, renditions=(keyframe, strip)
            )
        )
    probe = MediaProbe(
        kind=MediaKind.VIDEO,
        format="mp4",
        mime="video/mp4",
        width=image.width,
        height=image.height,
        duration_ms=_SECONDS * 1000,
        frame_rate=FrameRate(numerator=25, denominator=1),
        video_codec="h264",
        audio_tracks=(AudioTrack(codec="aac", channels=2, sample_rate_hz=48000),),
    )
    preview = write_picture(image, RenditionRole.PREVIEW, out_dir / "preview.jpg", at_ms=1000)
    return Prepared(probe=probe, units=tuple(units), renditions=(preview, _waveform(out_dir)), pcm=_silence(out_dir))


def _audio(out_dir: Path, _image: Image.Image) -> Prepared:
    probe = MediaProbe(
        kind=MediaKind.AUDIO,
        format="flac",
        mime="audio/flac",
        duration_ms=_SECONDS * 1000,
        audio_tracks=(AudioTrack(codec="flac", channels=1, sample_rate_hz=SPEECH_RATE_HZ),),
    )
    return Prepared(probe=probe, renditions=(_waveform(out_dir),), pcm=_silence(out_dir))


def _waveform(out_dir: Path) -> RenditionFile:
    path = out_dir / "waveform.json"
    path.write_text('{"peaks": [0, 0, 0, 0], "per_second": 1}', encoding="ascii")
    return RenditionFile(role=RenditionRole.WAVEFORM, path=path, mime="application/json")


def _silence(out_dir: Path) -> Path:
    path = out_dir / "sound.pcm"
    path.write_bytes(bytes(_SECONDS * SPEECH_RATE_HZ * 2))
    return path
