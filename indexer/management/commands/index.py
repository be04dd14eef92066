"""`manage.py index PATH`: take a folder in and do all that is due, with progress, in this process."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dam.catalog import jobs
from dam.catalog.readers import status
from dam.catalog.readers.libraries import find_covering
from dam.catalog.upgrade import bring_up_to_date
from dam.catalog.writers.libraries import add_library
from dam.errors import AfterimageError
from dam.terminal import shown
from dam.types import AssetState, Stage
from indexer import leases
from indexer.compose import follow_pack, make_pipeline
from indexer.intake import ScanReport, scan_library

log = structlog.get_logger(__name__)

EXIT_MODEL_MISSING = 3
_NAMES = {
    Stage.PREPARE: "reading files",
    Stage.EMBED: "looking at pictures",
    Stage.TRANSCRIBE: "listening",
    Stage.EMBED_SPEECH: "understanding speech",
    Stage.LOOK: "measuring pictures",
    Stage.PLACE: "finding places",
    Stage.FACES: "looking for faces",
    Stage.TEXT: "reading what is written",
    Stage.OBJECTS: "looking for things",
    Stage.CAPTION: "describing pictures",
    Stage.SOUND: "hearing sounds",
    Stage.TAG: "tagging",
    Stage.SOUND_TAG: "tagging sounds",
    Stage.PROXY: "making playable copies",
}
_REFRESH_S = 0.5
_LONGEST_WAIT_S = 30.0  # for a second attempt that is near; a drive that is not there is not waited for


class Command(BaseCommand):
    """Index folders once, to the end."""

    help = (
        "Index a folder: every photo, video and recording in it becomes searchable. Without PATH, do what is left. "
        "Exit codes: 0 done, 1 a folder can't be used, 3 a model is missing (the rest is done)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add PATH and --quiet."""
        parser.add_argument("path", nargs="*", help="folders to index; each becomes a library that is watched later")
        parser.add_argument("--quiet", action="store_true", help="no progress bars, only the result")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Scan, then run the pipeline until nothing is left."""
        bring_up_to_date()
        console = Console(quiet=options["quiet"])
        leases.release_dead()
        for given in options["path"]:
            self._scan(Path(given), console)
        blocked = self._run(console)
        self._report(Console())
        if blocked:
            for reason in dict.fromkeys(blocked.values()):
                self.stderr.write(reason)
            raise SystemExit(EXIT_MODEL_MISSING)

    def _scan(self, path: Path, console: Console) -> None:
        try:
            library = find_covering(path) or add_library(path)
            with console.status(f"Looking through {path} …"):
                report = scan_library(library.id)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=1) from error
        console.print(shown(f"{path}: {_in_words(report)}"))

    def _run(self, console: Console) -> dict[str, str]:
        """Run the pipeline in a thread, so that this one can show progress and hear Ctrl-C."""
        stop = threading.Event()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="pipeline") as pool:
            outcome = pool.submit(_run_to_the_end, stop)
            try:
                with self._bars(console) as progress:
                    bars: dict[Stage, TaskID] = {}
                    while not wait([outcome], timeout=_REFRESH_S).done:
                        self._show(progress, bars)
                    self._show(progress, bars)
            except KeyboardInterrupt:
                console.print("Stopping; what is unfinished goes on next time.")
                stop.set()
                raise
        return outcome.result()

    def _bars(self, console: Console) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=console)

    def _show(self, progress: Progress, bars: dict[Stage, TaskID]) -> None:
        left, ended = status.stages_left(), status.stages_done()
        for stage in Stage:
            now, done = left.get(stage, 0), ended.get(stage, 0)
            if now and stage not in bars:
                bars[stage] = progress.add_task(_NAMES[stage], total=now + done)
            if stage in bars:
                progress.update(bars[stage], total=now + done, completed=done)

    def _report(self, console: Console) -> None:
        files = status.files_by_state()
        parts = [f"{number:,} {state}" for state, number in files.items() if number]
        console.print(("Indexed: " + ", ".join(parts) + ".") if parts else "No files found.")
        if any(files[state] for state in (AssetState.PARTIAL, AssetState.UNSUPPORTED, AssetState.QUARANTINED)):
            console.print("`manage.py status --reasons` says why some files are not fully indexed.", style="dim")


def _in_words(report: ScanReport) -> str:
    if not report.online:
        return "the folder is not there now; what is known of it stays searchable."
    counts = {name: value for name, value in asdict(report).items() if value and name != "online"}
    return ", ".join(f"{value:,} {name}" for name, value in counts.items()) or "no files"


def _run_to_the_end(stop: threading.Event) -> dict[str, str]:
    """Run until nothing is left, near second attempts included; returns what could not work, with the reasons.

    New models whose results are complete answer when it returns, and what that makes due is done, too.
    """
    try:
        while True:
            follow_pack()
            blocked = make_pipeline().run_until_idle(stop)
            if stop.is_set():
                return blocked
            follow_pack()
            next_s = jobs.next_due_s()
            if blocked or next_s is None or next_s > _LONGEST_WAIT_S:
                return blocked
            stop.wait(next_s + 0.05)
    finally:
        connections.close_all()
