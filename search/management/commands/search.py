"""`manage.py search "red car at sunset"`: what the search page answers, on the command line."""

import json
import sys
from argparse import ArgumentTypeError
from contextlib import redirect_stdout
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.table import Table

from dam.catalog.readers.search import count_units
from dam.catalog.words import MARK_END, MARK_START
from dam.config import config
from dam.errors import AfterimageError, QueryError
from dam.terminal import shown
from dam.types import Hit, MediaKind, SearchResult
from search.answer.whys import in_a_line
from search.rank import STRICTEST
from search.service import parse_query, search
from search.vectors.follow import Follower

_NOTHING_GOOD, _ERROR = 1, 2
_MAX_LIMIT = 1000


class Command(BaseCommand):
    """Search and print hits; exit status 0 with hits, 1 with nothing good, 2 for errors."""

    help = (
        "Find photos, video shots and spoken lines. Words in quotes inside the query are searched as they stand: "
        "manage.py search '\"ask not\" kind:audio'. Exit status: 0 with good hits (with --json whenever "
        "the search worked), 1 when only the nearest could be shown, 2 for an error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the query and its options."""
        parser.add_argument("query", nargs="+", help="what to look for, in plain words")
        parser.add_argument("--kind", action="append", default=[], choices=list(MediaKind), help="only this kind")
        parser.add_argument("--limit", type=_count, default=20, help="at most this many hits (20)")
        parser.add_argument(
            "--strict",
            type=int,
            default=0,
            choices=range(-STRICTEST, STRICTEST + 1),
            help="where good hits end: from -2, everything near, to 2, only what is sure (0)",
        )
        parser.add_argument("--json", action="store_true", help="print a list of hit objects")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Search, print, and leave by the exit status."""
        try:
            with redirect_stdout(sys.stderr):  # what a library prints must not stand among the hits
                result = self._search(options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=_ERROR) from error
        except DatabaseError as error:
            hint = "The catalogue can't be read"
            raise CommandError(f"{hint} ({error}); `manage.py migrate` prepares it.", returncode=_ERROR) from error
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(hit) for hit in result.hits], indent=1))
            return
        self._print(result)
        if not any(hit.good for hit in result.hits):
            sys.exit(_NOTHING_GOOD)

    def _search(self, options: dict[str, Any]) -> SearchResult:
        query = parse_query(" ".join(options["query"]), options["kind"])
        if not sum(count_units().values()):
            raise QueryError(
                "Nothing is indexed yet: `manage.py index PATH` takes a folder of photos, videos and sound."
            )
        source = Follower(snapshots=config().places.snapshots)
        result = search(query, limit=options["limit"], strictness=options["strict"], source=source)
        source.save()
        return result

    def _print(self, result: SearchResult) -> None:
        console = Console(file=cast(IO[str], self.stdout))
        shown_good = min(result.good_count, len(result.hits))
        if shown_good:
            console.print(_table(result.hits[:shown_good], title=f"{result.good_count} good"))
        else:
            console.print("Nothing good was found.", style="yellow")
        if shown_good < len(result.hits):
            console.print(_table(result.hits[shown_good:], title="The nearest of the rest", style="dim"))
        console.print(
            f"{result.searched_units:,} of {result.total_units:,} units searched with {result.pack}"
            f" in {result.took_ms} ms",
            style="dim",
        )


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a number") from error
    if not 1 <= number <= _MAX_LIMIT:
        raise ArgumentTypeError(f"it must lie between 1 and {_MAX_LIMIT}")
    return number


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "path": hit.path,
        "kind": hit.kind.value,
        "unit": hit.unit_kind.value,
        "unit_id": hit.unit_id,
        "asset_id": hit.asset_id,
        "start_ms": hit.start_ms,
        "end_ms": hit.end_ms,
        "best_ms": hit.best_ms,
        "score": round(hit.score, 4),
        "good": hit.good,
        "because": in_a_line(hit.evidence),
        "why": [
            {"source": item.source.value, "score": round(item.score, 4), "text": _plain(item.snippet)}
            for item in hit.evidence
        ],
    }


def _table(hits: tuple[Hit, ...], *, title: str, style: str = "") -> Table:
    table = Table(box=None, title=title, title_justify="left", style=style, row_styles=[style])
    table.add_column("score", justify="right")
    table.add_column("kind")
    table.add_column("file", overflow="fold")
    table.add_column("time")
    table.add_column("why", overflow="fold")
    for hit in hits:
        time = f"{_clock(hit.start_ms)}–{_clock(hit.end_ms)}" if hit.start_ms is not None else ""
        why = shown(in_a_line(hit.evidence))
        table.add_row(f"{hit.score:.0%}", hit.unit_kind.value, shown(hit.path), time, why)
    return table


def _plain(snippet: str) -> str:
    return snippet.replace(MARK_START, "").replace(MARK_END, "")


def _clock(ms: int | None) -> str:
    seconds, rest = divmod(ms or 0, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    tenths = rest // 100
    return f"{hours}:{minutes:02}:{seconds:02}.{tenths}" if hours else f"{minutes}:{seconds:02}.{tenths}"
