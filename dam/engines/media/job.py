"""What one request gives a decoder: the open file, where results go, the limits, and a sign of life."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dam.engines.media.renditions import LONG_SIDE

BEAT_S = 1.0  # far below the reader's stall limit, far above the cost of a message


@dataclass(slots=True, kw_only=True)
class Job:
    """One file being read inside a child.

    `tell` sends the share done (0..1) to the reader; `beat` calls it at most once a second. `options` say more of
    what is wished for, in the words of the wire. Pictures need no more pixels than make `long_side`; 0: all of them.
    """

    file: BinaryIO
    out_dir: Path
    mtime_ns: int
    max_pixels: int
    threads: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    long_side: int = LONG_SIDE
    tell: Callable[[float], None] = lambda _share: None
    _names: int = field(default=0, init=False)
    _last_beat: float = field(default_factory=time.monotonic, init=False)

    def path(self, role: str, ending: str) -> Path:
        """Return the next free name in `out_dir`, which may hold what an earlier attempt left."""
        while True:
            self._names += 1
            path = self.out_dir / f"{self._names:05d}-{role}{ending}"
            if not path.exists():
                return path

    def beat(self, share: float) -> None:
        """Tell the reader, now and then, that work goes on."""
        now = time.monotonic()
        if now - self._last_beat >= BEAT_S:
            self._last_beat = now
            self.tell(share)
