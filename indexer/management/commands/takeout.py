"""`manage.py takeout export | import FOLDER`: everything that people said, out of an installation and into one."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from rich.console import Console
from rich.table import Table

from dam import wiring
from dam.catalog.upgrade import bring_up_to_date
from dam.config import config
from dam.engines import exiftool
from dam.errors import AfterimageError
from dam.takeout.export import export
from dam.takeout.restore import Restored, restore

_LEFT, _FAILED = 1, 2


class Command(BaseCommand):
    """Leave at any time: an archive of what people said, and an installation made of it."""

    help = (
        "Write everything that people said (metadata, people, faces, tags, transcripts, collections, pins, "
        "submissions, releases) into a folder of plain JSON, SRT and VTT, or take such a folder in. Originals are "
        "not copied. "
        "Exit status: 0 done, 1 taken in but for rows that could not be placed, 2 nothing was done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="export | import")
        out = verbs.add_parser("export", help="write an archive into a new folder")
        out.add_argument("folder", type=Path)
        out.add_argument("--json", action="store_true", help="print the counts as JSON")
        into = verbs.add_parser("import", help="take an archive in; may be done again, nothing doubles")
        into.add_argument("folder", type=Path)
        into.add_argument(
            "--root",
            type=_moved,
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="a library's folder is here now",
        )
        into.add_argument("--dry-run", action="store_true", help="only tell what would be taken in")
        into.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write or take in, and tell."""
        bring_up_to_date()
        folder = options["folder"].expanduser().absolute()
        try:
            if options["verb"] == "export":
                self._export(folder, options)
            else:
                self._import(folder, options)
        except AfterimageError as error:
            raise CommandError(str(error), returncode=_FAILED) from error
        except DatabaseError as error:
            raise CommandError(f"The catalogue can't be used: {error}", returncode=_FAILED) from error

    def _export(self, folder: Path, options: Mapping[str, Any]) -> None:
        tool = wiring.metadata_tool() if exiftool.is_installed() else None
        try:
            counts = export(folder, documents=config().places.releases, tool=tool)
        finally:
            if tool is not None:
                tool.close()
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        table = Table("what", "rows", box=None)
        for name, count in counts.items():
            table.add_row(name.replace("_", " "), f"{count:,}")
        console = Console(stderr=True)
        console.print(table)
        if tool is None:
            console.print(f"No XMP sidecars: {exiftool.MISSING} {exiftool.HINT}", soft_wrap=True, markup=False)
        console.print(f"Written to {folder}; originals are not in it.", soft_wrap=True, markup=False)

    def _import(self, folder: Path, options: Mapping[str, Any]) -> None:
        done = restore(
            folder,
            documents=config().places.releases,
            roots=dict(options["root"]),
            dry_run=options["dry_run"],
        )
        if options["json"]:
            self.stdout.write(json.dumps({"tables": done.counts, "documents": done.documents, "left": done.left}))
        else:
            _print(done, dry_run=options["dry_run"])
        if done.left:
            raise SystemExit(_LEFT)


def _print(done: Restored, *, dry_run: bool) -> None:
    table = Table("what", "added", "there already", "not placed", box=None)
    for name, counts in done.counts.items():
        table.add_row(name.replace("_", " "), *(f"{counts.get(what, 0):,}" for what in ("added", "there", "left")))
    console = Console(stderr=True)
    console.print(table)
    if dry_run:
        console.print("Nothing was changed: this was a dry run.")
    elif done.counts.get("assets", {}).get("added"):
        console.print("Files that are not here yet are filled in when their folders are indexed.")
    if done.left:
        console.print("What was not placed belongs to shots or faces that are not here; index, then import again.")


def _moved(text: str) -> tuple[str, str]:
    old, mark, new = text.partition("=")
    if not (old and mark and new):
        raise ArgumentTypeError(f"{text!r} is not OLD=NEW, like /Users/me/Pictures=/home/me/Pictures")
    return old.rstrip("/") or "/", new.rstrip("/") or "/"
