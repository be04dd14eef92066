"""The decoder child: takes open files from the reader, one at a time, and answers with small facts and renditions.

Started by `children.DecoderChild`; never imports Django, the settings or a model library.
"""

import argparse
import fcntl
import os
import resource
import select
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from PIL import Image

from dam.engines.media.essence import read_essence
from dam.engines.media.job import Job
from dam.engines.media.pictures import make_picture
from dam.engines.media.prepare import cut, prepare, read_sidecar, read_sound
from dam.engines.media.proxy import make_proxy
from dam.engines.media.wire import ChannelClosed, Message, receive_message, send_message, to_wire
from dam.errors import MediaError

Verb = Callable[[Job], object]
VERBS: Mapping[str, Verb] = {
    "prepare": prepare,
    "sound": read_sound,
    "sidecar": read_sidecar,
    "proxy": make_proxy,
    "essence": read_essence,
    "clip": cut,
    "picture": make_picture,
}
# Two days of 16 kHz sound are 5.5 GB; a proxy of that length at 1080 lines stays below this too.
_MAX_WRITTEN_BYTES = 64 * 1024**3
# CPU seconds for one file: a backstop for a child whose parent was stopped; the reader's clock is the limit.
_CPU_S_PER_FILE = 6 * 3600


def main(verbs: Mapping[str, Verb] = VERBS) -> None:
    """Serve requests until the reader goes away."""
    options = _options()
    die_with_parent(options.lifeline)
    limit_resources(options.memory)
    _limit_pictures(options.max_pixels)
    with socket.socket(fileno=options.channel) as channel:
        with suppress(ChannelClosed):  # noticed again, and handled, by the first read
            send_message(channel, {"ready": True})
        while _serve_one(channel, verbs, options):
            pass


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Afterimage's decoder child; started by the reader.")
    for name in ("channel", "lifeline", "memory", "max-pixels", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


def limit_resources(memory_bytes: int) -> None:
    """Bound memory, written files and core dumps, where the system knows such limits."""
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _MAX_WRITTEN_BYTES),
    ]
    if sys.platform == "linux":  # macOS takes RLIMIT_AS and ignores it
        limits.append((resource.RLIMIT_AS, memory_bytes))
    for kind, value in limits:
        _, hard = resource.getrlimit(kind)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def _limit_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + _CPU_S_PER_FILE
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def die_with_parent(lifeline: int) -> None:
    """End this process when the other end of `lifeline` closes, even amid a decoder that never returns.

    Linux: the kernel sends SIGIO, whose default action ends the process, so no Python code has to run. (Not
    PR_SET_PDEATHSIG: that fires when the parent's *thread* ends.) Elsewhere a thread waits for the hang-up.
    """
    if sys.platform == "linux":
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
        poller = select.poll()
        poller.register(lifeline, select.POLLIN)
        if poller.poll(0):  # it closed before we were listening
            sys.exit(0)
    else:
        threading.Thread(target=_wait_for_hang_up, args=(lifeline,), daemon=True).start()


def _wait_for_hang_up(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(0)


def _limit_pictures(max_pixels: int) -> None:
    """Pillow's own limit, as a second line behind ours; its warning counts as an error."""
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max_pixels


def _serve_one(channel: socket.socket, verbs: Mapping[str, Verb], options: argparse.Namespace) -> bool:
    """Answer one request; False when the reader is gone."""
    try:
        request, fd = receive_message(channel)
        if fd is None:
            return False
        _limit_cpu()
        with os.fdopen(fd, "rb") as file:
            job = Job(
                file=file,
                out_dir=Path(str(request["out_dir"])),
                mtime_ns=int(request["mtime_ns"]),
                max_pixels=options.max_pixels,
                options=dict(request.get("options") or {}),
                threads=options.threads,
                tell=partial(_tell, channel),
            )
            answer = _answer(verbs[str(request["op"])], job)
        send_message(channel, answer)
    except ChannelClosed:
        return False
    return True


def _tell(channel: socket.socket, share: float) -> None:
    send_message(channel, {"progress": float(share)})


def _answer(verb: Verb, job: Job) -> Message:
    try:
        return {"ok": to_wire(verb(job))}
    except MediaError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        words = "Reading this file ran out of memory: it needs more than a decoder is allowed."
        return {"error": "MediaTooLarge", "message": words, "retire": True}
    except ChannelClosed:
        raise
    except Image.DecompressionBombError as error:
        return {"error": "MediaTooLarge", "message": str(error)}
    except Exception as error:  # noqa: BLE001 — the rim: a broken file may raise anything in any decoder
        words = f"The file is damaged: {type(error).__name__}: {error}"
        return {"error": "DamagedMedia", "message": words}


if __name__ == "__main__":
    main()
