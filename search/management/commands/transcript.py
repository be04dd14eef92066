"""Transcripts from a terminal: written out as files, and taken from files."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dam.catalog.readers.transcripts import audible_assets, head_of
from dam.errors import TranscriptError
from dam.transcripts import formats, versions
from dam.transcripts.formats import TranscriptFormat
from dam.transcripts.reading import MOST_BYTES
from search.pages.spoken import sheet_of


class Command(BaseCommand):
    """Write transcripts to files, or take one from a file."""

    help = "export transcripts as SRT, WebVTT, text with timecodes or JSON; import a corrected file"

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be done, and with which files."""
        acts = parser.add_subparsers(dest="act", required=True)
        export = acts.add_parser("export", help="write the transcripts of files, or of all files in folders")
        export.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="indexed files or folders")
        export.add_argument("--format", choices=[form.value for form in TranscriptFormat], default="srt")
        export.add_argument("--to", type=Path, metavar="DIR", help="write into this folder, else to the terminal")
        export.add_argument("--start", default="", metavar="HH:MM:SS:FF", help="count timecodes of text from here")
        taken = acts.add_parser("import", help="take a corrected SRT, WebVTT or JSON file as a transcript")
        taken.add_argument("path", type=Path, metavar="PATH", help="the indexed video or recording")
        taken.add_argument("file", type=Path, metavar="FILE", help="the file to take")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it. Raises CommandError."""
        if options["act"] == "export":
            self._export(options["paths"], TranscriptFormat(options["format"]), options["to"], options["start"])
        else:
            self._import(options["path"], options["file"])

    def _export(self, paths: list[Path], form: TranscriptFormat, folder: Path | None, start: str) -> None:
        found = audible_assets([str(path.expanduser().absolute()) for path in paths])
        if not found:
            raise CommandError("No file there has a transcript; is it in the library, and indexed?")
        if folder is None and len(found) > 1:
            raise CommandError(f"These are {len(found)} transcripts: say with --to into which folder.")
        written: set[Path] = set()
        for asset_id in found:
            head = head_of(asset_id)
            if head is None:
                continue
            text = formats.write(sheet_of(head, start=start), form)
            if folder is None:
                sys.stdout.write(text)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            target = _free(folder, head.name, form, written)
            target.write_text(text, encoding="utf-8")
            written.add(target)
            self.stdout.write(str(target))

    def _import(self, path: Path, file: Path) -> None:
        found = audible_assets([str(path.expanduser().absolute())])
        if len(found) != 1:
            raise CommandError(f"{path} is no indexed video or recording with a transcript.")
        try:
            with file.open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
            done = versions.give(found[0], data)
        except (OSError, TranscriptError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.summary}.")


def _free(folder: Path, name: str, form: TranscriptFormat, written: set[Path]) -> Path:
    """Return where a transcript is written: after its file, with a number where two files are called alike.

    What an earlier run wrote is written anew.
    """
    stem, number = Path(name).stem, 1
    target = folder / f"{stem}.{form.value}"
    while target in written:
        number += 1
        target = folder / f"{stem} {number}.{form.value}"
    return target
