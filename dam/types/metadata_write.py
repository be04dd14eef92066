"""What flows from edited metadata to sidecars and files, and back."""

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
