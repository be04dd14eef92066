"""A decoder child that does what broken decoders do, when a file's first word says so; started by tests only."""

import ctypes
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dam.engines.media.child import VERBS, main
from dam.engines.media.job import Job
from dam.types import MediaKind, MediaProbe, Prepared, RenditionFile, RenditionRole


def hostile(job: Job) -> object:  # noqa: C901 — a list of misdeeds
    word = job.file.read(16).split()[0] if job.file.seek(0) == 0 else b""
    if word == b"SEGFAULT":
        ctypes.string_at(0)
    if word == b"HANG":  # in C, holding the interpreter's lock
        ctypes.PyDLL(None).sleep(3600)
    if word == b"BEAT":  # alive, but never done
        while True:
            job.tell(0.5)
            time.sleep(0.05)
    if word == b"EAT":
        hoard = []
        while True:
            hoard.append(bytearray(64 << 20))
    if word == b"EXIT":
        os._exit(3)
    if word == b"LIE":
        probe = MediaProbe(kind=MediaKind.PHOTO, format="jpeg", mime="image/jpeg")
        lie = RenditionFile(role=RenditionRole.PREVIEW, path=Path("not-written.jpg"), mime="image/jpeg")
        return Prepared(probe=probe, renditions=(lie,))
    if word == b"NONSENSE":
        return {"probe": "none"}
    if word == b"SECRETS":
        raise RuntimeError(" ".join(sorted(os.environ)))
    return VERBS["prepare"](job)


if __name__ == "__main__":
    main({**VERBS, "prepare": hostile})
