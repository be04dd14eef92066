"""From sightings of a file to "it has stopped growing": pure, the clock is the caller's."""

from dataclasses import dataclass

from dam.types.files import FileStamp


@dataclass(slots=True)
class _Watched:
    stamp: FileStamp
    since_s: float


class FileStabilityTracker:
    """Remembers the files that may still be written; one is settled when it stays the same for `settle_s`.

    Times are seconds of any clock that only goes forward.
    """

    def __init__(self, *, settle_s: float) -> None:
        self._settle_s = settle_s
        self._files: dict[bytes, _Watched] = {}

    def __len__(self) -> int:
        return len(self._files)

    def note(self, raw_path: bytes, stamp: FileStamp, *, now_s: float) -> None:
        """Take notice of a file; its time begins anew only if it is not as it was."""
        watched = self._files.get(raw_path)
        if watched is None or watched.stamp != stamp:
            self._files[raw_path] = _Watched(stamp, now_s)

    def due(self, now_s: float) -> list[bytes]:
        """Return the files that were not seen to change for `settle_s`: look at each and call `confirm`."""
        return [path for path, watched in self._files.items() if now_s - watched.since_s >= self._settle_s]

    def confirm(self, raw_path: bytes, stamp: FileStamp, *, now_s: float) -> bool:
        """Tell whether a due file, as it is now, is settled; if so it is forgotten, else its time begins anew."""
        self.note(raw_path, stamp, now_s=now_s)
        if now_s - self._files[raw_path].since_s < self._settle_s:
            return False
        del self._files[raw_path]
        return True

    def forget(self, raw_path: bytes) -> None:
        """Drop a file that is gone; an unknown one is ignored."""
        self._files.pop(raw_path, None)

    def clear(self) -> None:
        """Drop all files."""
        self._files.clear()

    def next_due_s(self) -> float | None:
        """Return when the next file becomes due, or None."""
        if not self._files:
            return None
        return min(watched.since_s for watched in self._files.values()) + self._settle_s


def long_unchanged(stamp: FileStamp, *, now_ns: int, settle_s: float) -> bool:
    """Tell whether a file was last written more than `settle_s` before `now_ns` (wall clock): no need to wait.

    A time in the future proves nothing, so such a file has to be watched.
    """
    return now_ns - stamp.mtime_ns > settle_s * 1_000_000_000
