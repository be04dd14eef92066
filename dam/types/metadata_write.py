"""What flows from edited metadata to sidecars and files, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class WriteState(StrEnum):
    """Where the writing of an asset's metadata to one of its files stands.

    `SHADOW`: written below the data folder because the place itself can't be written to; tried again later.
    `CONFLICT`: another program changed what was to be written, and what it wrote can't be read.
    """

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    SHADOW = "shadow"
    FAILED = "failed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A stretch `[start_ms, end_ms)` of a video with a name and a comment: a shot (xmpDM:markers)."""

    start_ms: int
    end_ms: int
    name: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a tool did to a file: the tags that it holds now, and what could not be said in one of its forms."""

    tags: Mapping[str, object]
    notes: tuple[str, ...] = ()
