"""`manage.py pins list | add | remove | run`: searches that must find an asset, and how far down they find it."""

import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dam import wiring
from dam.catalog.readers import pins as reader
from dam.catalog.readers.paths import assets_at
from dam.catalog.readers.pins import Pin, Place
from dam.catalog.readers.search import asset_paths
from dam.catalog.writers.pins import Placing
from dam.config import config
from dam.errors import AfterimageError, CollectionError
from dam.terminal import shown
from dam.types import RunCause
from search.query.wordings import in_words
from search.saved import pins
from search.saved.recall import AT, change
from search.vectors.follow import Follower

_TOO_FEW, _ERROR = 1, 2
_WORDS = {1: "better", 0: "", -1: "worse"}


class Command(BaseCommand):
    """Pinned queries: list, add, remove, run; a run of another pack says what it would change."""

    help = (
        "Searches that must find an asset. `run` asks all of them and reports recall@k and ranks; `run --pack NAME` "
        "asks another pack whose vectors lie beside those in use, too, and compares the two. Exit status: 0 done, 1 "
        "recall below --fail-under, 2 it can't be done (the reason is printed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the four verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | add | remove | run")
        listing = verbs.add_parser("list", help="show the pinned queries with their last two ranks")
        listing.add_argument("--json", action="store_true", help="print JSON")
        adding = verbs.add_parser("add", help="pin a query to a file")
        adding.add_argument("query", help="what is searched, as in the search box")
        adding.add_argument("file", help="the file that it must find: its path, or the number of its page (asset/12)")
        adding.add_argument("--kind", default="", choices=["photo", "shot", "clip"], help="only this kind of hit")
        adding.add_argument("--from", dest="start", type=float, help="of a video or recording: from this second")
        adding.add_argument("--to", dest="end", type=float, help="to this second")
        adding.add_argument("--note", default="", help="why it matters")
        removing = verbs.add_parser("remove", help="pin queries no more")
        removing.add_argument("pin", nargs="+", type=int, help="numbers from `pins list`")
        running = verbs.add_parser("run", help="ask all of them")
        running.add_argument("--pack", default="", help="also ask this pack, and compare")
        running.add_argument("--json", action="store_true", help="print JSON")
        running.add_argument("--fail-under", type=float, default=0.0, help="least recall (0..1) for exit status 0")
        running.add_argument("--at", type=int, default=10, choices=AT, help="recall among so many (10)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        verbs = {"list": self._list, "add": self._add, "remove": self._remove, "run": self._run}
        try:
            verbs[options["verb"]](options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=_ERROR) from error
        except DatabaseError as error:
            hint = "The catalogue can't be read"
            raise CommandError(f"{hint} ({error}); `manage.py migrate` prepares it.", returncode=_ERROR) from error

    def _list(self, options: dict[str, Any]) -> None:
        every = reader.pins()
        last = reader.runs(limit=2, compared=False)
        places = reader.places([run.id for run in last])
        found = {each.id: [places.get(run.id, {}).get(each.id) for run in last] for each in every}
        paths = asset_paths([each.asset_id for each in every])
        if options["json"]:
            # One that was pinned since has no rank in the run before; null is "not found".
            rows = [
                _as_json(each, paths) | {"ranks": [place.rank for place in found[each.id] if place]} for each in every
            ]
            self.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False))
            return
        if not every:
            self.stdout.write('No query is pinned yet: `manage.py pins add "red car at sunset" PATH`.')
            return
        table = Table("pin", "query", "must find", "rank", "before", "note", box=None)
        for each in every:
            now, before = (_last_rank(place) for place in [*found[each.id], None, None][:2])
            table.add_row(str(each.id), _query(each), _target(each, paths), now, before, shown(each.note))
        self._console().print(table)

    def _add(self, options: dict[str, Any]) -> None:
        start, end = options["start"], options["end"]
        span = None
        if start is not None or end is not None:
            if start is None or end is None or not 0 <= start < end:
                raise CollectionError("A stretch needs both --from and --to, in seconds, the first one smaller.")
            span = (round(start * 1000), round(end * 1000))
        with redirect_stdout(sys.stderr):
            number = pins.pin(
                {"q": options["query"], "kind": options["kind"]},
                asset_id=_asset(options["file"]),
                span_ms=span,
                note=options["note"],
                source=self._source(),
            )
        self.stdout.write(f"Pinned as {number}. `manage.py pins run` says where it is found.")

    def _remove(self, options: dict[str, Any]) -> None:
        for number in options["pin"]:
            pins.unpin(number)
        self.stdout.write(f"{len(options['pin'])} removed.")

    def _run(self, options: dict[str, Any]) -> None:
        other = options["pack"]
        with redirect_stdout(sys.stderr):  # what a library prints must not stand in the report
            reports = [pins.run(RunCause.HAND, source=self._source())]
            if other and other != wiring.active_pack().name:
                reports.append(pins.run(RunCause.HAND, pack=other, source=self._source()))
        every = reader.pins()
        if options["json"]:
            self.stdout.write(json.dumps(_report(every, reports), indent=1, ensure_ascii=False))
        else:
            self._print(every, reports)
        asked, least = reports[-1], options["fail_under"]
        reached = asked.measures.recall[options["at"]]
        if reached < least:
            self.stderr.write(f"recall@{options['at']} of “{asked.pack}” is {reached:.3f}, below {least:g}.")
            sys.exit(_TOO_FEW)

    def _print(self, every: list[Pin], reports: list[pins.Report]) -> None:
        console, paths = self._console(), asset_paths([each.asset_id for each in every])
        table = Table("pin", "query", "must find", *(report.pack for report in reports), box=None)
        if len(reports) > 1:
            table.add_column("")
        for each in every:
            found = [_placing(report, each.id) for report in reports]
            cells = [_rank(placing.rank) + ("" if placing.good else " ·") for placing in found]
            if len(reports) > 1:
                cells.append(_WORDS[change(found[0].rank, found[1].rank)])
            table.add_row(str(each.id), _query(each), _target(each, paths), *cells)
            for problem in dict.fromkeys(placing.problem for placing in found if placing.problem):
                table.add_row("", shown(f"  {problem}", style="yellow"))
        console.print(table)
        measures = Table("measure", *(report.pack for report in reports), box=None)
        for k in AT:
            measures.add_row(f"recall@{k}", *(f"{report.measures.recall[k]:.3f}" for report in reports))
        measures.add_row("MRR", *(f"{report.measures.mean_reciprocal_rank:.3f}" for report in reports))
        measures.add_row("mean rank", *(_mean(report.measures.mean_rank) for report in reports))
        measures.add_row("found", *(f"{report.measures.found} of {report.measures.queries}" for report in reports))
        measures.add_row("took", *(f"{report.took_ms / 1000:.1f} s" for report in reports))
        console.print(measures)
        console.print("· below the line at which good hits end", style="dim")

    def _source(self) -> Follower:
        return Follower(snapshots=config().places.snapshots)

    def _console(self) -> Console:
        return Console(file=cast(IO[str], self.stdout))


