"""The `MediaReader` port: originals go to decoder children, what comes back is checked and handed on."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from dam import errors
from dam.config import Limits
from dam.engines.media.children import ChildPool, DecoderChild, OnProgress, child_command
from dam.engines.media.originals import opened_original
from dam.engines.media.wire import Message, SoundAnswer, SubtitleAnswer, WireError, from_wire, to_wire
from dam.errors import DamagedMedia, DecoderCrashed, MediaError
from dam.types import (
    ClipWish,
    CutClip,
    Essence,
    MadePicture,
    PictureWish,
    Prepared,
    PreparedUnit,
    RenditionFile,
    SourceFile,
    SubtitleCue,
)

T = TypeVar("T")

_ERRORS: dict[str, type[MediaError]] = {
    kind.__name__: kind
    for kind in (errors.UnsupportedMedia, errors.DamagedMedia, errors.MediaTooLarge, errors.DecoderCrashed)
}


class ChildMediaReader:
    """Reads originals in a bounded pool of decoder children; N threads may call it at once.

    `command` replaces the children's command line (tests start hostile ones with it).
    """

    def __init__(self, limits: Limits, *, command: Sequence[str] | None = None) -> None:
        self._limits = limits
        threads = max(1, (os.cpu_count() or 1) // limits.decoders)
        self._command = command or child_command(
            memory_bytes=limits.decoder_memory_bytes, max_pixels=limits.max_pixels, threads=threads
        )
        self._pool = ChildPool(size=limits.decoders, start=self._start)

    def prepare(self, source: SourceFile, *, out_dir: Path) -> Prepared:
        """Decode a file once: probe, units, renditions, sound; everything is written below `out_dir`.

        Raises UnsupportedMedia, DamagedMedia, MediaTooLarge, DecoderCrashed, MediaVanished.
        """
        with self._pool.borrow() as child:
            answer = self._ask(child, "prepare", source, out_dir)
        prepared = _read(Prepared, answer)
        return replace(
            prepared,
            units=tuple(_placed_unit(unit, out_dir) for unit in prepared.units),
            renditions=tuple(_placed(item, out_dir) for item in prepared.renditions),
            pcm=_inside(prepared.pcm, out_dir) if prepared.pcm else None,
        )

    def read_sound(self, source: SourceFile, *, out_dir: Path) -> Path | None:
        """Decode only the sound, to 16 kHz mono int16 samples in a file, or None where there is none."""
        with self._pool.borrow() as child:
            answer = self._ask(child, "sound", source, out_dir)
        pcm = _read(SoundAnswer, answer).pcm
        return _inside(pcm, out_dir) if pcm else None

    def read_subtitles(self, source: SourceFile) -> tuple[SubtitleCue, ...]:
        """Return the lines of a subtitle file that lies beside a video (SRT, VTT, ASS and kin).

        Raises UnsupportedMedia (not subtitles), MediaTooLarge, DecoderCrashed, MediaVanished.
        """
        with self._pool.borrow() as child:
            answer = self._ask(child, "sidecar", source, Path())
        return _read(SubtitleAnswer, answer).cues

    def read_essence(self, source: SourceFile) -> Essence:
        """Return a digest of the picture and sound alone, and what the file says of itself. Raises MediaError."""
        with self._pool.borrow() as child:
            return _read(Essence, self._ask(child, "essence", source, Path()))

    def make_proxy(
        self, source: SourceFile, *, out_dir: Path, on_progress: Callable[[float], None] | None = None
    ) -> RenditionFile:
        """Encode a browser-playable MP4 (H.264, AAC, fast start; at most 1080 lines).

        Runs in a child of its own: an encode of hours must not hold a place that quick files wait for.
        """
        child = self._start()
        try:
            answer = self._ask(child, "proxy", source, out_dir, on_progress)
        finally:
            child.kill()
        return _placed(_read(RenditionFile, answer), out_dir)

    def cut_clip(
        self,
        source: SourceFile,
        wish: ClipWish,
        *,
        out_dir: Path,
        on_progress: Callable[[float], None] | None = None,
    ) -> CutClip:
        """Cut a stretch of a recording; in a child of its own, as `make_proxy`.

        Raises UnsupportedMedia, DamagedMedia, MediaTooLarge, DecoderCrashed, MediaVanished.
        """
        child = self._start()
        try:
            answer = self._ask(child, "clip", source, out_dir, on_progress, to_wire(wish))
        finally:
            child.kill()
        clip = _read(CutClip, answer)
        return replace(clip, path=_inside(clip.path, out_dir))

    def make_picture(self, source: SourceFile, wish: PictureWish, *, out_dir: Path) -> MadePicture:
        """Decode a photo and write it as JPEG. Raises as `cut_clip`."""
        with self._pool.borrow() as child:
            answer = self._ask(child, "picture", source, out_dir, options=to_wire(wish))
        picture = _read(MadePicture, answer)
        return replace(picture, path=_inside(picture.path, out_dir))

    def close(self) -> None:
        """End the decoder children."""
        self._pool.close()

    def _start(self) -> DecoderChild:
        try:
            return DecoderChild(self._command)
        except OSError as error:
            raise DecoderCrashed(f"A decoder can't be started: {error.strerror}.") from error

    def _ask(
        self,
        child: DecoderChild,
        verb: str,
        source: SourceFile,
        out_dir: Path,
        on_progress: OnProgress | None = None,
        options: Message | None = None,
    ) -> Message:
        request: Message = {"op": verb, "out_dir": str(out_dir.absolute()), "mtime_ns": source.mtime_ns}
        if options is not None:
            request["options"] = options
        with opened_original(source) as fd:
            answer = child.ask(
                request,
                fd=fd,
                stall_s=self._limits.photo_time_s,  # a video's child reports progress more often than this
                total_s=self._limits.video_time_s,
                on_progress=on_progress,
            )
        if answer.get("retire"):
            child.kill()
        if "error" in answer:
            kind = _ERRORS.get(str(answer["error"]), DamagedMedia)
            raise kind(str(answer.get("message", "The file can't be read."))[:500])
        return answer


def _read(kind: type[T], answer: Message) -> T:
    try:
        return from_wire(kind, answer.get("ok"))
    except WireError as error:
        raise DecoderCrashed(f"The decoder answered with nonsense: {error}.") from error


def _placed_unit(unit: PreparedUnit, out_dir: Path) -> PreparedUnit:
    return replace(unit, renditions=tuple(_placed(item, out_dir) for item in unit.renditions))


def _placed(rendition: RenditionFile, out_dir: Path) -> RenditionFile:
    return replace(rendition, path=_inside(rendition.path, out_dir))


def _inside(name: Path, out_dir: Path) -> Path:
    """Return the file that a child says it wrote; only a plain file directly in `out_dir` is believed."""
    path = out_dir / name.name
    if name.name != str(name) or not path.exists() or not stat.S_ISREG(path.lstat().st_mode):
        raise DecoderCrashed("The decoder named a file that it did not write.")
    return path
