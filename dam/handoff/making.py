"""Planned downloads delivered: originals opened, clips and pictures made one ahead of what is being sent.

Nothing outlives a delivery: closing it (Django does when the browser goes away) stops the decoder at work and removes
what was made.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from dam import wiring
from dam.config import config
from dam.engines.media.originals import opened_original
from dam.errors import AfterimageError, HandOffError, MediaError, MediaVanished
from dam.handoff.downloads import Part, Plan
from dam.handoff.zips import Missing, ZipEntry, stream_zip, zip_length
from dam.types import ClipWish, CutClip, CutHow, MadePicture, PictureWish

_PIECE_BYTES = 256 * 1024
# So many originals are opened before anything is sent: what can't be opened is known then, and so is the length.
_OPENED_BEFORE = 128
# Encoding is what costs; two at once fill a small machine, and whoever comes third waits for a clip, not for a page.
MAKING = threading.BoundedSemaphore(2)
LIST = "CLIPS.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that was made for a delivery."""

    path: Path
    name: str
    mime: str
    how: CutHow | None = None
    frames: int = 0
    duration_ms: int = 0


class Workbench:
    """Makes clips and pictures in a folder of its own, on one thread; `close` stops it."""

    def __init__(self) -> None:
        scratch = config().places.scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="handoff-", dir=scratch))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="handoff")
        self._stopped = threading.Event()
        self._number = 0

    def begin(self, part: Part) -> "Future[Made]":
        """Begin to make a part; the future raises MediaError, HandOffError."""
        self._number += 1
        return self._thread.submit(self._make, part, self._folder / str(self._number))

    def close(self) -> None:
        """Stop, and remove what was made; may be called again."""
        self._stopped.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, part: Part, folder: Path) -> Made:
        folder.mkdir()
        error: MediaError = MediaVanished("Its file can't be opened now.")
        for source in part.handout.sources:
            while not MAKING.acquire(timeout=0.5):
                self._go_on(0.0)
            try:
                self._go_on(0.0)
                if isinstance(part.wish, PictureWish):
                    return _made(part, wiring.media_reader().make_picture(source, part.wish, out_dir=folder))
                wish = part.wish or ClipWish()
                reader = wiring.media_reader()
                return _made(part, reader.cut_clip(source, wish, out_dir=folder, on_progress=self._go_on))
            except MediaVanished as gone:
                error = gone  # another copy may be there
            finally:
                MAKING.release()
        raise error

    def _go_on(self, _share: float) -> None:
        """Raise where nobody waits any more: the decoder that called is ended by that."""
        if self._stopped.is_set():
            raise HandOffError("Nobody waits for this download any more.")


