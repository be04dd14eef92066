"""What guests play: the stretch that is shared and nothing around it, cut once and kept for a while.

A guest never gets the file that a stretch lies in, and what is cut says nothing of where it was taken.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dam import wiring
from dam.catalog.readers.handouts import Handout
from dam.catalog.readers.shared import proxy_of
from dam.config import config
from dam.errors import HandOffError, MediaError, MediaVanished
from dam.handoff.making import MAKING
from dam.types import ClipWish, CutClip, Piece, SourceFile

LONGEST_SIDE = 1280
_PATIENCE_S = 30.0
# What guests looked at is kept until there is more than this; what was not asked for longest goes first.
_MOST_BYTES = 5_000_000_000
_guard = threading.Lock()
_at_work: dict[str, threading.Lock] = {}


def playable(piece: Piece, handout: Handout) -> Path:
    """Return a file that browsers play and that holds a piece, cutting it where it is not there yet.

    Raises MediaError where it can't be cut, HandOffError where it would have to wait too long.
    """
    name = _name(piece, handout)
    with _alone(name):
        kept = _kept(name)
        if kept is None:
            kept = _cut(piece, handout, name)
            _make_room(kept)
    return kept


def forget_all() -> None:
    """Remove everything that was cut for guests."""
    shutil.rmtree(config().places.guests, ignore_errors=True)


def _name(piece: Piece, handout: Handout) -> str:
    told = f"{handout.fingerprint}\0{piece.start_ms}\0{piece.end_ms}\0{LONGEST_SIDE}"
    return hashlib.blake2b(told.encode(), digest_size=20).hexdigest()


def _kept(name: str) -> Path | None:
    found = next(config().places.guests.glob(f"{name}.*"), None)
    if found is not None:
        with suppress(OSError):
            os.utime(found)  # asked for last
    return found


def _cut(piece: Piece, handout: Handout, name: str) -> Path:
    folder = config().places.scratch / f"guest-{name}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    # All of a recording that browsers play is copied, without what it says of itself: that takes no time.
    side = 0 if piece.whole and handout.browser_playable else LONGEST_SIDE
    wish = ClipWish(start_ms=piece.start_ms, end_ms=piece.end_ms, longest_side=side, keep_metadata=False)
    error: MediaError = MediaVanished("Its file can't be opened now.")
    try:
        for source in _sources(handout):
            try:
                made = _made(source, wish, folder)
            except MediaVanished as gone:
                error = gone
                continue
            config().places.guests.mkdir(parents=True, exist_ok=True)
            kept = config().places.guests / f"{name}{made.path.suffix}"
            made.path.replace(kept)
            return kept
        raise error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(source: SourceFile, wish: ClipWish, folder: Path) -> CutClip:
    """Cut beside no more than one other: guests must not keep the machine from its owner."""
    if not MAKING.acquire(timeout=_PATIENCE_S):
        raise HandOffError("Others are waiting for clips just now.")
    try:
        return wiring.media_reader().cut_clip(source, wish, out_dir=folder)
    finally:
        MAKING.release()


def _sources(handout: Handout) -> Iterator[SourceFile]:
    """Yield what a piece can be cut from: the proxy, which is quick to read and there when a drive is not, first."""
    proxy = proxy_of(handout.asset_id)
    if proxy is not None:
        root = config().places.renditions
        with suppress(OSError):
            status = (root / proxy[0]).stat()
            yield SourceFile(path=root / proxy[0], root=root, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns)
    yield from handout.sources


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Let one thread at a time make one clip: a player asks for the same several times at once."""
    with _guard:
        lock = _at_work.setdefault(name, threading.Lock())
    try:
        with lock:
            yield
    finally:
        with _guard:
            if not lock.locked():
                _at_work.pop(name, None)


def _make_room(newest: Path) -> None:
    files = sorted(newest.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    total = 0
    for path in files:
        total += path.stat().st_size
        if total > _MOST_BYTES and path != newest:
            path.unlink(missing_ok=True)
