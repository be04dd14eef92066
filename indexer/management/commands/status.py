"""`manage.py status`: how much is indexed, what is left, and why some files are not searchable."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from dam.catalog.readers import status
from dam.terminal import shown
from dam.types import AssetState


class Command(BaseCommand):
    """Counts of files by state, of work left, and the reasons."""

    help = "Show how many files are ready, partial, unsupported, quarantined or pending, and what is left to do."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --json and --reasons."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--reasons", action="store_true", help="list every file that is not ready, with its reason"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the counts."""
        files = status.files_by_state()
        left = status.stages_left()
        if options["json"]:
            answer: dict[str, Any] = {**files, **status.overview(), "stages_left": left}
            if options["reasons"]:
                answer["reasons"] = [
                    {"path": path, "state": state, "reason": reason} for path, state, reason in status.reasons()
                ]
            self.stdout.write(json.dumps(answer))
            return
        console = Console()
        table = Table(title="Files", title_justify="left", show_header=False, box=None)
        for state, number in files.items():
            table.add_row(state, f"{number:,}")
        for name, number in status.overview().items():
            table.add_row(name.replace("_", " "), f"{number:,}", style="dim")
        console.print(table)
        if left:
            console.print("Left to do: " + ", ".join(f"{stage} {number:,}" for stage, number in left.items()))
        if options["reasons"]:
            self._print_reasons(console)
        elif any(files[state] for state in (AssetState.PARTIAL, AssetState.UNSUPPORTED, AssetState.QUARANTINED)):
            console.print("`manage.py status --reasons` lists why some files are not fully indexed.", style="dim")
        if not sum(files.values()):
            console.print("Nothing is indexed yet: `manage.py index PATH` takes a folder.", style="yellow")

    def _print_reasons(self, console: Console) -> None:
        table = Table("file", "state", "reason", box=None, title="Reasons", title_justify="left")
        for path, state, reason in status.reasons():
            table.add_row(shown(path), state, shown(reason))
        console.print(table)