class Delivery:
    """The bytes of a zip, to be iterated once and closed. `length` is known where all of it are originals, opened."""

    def __init__(self, plan: Plan, *, on_close: Callable[[], None] = lambda: None) -> None:
        self._plan, self._on_close = plan, on_close
        self._bench: Workbench | None = None
        self._open: list[_Opened] = []
        self._stream: Iterator[bytes] | None = None
        self._closed = False
        self.length: int | None = None
        missing = list(plan.missing)
        if plan.exact and len(plan.parts) <= _OPENED_BEFORE:
            entries = self._opened(missing)
            self.length = zip_length(entries, missing=missing)
            self._stream = stream_zip(entries, missing=missing, length=self.length)
        else:
            self._stream = stream_zip(self._entries(), missing=missing)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the archive."""
        return self._stream if self._stream is not None else iter(())

    def close(self) -> None:
        """Stop everything that is still going on; may be called again."""
        if self._closed:
            return
        self._closed = True
        if self._stream is not None:
            with suppress(AfterimageError, OSError):
                self._stream.close()  # type: ignore[attr-defined]  # a generator
        for opened in self._open:
            opened.close()
        if self._bench is not None:
            self._bench.close()
        self._on_close()

    def _opened(self, missing: list[Missing]) -> list[ZipEntry]:
        entries = []
        for part in self._plan.parts:
            try:
                opened = _Opened(part)
            except MediaError as error:
                missing.append(Missing(name=part.name, reason=str(error)))
                continue
            self._open.append(opened)
            entries.append(_entry(part, part.name, opened.pieces, opened.size_bytes))
        return entries

    def _entries(self) -> Iterator[ZipEntry]:
        """Yield each file when its turn comes; while one is sent, the next that must be made is being made."""
        self._bench = Workbench()
        waiting: dict[int, Future[Made]] = {}
        told: list[str] = []
        parts = self._plan.parts
        for at, part in enumerate(parts):
            ahead = next((n for n in range(at, len(parts)) if parts[n].wish is not None), None)
            if ahead is not None and ahead not in waiting:
                waiting[ahead] = self._bench.begin(parts[ahead])
            if part.wish is None:
                yield _entry(part, part.name, _reading(part), part.handout.sources[0].size_bytes)
                continue
            entry, line = self._when_made(part, waiting.pop(at))
            following = next((n for n in range(at + 1, len(parts)) if parts[n].wish is not None), None)
            if following is not None and following not in waiting:
                waiting[following] = self._bench.begin(parts[following])
            if line:
                told.append(line)
            yield entry
        if told:
            text = "\r\n".join(["How each clip was made:", "", *told, ""]).encode("utf-8-sig")
            yield ZipEntry(name=LIST, pieces=lambda: iter([text]), size_bytes=len(text))

    def _when_made(self, part: Part, future: "Future[Made]") -> tuple[ZipEntry, str]:
        try:
            made = future.result()
        except (AfterimageError, OSError) as error:
            return _entry(part, part.name, _failing(error), None), ""
        line = f"{made.name}: {in_words(made)}" if made.how is not None else ""
        return _entry(part, made.name, _sending(made.path), made.path.stat().st_size), line


class SingleFile:
    """The bytes of one made file, to be iterated once and closed. Raises MediaError, HandOffError when it is made."""

    def __init__(self, part: Part, *, on_close: Callable[[], None] = lambda: None) -> None:
        self._bench, self._on_close = Workbench(), on_close
        try:
            self.made = self._bench.begin(part).result()
        except BaseException:
            self._bench.close()
            raise
        self.length = self.made.path.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        """Yield the file."""
        return _sending(self.made.path)()

    def close(self) -> None:
        """Remove the file."""
        self._bench.close()
        self._on_close()


def in_words(made: Made) -> str:
    """Return how a clip was made, in words."""
    length = f"{made.duration_ms / 1000:.3f} s"
    frames = f", {made.frames:,} frames" if made.frames else ""
    if made.how is CutHow.COPIED:
        return f"copied without loss ({length}{frames})"
    return f"encoded again, because the cut lies between keyframes or the size changes ({length}{frames})"


class _Opened(AbstractContextManager[int]):
    """An original that is open; read once."""

    def __init__(self, part: Part) -> None:
        error: MediaError = MediaVanished("Its file can't be opened now.")
        for source in part.handout.sources:
            try:
                self._context = opened_original(source)
                self._fd = self._context.__enter__()
                self.size_bytes = source.size_bytes
                self._done = False
                return
            except MediaError as gone:
                error = gone
        raise error

    def pieces(self) -> Iterator[bytes]:
        try:
            yield from _read(self._fd)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file; whether it changed meanwhile shows in its size, which is compared while it is sent."""
        if not self._done:
            self._done = True
            with suppress(MediaError):
                self._context.__exit__(None, None, None)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


def _reading(part: Part) -> Callable[[], Iterator[bytes]]:
    """Return what opens an original when its turn comes, at the first of its places that can be opened."""
    return lambda: _Opened(part).pieces()


def _read(fd: int) -> Iterator[bytes]:
    at = 0
    while piece := os.pread(fd, _PIECE_BYTES, at):
        at += len(piece)
        yield piece


def _sending(path: Path) -> Callable[[], Iterator[bytes]]:
    """Return what reads a made file, which is removed then."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            path.unlink()
            while piece := file.read(_PIECE_BYTES):
                yield piece

    return pieces


def _failing(error: Exception) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        raise error
        yield b""

    return pieces


def _entry(part: Part, name: str, pieces: Callable[[], Iterator[bytes]], size_bytes: int | None) -> ZipEntry:
    return ZipEntry(name=name, pieces=pieces, size_bytes=size_bytes, modified=part.handout.taken_at)


def _made(part: Part, done: CutClip | MadePicture) -> Made:
    if isinstance(done, MadePicture):
        return Made(path=done.path, name=part.name, mime=done.mime)
    return Made(
        path=done.path,
        name=part.name + done.path.suffix,
        mime=done.mime,
        how=done.how,
        frames=done.frames,
        duration_ms=done.duration_ms,
    )
