"""`manage.py metadata status | write | read`: what people say of assets, to files and back, without a browser."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dam import wiring
from dam.catalog import jobs
from dam.catalog.metadata_choices import merge_rule, write_mode
from dam.catalog.readers.media_places import due_places, present_places
from dam.catalog.readers.metadata_writes import named_assets, unwritten_assets, write_counts, write_problems
from dam.catalog.upgrade import bring_up_to_date
from dam.catalog.writers import metadata_writes
from dam.config import config
from dam.engines import exiftool
from dam.metadata.bench import Bench
from dam.metadata.sidecars import read_back, would_change
from dam.metadata.write import write_next
from dam.terminal import shown
from dam.types import WriteMode
from dam.types.metadata_write import WriteState


class Command(BaseCommand):
    """Metadata to files and back."""

    help = (
        "status: where edits are written and what waits. write: write what was edited, now, in this process. read: "
        "read what other programs changed in sidecars. Exit codes: 0 done, 1 something could not be written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="status | write | read")
        status = verbs.add_parser("status", help="where edits are written, how much waits, and what failed")
        status.add_argument("--json", action="store_true", help="print JSON")
        write = verbs.add_parser("write", help="write what was edited and is not in its files yet")
        write.add_argument("--people", action="store_true", help="also the names of people in photos, as regions")
        write.add_argument("--retry", action="store_true", help="also what failed or waits in the shadow tree")
        write.add_argument("--dry-run", action="store_true", help="only say which files")
        read = verbs.add_parser("read", help="read every sidecar and merge what changed")
        read.add_argument("--dry-run", action="store_true", help="only say which files")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked."""
        bring_up_to_date()
        {"status": self._status, "write": self._write, "read": self._read}[options["verb"]](options)

    def _status(self, options: dict[str, Any]) -> None:
        counts, unwritten = write_counts(), len(unwritten_assets())
        if options["json"]:
            found = {
                "mode": write_mode().value,
                "rule": merge_rule().value,
                "exiftool": exiftool.is_installed(),
                "unwritten_assets": unwritten,
                "files": {state.value: files for state, files in counts.items()},
            }
            self.stdout.write(json.dumps(found, indent=1))
            return
        self.stdout.write(f"Edits are written to: {write_mode().value}. Who is right: {merge_rule().value}.")
        if not exiftool.is_installed():
            self.stdout.write(f"{exiftool.MISSING} {exiftool.HINT}")
        self.stdout.write(", ".join(f"{files:,} {state.value}" for state, files in counts.items()))
        self.stdout.write(f"{unwritten:,} edited and not in their files yet")
        self._problems()

    def _write(self, options: dict[str, Any]) -> None:
        if write_mode() is WriteMode.NONE:
            raise CommandError(
                "Nothing is to be written: choose where under Metadata, or in the pages.", returncode=1
            )
        assets = unwritten_assets() + (named_assets() if options["people"] else [])
        if options["dry_run"]:
            wanted = {place.file_id: place for place in due_places()}
            wanted |= {place.file_id: place for place in present_places() if place.asset_id in set(assets)}
            for place in wanted.values():
                self.stdout.write(shown(f"{place.root}/{place.path}").plain)
            self.stdout.write(f"{len(wanted):,} files would be written to")
            return
        metadata_writes.make_due(assets)
        if options["retry"]:
            metadata_writes.retry()
        owner, limits, places = jobs.worker_name(), config().limits, config().places
        tool = wiring.metadata_tool()
        bench = Bench(
            tool=tool, reader=wiring.media_reader(), scratch=places.scratch / "metadata", shadow=places.shadow
        )
        try:
            written = 0
            while write_next(bench, owner=owner, lease_s=limits.video_time_s):
                written += 1
        finally:
            metadata_writes.release(owner)
            tool.close()
            bench.reader.close()
        self.stdout.write(f"{written:,} files done")
        if self._problems():
            raise SystemExit(1)

    def _read(self, options: dict[str, Any]) -> None:
        changed = 0
        for place in present_places():
            if would_change(place) if options["dry_run"] else read_back(place):
                changed += 1
                self.stdout.write(shown(f"{place.root}/{place.path}").plain)
        self.stdout.write(f"{changed:,} sidecars {'would be' if options['dry_run'] else 'were'} read")

    def _problems(self) -> bool:
        problems = write_problems()
        for problem in problems:
            self.stdout.write(shown(f"{problem.state.value}: {problem.path}: {problem.reason}").plain)
        return any(problem.state is not WriteState.SHADOW for problem in problems)
