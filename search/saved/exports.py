"""Exports for the browser: made in a thread of the web process, their state in files that every process can read.

token = begin(submission_id, allow_warnings=…, ready_only=…)
state(token)     # copied 12 of 40 … finished, or what went wrong
archive(token)   # the zip, for a day
"""

import contextlib
import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog
from django.db import close_old_connections, connection

from dam import wiring
from dam.config import config
from dam.errors import AfterimageError, StockError
from dam.stock import submissions
from dam.stock.export import Target, export, ready
from dam.types import DeliveryForm

log = structlog.get_logger(__name__)

_TOKEN = re.compile(r"[0-9a-f]{24}")
_KEPT_S = 24 * 3600  # an archive is as large as its originals
_SILENT_S = 15 * 60  # without a sign of life for that long its process is gone; one video may take minutes
_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an export stands. `name` is the zip's as it is downloaded; `problem` what kept it from being made."""

    submission_id: int
    name: str
    done: int = 0
    of: int = 0
    finished: bool = False
    problem: str = ""
    delivery_id: int = 0
    notes: dict[str, list[str]] = field(default_factory=dict)


def begin(submission_id: int, *, allow_warnings: bool, ready_only: bool) -> str:
    """Start an export; returns its token. Raises StockError where something stands in the way, ConfigError."""
    submission = submissions.get(submission_id)
    agency = submissions.agency_of(submission)
    every = submissions.check(submission_id)
    chosen = ready(every, allow_warnings=allow_warnings)
    if not chosen or (len(chosen) < len(every) and not ready_only):
        left = len(every) - len(chosen)
        raise StockError(f"{left:,} of {len(every):,} have something in their way: nothing was exported.")
    _clear()
    token = secrets.token_hex(12)
    folder = _folder(token)
    folder.mkdir(parents=True)
    stem = re.sub(r"[^\w-]+", "_", submission.name).strip("_") or "submission"
    start = State(submission_id=submission_id, name=f"{agency.key}_{stem}.zip", of=len(chosen))
    _write(token, start)

    def work() -> None:
        last = 0.0

        def progress(done: int, of: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _EVERY_S:
                last = time.monotonic()
                _write(token, _changed(start, done=done, of=of))

        tool = wiring.metadata_tool()
        target = Target(
            to=folder / "export.zip",
            form=DeliveryForm.ZIP,
            name=submission.name,
            submission_id=submission_id,
            written_to=start.name,
        )
        try:
            made = export(chosen, agency, target, tool=tool, allow_warnings=allow_warnings, on_progress=progress)
        except AfterimageError as error:
            _write(token, _changed(start, problem=str(error)))
        except Exception:
            log.exception("export failed", submission=submission_id)
            _write(token, _changed(start, problem="The export broke off; the log says why."))
            raise
        else:
            notes = {name: list(theirs) for name, theirs in made.notes.items()}
            state_now = _changed(start, done=len(chosen), finished=True, delivery_id=made.delivery_id, notes=notes)
            _write(token, state_now)

    in_background(work)
    return token


def in_background(work: Callable[[], None]) -> None:
    """Run something in a thread of its own, with a connection of its own."""

    def run() -> None:
        close_old_connections()
        try:
            work()
        finally:
            connection.close()

    threading.Thread(target=run, name="export", daemon=True).start()


def state(token: str) -> State | None:
    """Return where an export stands, or None where there is none of that token (any more)."""
    if not _TOKEN.fullmatch(token):
        return None
    path = _folder(token) / "state.json"
    try:
        found = State(**json.loads(path.read_text(encoding="utf-8")))
        age_s = time.time() - path.stat().st_mtime
    except (OSError, ValueError, TypeError):
        return None
    if not found.finished and not found.problem and age_s > _SILENT_S:
        return _changed(found, problem="The export broke off: the program was stopped. Export again.")
    return found


def archive(token: str) -> Path | None:
    """Return where a finished export's zip lies, or None."""
    found = state(token)
    path = _folder(token) / "export.zip"
    return path if found is not None and found.finished and path.is_file() else None


def root() -> Path:
    """Return the folder below which exports lie."""
    return config().places.scratch / "exports"


def _folder(token: str) -> Path:
    return root() / token


def _write(token: str, now: State) -> None:
    path = _folder(token) / "state.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(now)), encoding="utf-8")
    part.replace(path)  # a reader sees the old state or the new one


def _changed(before: State, **changes: object) -> State:
    return State(**{**asdict(before), **changes})


def _clear() -> None:
    """Remove what was exported more than a day ago."""
    with contextlib.suppress(OSError):
        for folder in root().iterdir():
            if time.time() - folder.stat().st_mtime > _KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