def _asset(text: str) -> int:
    """Return the asset that a path or the number of a page names. Raises CollectionError."""
    number = text.removeprefix("asset/")
    if number.isascii() and number.isdigit() and len(number) < 16 and not Path(text).exists():
        return int(number)
    found = assets_at(text)
    if not found:
        raise CollectionError(f"{text} is in no library, or was not read yet.")
    if len({asset_id for asset_id, _ in found}) > 1:
        raise CollectionError(f"Several libraries have {text}: give the whole path.")
    return found[0][0]


def _report(every: list[Pin], reports: list[pins.Report]) -> dict[str, Any]:
    paths = asset_paths([each.asset_id for each in every])
    return {
        "packs": [
            {
                "pack": report.pack,
                "run": report.run_id,
                "recall": {str(k): round(share, 4) for k, share in report.measures.recall.items()},
                "mean_reciprocal_rank": round(report.measures.mean_reciprocal_rank, 4),
                "mean_rank": report.measures.mean_rank,
                "found": report.measures.found,
                "pins": report.measures.queries,
                "took_ms": report.took_ms,
            }
            for report in reports
        ],
        "pins": [
            _as_json(each, paths)
            | {"found": {report.pack: _found(_placing(report, each.id)) for report in reports}}
            | ({"change": _WORDS[_change(each, reports)] or "same"} if len(reports) > 1 else {})
            for each in every
        ],
    }


def _change(each: Pin, reports: list[pins.Report]) -> int:
    before, now = (_placing(report, each.id).rank for report in reports)
    return change(before, now)


def _found(placing: Placing) -> dict[str, Any]:
    return {"rank": placing.rank, "score": placing.score, "good": placing.good, "problem": placing.problem}


def _placing(report: pins.Report, pin_id: int) -> Placing:
    found = (placing for placing in report.placings if placing.pin_id == pin_id)
    return next(found, Placing(pin_id=pin_id))  # pinned while it ran


def _as_json(each: Pin, paths: Mapping[int, str]) -> dict[str, Any]:
    return {
        "pin": each.id,
        "asked": each.asked,
        "asset_id": each.asset_id,
        "path": paths.get(each.asset_id, ""),
        "from_ms": each.span_ms[0] if each.span_ms else None,
        "to_ms": each.span_ms[1] if each.span_ms else None,
        "note": each.note,
    }


def _query(each: Pin) -> Text:
    return shown(in_words(each.asked) if each.asked.get("kind") else each.asked.get("q", ""))


def _target(each: Pin, paths: Mapping[int, str]) -> Text:
    path = shown(paths.get(each.asset_id, f"asset {each.asset_id}, which has no file now"))
    if each.span_ms:
        path.append(f" {each.span_ms[0] / 1000:.1f}–{each.span_ms[1] / 1000:.1f} s")
    return path


def _last_rank(place: Place | None) -> str:
    """Write where a run found it; nothing where the run did not ask it."""
    return "" if place is None else _rank(place.rank)


def _rank(rank: int | None) -> str:
    return "not found" if rank is None else str(rank)


def _mean(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
