"""`manage.py submission export --agency adobe-stock --query '…' --to DIR`: submissions without a browser."""

import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from dam import wiring
from dam.catalog.readers.submissions import deliveries, submissions
from dam.errors import AfterimageError
from dam.stock.export import Exported, Target, export, ready
from dam.stock.gather import Gathered
from dam.stock.profile import Profile
from dam.stock.profiles import profiles
from dam.stock.report import as_json, report
from dam.terminal import shown
from dam.types import Severity
from search.saved.submission_choice import chosen, target_of

_REFUSED, _ERROR = 1, 2


class Command(BaseCommand):
    """Check and export; exit status 0 when all was written, 1 with violations, 2 for errors."""

    help = (
        "Prepare photos and videos for stock agencies. Exit status of check and export: 0 when nothing stands in the "
        "way, 1 with violations (they are listed per asset, and nothing is written but for --ready-only), 2 for an "
        "error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add one parser per verb."""
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=type(parser))
        for verb, about in (("check", "list what stands in the way"), ("export", "write copies and the CSV")):
            each = verbs.add_parser(verb, help=about)
            _add_choice(each)
            if verb == "export":
                _add_target(each)
        for verb, about in (
            ("list", "the submissions that there are"),
            ("agencies", "the agencies, and where their rules come from"),
            ("ledger", "what went where and when"),
        ):
            each = verbs.add_parser(verb, help=about)
            each.add_argument("--json", action="store_true", help="print a list of objects")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do one verb, and leave by the exit status."""
        try:
            _VERBS[options["verb"]](self, options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=_ERROR) from error
        except DatabaseError as error:
            hint = "The catalogue can't be read"
            raise CommandError(f"{hint} ({error}); `manage.py migrate` prepares it.", returncode=_ERROR) from error

    def show_checks(self, options: dict[str, Any]) -> None:
        """List every asset with what stands in the way."""
        _agency, every, _name = chosen(options)
        allowed = bool(options["allow_warnings"])
        if options["json"]:
            self._json([as_json(each) for each in every])
        else:
            self._violations(every)
            self._say(f"{len(ready(every, allow_warnings=allowed)):,} of {len(every):,} are ready.")
        if len(ready(every, allow_warnings=allowed)) < len(every):
            sys.exit(_REFUSED)

    def export(self, options: dict[str, Any]) -> None:
        """Write what is ready, if all is or `--ready-only` says so."""
        agency, every, name = chosen(options)
        allowed = bool(options["allow_warnings"])
        good = ready(every, allow_warnings=allowed)
        written: Exported | None = None
        if good and (len(good) == len(every) or options["ready_only"]):
            target = target_of(options, agency, name)
            written = self._write(good, agency, target, allow_warnings=allowed)
        if options["json"]:
            self._json(report(every, written))
        else:
            self._violations(every)
            self._outcome(every, good, written)
        if len(good) < len(every):
            sys.exit(_REFUSED)

    def show_list(self, options: dict[str, Any]) -> None:
        """Print the submissions, the one changed last first."""
        rows = [
            {
                "id": each.id,
                "name": each.name,
                "agency": each.agency,
                "assets": each.count,
                "changed_at": each.changed_at.isoformat(),
                "sent_at": each.sent_at.isoformat() if each.sent_at else None,
            }
            for each in submissions()
        ]
        self._rows(rows, options, empty="There are no submissions yet.")

    def agencies(self, options: dict[str, Any]) -> None:
        """Print the agencies and where their rules come from."""
        rows = [
            {
                "key": each.key,
                "name": each.name,
                "status": each.status.value,
                "read": each.read.isoformat(),
                "source": each.source,
                "unverified": ", ".join(each.unverified),
                "own": each.own,
            }
            for each in profiles().values()
        ]
        self._rows(rows, options, empty="There are no agencies.")

    def ledger(self, options: dict[str, Any]) -> None:
        """Print what went where and when, the last first."""
        rows = [
            {
                "id": each.id,
                "at": timezone.localtime(each.made_at).isoformat(timespec="seconds"),
                "agency": each.agency,
                "name": each.name,
                "assets": each.count,
                "form": each.form.value,
                "written_to": each.written_to,
            }
            for each in deliveries()
        ]
        self._rows(rows, options, empty="Nothing was exported yet.")

    def _write(self, good: list[Gathered], agency: Profile, target: Target, *, allow_warnings: bool) -> Exported:
        console = Console(stderr=True)
        with console.status("") as status:

            def progress(done: int, of: int) -> None:
                status.update(f"{done:,} of {of:,} copied")

            tool = wiring.metadata_tool()
            try:
                return export(good, agency, target, tool=tool, allow_warnings=allow_warnings, on_progress=progress)
            finally:
                tool.close()

    def _violations(self, every: list[Gathered]) -> None:
        for each in every:
            if not each.violations:
                continue
            self._say(str(shown(each.item.own_name)), style="bold")
            for found in each.violations:
                mark = "error  " if found.severity is Severity.ERROR else "warning"
                facts = ", ".join(
                    text
                    for text in (found.limit and f"limit {found.limit}", found.actual and f"now {found.actual}")
                    if text
                )
                unsure = "" if found.verified else " [unverified]"
                tail = f" ({facts})" if facts else ""
                style = "red" if found.severity is Severity.ERROR else "yellow"
                self._say(f"  {mark}  {found.field}: {shown(found.message + tail)!s}{unsure}", style=style)

    def _outcome(self, every: list[Gathered], good: list[Gathered], written: Exported | None) -> None:
        if written is None:
            self._say(f"Nothing was written: {len(every) - len(good):,} of {len(every):,} have violations.")
            if any(not each.errors and each.violations for each in every):
                self._say("--allow-warnings lets warnings through; --ready-only writes those that are ready.")
            return
        for name, notes in written.notes.items():
            self._say(f"  note     {shown(name)}: {'; '.join(notes)}", style="dim")
        csv = f" and {', '.join(written.tables)}" if written.tables else ""
        self._say(f"{len(written.files):,} of {len(every):,} written to {shown(str(written.path))}{csv}.")

    def _rows(self, rows: list[dict[str, Any]], options: dict[str, Any], *, empty: str) -> None:
        if options["json"]:
            self._json(rows)
            return
        if not rows:
            self._say(empty)
            return
        table = Table(box=None)
        for name in rows[0]:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(shown("" if value is None else str(value)) for value in row.values()))
        Console(file=cast(IO[str], self.stdout)).print(table)

    def _json(self, found: object) -> None:
        self.stdout.write(json.dumps(found, indent=1))

    def _say(self, text: str, *, style: str | None = None) -> None:
        Console(file=cast(IO[str], self.stdout), highlight=False).print(
            text, style=style, markup=False, soft_wrap=True
        )


_VERBS = {
    "check": Command.show_checks,
    "export": Command.export,
    "list": Command.show_list,
    "agencies": Command.agencies,
    "ledger": Command.ledger,
}


def _add_choice(parser: CommandParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--query", help="what is found by it")
    source.add_argument("--submission", type=int, help="a submission by its number")
    parser.add_argument("--agency", help="the agency's key; needed with --query")
    parser.add_argument("--editorial", action="store_true", help="all of it is for editorial use only")
    parser.add_argument(
        "--option", action="append", default=[], type=_pair, metavar="KEY=VALUE", help="such as price=25"
    )
    parser.add_argument(
        "--accept-suggestions", action="store_true", help="take the surest category where there is none"
    )
    parser.add_argument("--allow-warnings", action="store_true", help="let warnings through")
    parser.add_argument("--json", action="store_true", help="print objects")


def _add_target(parser: CommandParser) -> None:
    parser.add_argument(
        "--to", required=True, type=Path, help="a folder; with --zip the folder of the zip, or its path"
    )
    parser.add_argument("--zip", action="store_true", help="one zip instead of single files")
    parser.add_argument("--ready-only", action="store_true", help="leave out what has violations")


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key:
        raise ArgumentTypeError(f"{text!r} is not written as KEY=VALUE")
    return key, value
