"""`manage.py timeline --query "boat at night" --format fcpxml --to boats.fcpxml`: shots into an edit."""

import os
import re
import sys
import tempfile
from argparse import ArgumentTypeError
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console

from dam.errors import AfterimageError
from dam.handoff.edits import make_file
from dam.handoff.rates import TIMELINE_RATES, may_drop, rate_name
from dam.terminal import shown
from dam.types import FrameRate
from dam.types.handoff import PathMap, TimelineFile, TimelineFormat, TimelineWish
from search.timelines import ToEdit, of_name, of_query

_HANDLE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(s|f)", re.ASCII)
_FAILED = 2


class Command(BaseCommand):
    """Write what a search or a collection finds as a timeline; exit status 0 when it is written, 2 when not."""

    help = (
        "Write the shots of a search, or what is in a collection, as a timeline for editing programs. "
        "Exit status: 0 when the file is written, 2 for an error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what is taken, how it is wanted, and where it goes."""
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--query", help="the good hits of this search, best first")
        source.add_argument("--collection", metavar="NAME", help="a collection, in its order")
        parser.add_argument("--format", choices=[form.value for form in TimelineFormat], default="fcpxml")
        parser.add_argument("--to", type=Path, default=None, help="the file, or a folder; else standard output")
        parser.add_argument("--name", default="", help="what the timeline is called")
        parser.add_argument("--rate", type=_rate, default=(None, None), metavar="FPS", help=f"of {_names()}")
        parser.add_argument("--handles", type=_handle, default=(0, 0), metavar="1s|12f", help="before and after each")
        parser.add_argument("--no-shot-markers", action="store_true", help="no marker for each shot")
        parser.add_argument("--no-line-markers", action="store_true", help="no marker for each spoken line")
        parser.add_argument(
            "--path",
            type=_path_map,
            default=None,
            metavar="HERE=THERE",
            help="how paths begin on the editing machine",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Lay out, write, and say what could not be kept."""
        try:
            with redirect_stdout(sys.stderr):  # what a library prints must not stand in the file
                found = of_name(options["collection"]) if options["collection"] else of_query(options["query"])
                made = make_file(found.pieces, _wish(options, found), TimelineFormat(options["format"]))
            where = _write(made, options["to"])
        except AfterimageError as error:
            raise CommandError(str(error), returncode=_FAILED) from error
        except DatabaseError as error:
            hint = "The catalogue can't be read"
            raise CommandError(f"{hint} ({error}); `manage.py migrate` prepares it.", returncode=_FAILED) from error
        except OSError as error:
            raise CommandError(f"The file can't be written: {error}", returncode=_FAILED) from error
        if where is None:
            self.stdout.write(made.body.decode("utf-8"), ending="")
        said = [f"{where}: {len(made.body):,} bytes"] if where else []
        console = Console(stderr=True, soft_wrap=True)
        for line in [*said, *made.warnings]:
            console.print(shown(line))


def _wish(options: dict[str, Any], found: ToEdit) -> TimelineWish:
    rate, drop = options["rate"]
    frames, ms = options["handles"]
    return TimelineWish(
        name=options["name"] or found.name,
        rate=rate,
        drop=drop,
        handle_frames=frames,
        handle_ms=ms,
        query=found.query,
        mark_shots=not options["no_shot_markers"],
        mark_lines=not options["no_line_markers"],
        path_map=options["path"],
    )


def _write(made: TimelineFile, to: Path | None) -> Path | None:
    """Write whole or not at all; return where, or None for standard output."""
    if to is None:
        return None
    path = to / made.name if to.is_dir() else to
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        part = Path(file.name)
        try:
            file.write(made.body)
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o644)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
    return path


def _names() -> str:
    return ", ".join(
        f"{rate_name(rate)}{f', {rate_name(rate)}df' if may_drop(rate) else ''}" for rate in TIMELINE_RATES
    )


def _rate(text: str) -> tuple[FrameRate, bool]:
    for rate in TIMELINE_RATES:
        if text in {rate_name(rate), f"{rate_name(rate)}df"} and (may_drop(rate) or not text.endswith("df")):
            return rate, text.endswith("df")
    raise ArgumentTypeError(f"{text!r} is none of {_names()}")


def _handle(text: str) -> tuple[int, int]:
    """Return (frames, milliseconds) of `12f` or `1.5s`; one of them is 0."""
    match = _HANDLE.fullmatch(text)
    if match is None or (match[2] == "f" and "." in match[1]):
        raise ArgumentTypeError(f"{text!r} is no length like 1s, 0.5s or 12f")
    return (int(match[1]), 0) if match[2] == "f" else (0, round(float(match[1]) * 1000))


def _path_map(text: str) -> PathMap:
    here, mark, there = text.partition("=")
    if not (here and mark and there):
        raise ArgumentTypeError(f"{text!r} is not HERE=THERE, like /srv/media=/Volumes/Media")
    return PathMap(here=here, there=there)
